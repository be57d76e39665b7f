//! Creating, checking and migrating the database file.

use std::fs::OpenOptions;
use std::path::Path;

use flowkeep_host::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction};
use rusqlite_migration::{HookError, M, Migrations};

use crate::opened::{OpenName, OpenedFile};
use crate::path_value::PathValue;
use crate::{StoreError, schedule};

/// `FlwK`, so that `file(1)` and we can tell our database from others.
pub const APPLICATION_ID: i32 = 0x466c_774b;

/// Bytes of a page. A text of two kilobytes nearly fills one of SQLite's own default of 4096 by
/// itself and leaves the rest of it empty; this holds three of them.
pub(crate) const PAGE: u32 = 8192;

/// Additive and numbered; a row that landed is never edited.
fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("schema/0001_catalog.sql")),
        M::up(include_str!("schema/0002_known_backups.sql")),
        M::up(include_str!("schema/0003_drafts.sql")),
        M::up(include_str!("schema/0004_runs.sql")),
        // No version that had runs and none of this was ever given out: there is nothing to index yet.
        M::up(include_str!("schema/0005_logs.sql")),
        M::up(include_str!("schema/0006_runs_brought_in.sql")),
        M::up(include_str!("schema/0007_order.sql")),
        M::up(include_str!("schema/0008_passed_over.sql")),
        M::up(include_str!("schema/0009_connections.sql")),
        M::up_with_hook(
            include_str!("schema/0010_schedules.sql"),
            |tx: &Transaction<'_>| {
                schedule::derive(tx).map_err(|error| HookError::Hook(error.to_string()))
            },
        ),
        M::up(include_str!("schema/0011_arrivals.sql")),
        M::up(include_str!("schema/0012_notices.sql")),
        M::up(include_str!("schema/0013_switched_off_and_unserved.sql")),
        M::up(include_str!("schema/0014_fallen_writes.sql")),
        M::up(include_str!("schema/0015_task_folders.sql")),
        M::up(include_str!("schema/0016_notice_receivers.sql")),
        M::up(include_str!("schema/0017_sessions.sql")),
        M::up(include_str!("schema/0018_forgotten_folders.sql")),
        M::up(include_str!("schema/0019_warnings.sql")),
        M::up(include_str!("schema/0020_config_look.sql")),
        M::up(include_str!("schema/0021_history.sql")),
        M::up(include_str!("schema/0022_session_standing.sql")),
        M::up(include_str!("schema/0023_snapshot_entry.sql")),
        M::up(include_str!("schema/0024_removed_runs.sql")),
        M::up(include_str!("schema/0025_looking.sql")),
        M::up(include_str!("schema/0026_snapshot_keys.sql")),
        M::up(include_str!("schema/0027_stated_times.sql")),
        M::up(include_str!("schema/0028_came_in.sql")),
        M::up(include_str!("schema/0029_config_seen.sql")),
    ])
}

/// The version this program knows.
const KNOWN: u32 = 29;

/// Copies kept of the database as it was before a migration.
const COPIES: usize = 3;

/// Opens the database for writing, after creating or migrating it. Before a migration the file is
/// copied to `safety`.
///
/// # Errors
/// [`StoreError::Newer`] without having written anything, [`StoreError::NotOurs`],
/// [`StoreError::Damaged`], [`StoreError::ReadOnly`], [`StoreError::Full`].
pub(crate) fn open_writer(
    path: &Path,
    safety: &Path,
    now: Timestamp,
) -> Result<Connection, StoreError> {
    create_private(path)?;
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection)?;
    if version(&connection)? < KNOWN {
        // One process migrates, the others wait here and then find it done.
        let _guard = migration_guard(path)?;
        check_ours(&connection)?;
        let found = version(&connection)?;
        if found == 0 {
            create(&connection)?;
        } else if found < KNOWN {
            copy_before_migration(&connection, safety, found, now)?;
        }
        keep_log(&connection)?;
        migrations()
            .to_latest(&mut connection)
            .map_err(migration_error)?;
    }
    check_ours(&connection)?;
    check_version(&connection)?;
    // A safety copy in the place of a damaged database has none yet.
    keep_log(&connection)?;
    Ok(connection)
}

/// Makes a database that is thrown away afterwards: nothing of it is flushed, and it is written
/// once, not to a journal first.
///
/// # Errors
/// What SQLite says.
pub(crate) fn open_scratch(path: &Path) -> Result<Connection, StoreError> {
    create_private(path)?;
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection)?;
    create(&connection)?;
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")?;
    migrations()
        .to_latest(&mut connection)
        .map_err(migration_error)?;
    Ok(connection)
}

/// What a database file is for good from its first page on.
fn create(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(&format!(
        "PRAGMA page_size = {PAGE}; PRAGMA auto_vacuum = INCREMENTAL"
    ))?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(())
}

