-- When a key that was rotated ends (0: it doesn't by itself), and when a key was last used, to the minute, in microseconds (0: not yet).
ALTER TABLE member_key ADD COLUMN until {int} NOT NULL DEFAULT 0;
ALTER TABLE member_key ADD COLUMN used {int} NOT NULL DEFAULT 0;
