//! Putting files of an archive back.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use flowkeep_core::FolderId;
use flowkeep_core::folder::Settings;
use flowkeep_files::folders::{
    FolderError, PutBackPlan, PutBackState, PutBackWanted, archives, put_back, put_back_plan,
    recover,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Progress, Space, SystemFiles, Unfollowed};
use flowkeep_store::{FolderWork, FolderWorkKind, Store, StoreError, TaskFolderRecord};

use crate::place::{Place, names};

fn text(place: &Place, name: &str) -> String {
    fs::read_to_string(place.at(name)).unwrap()
}

fn states(plan: &PutBackPlan) -> Vec<(&str, PutBackState)> {
    let files = plan.files.iter();
    files.map(|file| (file.name.as_str(), file.state)).collect()
}

#[test]
fn all_of_an_archive_comes_back_and_all_of_today_is_archived_first() {
    let mut place = Place::with(Settings {
        keep: vec!["mine.csv".to_owned()],
        ..Settings::default()
    });
    place.put(&["a.ddl", "b.md", "same.json"]);
    let archive = place.archive().archive.unwrap();
    place.put(&["same.json", "mine.csv", "later.md"]);
    fs::write(place.at("a.ddl"), "another").unwrap();
    let plan = place.plan(&archive, None);
    assert_eq!(
        states(&plan),
        [
            ("a.ddl", PutBackState::Returns),
            ("b.md", PutBackState::Returns),
            ("same.json", PutBackState::Same),
        ]
    );
    assert_eq!(plan.makes_way, ["a.ddl", "later.md"]);
    assert_eq!(plan.files[0].replaces.as_deref(), Some("a.ddl"));
    assert!(plan.files.iter().all(|file| !file.unverified));

    let put = place.put_back(&archive, None);
    assert_eq!(put.restored, ["a.ddl", "b.md"]);
    assert_eq!(
        (put.same, put.failed.len()),
        (vec!["same.json".to_owned()], 0)
    );
    assert_eq!(put.bytes, "this is a.ddlthis is b.md".len() as u64);
    let first = put.archived_first.unwrap();
    assert_eq!(
        place.names(),
        [
            "a.ddl",
            "b.md",
            archive.as_str(),
            first.as_str(),
            "mine.csv",
            "same.json"
        ]
    );
    assert_eq!(text(&place, "a.ddl"), "this is a.ddl");
    assert_eq!(names(&place.at(&archive)).len(), 4, "the archive is whole");
    let record = place.record(&first);
    assert_eq!(record.made_way_for.as_ref(), Some(&archive));
    let listed = archives(&place.workshop, place.id).unwrap();
    let made_way: Vec<_> = listed.iter().map(|one| one.made_way_for.as_ref()).collect();
    assert_eq!(made_way, [Some(&archive), None]);
    assert_eq!(record.moved_files, ["a.ddl", "later.md"]);
    assert_eq!(record.files.len(), 3, "what stays is copied along");
    assert_eq!(place.activity(), ["folder_put_back", "folder_archive"]);

    // It can be undone in the same way.
    let undone = place.put_back(&first, None);
    assert_eq!(undone.restored, ["a.ddl", "later.md"]);
    assert_eq!(text(&place, "a.ddl"), "another");
    assert!(place.at("same.json").exists() && !place.at("b.md").exists());
}

#[test]
fn a_few_come_back_and_only_what_has_their_names_makes_way() {
    let mut place = Place::new();
    place.put(&["a", "b", "c"]);
    let archive = place.archive().archive.unwrap();
    for name in ["a", "b", "d"] {
        fs::write(place.at(name), "another").unwrap();
    }
    let put = place.put_back(&archive, Some(&["a", "c"]));
    assert_eq!(put.restored, ["a", "c"]);
    let first = put.archived_first.unwrap();
    assert_eq!(place.record(&first).moved_files, ["a"]);
    assert_eq!(text(&place, "b"), "another");
    assert_eq!(text(&place, "c"), "this is c");
    assert!(place.at("d").exists());
    // Nothing has to make way: no archive is made.
    fs::remove_file(place.at("c")).unwrap();
    assert_eq!(place.put_back(&archive, Some(&["c"])).archived_first, None);
    // It is there already: nothing is done at all.
    let told = place.activity().len();
    let put = place.put_back(&archive, Some(&["c"]));
    assert_eq!((put.restored.len(), put.same.len()), (0, 1));
    assert_eq!(place.activity().len(), told);
}

