-- What looking at a configuration came to, for as long as the names and stamps it came from are the same: then
-- nothing of it is read or understood again. Nothing is lost with it.
CREATE TABLE config_look(
  root INTEGER NOT NULL REFERENCES config_root ON DELETE CASCADE,
  -- The hash of what is looked for: where it begins, and what is taken.
  wish BLOB NOT NULL,
  -- The hash of all names below the root, and of the stamps of the files that were read.
  digest BLOB NOT NULL,
  -- The paths of those files, each ended by a NUL.
  files BLOB NOT NULL,
  tree INTEGER NOT NULL REFERENCES snapshot_tree ON DELETE CASCADE,
  PRIMARY KEY(root, wish)
) STRICT, WITHOUT ROWID;

CREATE INDEX config_look_by_tree ON config_look(tree);

-- The files of a tree come together and go together, so each content is counted once for all of them: where a
-- tree is kept (`Tx::keep_tree`), and here. A trigger for each file made thousands of small writes of a snapshot.
DROP TRIGGER snapshot_entry_added;
DROP TRIGGER snapshot_entry_removed;

CREATE TRIGGER snapshot_tree_removed BEFORE DELETE ON snapshot_tree BEGIN
  UPDATE snapshot_object SET refs = refs - held.times
  FROM (SELECT object, count(*) AS times FROM snapshot_entry WHERE tree = old.tree GROUP BY object) AS held
  WHERE snapshot_object.object = held.object;
END;
