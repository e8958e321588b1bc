-- One row per log: the sequencer and the fence. size is the number of entries, added the last date_added in microseconds,
-- rights is raised by each change of members, keys, groups and policy, fingerprint names the keys folder.
CREATE TABLE head (
  log_id      {int} NOT NULL,
  size        {int} NOT NULL,
  added       {int} NOT NULL,
  rights      {int} NOT NULL,
  fingerprint {text} NOT NULL,
  PRIMARY KEY (log_id)
);

-- How far each follower of a log has come.
CREATE TABLE follower (
  log_id   {int} NOT NULL,
  name     {text} NOT NULL,
  position {int} NOT NULL,
  PRIMARY KEY (log_id, name)
){norowid};
