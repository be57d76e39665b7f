-- How sessions stand, beside each of them: there is one for each run of some workflows, and a page or a count of them
-- costs what it shows. What its newest run says goes before what it says itself.
ALTER TABLE session ADD COLUMN stands TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

CREATE VIEW session_standing(session, stands, changed_at) AS
SELECT s.session,
  CASE r.status WHEN 'queued' THEN 'active' WHEN 'waiting' THEN 'active' WHEN 'running' THEN 'active'
    WHEN 'paused' THEN 'paused' WHEN 'interrupted' THEN 'interrupted' WHEN 'succeeded' THEN 'completed'
    WHEN 'skipped' THEN 'completed' WHEN 'failed' THEN 'aborted' WHEN 'cancelled' THEN 'aborted' ELSE s.status END,
  max(s.updated_at, coalesce(r.ended_at, r.started_at, r.created_at, 0))
FROM session s LEFT JOIN run r ON r.id = s.run;

UPDATE session SET (stands, changed_at) =
  (SELECT v.stands, v.changed_at FROM session_standing v WHERE v.session = session.session);

CREATE INDEX session_by_change ON session(changed_at, id);
CREATE INDEX session_by_standing ON session(stands, changed_at, id);
-- Of what was aborted, most are runs of workflows, which are done again where runs are.
CREATE INDEX session_broken_off ON session(changed_at, id)
WHERE stands = 'aborted' AND (origin <> 'run' OR config NOT NULL);

-- By triggers, as runs are counted (0021): runs are written, joined, brought in and removed in many places.
CREATE TRIGGER session_standing_added AFTER INSERT ON session BEGIN
  UPDATE session SET (stands, changed_at) =
    (SELECT v.stands, v.changed_at FROM session_standing v WHERE v.session = new.session)
  WHERE session = new.session;
END;

CREATE TRIGGER session_standing_changed AFTER UPDATE OF run, status, updated_at ON session BEGIN
  UPDATE session SET (stands, changed_at) =
    (SELECT v.stands, v.changed_at FROM session_standing v WHERE v.session = new.session)
  WHERE session = new.session;
END;

CREATE TRIGGER session_standing_run_added AFTER INSERT ON run WHEN new.session NOT NULL BEGIN
  UPDATE session SET (stands, changed_at) =
    (SELECT v.stands, v.changed_at FROM session_standing v WHERE v.session = session.session)
  WHERE run = new.id;
END;

CREATE TRIGGER session_standing_run_changed AFTER UPDATE OF status, started_at, ended_at, session ON run
WHEN new.session NOT NULL AND (old.status <> new.status OR old.started_at IS NOT new.started_at
  OR old.ended_at IS NOT new.ended_at OR old.session IS NOT new.session) BEGIN
  UPDATE session SET (stands, changed_at) =
    (SELECT v.stands, v.changed_at FROM session_standing v WHERE v.session = session.session)
  WHERE run = new.id;
END;

CREATE TRIGGER session_standing_run_removed AFTER DELETE ON run WHEN old.session NOT NULL BEGIN
  UPDATE session SET (stands, changed_at) =
    (SELECT v.stands, v.changed_at FROM session_standing v WHERE v.session = session.session)
  WHERE run = old.id;
END;

-- What was written into an own copy of a session: whether somebody has changed something in it is told by this.
CREATE TABLE session_copy(
  session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  -- Its folder.
  name TEXT NOT NULL,
  -- files::snapshots: of the paths and contents of its files.
  digest BLOB NOT NULL,
  PRIMARY KEY(session, name)
) STRICT, WITHOUT ROWID;
