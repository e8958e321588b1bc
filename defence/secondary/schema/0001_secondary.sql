-- Name servers that may transfer the response policy zones and are told of changes. tsig is the name of a key or empty; its secret is
-- wrapped for month.
CREATE TABLE secondary (
  log_id  {int} NOT NULL,
  id      {int} NOT NULL,
  member  {int} NOT NULL,
  address {text} NOT NULL,
  tsig    {text} NOT NULL,
  month   {text} NOT NULL,
  secret  {blob} NOT NULL,
  created {int} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE UNIQUE INDEX secondary_address ON secondary (log_id, address);
