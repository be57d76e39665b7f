-- What other programs record, and search in what runs and executions tell.
-- Our own runs are not repeated here: their log is made of `run` and its tables when somebody asks.

-- Executions of other programs, in the shape of requirement 001. Words and times stand as they came.
CREATE TABLE execution(
  execution INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  workflow_id TEXT,
  -- The workflow's name when it was recorded.
  workflow_name TEXT,
  status TEXT,
  -- What the word means; absent where nobody knows.
  state TEXT,
  start_time TEXT,
  end_time TEXT,
  context TEXT,
  rest TEXT,
  -- Its place in the order: when it began, else when it was recorded.
  at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE INDEX execution_by_time ON execution(at);
CREATE INDEX execution_by_workflow ON execution(workflow_id, at);

CREATE TABLE execution_message(
  execution INTEGER NOT NULL REFERENCES execution,
  number INTEGER NOT NULL,
  at TEXT,
  level TEXT NOT NULL,
  task TEXT,
  text TEXT,
  -- In place of the text, where it is more than one.
  value TEXT,
  PRIMARY KEY(execution, number)
) STRICT, WITHOUT ROWID;

-- Operations of other programs. Our own are in `operation`.
CREATE TABLE logged_operation(
  operation INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  operation_type TEXT,
  workflow_id TEXT,
  timestamp TEXT,
  user TEXT,
  data TEXT,
  rest TEXT,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX logged_operation_by_time ON logged_operation(at);
CREATE INDEX logged_operation_by_workflow ON logged_operation(workflow_id, at);

-- A row per text of a run or an execution, made by `core::search_terms`. The upper half of a row's
-- number is that of the run, so that hits come run by run, the newest first (store/src/search.rs).
CREATE VIRTUAL TABLE run_search USING fts5(
  terms, content = '', contentless_delete = 1, detail = 'none',
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE execution_search USING fts5(
  terms, content = '', contentless_delete = 1, detail = 'none',
  tokenize = 'unicode61 remove_diacritics 2'
);
