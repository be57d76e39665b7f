-- Runs and executions that came in from files of their own, to be looked at: an old one is not taken out as soon as it is
-- here. Milliseconds since 1970 in UTC.
CREATE TABLE came_in(id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
