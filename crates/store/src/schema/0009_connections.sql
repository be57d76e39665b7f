-- The user's data sources. How one is reached is JSON without secrets (core::connection).
CREATE TABLE connection(
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  -- Whether a password was entered for it; the password itself is kept elsewhere.
  with_password INTEGER NOT NULL,
  -- Which one: the version of the secret that was given for this connection. None of another origin is
  -- used, whatever its name; NULL while it has to be entered. Not in backups.
  password TEXT,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was last seen of each, `local` among them: written when that changes, not when it is looked at.
CREATE TABLE source_health(
  name TEXT PRIMARY KEY,
  answers INTEGER NOT NULL,
  since INTEGER NOT NULL,
  version TEXT,
  -- Why it does not, as a message (JSON).
  error TEXT
) STRICT, WITHOUT ROWID;
