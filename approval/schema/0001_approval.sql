-- Acts that take two people: what one asked for, and what a second decided. state: 0 waits, 1 being done, 2 done, 3 refused, 4 failed.
CREATE TABLE approval (
  log_id  {int} NOT NULL,
  id      {int} NOT NULL,
  act     {text} NOT NULL,
  arg     {text} NOT NULL,
  reason  {text} NOT NULL,
  member  {int} NOT NULL,
  asker   {int} NOT NULL,
  asked   {int} NOT NULL,
  until   {int} NOT NULL,
  state   {int} NOT NULL,
  decider {int} NOT NULL,
  decided {int} NOT NULL,
  outcome {text} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE INDEX approval_member ON approval (log_id, member, id);

CREATE TABLE approval_head (
  log_id {int} NOT NULL,
  id     {int} NOT NULL,
  PRIMARY KEY (log_id)
);
