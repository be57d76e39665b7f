-- What people are to be told, written in the transaction of what it tells of. What is told is JSON
-- (core::notice::Notice).
CREATE TABLE notice(
  notice INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  -- What it is about, so that nobody is told twice.
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  UNIQUE(kind, subject)
) STRICT;

-- One row for each channel that was switched on when it happened.
CREATE TABLE notice_delivery(
  notice INTEGER NOT NULL REFERENCES notice ON DELETE CASCADE,
  channel TEXT NOT NULL,
  -- pending, sent, failed
  state TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  -- Not before this.
  due INTEGER NOT NULL,
  -- Why the last try failed, as a message (JSON).
  reason TEXT,
  ended_at INTEGER,
  PRIMARY KEY(notice, channel)
) STRICT, WITHOUT ROWID;

CREATE INDEX notice_due ON notice_delivery(channel, due) WHERE state = 'pending';
CREATE INDEX notice_ended ON notice_delivery(channel, ended_at) WHERE ended_at NOT NULL;

-- What somebody here has confirmed of each channel. Not in backups: what a restore brings is still.
CREATE TABLE notice_channel(
  channel TEXT PRIMARY KEY,
  -- The description that was confirmed (core::notice::Notices::way).
  confirmed TEXT,
  -- The versions of the secrets that were given for it.
  secret TEXT,
  signing TEXT,
  -- When it was last used, and why that failed.
  used_at INTEGER,
  reason TEXT
) STRICT, WITHOUT ROWID;
