-- What starts a workflow beside people (core::trigger::Trigger), derived from its text by whoever
-- writes it, so that nobody reads all texts to know what is due.
ALTER TABLE document ADD COLUMN starts_by TEXT;
CREATE INDEX document_starts ON document(starts_by ->> '$.event.name', document)
  WHERE starts_by NOT NULL AND deleted_at IS NULL;

-- What is kept beside the document: it is not in it. The row outlives the document, which may come back.
CREATE TABLE schedule(
  workflow_id TEXT PRIMARY KEY,
  -- As it was when the times began to count; what says another thing since begins anew.
  starts_by TEXT,
  -- Up to here all times were started, or said.
  looked_at INTEGER NOT NULL,
  -- Absent: it goes on. Otherwise why it does not: person, brought_in, before, clock.
  paused TEXT,
  -- By how many milliseconds the clock jumped that paused it.
  jumped INTEGER,
  -- Why nothing was started the last time.
  trouble TEXT,
  -- Times nobody made up for and nobody has been told of.
  missed INTEGER NOT NULL DEFAULT 0,
  last_missed INTEGER,
  last_started INTEGER,
  last_run TEXT
) STRICT, WITHOUT ROWID;

-- What happened and somebody listens to, until whoever owns the engine has started them.
CREATE TABLE event(
  event INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  context TEXT NOT NULL,
  chain INTEGER NOT NULL
) STRICT;
