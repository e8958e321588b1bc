-- One row per entry of the log; rec is the record (parts without their keys), wkey its key wrapped for month.
CREATE TABLE entry (
  log_id {int} NOT NULL,
  idx    {int} NOT NULL,
  added  {int} NOT NULL,
  n      {int} NOT NULL,
  kind   {int} NOT NULL,
  member {int} NOT NULL,
  size   {int} NOT NULL,
  token  {blob} NOT NULL,
  month  {text} NOT NULL,
  wkey   {blob} NOT NULL,
  rec    {blob} NOT NULL,
  PRIMARY KEY (log_id, idx)
);
CREATE INDEX entry_added ON entry (log_id, added);

-- A block holds objects of one entry and one audience; its key is the date_added of its last object.
CREATE TABLE block (
  log_id {int} NOT NULL,
  aud    {int} NOT NULL,
  last   {int} NOT NULL,
  idx    {int} NOT NULL,
  base   {int} NOT NULL,
  n0     {int} NOT NULL,
  n      {int} NOT NULL,
  types  {int} NOT NULL,
  month  {text} NOT NULL,
  wkey   {blob} NOT NULL,
  dir    {blob} NOT NULL,
  data   {blob} NOT NULL,
  PRIMARY KEY (log_id, aud, last)
);
CREATE INDEX block_idx ON block (log_id, idx);

-- Where each version of each object is: h is 64 bits of a keyed hash of its identifier, at its date_added, ver its
-- version as microseconds (0: unversioned), state 0 newest version, 1 an older one, 2 taken back.
CREATE TABLE object (
  log_id {int} NOT NULL,
  h      {int} NOT NULL,
  at     {int} NOT NULL,
  aud    {int} NOT NULL,
  ver    {int} NOT NULL,
  member {int} NOT NULL,
  state  {int} NOT NULL,
  PRIMARY KEY (log_id, h, at)
){norowid};

-- Versions that a newer one stands in for: what a walk leaves out unless asked.
CREATE TABLE superseded (
  log_id {int} NOT NULL,
  aud    {int} NOT NULL,
  at     {int} NOT NULL,
  PRIMARY KEY (log_id, aud, at)
){norowid};

-- Members who filed an object that was there already: it stays when its first filer takes it back.
CREATE TABLE cofiler (
  log_id {int} NOT NULL,
  at     {int} NOT NULL,
  member {int} NOT NULL,
  PRIMARY KEY (log_id, at, member)
){norowid};

-- What a recall or an expiry took out of force: at is the position of the withdrawal itself, target the object's.
CREATE TABLE withdrawal (
  log_id {int} NOT NULL,
  at     {int} NOT NULL,
  idx    {int} NOT NULL,
  aud    {int} NOT NULL,
  target {int} NOT NULL,
  kind   {int} NOT NULL,
  ref    {text} NOT NULL,
  PRIMARY KEY (log_id, at)
){norowid};
CREATE INDEX withdrawal_target ON withdrawal (log_id, target);
