//! Task folders, and what is being done in them, as the store keeps it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::FolderId;
use flowkeep_core::folder::{Policy, Settings};
use flowkeep_host::testing::TestClock;
use flowkeep_store::{
    FolderBegun, FolderWork, FolderWorkKind, ForgottenFolder, KnownArchive, Store, StoreError,
    StoreOptions, TaskFolderRecord,
};

fn open(folder: &Path) -> Store {
    Store::open(StoreOptions {
        path: folder.join("flowkeep.db"),
        safety: folder.join("safety"),
        clock: Arc::new(TestClock::at(1_000_000)),
    })
    .unwrap()
}

fn id(n: u8) -> FolderId {
    format!("0000000000000000000000000{n}").parse().unwrap()
}

fn folder(n: u8, path: PathBuf) -> TaskFolderRecord {
    TaskFolderRecord {
        id: id(n),
        workflow_id: "nightly".to_owned(),
        path,
        settings: Settings::default(),
        sequence: 0,
        created_at: 5,
    }
}

fn add(store: &Store, folder: TaskFolderRecord) -> Result<(), StoreError> {
    store.write(move |tx| tx.add_task_folder(&folder))
}

fn work(n: u8, archive: &str) -> FolderWork {
    FolderWork {
        folder: id(n),
        kind: FolderWorkKind::Archive,
        archive: archive.to_owned(),
        run: None,
        plan: "{}".to_owned(),
        at: 7,
    }
}

fn begin(store: &Store, work: &FolderWork) -> FolderBegun {
    let work = work.clone();
    store
        .write::<_, StoreError>(move |tx| tx.begin_folder_work(&work))
        .unwrap()
}

#[test]
fn a_folder_is_found_by_its_id_its_path_and_its_name() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let real = root.path().canonicalize().unwrap();
    for (n, path) in [(1, "a/task_1"), (2, "b/task_1"), (3, "b/other")] {
        std::fs::create_dir_all(real.join(path)).unwrap();
        add(&store, folder(n, real.join(path))).unwrap();
    }
    let meant = |text: &str| -> Vec<FolderId> {
        let found = store.task_folders_meant(text).unwrap();
        found.into_iter().map(|folder| folder.id).collect()
    };
    assert_eq!(meant(&id(2).to_string()), [id(2)]);
    assert_eq!(meant("other"), [id(3)]);
    assert_eq!(
        meant("task_1"),
        [id(1), id(2)],
        "which one, nobody can tell"
    );
    assert_eq!(meant(real.join("b/task_1").to_str().unwrap()), [id(2)]);
    assert_eq!(meant(real.join("a/../b/other").to_str().unwrap()), [id(3)]);
    assert_eq!(meant("nothing"), []);
    assert!(
        add(&store, folder(4, real.join("b/other"))).is_err(),
        "one place is one folder"
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_away_is_found_by_any_path_that_leads_to_it() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let real = root.path().canonicalize().unwrap();
    std::fs::create_dir_all(real.join("media/work")).unwrap();
    std::os::unix::fs::symlink(real.join("media/work"), real.join("link")).unwrap();
    add(&store, folder(1, real.join("media/work/drive/reports"))).unwrap();
    let meant = |path: &Path| {
        let found = store.task_folders_meant(path.to_str().unwrap()).unwrap();
        found
            .into_iter()
            .map(|folder| folder.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(meant(&real.join("link/drive/reports")), [id(1)]);
    assert_eq!(
        meant(&real.join("media/x/../work/drive/./reports")),
        [id(1)]
    );
    let here = std::env::current_dir().unwrap().canonicalize().unwrap();
    let up = "../".repeat(here.components().count());
    let relative = Path::new(&up).join(real.strip_prefix("/").unwrap());
    assert_eq!(meant(&relative.join("link/drive/reports")), [id(1)]);
    assert_eq!(meant(&relative.join("link/drive/other")), []);
}

#[cfg(unix)]
#[test]
fn a_path_that_leads_back_through_a_link_means_where_it_really_leads() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let real = root.path().canonicalize().unwrap();
    for path in ["reports", "media/reports", "media/drive"] {
        std::fs::create_dir_all(real.join(path)).unwrap();
    }
    std::os::unix::fs::symlink(real.join("media/drive"), real.join("link")).unwrap();
    // Read as it is spelled, the path would lead to the first.
    for (n, path) in [(1, "reports"), (2, "media/reports")] {
        add(&store, folder(n, real.join(path))).unwrap();
    }
    let path = real.join("link/../reports");
    let found = store.task_folders_meant(path.to_str().unwrap()).unwrap();
    let found: Vec<_> = found.into_iter().map(|folder| folder.id).collect();
    assert_eq!(found, [id(2)]);
}

#[test]
fn a_folder_that_left_the_list_is_known_by_its_place_until_it_is_back() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let inside = root.path().canonicalize().unwrap().join("task-folders/one");
    let forget = |n: u8| {
        let forgotten =
            store.write::<_, StoreError>(move |tx| tx.forget_task_folder(id(n), "ada", "test"));
        assert!(forgotten.unwrap().is_some());
    };
    let was = |n: u8| store.forgotten_folder(id(n)).unwrap();
    for (n, path) in [(1, inside.clone()), (2, "/data/two".into())] {
        add(&store, folder(n, path.clone())).unwrap();
        assert_eq!((was(n), store.id_before(&path).unwrap()), (None, None));
        forget(n);
        assert_eq!(was(n), Some(ForgottenFolder::Path(path.clone())));
        assert_eq!(store.id_before(&path).unwrap(), Some(id(n)));
    }
    assert_eq!(was(2).unwrap().told(id(2)), "/data/two");

    // What is known elsewhere under this id does not come back here.
    add(&store, folder(2, "/data/moved".into())).unwrap();
    assert_eq!(store.id_before(Path::new("/data/two")).unwrap(), None);
    add(&store, folder(1, inside.clone())).unwrap();
    assert_eq!(store.id_before(&inside).unwrap(), None);

    // Before places were kept, Activity alone knew the name.
    let database = rusqlite::Connection::open(root.path().join("flowkeep.db")).unwrap();
    forget(1);
    database
        .execute("DELETE FROM forgotten_folder", [])
        .unwrap();
    let name = ForgottenFolder::Name("one".to_owned());
    assert_eq!(name.told(id(1)), format!("one ({})", id(1)));
    assert_eq!(was(1), Some(name));
    assert_eq!(was(9), None);
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_text_comes_back_byte_for_byte() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let odd = Path::new("/a b").join(OsStr::from_bytes(b"\xd6\xd0\xce\xc4\n"));
    add(&store, folder(1, odd.clone())).unwrap();
    assert_eq!(store.task_folder(id(1)).unwrap().unwrap().path, odd);
}

