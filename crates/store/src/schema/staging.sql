-- A plan: what an import or restore found, before anything is written to the catalog. One file per
-- plan, thrown away afterwards; nothing here needs to survive a crash.
CREATE TABLE item(
  item INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  status TEXT NOT NULL,
  kind TEXT,
  id TEXT,
  id_derived INTEGER NOT NULL DEFAULT 0,
  name TEXT,
  encoding TEXT,
  reason TEXT,
  format TEXT,
  sha256 BLOB,
  bytes INTEGER,
  sort_key BLOB,
  doc_type TEXT,
  description TEXT,
  shape TEXT,
  stages INTEGER NOT NULL DEFAULT 0,
  tasks INTEGER NOT NULL DEFAULT 0,
  milestones INTEGER NOT NULL DEFAULT 0,
  problems INTEGER NOT NULL DEFAULT 0,
  warnings INTEGER NOT NULL DEFAULT 0,
  runs_something INTEGER NOT NULL DEFAULT 0,
  contains_key INTEGER NOT NULL DEFAULT 0,
  starts_by TEXT,
  task_folder TEXT,
  stated_created_at TEXT,
  stated_updated_at TEXT,
  there_revision INTEGER,
  there_created_at INTEGER,
  there_updated_at INTEGER,
  here_row INTEGER,
  here_revision INTEGER,
  here_deleted INTEGER NOT NULL DEFAULT 0,
  here_updated_at INTEGER,
  here_sha256 BLOB,
  section INTEGER NOT NULL DEFAULT 0,
  decision TEXT NOT NULL DEFAULT 'skip',
  target TEXT,
  action TEXT
) STRICT;

-- What is long, beside the item, so that going through the items reads none of it.
CREATE TABLE text(item INTEGER PRIMARY KEY, text TEXT NOT NULL, search TEXT NOT NULL) STRICT;