#[test]
fn the_list_of_tables_comes_back_and_todays_is_kept() {
    let mut place = Place::new();
    place.put(&["a", "table_list.txt"]);
    let archive = place.archive().archive.unwrap();
    fs::rename(place.at("table_list.txt"), place.at("Table_List.TXT")).unwrap();
    fs::write(place.at("Table_List.TXT"), "other tables").unwrap();
    let put = place.put_back(&archive, Some(&["table_list.txt"]));
    assert_eq!(put.restored, ["table_list.txt"]);
    let first = put.archived_first.unwrap();
    assert_eq!(place.record(&first).moved_files, ["Table_List.TXT"]);
    assert_eq!(
        text(&place, &format!("{first}/Table_List.TXT")),
        "other tables"
    );
    assert_eq!(text(&place, "table_list.txt"), "this is table_list.txt");
    assert!(!place.at("Table_List.TXT").exists());
}

#[test]
fn what_was_renamed_and_retold_comes_back_as_it_was() {
    let mut place = Place::new();
    place.put(&["backup_info.json", "neighbour"]);
    symlink("sub/file", place.at("to-sub")).unwrap();
    symlink("neighbour", place.at("to-neighbour")).unwrap();
    let archive = place.archive().archive.unwrap();
    let put = place.put_back(&archive, None);
    assert_eq!(put.restored.len(), 4);
    assert_eq!(text(&place, "backup_info.json"), "this is backup_info.json");
    let leads_to = |name: &str| fs::read_link(place.at(name)).unwrap();
    assert_eq!(leads_to("to-sub").to_str(), Some("sub/file"));
    assert_eq!(leads_to("to-neighbour").to_str(), Some("neighbour"));
    assert_eq!(place.plan(&archive, None).makes_way, Vec::<String>::new());
}

#[test]
fn what_is_damaged_or_gone_is_named_and_todays_stays() {
    let mut place = Place::new();
    place.put(&["a", "b", "c", "table_list.txt"]);
    let archive = place.archive().archive.unwrap();
    fs::write(place.at(&archive).join("b"), "this is B").unwrap();
    fs::remove_file(place.at(&archive).join("c")).unwrap();
    for name in ["a", "b", "c"] {
        fs::write(place.at(name), format!("today's {name}")).unwrap();
    }
    let plan = place.plan(&archive, None);
    let why = |at: usize| plan.files[at].reason.as_ref().unwrap().code.as_str();
    assert_eq!((why(1), why(2)), ("put_back_damaged", "put_back_gone"));
    assert_eq!(plan.makes_way, ["a"]);
    let put = place.put_back(&archive, None);
    assert_eq!(put.restored, ["a"]);
    let failed: Vec<_> = put.failed.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(failed, ["c", "b"]);
    assert_eq!(text(&place, "a"), "this is a");
    assert_eq!(
        (text(&place, "b"), text(&place, "c")),
        ("today's b".into(), "today's c".into())
    );
    let record = place.record(&put.archived_first.unwrap());
    assert_eq!(record.moved_files, ["a"]);
}

/// What is the same as the record says is left, whatever has become of the archive.
#[test]
fn a_damaged_file_that_the_folder_still_has_is_no_matter() {
    let place = Place::new();
    place.put(&["a"]);
    let archive = place.archive().archive.unwrap();
    fs::write(place.at(&archive).join("a"), "this is A").unwrap();
    place.put(&["a"]);
    assert_eq!(
        states(&place.plan(&archive, None)),
        [("a", PutBackState::Same)]
    );
}

#[test]
fn archives_of_earlier_tools_come_back_and_say_that_nothing_proves_them() {
    let mut place = Place::new();
    let archive = "file_bak_20250721_120236";
    let old = place.at(archive);
    fs::create_dir(&old).unwrap();
    for name in ["a.ddl", "later.txt"] {
        fs::write(old.join(name), "old").unwrap();
    }
    let record = r#"{"backup_time": "2025-07-21T12:02:36", "moved_files": ["a.ddl", "gone.md"],
        "backup_directory": "file_bak_20250721_120236", "task_id": "task", "failed_files": []}"#;
    fs::write(old.join("backup_info.json"), record).unwrap();
    place.put(&["a.ddl"]);
    let plan = place.plan(archive, None);
    assert_eq!(
        states(&plan),
        [
            ("a.ddl", PutBackState::Returns),
            ("gone.md", PutBackState::Hindered),
            ("later.txt", PutBackState::Besides),
        ]
    );
    assert!(plan.files[0].unverified && plan.unread.is_none());
    let put = place.put_back(archive, None);
    assert_eq!(
        (put.restored.len(), put.failed[0].file.as_str()),
        (1, "gone.md")
    );
    assert_eq!(text(&place, "a.ddl"), "old");
    assert!(!place.at("later.txt").exists());
    assert_eq!(
        place.put_back(archive, Some(&["later.txt"])).restored,
        ["later.txt"]
    );

    // Without a record it is files all the same; one that a newer version wrote is left alone.
    fs::remove_file(old.join("backup_info.json")).unwrap();
    fs::remove_file(place.at("a.ddl")).unwrap();
    let plan = place.plan(archive, None);
    assert_eq!(plan.unread.unwrap().code, "archive_record_missing");
    assert_eq!(place.put_back(archive, None).restored, ["a.ddl"]);
    fs::write(old.join("backup_info.json"), r#"{"format": 9}"#).unwrap();
    let refused = put_back_plan(&place.workshop, place.id, archive, None, &Unfollowed);
    assert!(matches!(refused, Err(FolderError::Unreadable { .. })));
}

