-- Texts being edited that are not a revision yet: one per document, kept so that neither a crash nor
-- a closed window takes them away. In no backup and no history.
CREATE TABLE draft(
  document INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
  -- The revision it was begun from.
  revision INTEGER NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