/// With a log, writers and readers do not wait for each other. Some disks cannot hold one; nothing is
/// lost there, so that the database is opened all the same. Says whether there is one.
fn keep_log(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "PRAGMA journal_mode = WAL";
    let mode: String = connection.query_row(sql, [], |row| row.get(0))?;
    let kept = mode == "wal";
    if !kept {
        tracing::warn!(
            mode,
            "this disk holds no log: who reads and who writes wait for each other"
        );
    }
    Ok(kept)
}

/// Opens a connection that only reads.
///
/// # Errors
/// What SQLite says.
pub(crate) fn open_reader(opened: &OpenedFile) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match opened.name() {
        OpenName::Path(PathValue(path)) => Connection::open_with_flags(path, flags)?,
        OpenName::Still(address) => {
            Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_URI)?
        }
    };
    prepare(&connection)?;
    Ok(connection)
}

/// The settings every connection has.
fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA synchronous = FULL;
         PRAGMA trusted_schema = OFF;
         PRAGMA cache_size = -16384;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Refuses a database that a newer program has migrated. Cheap: it reads page 1, which every
/// transaction reads anyway, so each write asks again.
///
/// # Errors
/// [`StoreError::Newer`].
pub(crate) fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    if found > KNOWN {
        return Err(StoreError::Newer {
            found,
            known: KNOWN,
        });
    }
    Ok(())
}

/// Whether it is of the version this program knows, and neither newer nor older.
pub(crate) fn is_known(connection: &Connection) -> Result<bool, StoreError> {
    Ok(version(connection)? == KNOWN)
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

pub(crate) fn check_ours(connection: &Connection) -> Result<(), StoreError> {
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if id == APPLICATION_ID || (id == 0 && tables == 0) {
        Ok(())
    } else {
        Err(StoreError::NotOurs)
    }
}

/// SQLite would make the file readable by all; its side files take the mode of the file.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn migration_guard(path: &Path) -> Result<std::fs::File, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let guard = options.open(path.with_extension("migration-lock"))?;
    guard.lock()?;
    Ok(guard)
}

/// `VACUUM INTO` writes a whole, consistent copy without side files; SQLite does not promise to
/// flush it, so we do.
fn copy_before_migration(
    connection: &Connection,
    safety: &Path,
    found: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    flowkeep_host::private_folder(safety)?;
    let copy = safety.join(format!("before-migration-{found}-{}.db", now.0));
    // One that was broken off has this name; the guard of the migration is ours.
    let partial = safety.join("before-migration.db.partial");
    if let Err(error) = std::fs::remove_file(&partial)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error.into());
    }
    create_private(&partial)?;
    connection.execute("VACUUM INTO ?1", [PathValue(partial.clone())])?;
    std::fs::File::open(&partial)?.sync_all()?;
    std::fs::rename(&partial, &copy)?;
    std::fs::File::open(safety)?.sync_all()?;
    prune_copies(safety, &copy);
    Ok(())
}

/// Keeps the copies of the newest few migrations, `made` for the one under way among them whatever there
/// is. The version tells which is newer: the clock may have been wrong. One that cannot be removed stays and is tried again at the next migration.
fn prune_copies(safety: &Path, made: &Path) {
    let Ok(entries) = std::fs::read_dir(safety) else {
        return;
    };
    let mut copies: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path() != made)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let of = name
                .strip_prefix("before-migration-")?
                .strip_suffix(".db")?;
            let (version, at) = of.split_once('-')?;
            let order: (u32, i64) = (version.parse().ok()?, at.parse().ok()?);
            Some((order, entry.path()))
        })
        .collect();
    copies.sort_unstable_by(|one, other| other.cmp(one));
    for (_, path) in copies.into_iter().skip(COPIES - 1) {
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "could not be removed");
        }
    }
}

fn migration_error(error: rusqlite_migration::Error) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => StoreError::Damaged(other.to_string()),
    }
}

