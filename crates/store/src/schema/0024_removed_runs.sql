-- Runs that somebody deleted, as they were, so that they can come back: nothing that lists, counts or searches runs
-- meets them. One goes together with the runs below it and comes back with them. Times are milliseconds since 1970 in UTC.
CREATE TABLE removed_run(
  id TEXT PRIMARY KEY,
  -- The run that was deleted: itself, or the one above it.
  root TEXT NOT NULL,
  -- The operation that deleted it.
  operation TEXT NOT NULL,
  removed_at INTEGER NOT NULL,
  workflow_name TEXT NOT NULL,
  -- Its definition, which stays for as long as this does.
  content INTEGER NOT NULL REFERENCES content,
  -- JSON: runs whose files its outputs name.
  carried TEXT NOT NULL,
  -- Its rows: zstd of JSON (store/src/removed_run.rs).
  kept BLOB NOT NULL
) STRICT;

CREATE INDEX removed_run_by_root ON removed_run(root);
CREATE INDEX removed_run_by_operation ON removed_run(operation);
CREATE INDEX removed_run_by_time ON removed_run(removed_at);
CREATE INDEX removed_run_by_content ON removed_run(content);

-- What is carried out or waits for its turn: few of however many attempts there are.
CREATE INDEX attempt_open ON attempt(status, run) WHERE status IN ('running', 'queued');
