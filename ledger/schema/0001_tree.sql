-- The Merkle tree, cut into rows of 16 hashes (32 bytes each, appended in place until the row is full). k is level * 2^56 + n:
-- row n of level 0 holds the leaves (commitments) 16n to 16n+15; row n of level l+1 holds the roots of rows 16n to 16n+15 of
-- level l, full ones only.
CREATE TABLE tree (
  log_id {int} NOT NULL,
  k      {int} NOT NULL,
  hashes {blob} NOT NULL,
  PRIMARY KEY (log_id, k)
){norowid};
