-- The kind of the thing stands beside it too: counting what a report names would else look each value up.
ALTER TABLE support ADD COLUMN kind {int} NOT NULL DEFAULT 0;
UPDATE support SET kind = COALESCE((SELECT thing.kind FROM thing WHERE thing.log_id = support.log_id AND thing.t = support.t), 0);
