-- The history seen from afar, and runs by what they used: a page, a chart or a count costs what it shows.

-- How many runs were made in a stretch of time: of each workflow and, for hours and all time, of all of them. Kept
-- by triggers, because runs come and go in many ways, and each of them counts.
CREATE TABLE run_slot(
  -- 0 an hour, 1 half a day, 2 all time.
  level INTEGER NOT NULL,
  -- '=' and the workflow's id; '' for runs of no workflow; '*' for all runs.
  workflow TEXT NOT NULL,
  -- When they were made, in lengths of the level since 1970.
  slot INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  -- Milliseconds; none of them that is here ended later. What was removed may have been the last of them.
  last INTEGER NOT NULL,
  -- An id; none of theirs is later. Ids follow the clock but where it went back.
  newest TEXT NOT NULL,
  PRIMARY KEY(level, workflow, slot)
) STRICT, WITHOUT ROWID;

CREATE VIEW run_slot_level(level, length, is_of_all) AS
VALUES (0, 3600000, 1), (1, 43200000, 0), (2, 9223372036854775807, 1);

CREATE TRIGGER run_slot_added AFTER INSERT ON run BEGIN
  INSERT INTO run_slot
  SELECT level, workflow, new.created_at / length, 1, new.status = 'succeeded', new.status = 'failed',
    new.status = 'cancelled', max(new.created_at, coalesce(new.ended_at, 0)), new.id
  FROM run_slot_level, (SELECT coalesce('=' || new.workflow_id, '') AS workflow UNION ALL SELECT '*')
  WHERE is_of_all OR workflow <> '*'
  ON CONFLICT DO UPDATE SET runs = runs + 1, succeeded = succeeded + excluded.succeeded,
    failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled, last = max(last, excluded.last),
    newest = max(newest, excluded.newest);
END;

CREATE TRIGGER run_slot_changed AFTER UPDATE OF status, ended_at ON run
WHEN old.status <> new.status OR old.ended_at IS NOT new.ended_at BEGIN
  INSERT INTO run_slot
  SELECT level, workflow, new.created_at / length, 0, (new.status = 'succeeded') - (old.status = 'succeeded'),
    (new.status = 'failed') - (old.status = 'failed'), (new.status = 'cancelled') - (old.status = 'cancelled'),
    max(new.created_at, coalesce(new.ended_at, 0)), new.id
  FROM run_slot_level, (SELECT coalesce('=' || new.workflow_id, '') AS workflow UNION ALL SELECT '*')
  WHERE is_of_all OR workflow <> '*'
  ON CONFLICT DO UPDATE SET succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed,
    cancelled = cancelled + excluded.cancelled, last = max(last, excluded.last);
END;

CREATE TRIGGER run_slot_removed AFTER DELETE ON run BEGIN
  UPDATE run_slot SET runs = runs - 1, succeeded = succeeded - (old.status = 'succeeded'),
    failed = failed - (old.status = 'failed'), cancelled = cancelled - (old.status = 'cancelled')
  WHERE (level, workflow, slot) IN (
    SELECT level, workflow, old.created_at / length
    FROM run_slot_level, (SELECT coalesce('=' || old.workflow_id, '') AS workflow UNION ALL SELECT '*'));
  DELETE FROM run_slot WHERE runs = 0 AND (level, workflow, slot) IN (
    SELECT level, workflow, old.created_at / length
    FROM run_slot_level, (SELECT coalesce('=' || old.workflow_id, '') AS workflow UNION ALL SELECT '*'));
END;

INSERT INTO run_slot
SELECT level, workflow, created_at / length, count(*), sum(status = 'succeeded'), sum(status = 'failed'),
  sum(status = 'cancelled'), max(max(created_at, coalesce(ended_at, 0))), max(id)
FROM (
  SELECT coalesce('=' || workflow_id, '') AS workflow, id, created_at, ended_at, status FROM run
  UNION ALL SELECT '*', id, created_at, ended_at, status FROM run)
JOIN run_slot_level ON is_of_all OR workflow <> '*'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- Which runs used a data source (kind 'source') or were carried out by an agent ('agent'), by the ids that lists
-- follow.
CREATE TABLE run_used(
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY(kind, name, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_used_by_run ON run_used(id);

CREATE TRIGGER run_used_added AFTER INSERT ON attempt WHEN new.data_source NOT NULL OR new.agent NOT NULL BEGIN
  INSERT OR IGNORE INTO run_used
  SELECT kind, name, id FROM run, (
    SELECT 'source' AS kind, new.data_source AS name UNION ALL SELECT 'agent', new.agent)
  WHERE run = new.run AND name NOT NULL;
END;

-- Another source or agent of the same attempt leaves what it had before: it was used.
CREATE TRIGGER run_used_changed AFTER UPDATE OF data_source, agent ON attempt
WHEN new.data_source NOT NULL OR new.agent NOT NULL BEGIN
  INSERT OR IGNORE INTO run_used
  SELECT kind, name, id FROM run, (
    SELECT 'source' AS kind, new.data_source AS name UNION ALL SELECT 'agent', new.agent)
  WHERE run = new.run AND name NOT NULL;
END;

CREATE TRIGGER run_used_removed AFTER DELETE ON run BEGIN
  DELETE FROM run_used WHERE id = old.id;
END;

INSERT OR IGNORE INTO run_used
SELECT 'source', data_source, id FROM attempt JOIN run USING (run) WHERE data_source NOT NULL
UNION SELECT 'agent', agent, id FROM attempt JOIN run USING (run) WHERE agent NOT NULL;

-- What began it: a task of another `run`, a `schedule` or an `event` where nobody was there, else a `person`.
ALTER TABLE run ADD COLUMN begun_by TEXT AS (iif(parent NOT NULL, 'run', iif(face IN ('schedule', 'event'), face, 'person')));

-- What a chart or a trend of one workflow reads.
CREATE INDEX run_shape ON run(workflow_id, created_at, ended_at, started_at, status);
-- Those that reach out of the hour they were made in.
CREATE INDEX run_over_hour ON run(workflow_id, created_at, ended_at, status) WHERE ended_at - created_at > 3600000;
CREATE INDEX run_by_workflow_status ON run(workflow_id, status, id);
CREATE INDEX run_by_beginning ON run(begun_by, id);
CREATE INDEX run_repeating ON run(repeats) WHERE repeats NOT NULL;
-- Why a run failed, however many attempts it had.
CREATE INDEX attempt_failed ON attempt(run, ended_at, number) WHERE status = 'failed' AND error NOT NULL;
