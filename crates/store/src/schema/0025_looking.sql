-- The last lines about one task, of however many its run has.
CREATE INDEX message_by_task ON message(run, task, message) WHERE task NOT NULL;

-- When somebody last looked at the window: one row. Milliseconds since 1970 in UTC.
CREATE TABLE looked(only INTEGER PRIMARY KEY CHECK (only = 1), at INTEGER NOT NULL) STRICT;
