-- What files of configurations said when they were last read, many files in one compressed cell: a row for each
-- took four fifths of all that a snapshot added to the database. Nothing is lost with it.
DROP TABLE config_seen;

CREATE TABLE config_seen(
  root INTEGER NOT NULL REFERENCES config_root ON DELETE CASCADE,
  -- A number that the path of a file leads to, so that a changed file is not the reason to write all of them.
  part INTEGER NOT NULL,
  -- Those of its files, as `store::pressed` has them: JSON, by path.
  files BLOB NOT NULL,
  PRIMARY KEY(root, part)
) STRICT;

-- Its `files` are paths as `store::pressed` has them from now on: JSON, an array.
DELETE FROM config_look;

-- Commands are called by the words of the command line (`session roots add`), and so is what Activity tells.
UPDATE operation SET operation = 'session_roots_add' WHERE operation = 'config_root_add';
UPDATE operation SET operation = 'session_roots_remove' WHERE operation = 'config_root_remove';
UPDATE operation SET operation = 'session_key_add' WHERE operation = 'snapshot_key_add';
