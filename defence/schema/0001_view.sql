-- One row per log: folding takes it first, so that two processes fold one after the other. next is the next view's number.
CREATE TABLE defence_head (
  log_id {int} NOT NULL,
  next   {int} NOT NULL,
  turn   {int} NOT NULL,
  PRIMARY KEY (log_id)
);

-- A view: what readers with equal rights and policy see. name is a random number that stands for it outside, hash is that
-- of spec (audiences, distrusted members, policy) and of the log's keys, pos the date up to which the log is folded in, born the date from which on it is complete, serial the counter of its
-- content, pruned the last serial that the journal has no rows for, asked when it was last read (seconds), gone 1 while it is deleted.
CREATE TABLE defence_view (
  log_id {int} NOT NULL,
  id     {int} NOT NULL,
  name   {int} NOT NULL,
  hash   {blob} NOT NULL,
  spec   {text} NOT NULL,
  serial {int} NOT NULL,
  pruned {int} NOT NULL,
  pos    {int} NOT NULL,
  born   {int} NOT NULL,
  asked  {int} NOT NULL,
  gone   {int} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE UNIQUE INDEX defence_view_hash ON defence_view (log_id, hash);

-- What is in a view; text sorts by bytes.
CREATE TABLE defence_item (
  log_id  {int} NOT NULL,
  view    {int} NOT NULL,
  kind    {int} NOT NULL,
  value   {text} NOT NULL,
  until   {int} NOT NULL,
  members {int} NOT NULL,
  PRIMARY KEY (log_id, view, kind, value)
){norowid};

-- What changed in a view: op 1 added, 2 changed (other end or other reporters), 3 removed.
CREATE TABLE defence_change (
  log_id {int} NOT NULL,
  view   {int} NOT NULL,
  serial {int} NOT NULL,
  t      {int} NOT NULL,
  op     {int} NOT NULL,
  PRIMARY KEY (log_id, view, serial, t)
){norowid};
