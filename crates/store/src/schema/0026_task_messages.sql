-- The last lines about one task, of however many its run has.
CREATE INDEX message_by_task ON message(run, task, message) WHERE task NOT NULL;
