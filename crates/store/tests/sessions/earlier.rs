//! What a database of an earlier version says of snapshots once it is opened.

use std::path::Path;

use super::open;

/// The database of an earlier version, with nothing in it.
fn made(folder: &Path, version: usize) -> rusqlite::Connection {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema");
    let files = std::fs::read_dir(schemas).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with('0'));
    files.sort();
    let database = rusqlite::Connection::open(folder.join("flowkeep.db")).unwrap();
    for file in &files[..version] {
        let sql = std::fs::read_to_string(file).unwrap();
        database.execute_batch(&sql).unwrap();
    }
    let version = format!(
        "PRAGMA application_id = {}; PRAGMA user_version = {version}",
        0x466c_774b
    );
    database.execute_batch(&version).unwrap();
    database
}

#[test]
fn a_snapshot_of_an_earlier_version_begins_where_its_session_does_unless_that_was_pointed_elsewhere()
 {
    let folder = tempfile::tempdir().unwrap();
    // That version did not say which file a snapshot begins with.
    let database = made(folder.path(), 22);
    database
        .execute_batch(
            "INSERT INTO snapshot_pack(pack, name, bytes, encrypted, state, at) VALUES (1, 'p', 1, 0, 'kept', 1);
             INSERT INTO snapshot_object(object, hash, bytes, pack, frame, frame_bytes, place)
               VALUES (1, x'01', 1, 1, 0, 1, 0);
             INSERT INTO snapshot_tree(tree, hash, status, found, files, bytes) VALUES (1, x'02', 'complete', '{}', 2, 2);
             INSERT INTO snapshot_entry(tree, path, kind, sha256, bytes, object)
               VALUES (1, 'main.yaml', 'workflow', x'03', 1, 1), (1, 'sub.yaml', 'workflow', x'03', 1, 1);",
        )
        .unwrap();
    let sessions = [
        (1, "as it was", "main.yaml"),
        (2, "pointed elsewhere", "sub.yaml"),
        (3, "begins with what is not in it", "other.yaml"),
    ];
    for (row, id, config) in sessions {
        database
            .execute(
                "INSERT INTO session(session, id, name, sort_key, origin, config, strategy, status, created_at, updated_at)
                 VALUES (?1, ?2, ?2, x'00', 'config', ?3, '{}', 'active', 1, 1)",
                (row, id, config),
            )
            .unwrap();
        database
            .execute(
                "INSERT INTO snapshot(id, session, sequence, tree, strategy, reason, actor, at)
                 VALUES (?2, ?1, 1, 1, '{}', 'begin', 'me', 1)",
                (row, id),
            )
            .unwrap();
    }
    database
        .execute_batch(
            "INSERT INTO operation(id, at, actor, face, operation, count) VALUES ('o', 1, 'me', 'cli', 'session_link', 1);
             INSERT INTO operation_item(operation, item, kind, id) VALUES ('o', 0, 'session', 'pointed elsewhere');",
        )
        .unwrap();
    drop(database);
    drop(open(folder.path()));
    let database = rusqlite::Connection::open(folder.path().join("flowkeep.db")).unwrap();
    let mut statement = database
        .prepare("SELECT config FROM snapshot ORDER BY session")
        .unwrap();
    let configs = statement.query_map([], |row| row.get(0)).unwrap();
    let configs: Vec<Option<String>> = configs.collect::<Result<_, _>>().unwrap();
    assert_eq!(configs, [Some("main.yaml".to_owned()), None, None]);
}

#[test]
fn a_pack_of_an_earlier_version_is_encrypted_to_the_key_in_use_unless_it_was_somebody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let database = made(folder.path(), 25);
    database
        .execute_batch(
            "INSERT INTO setting(key, value) VALUES ('snapshot_recipient', '\"age1ours\"');
             INSERT INTO snapshot_pack(name, bytes, encrypted, state, at) VALUES
               ('open', 1, 0, 'kept', 1), ('ours', 1, 1, 'kept', 1), ('theirs', 1, 2, 'kept', 1);",
        )
        .unwrap();
    drop(database);
    drop(open(folder.path()));
    let database = rusqlite::Connection::open(folder.path().join("flowkeep.db")).unwrap();
    let mut statement = database
        .prepare("SELECT encrypted, recipient FROM snapshot_pack ORDER BY name")
        .unwrap();
    let packs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let packs: Vec<(i64, Option<String>)> = packs.unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(
        packs,
        [(0, None), (1, Some("age1ours".to_owned())), (1, None)]
    );
}
