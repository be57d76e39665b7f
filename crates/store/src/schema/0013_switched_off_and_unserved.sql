-- The import or restore that switched a workflow off which was on: its undo switches it on again.
ALTER TABLE schedule ADD COLUMN switched_off_by TEXT;

-- What is said of tasks that no agent can do is asked for once a second, while a run may say a million
-- other things.
CREATE INDEX message_unserved ON message(run, message)
  WHERE level = 'warning' AND instr(said, 'run_no_agent') > 0;
