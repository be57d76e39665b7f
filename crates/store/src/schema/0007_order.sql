-- Lists go by the ids of runs, which rise with time; the rows of runs that came with a restore do not.
DROP INDEX run_by_workflow;
DROP INDEX run_by_status;
CREATE INDEX run_by_workflow ON run(workflow_id, id);
CREATE INDEX run_by_status ON run(status, id);

-- The first rows of stretches of `run` in which ids rise with rows, but for the very first one. Search
-- walks by rows, so it walks each stretch by itself (store/src/run_search.rs).
CREATE TABLE run_stretch(first INTEGER PRIMARY KEY) STRICT;
INSERT INTO run_stretch(first)
  SELECT run FROM (SELECT run, id, lag(id) OVER (ORDER BY run) AS before FROM run)
  WHERE id < before;

-- What a clean-up looks for: what was wanted of a run, and who else has a text.
CREATE INDEX run_request_by_run ON run_request(run);
CREATE INDEX run_by_content ON run(content);
CREATE INDEX revision_by_content ON revision(content);
CREATE INDEX document_by_content ON document(content);