#[test]
fn what_its_owner_wants_of_a_folder_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    add(&store, folder(1, "/data/one".into())).unwrap();
    let settings = Settings {
        on_archive_failure: Policy::Continue,
        keep: vec!["input.csv".to_owned()],
        ..Settings::default()
    };
    let set = |id| {
        let settings = settings.clone();
        store
            .write::<_, StoreError>(move |tx| tx.set_task_folder(id, &settings))
            .unwrap()
    };
    assert!(set(id(1)));
    assert!(!set(id(2)), "nobody knows it");
    assert_eq!(
        store.task_folder(id(1)).unwrap().unwrap().settings,
        settings
    );
}

#[test]
fn one_thing_at_a_time_is_done_in_a_folder_and_each_archive_has_the_next_number() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    add(&store, folder(1, "/data/one".into())).unwrap();
    let first = work(1, "file_bak_20250121_094400");
    assert_eq!(begin(&store, &first), FolderBegun::Begun(1));
    assert_eq!(
        begin(&store, &work(1, "x")),
        FolderBegun::Busy(first.clone())
    );
    assert_eq!(begin(&store, &work(2, "x")), FolderBegun::Unknown);
    assert_eq!(store.folder_works().unwrap(), [first]);
    store
        .write::<_, StoreError>(|tx| tx.rename_folder_work(id(1), "file_bak_20250121_094400_1"))
        .unwrap();
    assert_eq!(
        store.folder_work(id(1)).unwrap().unwrap().archive,
        "file_bak_20250121_094400_1"
    );
    store
        .write::<_, StoreError>(|tx| tx.end_folder_work(id(1), None))
        .unwrap();
    assert_eq!(store.folder_works().unwrap(), []);
    // Clocks go back, the number does not. Putting back makes an archive too, a clean-up none.
    let other = |kind| FolderWork {
        kind,
        ..work(1, "file_bak_20250121_094400")
    };
    for (work, number) in [
        (other(FolderWorkKind::PutBack), 2),
        (other(FolderWorkKind::CleanUp), 2),
        (work(1, "file_bak_2020"), 3),
    ] {
        assert_eq!(begin(&store, &work), FolderBegun::Begun(number));
        store
            .write::<_, StoreError>(|tx| tx.end_folder_work(id(1), None))
            .unwrap();
    }
}

#[test]
fn what_was_read_of_archives_is_remembered_and_forgotten() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    add(&store, folder(1, "/data/one".into())).unwrap();
    let archive = |name: &str, stamp: &str| KnownArchive {
        name: name.to_owned(),
        stamp: stamp.to_owned(),
        summary: "{}".to_owned(),
    };
    let note = |id, read: Vec<KnownArchive>, gone: Vec<String>| {
        store
            .write::<_, StoreError>(move |tx| tx.note_archives(id, &read, &gone))
            .unwrap();
    };
    note(id(1), vec![archive("a", "1"), archive("b", "1")], vec![]);
    note(id(1), vec![archive("b", "2")], vec!["a".to_owned()]);
    assert_eq!(store.known_archives(id(1)).unwrap(), [archive("b", "2")]);
    // A folder that nobody knows any more, by now.
    note(id(2), vec![archive("a", "1")], vec![]);
    assert_eq!(store.known_archives(id(2)).unwrap(), []);
}