#[test]
fn what_is_not_there_or_leads_elsewhere_is_refused() {
    let place = Place::new();
    place.put(&["a"]);
    let archive = place.archive().archive.unwrap();
    let plan = |archive: &str, only: Option<&[String]>| {
        put_back_plan(&place.workshop, place.id, archive, only, &Unfollowed)
    };
    let unknown = ["a".to_owned(), "x".to_owned()];
    let refused = plan(&archive, Some(&unknown));
    assert!(matches!(refused, Err(FolderError::NoFiles(names)) if names == ["x"]));
    let refused = plan("../elsewhere", None);
    assert!(matches!(refused, Err(FolderError::NoArchive(_))));
    let record = r#"{"moved_files": ["../../out", "a/b"]}"#;
    fs::write(place.at(&archive).join("backup_info.json"), record).unwrap();
    let plan = plan(&archive, None).unwrap();
    let returning = plan
        .files
        .iter()
        .filter(|file| file.state == PutBackState::Returns);
    assert_eq!(returning.count(), 0, "{plan:?}");
}

#[test]
fn what_changed_since_the_plan_is_looked_at_anew() {
    let place = Place::new();
    place.put(&["a", "b"]);
    let archive = place.archive().archive.unwrap();
    fs::write(place.at("a"), "another").unwrap();
    let changes: [(&str, &dyn Fn()); 4] = [
        ("of today", &|| {
            fs::write(place.at("a"), "yet another").unwrap();
        }),
        ("new", &|| fs::write(place.at("new"), "x").unwrap()),
        ("gone", &|| fs::remove_file(place.at("new")).unwrap()),
        ("in the archive", &|| {
            fs::write(place.at(&archive).join("b"), "else").unwrap();
        }),
    ];
    for (what, change) in changes {
        let stamp = place.plan(&archive, None).stamp;
        change();
        let before = place.names();
        let wanted = PutBackWanted {
            archive: &archive,
            only: None,
            stamp,
        };
        let refused = put_back(&place.workshop, place.id, &wanted, &Unfollowed);
        assert!(
            matches!(refused, Err(FolderError::PlanChanged)),
            "{what}: {refused:?}"
        );
        assert_eq!(place.names(), before, "{what}");
    }
}

/// Row 44: the wish to end is asked for until the first copy gets its name, also where nothing has to make way.
#[test]
fn a_cancel_leaves_all_as_it_was_or_says_that_it_came_too_late() {
    struct Person {
        left: AtomicU32,
        wish: Cancellation,
    }
    impl Progress for Person {
        fn step(&self, phase: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
            assert!(phase != "folder_place" || !self.wish.is_cancelled());
        }
        fn cancellation(&self) -> &Cancellation {
            if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                self.wish.cancel();
            }
            &self.wish
        }
    }
    let place = Place::new();
    place.put(&["a"]);
    let archive = place.archive().archive.unwrap();
    for asked in 1.. {
        let person = Person {
            left: asked.into(),
            wish: Cancellation::default(),
        };
        let wanted = PutBackWanted {
            archive: &archive,
            only: None,
            stamp: place.plan(&archive, None).stamp,
        };
        let put = put_back(&place.workshop, place.id, &wanted, &person);
        assert_eq!(place.workshop.store.folder_works().unwrap(), []);
        if let Ok(put) = put {
            assert!(put.cancelled_late && asked > 5, "{asked}: {put:?}");
            break;
        }
        assert!(matches!(put, Err(FolderError::Cancelled)), "{put:?}");
        assert_eq!(place.names(), [archive.as_str()], "{asked}");
    }
}

