-- Task folders: where runs work, and whose files are archived before a run writes over them. Times are
-- milliseconds since 1970 in UTC; paths are texts that lead back to the very same place.

CREATE TABLE task_folder(
  id TEXT PRIMARY KEY,
  -- Outlives the document: a folder is not removed with its workflow.
  workflow_id TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  -- core::folder::Settings.
  settings TEXT NOT NULL,
  -- The number of the last archive that was begun: clocks go back, this does not.
  sequence INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX task_folder_by_workflow ON task_folder(workflow_id);

-- What the records of archives said when they were last read. The archives are on the disk; a row here
-- counts only as long as `stamp` is what the disk says of the same archive.
CREATE TABLE folder_archive(
  folder TEXT NOT NULL REFERENCES task_folder ON DELETE CASCADE,
  name TEXT NOT NULL,
  stamp TEXT NOT NULL,
  -- JSON.
  summary TEXT NOT NULL,
  PRIMARY KEY(folder, name)
) STRICT, WITHOUT ROWID;

-- What is being done in a folder, written before the first file is touched and taken away when all is
-- done or undone. A row whose maker is dead tells what to finish or undo.
CREATE TABLE folder_work(
  folder TEXT PRIMARY KEY REFERENCES task_folder ON DELETE CASCADE,
  -- archive, put_back, clean_up.
  kind TEXT NOT NULL,
  -- The archive that is made, or whose files are copied or removed.
  archive TEXT NOT NULL,
  -- The run it is done for. Runs come and go: no key.
  run TEXT,
  -- What cannot be seen on the disk afterwards: JSON.
  plan TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The folder a run works in, and what came of its archive (JSON). Absent while that is not made.
CREATE TABLE run_folder(
  run INTEGER PRIMARY KEY REFERENCES run,
  folder TEXT NOT NULL,
  archive TEXT
) STRICT;

CREATE INDEX run_folder_by_folder ON run_folder(folder, run);
