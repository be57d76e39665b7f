-- Writes that another source took because the one they were meant for was down, until they are there
-- too. Runs come and go: nothing here refers to one by key.
CREATE TABLE fallen_write(
  fallen INTEGER PRIMARY KEY AUTOINCREMENT,
  run TEXT NOT NULL,
  workflow_name TEXT NOT NULL,
  task TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  -- The source it was meant for, and the one that took it.
  source TEXT NOT NULL,
  took TEXT NOT NULL,
  action TEXT NOT NULL,
  record_table TEXT NOT NULL,
  -- JSON.
  record_key TEXT NOT NULL,
  -- What is to be done, in the engine's words (JSON, without secrets).
  operation TEXT NOT NULL,
  -- The record at the source that took it, before it did (JSON).
  before TEXT,
  -- intended: the attempt has not ended; waiting: for its source; conflict: for a person.
  state TEXT NOT NULL DEFAULT 'intended',
  -- Whether a person said that it goes before what is there.
  insists INTEGER NOT NULL DEFAULT 0,
  -- Why a person has to decide, or why it still waits (a message); and the record that is there, null
  -- where there is none (both JSON).
  why TEXT,
  there TEXT,
  at INTEGER NOT NULL,
  UNIQUE(run, task, attempt)
) STRICT;

CREATE INDEX fallen_write_next ON fallen_write(source, state, fallen);
-- A key is the same as a number and as a text.
CREATE INDEX fallen_write_record
  ON fallen_write(source, record_table, CAST(record_key ->> '$' AS TEXT));
