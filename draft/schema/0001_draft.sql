-- A text that a person pasted or uploaded and has not filed yet: an hour at most. Its name and its bytes (draft_chunk) are
-- encrypted under a key of its own (wkey, wrapped for month): deleting wkey deletes them. state: 0 it is being sent, 1 it is
-- whole, 2 it was filed as entry idx and nothing of it is left.
CREATE TABLE draft (
  log_id {int} NOT NULL,
  id     {text} NOT NULL,
  member {int} NOT NULL,
  person {int} NOT NULL,
  made   {int} NOT NULL,
  state  {int} NOT NULL,
  size   {int} NOT NULL,
  idx    {int} NOT NULL,
  month  {text} NOT NULL,
  wkey   {blob} NOT NULL,
  about  {blob} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE INDEX draft_person ON draft (log_id, person, made);
CREATE INDEX draft_made ON draft (log_id, made);

CREATE TABLE draft_chunk (
  log_id {int} NOT NULL,
  draft  {text} NOT NULL,
  n      {int} NOT NULL,
  bytes  {blob} NOT NULL,
  PRIMARY KEY (log_id, draft, n)
);
