-- A passage that waits for a person. secret is the passage in its context, encrypted under a key of its own (wkey, wrapped
-- for month): deleting wkey deletes it.
CREATE TABLE held (
  log_id  {int} NOT NULL,
  id      {text} NOT NULL,
  idx     {int} NOT NULL,
  at      {int} NOT NULL,
  aud     {int} NOT NULL,
  member  {int} NOT NULL,
  object  {text} NOT NULL,
  path    {text} NOT NULL,
  kind    {text} NOT NULL,
  reason  {text} NOT NULL,
  ord     {int} NOT NULL,
  whole   {int} NOT NULL,
  created {int} NOT NULL,
  state   {int} NOT NULL,
  decided {int} NOT NULL,
  decider {int} NOT NULL,
  month   {text} NOT NULL,
  wkey    {blob} NOT NULL,
  secret  {blob} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE INDEX held_waiting ON held (log_id, created) WHERE state = 0;
CREATE INDEX held_object ON held (log_id, object);
CREATE INDEX held_entry ON held (log_id, idx);
