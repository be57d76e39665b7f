-- Where a task folder was that is off the list: whoever takes it again gets it under the id that workflows
-- and runs know it by, and who still names that id is told what it was. The path as in `task_folder`.
CREATE TABLE forgotten_folder(
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  forgotten_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