/// Until it is written down that the copies are ready nothing of the folder is touched, whenever somebody cancels,
/// and Activity has nothing to tell.
#[test]
fn a_cancel_before_the_copies_are_ready_has_touched_nothing() {
    struct Person {
        left: AtomicU32,
        store: Arc<Store>,
        was_ready: AtomicBool,
        wish: Cancellation,
    }
    impl Progress for Person {
        fn step(&self, _: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {}

        fn cancellation(&self) -> &Cancellation {
            if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                let works = self.store.folder_works().unwrap();
                let is_ready = works
                    .iter()
                    .any(|work| work.plan.contains("\"ready\":true"));
                self.was_ready.store(is_ready, Ordering::Relaxed);
                self.wish.cancel();
            }
            &self.wish
        }
    }
    let mut before = 0;
    for asked in 1.. {
        let mut place = Place::new();
        place.put(&["a", "b"]);
        let archive = place.archive().archive.unwrap();
        fs::write(place.at("a"), "another").unwrap();
        let (names, told) = (place.names(), place.activity());
        let person = Person {
            left: asked.into(),
            store: Arc::clone(&place.workshop.store),
            was_ready: AtomicBool::default(),
            wish: Cancellation::default(),
        };
        let wanted = PutBackWanted {
            archive: &archive,
            only: None,
            stamp: place.plan(&archive, None).stamp,
        };
        let disk = FailingFiles::at(0, ErrorKind::Other);
        place.on(disk.clone());
        let put = put_back(&place.workshop, place.id, &wanted, &person);
        if !person.wish.is_cancelled() || person.was_ready.load(Ordering::Relaxed) {
            break;
        }
        assert!(
            matches!(put, Err(FolderError::Cancelled)),
            "{asked}: {put:?}"
        );
        let calls = disk.made();
        let renamed = calls.iter().find(|(call, _)| call.starts_with("rename"));
        assert_eq!(renamed, None, "{asked}");
        assert_eq!((place.names(), place.activity()), (names, told), "{asked}");
        assert_eq!(text(&place, "a"), "another");
        assert_eq!(place.workshop.store.folder_works().unwrap(), []);
        before += 1;
    }
    assert!(before > 5, "{before} moments");
}

/// Row 6: it is known before anything is touched.
#[test]
fn where_there_is_no_room_nothing_is_begun() {
    let mut place = Place::new();
    place.put(&["a"]);
    let archive = place.archive().archive.unwrap();
    let small = Space {
        free: 9,
        cluster: 1,
    };
    let disk = FailingFiles::at(0, ErrorKind::Other).with_space(small);
    // The plan says so already.
    place.on(disk.clone());
    let plan = place.plan(&archive, None);
    assert_eq!(
        plan.no_room.as_ref().map(|lacking| lacking.free),
        Some(9),
        "{plan:?}"
    );
    place.on(SystemFiles);
    assert_eq!(place.plan(&archive, None).no_room, None);
    let refused = place.try_put_back(&archive, None, disk.clone());
    assert!(
        matches!(
            refused,
            Err(FolderError::NoRoom {
                needed: 10..,
                free: 9,
                ..
            })
        ),
        "{refused:?}"
    );
    assert!(
        disk.made()
            .iter()
            .all(|(call, _)| !call.starts_with("create"))
    );
}

#[test]
fn a_name_that_somebody_has_is_not_taken_from_him() {
    struct Making<'a>(&'a Place);
    impl Progress for Making<'_> {
        fn step(&self, phase: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
            if phase == "folder_verify" {
                fs::create_dir_all(self.0.at("b")).unwrap();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            Cancellation::never()
        }
    }
    let mut place = Place::new();
    place.put(&["a", "b", "c"]);
    let archive = place.archive().archive.unwrap();
    fs::create_dir(place.at("a")).unwrap();
    place.on(SystemFiles);
    let plan = place.plan(&archive, None);
    assert_eq!(
        plan.files[0].reason.as_ref().unwrap().code,
        "put_back_name_taken"
    );
    let wanted = PutBackWanted {
        archive: &archive,
        only: None,
        stamp: plan.stamp,
    };
    let put = put_back(&place.workshop, place.id, &wanted, &Making(&place)).unwrap();
    assert_eq!(put.restored, ["c"]);
    let failed: Vec<_> = put.failed.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(failed, ["a", "b"]);
    assert!(place.at("a").is_dir() && place.at("b").is_dir());
    assert_eq!(place.workshop.store.folder_works().unwrap(), []);
    assert_eq!(place.names().len(), 4, "{:?}", place.names());
}

