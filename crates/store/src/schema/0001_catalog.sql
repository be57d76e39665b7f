-- What the catalog, Activity, plans and several processes on one file need.
-- Times are milliseconds since 1970 in UTC. Ids of documents are the operators' own words.

-- A text, once, whoever has it. The hash is checked at every backup: a flipped bit inside a row
-- passes SQLite's own integrity check.
CREATE TABLE content(
  content INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE document(
  document INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  sort_key BLOB NOT NULL,
  format TEXT NOT NULL,
  doc_type TEXT,
  description TEXT,
  shape TEXT NOT NULL,
  stages INTEGER NOT NULL,
  tasks INTEGER NOT NULL,
  milestones INTEGER NOT NULL,
  problems INTEGER NOT NULL,
  warnings INTEGER NOT NULL,
  runs_something INTEGER NOT NULL,
  contains_key INTEGER NOT NULL,
  stated_created_at TEXT,
  stated_updated_at TEXT,
  revision INTEGER NOT NULL,
  content INTEGER NOT NULL REFERENCES content,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  example INTEGER NOT NULL DEFAULT 0,
  deleted_at INTEGER,
  UNIQUE(kind, id)
) STRICT;

CREATE INDEX document_by_name ON document(kind, sort_key, document) WHERE deleted_at IS NULL;
CREATE INDEX document_by_update ON document(kind, updated_at, document) WHERE deleted_at IS NULL;
CREATE INDEX document_deleted ON document(kind, deleted_at) WHERE deleted_at IS NOT NULL;

-- Every saved state. What a revision says of itself (its name) stays, whatever the document says now.
CREATE TABLE revision(
  document INTEGER NOT NULL REFERENCES document,
  revision INTEGER NOT NULL,
  content INTEGER NOT NULL REFERENCES content,
  format TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  operation TEXT NOT NULL,
  PRIMARY KEY(document, revision)
) STRICT, WITHOUT ROWID;

-- One column per kind, so that a search in one kind reads nothing of the others. The text is
-- prepared by `core::search_terms`; deleted documents are not in it.
CREATE VIRTUAL TABLE document_search USING fts5(
  workflow, roadmap, rule, template,
  content = '', contentless_delete = 1, detail = 'column', tokenize = 'unicode61 remove_diacritics 2'
);

-- Activity. The ids are ULIDs made to rise with every row, whatever the clock does.
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
  undone_by TEXT,
  -- It happened elsewhere and came with a backup: told, never undone here.
  came_in INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE operation_item(
  operation TEXT NOT NULL REFERENCES operation,
  item INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  before INTEGER,
  after INTEGER,
  PRIMARY KEY(operation, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX operation_item_by_subject ON operation_item(kind, id, operation);

CREATE TABLE setting(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE known_backup(
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  operation TEXT NOT NULL,
  checked_at INTEGER,
  -- What the database could not give when it was made; reading it back does not mend that.
  lost INTEGER NOT NULL DEFAULT 0,
  damaged INTEGER NOT NULL DEFAULT 0,
  damaged_names TEXT NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;

-- What changed, in the transaction that changed it. Windows and other processes follow it.
CREATE TABLE change(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tags TEXT NOT NULL
) STRICT;

-- Requests from one process to another ("show the window").
CREATE TABLE inbox(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  request TEXT NOT NULL
) STRICT;

-- Who owns the engine: for display, and the epoch its writes carry. The lock itself is a file
-- lock of the operating system.
CREATE TABLE owner(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  epoch INTEGER NOT NULL,
  face TEXT,
  process INTEGER,
  since INTEGER
) STRICT;

INSERT INTO owner(one, epoch) VALUES (1, 0);
