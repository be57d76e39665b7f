-- Files of watched folders that are done: each starts its workflow once, as long as it is the same
-- (name, size, time). What lay there before the folder was watched is among them.
CREATE TABLE arrival(
  workflow_id TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  -- When its content last changed, in milliseconds since 1970.
  modified INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- The run it started; absent where it lay there before.
  run TEXT,
  PRIMARY KEY(workflow_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX arrival_at ON arrival(at);
