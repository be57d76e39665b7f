-- The file that a session began with when the snapshot was taken, from the root; null where that was no file. The session
-- may be pointed to another one afterwards.
ALTER TABLE snapshot ADD COLUMN config TEXT;

-- Of those that are here: what the session begins with now, where they have that and nobody pointed it elsewhere. Of
-- the others their manifests say it.
UPDATE snapshot SET config = (
  SELECT s.config FROM session s JOIN snapshot_entry e ON e.tree = snapshot.tree AND e.path = s.config
  WHERE s.session = snapshot.session AND NOT EXISTS (
    SELECT 1 FROM operation_item i JOIN operation o ON o.id = i.operation
    WHERE i.kind = 'session' AND i.id = s.id AND o.operation = 'session_link'));
