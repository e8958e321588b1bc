-- What people and administrators did, and who looked at what is held back: one row for the intention, kept before the act, one
-- for its outcome (begun names the first; 0 in an intention). hash is SHA-256 over the row with the hash of the one before.
CREATE TABLE audit (
  log_id  {int} NOT NULL,
  n       {int} NOT NULL,
  at      {int} NOT NULL,
  member  {int} NOT NULL,
  person  {int} NOT NULL,
  role    {text} NOT NULL,
  how     {text} NOT NULL,
  act     {text} NOT NULL,
  about   {text} NOT NULL,
  begun   {int} NOT NULL,
  outcome {text} NOT NULL,
  salt    {text} NOT NULL,
  prior   {text} NOT NULL,
  hash    {text} NOT NULL,
  PRIMARY KEY (log_id, n)
);
CREATE INDEX audit_member ON audit (log_id, member, n);
CREATE INDEX audit_person ON audit (log_id, person, n);
CREATE INDEX audit_begun ON audit (log_id, begun);

-- The newest row of each log, which writers take in turn, and up to where the log commits to the rows.
CREATE TABLE audit_head (
  log_id {int} NOT NULL,
  n      {int} NOT NULL,
  hash   {text} NOT NULL,
  upto   {int} NOT NULL,
  PRIMARY KEY (log_id)
);

-- Entries of the log that commit to the rows up to a number.
CREATE TABLE audit_commit (
  log_id {int} NOT NULL,
  upto   {int} NOT NULL,
  idx    {int} NOT NULL,
  PRIMARY KEY (log_id, upto)
);
