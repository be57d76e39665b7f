-- To which key a pack is encrypted, by its public half; null where it is not encrypted, and where nobody knows.
ALTER TABLE snapshot_pack ADD COLUMN recipient TEXT;

UPDATE snapshot_pack SET recipient = (SELECT value ->> '$' FROM setting WHERE key = 'snapshot_recipient')
WHERE encrypted = 1;

UPDATE snapshot_pack SET encrypted = 1 WHERE encrypted = 2;

-- Where else a content lies: in a pack that is encrypted to another key. Whoever has that key alone is to have it still.
CREATE TABLE snapshot_copy(
  object INTEGER NOT NULL REFERENCES snapshot_object ON DELETE CASCADE,
  pack INTEGER NOT NULL REFERENCES snapshot_pack,
  -- As in snapshot_object.
  frame INTEGER NOT NULL,
  frame_bytes INTEGER NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY(object, pack)
) STRICT, WITHOUT ROWID;

CREATE INDEX snapshot_copy_by_pack ON snapshot_copy(pack);

-- The keys of which somebody has a copy in a file, by their public halves. Milliseconds; when it was saved or came from one.
CREATE TABLE snapshot_key_saved(
  recipient TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
