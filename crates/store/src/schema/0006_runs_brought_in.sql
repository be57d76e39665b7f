-- Runs that came with a restore. One that was under way there goes on when somebody here says so.
ALTER TABLE run ADD COLUMN brought_in INTEGER NOT NULL DEFAULT 0;

-- In the order in which they ended: what a backup seals month by month.
CREATE INDEX run_ended ON run(ended_at, run) WHERE ended_at NOT NULL;
