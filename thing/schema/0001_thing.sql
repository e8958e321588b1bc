-- A thing is an observable under its canonical value; t is 63 bits of a keyed hash of kind and value, kind its number.
CREATE TABLE thing (
  log_id {int} NOT NULL,
  t      {int} NOT NULL,
  kind   {int} NOT NULL,
  value  {text} NOT NULL,
  PRIMARY KEY (log_id, t)
){norowid};

-- Who supports that a thing is a threat: one row per thing that an indicator names. at is the indicator's date_added,
-- k tells several things of one indicator apart, until is when it ends (seconds), state 0 in force, 1 expired, 2 taken back.
CREATE TABLE support (
  log_id {int} NOT NULL,
  at     {int} NOT NULL,
  k      {int} NOT NULL,
  t      {int} NOT NULL,
  aud    {int} NOT NULL,
  member {int} NOT NULL,
  until  {int} NOT NULL,
  state  {int} NOT NULL,
  PRIMARY KEY (log_id, at, k)
){norowid};
CREATE INDEX support_thing ON support (log_id, t);
CREATE INDEX support_until ON support (log_id, until) WHERE state = 0;

-- Which things were touched otherwise than by a new support: at is the date of the cause (a recall, an expiry, a
-- decision, a newer version). Views read it beside support; what all of them have read is deleted, and with it the things
-- that only indicators name that were taken back.
CREATE TABLE thing_change (
  log_id {int} NOT NULL,
  at     {int} NOT NULL,
  t      {int} NOT NULL,
  PRIMARY KEY (log_id, at, t)
){norowid};
CREATE INDEX thing_change_thing ON thing_change (log_id, t);
