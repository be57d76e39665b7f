-- Sessions: work that can be taken up again, with the configuration it had. A run without configuration
-- outside has no row: it is its own session. Times are milliseconds since 1970 in UTC.

-- Where trees of configuration files lie. A path is a text that leads back to the very same place.
CREATE TABLE config_root(
  root INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- Named by the operator, and not only met.
  listed INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Files of zstd frames. `gone`: nothing in it is needed any more, and the file is about to be removed.
CREATE TABLE snapshot_pack(
  pack INTEGER PRIMARY KEY,
  -- The BLAKE3 of its bytes, in hexadecimal digits.
  name TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  encrypted INTEGER NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- Contents, each kept once, by their BLAKE3; and where they are in a pack.
CREATE TABLE snapshot_object(
  object INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  pack INTEGER NOT NULL REFERENCES snapshot_pack,
  -- Where its frame begins in the pack, how long that is, and where the content is in what it unpacks to.
  frame INTEGER NOT NULL,
  frame_bytes INTEGER NOT NULL,
  place INTEGER NOT NULL,
  -- Entries of trees, and sessions whose file this is. The triggers below count them.
  refs INTEGER NOT NULL DEFAULT 0,
  damaged INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX snapshot_object_by_pack ON snapshot_object(pack);
CREATE INDEX snapshot_object_unused ON snapshot_object(object) WHERE refs = 0;

-- What a snapshot holds; the same for all that hold the same.
CREATE TABLE snapshot_tree(
  tree INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  -- complete, partial, failed.
  status TEXT NOT NULL,
  -- What is missing, ambiguous, not understood, left out: JSON, as the tree file has it.
  found TEXT NOT NULL,
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  -- Snapshots of it.
  refs INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX snapshot_tree_unused ON snapshot_tree(tree) WHERE refs = 0;

CREATE TABLE snapshot_entry(
  tree INTEGER NOT NULL REFERENCES snapshot_tree ON DELETE CASCADE,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- Of the file as it was, also where what is kept has keys masked.
  sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  modified INTEGER,
  object INTEGER NOT NULL REFERENCES snapshot_object,
  -- Where keys were masked: JSON. Null where nothing was.
  masked TEXT,
  PRIMARY KEY(tree, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX snapshot_entry_by_object ON snapshot_entry(object);

CREATE TABLE session(
  session INTEGER PRIMARY KEY,
  -- Of one that was brought in as it came.
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sort_key BLOB NOT NULL,
  -- core::session::SessionOrigin.
  origin TEXT NOT NULL,
  root INTEGER REFERENCES config_root,
  -- The file it begins with, below the root.
  config TEXT,
  -- What a session file calls that.
  stated_config TEXT,
  strategy TEXT NOT NULL,
  -- Its newest run. Runs come and go: no key.
  run TEXT,
  -- Counts where there is no run, which says it else.
  status TEXT NOT NULL,
  stated_status TEXT,
  -- JSON, with keys masked.
  agent TEXT,
  state TEXT,
  -- The session file it was read from.
  source BLOB REFERENCES snapshot_object(hash),
  -- file, overlay: which copy of the configuration it goes on with.
  works_with TEXT NOT NULL DEFAULT 'file',
  overlay TEXT,
  -- Recoveries in a row that came to nothing.
  failures INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE INDEX session_by_status ON session(status, session);
CREATE INDEX session_by_run ON session(run) WHERE run NOT NULL;
CREATE INDEX session_by_root ON session(root) WHERE root NOT NULL;
CREATE INDEX session_by_source ON session(source) WHERE source NOT NULL;

-- The session it belongs to; null where it is its own.
ALTER TABLE run ADD COLUMN session TEXT;

CREATE INDEX run_by_session ON run(session, run) WHERE session NOT NULL;

CREATE TABLE snapshot(
  snapshot INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  -- Clocks go back, this does not.
  sequence INTEGER NOT NULL,
  tree INTEGER NOT NULL REFERENCES snapshot_tree,
  -- core::configuration::Strategy, as it was.
  strategy TEXT NOT NULL,
  -- core::session::SnapshotReason.
  reason TEXT NOT NULL,
  -- The task of its run after which it was taken.
  task TEXT,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE(session, sequence)
) STRICT;

CREATE INDEX snapshot_by_tree ON snapshot(tree);

-- Attempts at taking a session up again, with what was found.
CREATE TABLE session_attempt(
  session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  source TEXT,
  ok INTEGER NOT NULL,
  found TEXT NOT NULL,
  PRIMARY KEY(session, number)
) STRICT, WITHOUT ROWID;

-- What writes over live files, or moves the store, written before the first file; a row of a dead process tells
-- what to go on with.
CREATE TABLE session_work(
  work TEXT PRIMARY KEY,
  session INTEGER,
  plan TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a file said when it was last read, which spares reading it again. Nothing is lost with it.
CREATE TABLE config_seen(
  root INTEGER NOT NULL REFERENCES config_root ON DELETE CASCADE,
  path TEXT NOT NULL,
  -- What the disk says of the file, and when it was asked: milliseconds.
  stamp TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  -- Of what is kept of it.
  hash BLOB NOT NULL,
  -- JSON, as `files::snapshots` has it.
  read TEXT NOT NULL,
  PRIMARY KEY(root, path)
) STRICT, WITHOUT ROWID;

-- References are counted where they are made, so that no way of making or removing one can forget it.
CREATE TRIGGER snapshot_added AFTER INSERT ON snapshot BEGIN
  UPDATE snapshot_tree SET refs = refs + 1 WHERE tree = new.tree;
END;

CREATE TRIGGER snapshot_removed AFTER DELETE ON snapshot BEGIN
  UPDATE snapshot_tree SET refs = refs - 1 WHERE tree = old.tree;
END;

CREATE TRIGGER snapshot_entry_added AFTER INSERT ON snapshot_entry BEGIN
  UPDATE snapshot_object SET refs = refs + 1 WHERE object = new.object;
END;

CREATE TRIGGER snapshot_entry_removed AFTER DELETE ON snapshot_entry BEGIN
  UPDATE snapshot_object SET refs = refs - 1 WHERE object = old.object;
END;

CREATE TRIGGER session_added AFTER INSERT ON session WHEN new.source NOT NULL BEGIN
  UPDATE snapshot_object SET refs = refs + 1 WHERE hash = new.source;
END;

CREATE TRIGGER session_removed AFTER DELETE ON session WHEN old.source NOT NULL BEGIN
  UPDATE snapshot_object SET refs = refs - 1 WHERE hash = old.source;
END;