CREATE TABLE history(
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  operation TEXT NOT NULL,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE operation(
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  face TEXT NOT NULL,
  operation TEXT NOT NULL,
  kind TEXT,
  subject_id TEXT,
  subject_name TEXT,
  before INTEGER,
  after INTEGER,
  count INTEGER NOT NULL,
  undoes TEXT,
  undone_by TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE operation_item(
  operation TEXT NOT NULL,
  item INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  before INTEGER,
  after INTEGER,
  PRIMARY KEY(operation, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Connections, without secrets.
CREATE TABLE connection(
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  with_password INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Task folders, by their paths as a backup has them.
CREATE TABLE folder(
  id TEXT PRIMARY KEY,
  workflow_id TEXT NOT NULL,
  path TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sessions, by their ids, with their snapshots by the hash of what these hold.
CREATE TABLE session(
  id TEXT PRIMARY KEY,
  -- Where it stands in the backup.
  file TEXT NOT NULL,
  name TEXT NOT NULL,
  sort_key BLOB NOT NULL,
  origin TEXT NOT NULL,
  root TEXT,
  root_name TEXT,
  config TEXT,
  stated_config TEXT,
  strategy TEXT NOT NULL,
  run TEXT,
  status TEXT NOT NULL,
  stated_status TEXT,
  agent TEXT,
  state TEXT,
  source BLOB,
  failures INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session_version(
  id TEXT PRIMARY KEY,
  session TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  tree BLOB NOT NULL,
  strategy TEXT NOT NULL,
  reason TEXT NOT NULL,
  task TEXT,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  config TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE session_attempt(
  session TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  source TEXT,
  ok INTEGER NOT NULL,
  found TEXT NOT NULL,
  PRIMARY KEY(session, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_tree(
  hash BLOB PRIMARY KEY,
  status TEXT NOT NULL,
  found TEXT NOT NULL,
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session_entry(
  tree BLOB NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  modified INTEGER,
  object BLOB NOT NULL,
  masked TEXT,
  PRIMARY KEY(tree, path)
) STRICT, WITHOUT ROWID;

-- Where contents lie. `found`: it is there, and what its hash says; `brought`: it is in the store here by now.
CREATE TABLE session_object(
  hash BLOB PRIMARY KEY,
  bytes INTEGER NOT NULL,
  pack TEXT NOT NULL,
  pack_bytes INTEGER NOT NULL,
  frame INTEGER NOT NULL,
  frame_bytes INTEGER NOT NULL,
  place INTEGER NOT NULL,
  encrypted INTEGER NOT NULL,
  found INTEGER NOT NULL DEFAULT 0,
  brought INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX session_object_by_pack ON session_object(pack);

-- Workflows that somebody had paused.
CREATE TABLE schedule(workflow_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Runs: as in the catalog, by their ids. What they are found by is made while the plan is filled, so
-- that nobody who writes waits for it.
CREATE TABLE run_content(sha256 BLOB PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE TABLE run(
  id TEXT PRIMARY KEY,
  workflow_id TEXT,
  workflow_name TEXT NOT NULL,
  revision INTEGER,
  sha256 BLOB NOT NULL,
  format TEXT NOT NULL,
  context TEXT NOT NULL,
  start TEXT NOT NULL,
  seed INTEGER NOT NULL,
  actor TEXT NOT NULL,
  face TEXT NOT NULL,
  repeats TEXT,
  parent TEXT,
  parent_task TEXT,
  parent_attempt INTEGER,
  depth INTEGER NOT NULL,
  status TEXT NOT NULL,
  head TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  -- The session it belongs to.
  session TEXT,
  -- Tasks, attempts, outputs, answers and messages: as many as it had, where that is known, and as were
  -- found.
  rows INTEGER,
  found INTEGER NOT NULL DEFAULT 0,
  terms TEXT NOT NULL
) STRICT;

CREATE TABLE run_task(
  run TEXT NOT NULL,
  task TEXT NOT NULL,
  status TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY(run, task)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt(
  run TEXT NOT NULL,
  task TEXT NOT NULL,
  number INTEGER NOT NULL,
  status TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  agent TEXT,
  data_source TEXT,
  rule TEXT,
  passed_over TEXT,
  error TEXT,
  -- Where the error stands in the index.
  place INTEGER NOT NULL,
  terms TEXT NOT NULL,
  PRIMARY KEY(run, task, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE output(run TEXT, task TEXT, value TEXT NOT NULL, PRIMARY KEY(run, task)) STRICT;
CREATE TABLE answer(run TEXT, task TEXT, value TEXT NOT NULL, PRIMARY KEY(run, task)) STRICT;

CREATE TABLE message(
  message INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL,
  task TEXT,
  said TEXT,
  line TEXT,
  terms TEXT NOT NULL
) STRICT;

-- What other programs recorded, by its ids.
CREATE TABLE execution(
  id TEXT PRIMARY KEY,
  workflow_id TEXT,
  workflow_name TEXT,
  status TEXT,
  state TEXT,
  start_time TEXT,
  end_time TEXT,
  context TEXT,
  rest TEXT,
  at INTEGER NOT NULL,
  ended_at INTEGER,
  -- As many as it had, and as were found.
  messages INTEGER NOT NULL,
  found INTEGER NOT NULL DEFAULT 0,
  terms TEXT NOT NULL
) STRICT;

CREATE TABLE execution_message(
  execution TEXT NOT NULL,
  number INTEGER NOT NULL,
  at TEXT,
  level TEXT NOT NULL,
  task TEXT,
  text TEXT,
  value TEXT,
  terms TEXT NOT NULL,
  PRIMARY KEY(execution, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE logged_operation(
  id TEXT PRIMARY KEY,
  operation_type TEXT,
  workflow_id TEXT,
  timestamp TEXT,
  user TEXT,
  data TEXT,
  rest TEXT,
  at INTEGER NOT NULL
) STRICT;

-- Files that hold no document and are told of one by one: the run or the execution in each, and whether it is not here.
CREATE TABLE part_file(
  path TEXT NOT NULL,
  part TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  coming INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX part_file_by_id ON part_file(part, id);

-- What is in the plan beside documents: how much of it is not here, and whether that comes in.
CREATE TABLE part(
  part TEXT PRIMARY KEY,
  coming INTEGER NOT NULL,
  chosen INTEGER NOT NULL DEFAULT 1
) STRICT;
