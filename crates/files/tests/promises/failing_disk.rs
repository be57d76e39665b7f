//! Every writing call of a backup fails once, in every way a disk fails (reliability, rows 5, 6, 9).

use std::io::ErrorKind;
use std::path::PathBuf;

use flowkeep_core::Kind;
use flowkeep_files::{FilesError, find_source, unfinished_in};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Space, Unfollowed};
use rstest::rstest;

use crate::catalog::{Catalog, Given};

fn seeded() -> Catalog {
    let catalog = Catalog::new();
    for round in 0..2 {
        catalog.keep(&[
            Given::workflow("a", &format!("{{\"name\": \"A\", \"n\": {round}}}")),
            Given::workflow("b", &format!("{{\"name\": \"B\", \"n\": {round}}}")),
            Given {
                kind: Kind::Rule,
                id: "r".to_owned(),
                format: flowkeep_core::Format::Markdown,
                text: format!("# Rule {round}\n"),
            },
        ]);
    }
    catalog
}

#[rstest]
#[case::full(ErrorKind::StorageFull)]
#[case::forbidden(ErrorKind::PermissionDenied)]
#[case::input_output(ErrorKind::Other)]
#[case::read_only(ErrorKind::ReadOnlyFilesystem)]
fn a_disk_that_fails_at_any_call_leaves_all_as_it_was(#[case] kind: ErrorKind) {
    let catalog = seeded();
    let earlier = catalog.back_up();
    let before = (catalog.backups_tree(), catalog.fingerprint());
    let mut failures = 0;
    for n in 1.. {
        let files = FailingFiles::at(n, kind);
        let made = catalog.try_back_up(&files, &Unfollowed);
        assert_eq!(catalog.fingerprint(), before.1, "call {n}");
        let Err(error) = made else {
            assert!(files.calls() < n, "call {n} failed and nobody noticed");
            break;
        };
        failures += 1;
        let typed = match kind {
            ErrorKind::StorageFull => matches!(
                error,
                FilesError::NoRoom { .. } | FilesError::NotWritable { .. }
            ),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                matches!(error, FilesError::NotWritable { .. })
            }
            _ => matches!(
                error,
                FilesError::Io { .. } | FilesError::NotWritable { .. }
            ),
        };
        assert!(typed, "call {n}: {error:?}");
        assert_eq!(
            catalog.backups_tree(),
            before.0,
            "call {n} left something behind"
        );
    }
    assert!(failures > 20, "only {failures} calls were tried");
    assert_eq!(unfinished_in(&catalog.backups()), []);
    let newest = find_source(&catalog.backups()).unwrap();
    assert_ne!(newest.path(), earlier.folder, "the last one went through");
}

/// A power cut at any moment finds no backup that is not on disk (row 5): what is listed is flushed
/// before the list is, and the list before the folder has its name.
#[test]
fn everything_is_on_disk_before_a_backup_has_its_name() {
    let catalog = seeded();
    let files = FailingFiles::at(0, ErrorKind::Other);
    let made = catalog.try_back_up(&files, &Unfollowed).unwrap();
    let (above, name) = (catalog.backups(), made.folder.file_name().unwrap());
    let partial = above.join(format!("{}.partial", name.to_str().unwrap()));
    let list = partial.join("manifest.json.partial");
    let calls = files.made();
    let is_content = |call: &(&str, PathBuf)| {
        matches!(call.0, "write" | "write_new" | "create_new") && call.1 != list
    };
    let written = calls.iter().rposition(is_content).unwrap();
    let mut after = calls[written + 1..].to_vec();
    // The list is written in as many pieces as it likes.
    after.dedup();
    assert_eq!(
        after,
        [
            ("flush_tree", partial.clone()),
            ("write", list.clone()),
            ("flush", list.clone()),
            ("rename_new", list),
            ("flush", partial.clone()),
            ("rename_new", partial),
            ("flush", above),
        ]
    );
}

/// A folder that cannot even be cleaned up keeps the name that says what it is.
#[test]
fn what_cannot_be_removed_is_offered_for_clean_up() {
    let catalog = seeded();
    catalog.back_up();
    let left = catalog
        .backups()
        .join("flowkeep-backup-20240703-100000.partial");
    std::fs::create_dir(&left).unwrap();
    let offered = unfinished_in(&catalog.backups());
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].folder, left);
    let error = find_source(&left).unwrap_err();
    assert!(matches!(error, FilesError::Unfinished(_)), "{error:?}");
}

#[test]
fn too_little_room_is_said_in_bytes_before_anything_is_written() {
    let catalog = seeded();
    let before = catalog.backups_tree();
    let space = Space {
        free: 1000,
        cluster: 4096,
    };
    let files = FailingFiles::at(0, ErrorKind::Other).with_space(space);
    let error = catalog.try_back_up(&files, &Unfollowed).unwrap_err();
    let FilesError::NoRoom {
        needed, free: 1000, ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert!(needed > 1 << 20, "{needed}");
    assert_eq!(catalog.backups_tree(), before);
}

#[test]
fn room_is_counted_in_the_clusters_of_the_target() {
    let catalog = Catalog::new();
    let many: Vec<_> = (0..50)
        .map(|n| Given::workflow(&n.to_string(), &format!("{{\"name\": \"{n}\"}}")))
        .collect();
    catalog.keep(&many);
    let needed = |cluster| {
        let files = FailingFiles::at(0, ErrorKind::Other).with_space(Space { free: 0, cluster });
        match catalog.try_back_up(&files, &Unfollowed) {
            Err(FilesError::NoRoom { needed, .. }) => needed,
            other => panic!("{other:?}"),
        }
    };
    let (small, large) = (needed(512), needed(1 << 20));
    assert!(
        large - small > 49 << 20,
        "fifty files in clusters of a megabyte: {small}, {large}"
    );
}

#[test]
fn room_that_runs_out_under_way_is_said_in_bytes() {
    let catalog = seeded();
    let space = Space {
        free: 64 << 20,
        cluster: 4096,
    };
    for n in 4..12 {
        let files = FailingFiles::at(n, ErrorKind::StorageFull).with_space(space);
        let error = catalog.try_back_up(&files, &Unfollowed).unwrap_err();
        let FilesError::NoRoom { needed, free, .. } = error else {
            panic!("{error:?}")
        };
        assert!(needed > 1 << 20, "call {n}: {needed}");
        assert_eq!(free, space.free);
    }
}
