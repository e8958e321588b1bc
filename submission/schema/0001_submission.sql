-- One row per part of a report that was filed: k is the keyed hash of the idempotency key (or of member, body and options),
-- body the keyed hash of body and options. result is what was answered, encrypted under a key of its own (wkey, wrapped for
-- month). Kept 30 days.
CREATE TABLE submission (
  log_id {int} NOT NULL,
  member {int} NOT NULL,
  k      {blob} NOT NULL,
  part   {int} NOT NULL,
  body   {blob} NOT NULL,
  idx    {int} NOT NULL,
  made   {int} NOT NULL,
  month  {text} NOT NULL,
  wkey   {blob} NOT NULL,
  result {blob} NOT NULL,
  PRIMARY KEY (log_id, member, k, part)
);
CREATE INDEX submission_made ON submission (log_id, made);

-- Under which identifier an object of a member was published, when not its own: k is a keyed hash of the submitted one,
-- which may itself be computed from what was removed.
CREATE TABLE published (
  log_id {int} NOT NULL,
  member {int} NOT NULL,
  k      {blob} NOT NULL,
  pub    {text} NOT NULL,
  PRIMARY KEY (log_id, member, k)
){norowid};

-- TAXII 2.1 section 4.3: the status of an Add, kept 24 hours, encrypted as results are.
CREATE TABLE taxii_status (
  log_id {int} NOT NULL,
  id     {text} NOT NULL,
  member {int} NOT NULL,
  made   {int} NOT NULL,
  month  {text} NOT NULL,
  wkey   {blob} NOT NULL,
  body   {blob} NOT NULL,
  PRIMARY KEY (log_id, id)
);
CREATE INDEX taxii_status_made ON taxii_status (log_id, made);
