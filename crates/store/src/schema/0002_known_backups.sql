-- The order in which backups became known. Clocks go back; this does not.
ALTER TABLE known_backup ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE known_backup SET sequence =
  (SELECT count(*) FROM known_backup earlier WHERE earlier.id <= known_backup.id);

-- How much of the history is in it, as in its manifest (JSON).
ALTER TABLE known_backup ADD COLUMN history TEXT NOT NULL DEFAULT '"all"';