/// A database of the first version, with one setting.
#[cfg(test)]
pub(crate) fn make_older(path: &Path) {
    let mut older = Connection::open(path).unwrap();
    older
        .pragma_update(None, "application_id", APPLICATION_ID)
        .unwrap();
    migrations().to_version(&mut older, 1).unwrap();
    let set = "INSERT INTO setting(key, value) VALUES ('theme', '\"dark\"')";
    older.execute_batch(set).unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> Result<Connection, StoreError> {
        open_writer(
            &folder.join("flowkeep.db"),
            &folder.join("safety"),
            Timestamp(1),
        )
    }

    /// After the way back to an earlier state there are copies of later versions.
    #[test]
    fn the_copy_for_the_migration_under_way_stays_whatever_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let safety = folder.path().join("safety");
        std::fs::create_dir(&safety).unwrap();
        for at in [11, 12, 13] {
            std::fs::write(safety.join(format!("before-migration-7-{at}.db")), "").unwrap();
        }
        let path = folder.path().join("flowkeep.db");
        make_older(&path);
        open_writer(&path, &safety, Timestamp(1)).unwrap();
        let left = |name: &str| safety.join(name).exists();
        assert!(left("before-migration-1-1.db"));
        assert!(left("before-migration-7-13.db") && left("before-migration-7-12.db"));
        assert!(!left("before-migration-7-11.db"));
    }

    #[test]
    fn migrations_are_sound() {
        migrations().validate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(version(&open(folder.path()).unwrap()).unwrap(), KNOWN);
    }

    #[test]
    fn a_disk_that_holds_no_log_is_noticed_and_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(keep_log(&open(folder.path()).unwrap()).unwrap());
        // What is in memory has no log either.
        assert!(!keep_log(&Connection::open_in_memory().unwrap()).unwrap());
    }

    #[test]
    fn an_older_database_is_copied_and_its_backups_keep_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let mut older = Connection::open(&path).unwrap();
        older
            .pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        migrations().to_version(&mut older, 1).unwrap();
        older
            .execute_batch(
                "INSERT INTO known_backup(id, path, created_at, count, bytes, operation)
                 VALUES ('b', '/b', 1, 0, 0, ''), ('a', '/a', 2, 0, 0, '')",
            )
            .unwrap();
        drop(older);
        let connection = open(folder.path()).unwrap();
        let known: Vec<(String, u32, String)> = connection
            .prepare("SELECT id, sequence, history FROM known_backup ORDER BY sequence")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let all = || "\"all\"".to_owned();
        assert_eq!(known, [("a".into(), 1, all()), ("b".into(), 2, all())]);
        let copy = folder.path().join("safety/before-migration-1-1.db");
        let copy = Connection::open(copy).unwrap();
        assert_eq!(version(&copy).unwrap(), 1);
    }

    #[test]
    fn the_copies_of_the_newest_few_migrations_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let safety = folder.path().join("safety");
        std::fs::create_dir(&safety).unwrap();
        let other = ["before-restore-1.db", "before-migration-of-mine.db"];
        let older = [
            "before-migration-0-9.db",
            "before-migration-1-3.db",
            "before-migration-1-20.db",
        ];
        for name in other.iter().chain(&older) {
            std::fs::write(safety.join(name), "x").unwrap();
        }
        make_older(&folder.path().join("flowkeep.db"));
        let later = open_writer(&folder.path().join("flowkeep.db"), &safety, Timestamp(100));
        drop(later.unwrap());
        let mut left: Vec<_> = std::fs::read_dir(&safety)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let kept = [
            "before-migration-1-100.db",
            older[2],
            older[1],
            other[1],
            other[0],
        ];
        assert_eq!(left, kept);
    }

    #[test]
    fn the_schema_is_as_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(folder.path()).unwrap();
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE '%\\_search\\_%' ESCAPE '\\' ORDER BY name")
            .unwrap();
        let sql: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        insta::assert_snapshot!(sql.join("\n\n"));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_belongs_to_its_owner_alone_and_gives_space_back() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let connection = open(folder.path()).unwrap();
        for name in ["flowkeep.db", "flowkeep.db-wal"] {
            let mode = folder
                .path()
                .join(name)
                .metadata()
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let vacuum: i32 = connection
            .query_row("PRAGMA auto_vacuum", [], |row| row.get(0))
            .unwrap();
        assert_eq!(vacuum, 2);
        let synchronous: i32 = connection
            .query_row("PRAGMA synchronous", [], |row| row.get(0))
            .unwrap();
        assert_eq!(
            synchronous, 2,
            "a power cut takes back nothing that was said"
        );
    }

    #[test]
    fn a_newer_database_is_refused_untouched() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path())
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        let before = std::fs::read(folder.path().join("flowkeep.db")).unwrap();
        let error = open(folder.path()).unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Newer {
                    found: 99,
                    known: KNOWN
                }
            ),
            "{error}"
        );
        assert_eq!(
            std::fs::read(folder.path().join("flowkeep.db")).unwrap(),
            before
        );
    }

    #[test]
    fn another_programs_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t(x)")
            .unwrap();
        assert!(matches!(
            open(folder.path()).unwrap_err(),
            StoreError::NotOurs
        ));
    }

    #[test]
    fn a_file_that_is_no_database_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("flowkeep.db"), "x".repeat(8192)).unwrap();
        assert!(matches!(
            open(folder.path()).unwrap_err(),
            StoreError::Damaged(_)
        ));
    }

    #[test]
    fn processes_that_open_a_new_folder_at_once_all_find_it_made() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let opened: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| open(folder.path()).map(|_| ())))
                .collect();
            for result in opened {
                result.join().unwrap().unwrap();
            }
        });
    }
}
