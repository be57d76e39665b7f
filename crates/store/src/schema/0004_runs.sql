-- Runs and what became of their attempts. Nothing here refers to documents by key: deleting a
-- workflow keeps its history. Times are milliseconds since 1970 in UTC, JSON is as `core` has it.

CREATE TABLE run(
  run INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  -- Absent for one operation without a definition.
  workflow_id TEXT,
  workflow_name TEXT NOT NULL,
  revision INTEGER,
  -- The very text it was started with, so that "the old definition" is exact.
  content INTEGER NOT NULL REFERENCES content,
  format TEXT NOT NULL,
  context TEXT NOT NULL,
  -- How it begins (core::run::Start).
  start TEXT NOT NULL,
  seed INTEGER NOT NULL,
  actor TEXT NOT NULL,
  face TEXT NOT NULL,
  -- The run this one repeats.
  repeats TEXT,
  -- The attempt that started it as its child, and how many runs are above it.
  parent INTEGER REFERENCES run,
  parent_task TEXT,
  parent_attempt INTEGER,
  depth INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL,
  -- core::run::Head; absent until an engine has begun with it.
  head TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;

CREATE INDEX run_by_workflow ON run(workflow_id, run);
CREATE INDEX run_by_status ON run(status, run);
CREATE INDEX run_by_time ON run(created_at);
CREATE INDEX run_open ON run(run) WHERE ended_at IS NULL;
CREATE INDEX run_child ON run(parent, parent_task, parent_attempt) WHERE parent NOT NULL;

-- Tasks that are no longer as every task begins.
CREATE TABLE run_task(
  run INTEGER NOT NULL REFERENCES run,
  task TEXT NOT NULL,
  status TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY(run, task)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_task_asked ON run_task(status, run) WHERE status IN ('waiting', 'interrupted');

CREATE TABLE attempt(
  run INTEGER NOT NULL REFERENCES run,
  task TEXT NOT NULL,
  number INTEGER NOT NULL,
  status TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  agent TEXT,
  data_source TEXT,
  -- Why that source.
  rule TEXT,
  error TEXT,
  PRIMARY KEY(run, task, number)
) STRICT, WITHOUT ROWID;

-- What a task gave last.
CREATE TABLE output(
  run INTEGER NOT NULL REFERENCES run,
  task TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(run, task)
) STRICT;

-- What a run tells, in its order: a message (JSON) or a line that a program printed.
CREATE TABLE message(
  message INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES run,
  at INTEGER NOT NULL,
  level TEXT NOT NULL,
  task TEXT,
  said TEXT,
  line TEXT
) STRICT;

CREATE INDEX message_by_run ON message(run, message);

-- What a person has ticked and filled in so far; it becomes the output with the decision.
CREATE TABLE answer(
  run INTEGER NOT NULL REFERENCES run,
  task TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(run, task)
) STRICT, WITHOUT ROWID;

-- What is wanted of whoever owns the engine, and what it answered.
CREATE TABLE run_request(
  request INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES run,
  wanted TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  answered_at INTEGER,
  -- Absent: done. Otherwise the message of the refusal.
  refusal TEXT
) STRICT;

CREATE INDEX run_request_open ON run_request(request) WHERE answered_at IS NULL;

-- Definitions from elsewhere that somebody has looked at and trusts, by the hash of their tasks.
CREATE TABLE trusted(
  sha256 BLOB PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
