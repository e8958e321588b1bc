-- What was decided last is shown beside what waits.
CREATE INDEX held_decided ON held (log_id, decided) WHERE state IN (1, 2);