/// Row 16.
#[cfg(target_os = "linux")]
#[test]
fn what_a_program_writes_stays_and_stands_in_the_way_of_all() {
    let mut place = Place::new();
    place.put(&["a", "data.log"]);
    let archive = place.archive().archive.unwrap();
    place.put(&["now.json"]);
    fs::write(place.at("data.log"), "goes on").unwrap();
    let log = File::options()
        .append(true)
        .open(place.at("data.log"))
        .unwrap();
    let plan = place.plan(&archive, None);
    let why = plan.files[1].reason.as_ref().unwrap();
    assert_eq!(why.code, "archive_file_in_use");
    let put = place.put_back(&archive, None);
    assert_eq!((put.restored, put.failed.len()), (vec!["a".to_owned()], 1));
    assert_eq!(text(&place, "data.log"), "goes on");
    drop(log);

    place.put(&["now.json"]);
    let _writing = File::options()
        .append(true)
        .open(place.at("now.json"))
        .unwrap();
    let before = place.names();
    let refused = place.try_put_back(&archive, None, SystemFiles);
    let Err(FolderError::NotArchived { failed, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(failed[0].file, "now.json");
    assert_eq!(place.names(), before);
    assert_eq!(place.workshop.store.folder_works().unwrap(), []);
}

/// What another program does at a step.
struct Meanwhile<'a, F: Fn(&Place) + Sync>(&'a Place, &'static str, F);

impl<F: Fn(&Place) + Sync> Progress for Meanwhile<'_, F> {
    fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        if phase == self.1 && done == 0 {
            (self.2)(self.0);
        }
    }
    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}

#[test]
fn a_copy_that_is_read_back_as_another_is_named_and_no_folder_that_takes_nothing() {
    let place = Place::new();
    let archive = place.put(&["a"]).archive().archive.unwrap();
    let spoil = Meanwhile(&place, "folder_verify", |place| {
        let waiting = place.names();
        let waiting = waiting.iter().find(|name| name.ends_with(".partial"));
        fs::write(place.at(waiting.unwrap()).join("a"), "another").unwrap();
    });
    let wanted = PutBackWanted {
        archive: &archive,
        only: None,
        stamp: place.plan(&archive, None).stamp,
    };
    let refused = put_back(&place.workshop, place.id, &wanted, &spoil).unwrap_err();
    let FolderError::Io { path, source } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(source.kind(), ErrorKind::InvalidData);
    assert!(path.ends_with("a"), "{path:?}");
    assert!(place.workshop.store.folder_works().unwrap().is_empty());
}

#[test]
fn what_did_not_get_its_name_is_not_counted_as_back() {
    let place = Place::new();
    let archive = "file_bak_20250721_120236";
    fs::create_dir(place.at(archive)).unwrap();
    for name in ["a", "b"] {
        fs::write(place.at(archive).join(name), "old").unwrap();
    }
    let taken = Meanwhile(&place, "folder_place", |place| {
        fs::write(place.at("a"), "another").unwrap();
    });
    let wanted = PutBackWanted {
        archive,
        only: None,
        stamp: place.plan(archive, None).stamp,
    };
    let put = put_back(&place.workshop, place.id, &wanted, &taken).unwrap();
    assert_eq!(put.restored, ["b"]);
    assert_eq!((put.unverified, put.bytes), (1, 3));
    assert_eq!(put.failed[0].file, "a");
}

#[test]
fn a_folder_that_cannot_be_locked_leaves_the_others_to_be_put_right() {
    let place = Place::new();
    place.put(&["a"]);
    let other: FolderId = "00000000000000000000000002".parse().unwrap();
    let works = [place.id, other].map(|folder| FolderWork {
        folder,
        kind: FolderWorkKind::CleanUp,
        archive: "file_bak_20250721_120236".to_owned(),
        run: None,
        plan: "{}".to_owned(),
        at: 0,
    });
    let second = TaskFolderRecord {
        id: other,
        workflow_id: "w".to_owned(),
        path: place.folder.with_file_name("other"),
        settings: Settings::default(),
        sequence: 0,
        created_at: 0,
    };
    fs::create_dir(&second.path).unwrap();
    let begun = place.workshop.store.write::<_, StoreError>(move |tx| {
        tx.add_task_folder(&second)?;
        for work in &works {
            tx.begin_folder_work(work)?;
        }
        Ok(())
    });
    begun.unwrap();
    let locks = place.workshop.data_dir.join("locks");
    fs::create_dir_all(locks.join(format!("folder-{}", place.id))).unwrap();
    let recovered = recover(&place.workshop).unwrap();
    let told: Vec<_> = recovered
        .iter()
        .map(|one| (one.folder, one.outcome.is_ok()))
        .collect();
    assert_eq!(told, [(place.id, false), (other, true)]);
}
