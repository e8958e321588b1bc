-- A segment indexes some objects of one audience: docs of them, added from first to last. state 0 is being made, 1 is
-- in use, 2 was replaced and is being deleted. starts holds the date of each 4096th object.
CREATE TABLE search_segment (
  log_id {int} NOT NULL,
  seg    {int} NOT NULL,
  aud    {int} NOT NULL,
  state  {int} NOT NULL,
  docs   {int} NOT NULL,
  first  {int} NOT NULL,
  last   {int} NOT NULL,
  starts {blob} NOT NULL,
  PRIMARY KEY (log_id, seg)
){norowid};

-- The blocks of a segment: postings from the word first on (40 bits of a keyed hash, then where in the segment the list
-- begins), or, with first below 0, the dates of 4096 of its objects.
CREATE TABLE search_block (
  log_id {int} NOT NULL,
  seg    {int} NOT NULL,
  first  {int} NOT NULL,
  data   {blob} NOT NULL,
  PRIMARY KEY (log_id, seg, first)
);

-- The next segment's number, and which process merges segments until when (microseconds).
CREATE TABLE search_head (
  log_id {int} NOT NULL,
  next   {int} NOT NULL,
  merger {int} NOT NULL,
  until  {int} NOT NULL,
  PRIMARY KEY (log_id)
);

-- Objects that were taken back and whose words still stand in a segment.
CREATE TABLE search_gone (
  log_id {int} NOT NULL,
  aud    {int} NOT NULL,
  at     {int} NOT NULL,
  PRIMARY KEY (log_id, aud, at)
){norowid};
