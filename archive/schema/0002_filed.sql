-- What one member filed, by kind and in order: the list of its own reports.
CREATE INDEX entry_member ON entry (log_id, member, kind, idx);
