//! Files given back as they were, beside what became of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use flowkeep_core::ObjectHash;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_files::snapshots::SnapshotError;
use flowkeep_files::snapshots::compare::FileState;
use flowkeep_files::snapshots::overlay::{Lost, is_as_written, write};
use flowkeep_host::SystemFiles;
use flowkeep_host::testing::FailingFiles;
use proptest::prelude::*;

use crate::kept::{Kept, three};
use crate::shared::files_below;

fn all_bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files_below(folder).into_iter();
    files
        .map(|path| (path.clone(), fs::read(folder.join(path)).unwrap()))
        .collect()
}

/// What happens to a file, and how it is found then.
type Fault = (&'static str, fn(&Path), FileState);

fn change(path: &Path, with: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    with(&mut bytes);
    fs::write(path, bytes).unwrap();
}

const FAULTS: [Fault; 6] = [
    (
        "delete",
        |path| fs::remove_file(path).unwrap(),
        FileState::Gone,
    ),
    ("empty", |path| change(path, Vec::clear), FileState::Changed),
    (
        "truncate",
        |path| change(path, |bytes| bytes.truncate(bytes.len() - 1)),
        FileState::Changed,
    ),
    (
        "one byte",
        |path| change(path, |bytes| bytes[0] ^= 1),
        FileState::Changed,
    ),
    (
        "rename",
        |path| fs::rename(path, path.with_extension("old")).unwrap(),
        FileState::Gone,
    ),
    (
        "other encoding",
        |path| {
            change(path, |bytes| {
                *bytes = bytes.iter().flat_map(|byte| [*byte, 0]).collect();
            });
        },
        FileState::Changed,
    ),
];

/// All folders a path is in.
fn folders_of(path: &str) -> Vec<String> {
    let parts: Vec<_> = path.split('/').collect();
    (1..parts.len()).map(|end| parts[..end].join("/")).collect()
}

/// What became of the tree is found as it is, and the overlay is as the snapshot was.
fn assert_given_back(kept: &Kept, what: &str, expected: &dyn Fn(&str) -> FileState) {
    for (path, state) in kept.states(&[]) {
        assert_eq!(state, expected(&path), "{what}: {path}");
    }
    let before = all_bytes(&kept.root());
    let place = kept.place.path().join("overlay");
    let overlay = kept.overlay(&SystemFiles, &place).unwrap();
    assert_eq!(
        (overlay.written.len(), overlay.lost),
        (kept.files.len(), Vec::new()),
        "{what}"
    );
    kept.assert_whole(&place);
    assert_eq!(all_bytes(&kept.root()), before, "{what}");
    fs::remove_dir_all(place).unwrap();
}

fn trees() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    let path =
        "(workflows|tools|llms/provider/(north|south)|tool-sets)/[ab]{1,2}\\.(yaml|md)|[cd]\\.yaml";
    let text = "[a-z: \n\r#密钥]{1,40}".prop_map(String::into_bytes);
    prop::collection::btree_map(path, text, 1..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_became_of_the_files_they_come_back_byte_for_byte(tree in trees()) {
        let files: Vec<_> = tree.iter().map(|(path, text)| (path.as_str(), text.as_slice())).collect();
        let kept = Kept::new(&files);
        assert_given_back(&kept, "nothing", &|_| FileState::Same);
        for file in tree.keys() {
            for (what, act, state) in &FAULTS {
                kept.lay();
                act(&kept.root().join(file));
                assert_given_back(&kept, what, &|path| {
                    if path == file { state.clone() } else { FileState::Same }
                });
            }
        }
        let mut folders: Vec<_> = tree.keys().flat_map(|path| folders_of(path)).collect();
        folders.dedup();
        for folder in folders {
            for is_renamed in [false, true] {
                kept.lay();
                let at = kept.root().join(&folder);
                if is_renamed {
                    fs::rename(&at, kept.root().join("elsewhere")).unwrap();
                } else {
                    fs::remove_dir_all(&at).unwrap();
                }
                assert_given_back(&kept, &folder, &|path| {
                    if Path::new(path).starts_with(&folder) { FileState::Gone } else { FileState::Same }
                });
            }
        }
    }
}

#[test]
fn a_content_that_is_lost_is_told_and_all_others_are_there() {
    for lost in ["global.yaml", "tools/sum.yaml", "workflows/orders.yaml"] {
        for (fault, code) in [
            ("damaged", "object_damaged"),
            ("gone", "object_missing"),
            ("other", "object_damaged"),
            ("disk", "file_forbidden"),
        ] {
            let kept = three();
            let hash = ObjectHash::of(&kept.files[lost].0);
            let place = kept.place.path().join("overlay");
            let mut read = |asked: &ObjectHash| match fault {
                _ if *asked != hash => {
                    let mut contents = kept.files.values().map(|file| file.0.clone());
                    Ok(contents
                        .find(|bytes| ObjectHash::of(bytes) == *asked)
                        .unwrap())
                }
                "damaged" => Err(SnapshotError::Damaged("pack".into())),
                "gone" => Err(SnapshotError::Gone("pack".into())),
                "other" => Ok(b"something else".to_vec()),
                _ => Err(SnapshotError::Io {
                    path: "pack".into(),
                    source: ErrorKind::PermissionDenied.into(),
                }),
            };
            let overlay = write(&SystemFiles, &place, &kept.entries, &mut read, &|| true).unwrap();
            let [Lost { path, reason }] = overlay.lost.as_slice() else {
                panic!("{fault}: {:?}", overlay.lost);
            };
            assert_eq!((path.as_str(), reason.code.as_str()), (lost, code));
            assert_eq!(files_below(&place).len(), 2);
            assert!(!place.join(lost).exists());
            assert!(!is_as_written(&SystemFiles, &place, &kept.entries).unwrap());
        }
    }
}

#[test]
fn whatever_call_fails_all_of_it_is_there_or_nothing() {
    for is_there in [false, true] {
        for n in 1.. {
            let kept = three();
            let place = kept.place.path().join("overlay");
            if is_there {
                fs::create_dir(&place).unwrap();
            }
            let files = FailingFiles::at(n, ErrorKind::StorageFull);
            let answer = kept.overlay(&files, &place);
            let left = files_below(&place);
            if !left.is_empty() {
                kept.assert_whole(&place);
            }
            assert_eq!(place.exists(), is_there || !left.is_empty(), "call {n}");
            let beside = fs::read_dir(kept.place.path()).unwrap();
            let partial = beside.filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_str().unwrap().ends_with(".partial")
            });
            assert_eq!(partial.count(), 0, "call {n}");
            if files.calls() < n {
                assert!(answer.is_ok() && n > 15);
                break;
            }
            assert!(answer.is_err(), "call {n}");
        }
    }
}

#[test]
fn a_disk_that_goes_away_leaves_nothing_that_has_its_name_and_is_not_whole() {
    for is_there in [false, true] {
        for n in 1.. {
            let kept = three();
            let place = kept.place.path().join("overlay");
            if is_there {
                fs::create_dir(&place).unwrap();
            }
            let files = FailingFiles::at(n, ErrorKind::Other).for_good();
            let answer = kept.overlay(&files, &place);
            // What has its name is as it was; all else ends in `.partial`.
            for path in files_below(&place) {
                let is_unfinished = path.iter().any(|part| {
                    let part = Path::new(part);
                    part.extension().is_some_and(|ending| ending == "partial")
                });
                if !is_unfinished {
                    let text = path.to_str().unwrap();
                    assert_eq!(
                        fs::read(place.join(&path)).unwrap(),
                        kept.files[text].0,
                        "call {n}"
                    );
                }
            }
            if !is_there && place.exists() {
                kept.assert_whole(&place);
            }
            if answer.is_ok() {
                break;
            }
        }
    }
}

#[test]
fn files_are_on_the_disk_and_were_read_back_before_they_have_their_names() {
    let kept = three();
    let files = FailingFiles::at(0, ErrorKind::Other);
    kept.overlay(&files, &kept.place.path().join("overlay"))
        .unwrap();
    let calls: Vec<_> = files.made().into_iter().map(|(call, _)| call).collect();
    let position = |wanted: &str| calls.iter().position(|call| *call == wanted).unwrap();
    let flushed = position("flush_tree");
    assert!(
        calls[..flushed]
            .iter()
            .filter(|call| **call == "write_new")
            .count()
            == 3
    );
    let tail = &calls[flushed + 1..];
    assert_eq!(tail, ["read", "read", "read", "rename_new", "flush"]);
}

#[test]
fn where_two_names_are_one_the_second_file_is_told() {
    let kept = three();
    let seen = FailingFiles::at(0, ErrorKind::Other);
    kept.overlay(&seen, &kept.place.path().join("first"))
        .unwrap();
    let made = seen.made();
    let second = (1..)
        .zip(&made)
        .filter(|(_, (call, _))| *call == "write_new")
        .nth(1);
    let (n, _) = second.unwrap();
    // What such a disk says to the second of `A` and `a`.
    let files = FailingFiles::at(n, ErrorKind::AlreadyExists);
    let place = kept.place.path().join("overlay");
    let overlay = kept.overlay(&files, &place).unwrap();
    let [Lost { path, reason }] = overlay.lost.as_slice() else {
        panic!("{:?}", overlay.lost);
    };
    assert_eq!(
        (path.as_str(), reason.code.as_str()),
        ("tools/sum.yaml", "file_name_met")
    );
    assert_eq!(files_below(&place).len(), 2);
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told_and_a_name_that_none_can_have() {
    let long = format!("tools/{}.yaml", "x".repeat(300));
    let mut kept = Kept::new(&[("tools", b"a"), ("b.yaml", b"b")]);
    for path in ["tools/sum.yaml", &long] {
        let mut entry = kept.entries[0].clone();
        entry.path = ConfigPath::new(path).unwrap();
        kept.entries.push(entry);
    }
    let overlay = kept
        .overlay(&SystemFiles, &kept.place.path().join("overlay"))
        .unwrap();
    let codes: Vec<_> = overlay
        .lost
        .iter()
        .map(|lost| lost.reason.code.as_str())
        .collect();
    assert_eq!(codes, ["file_name_met", "file_name_met"]);
    kept.entries.remove(1);
    let overlay = kept
        .overlay(&SystemFiles, &kept.place.path().join("other"))
        .unwrap();
    assert_eq!(
        overlay.written.len() + overlay.lost.len(),
        kept.entries.len()
    );
    kept.entries.retain(|entry| entry.path.as_str() == long);
    let overlay = kept
        .overlay(&SystemFiles, &kept.place.path().join("alone"))
        .unwrap();
    assert_eq!(overlay.lost[0].reason.code, "file_name_impossible");
}

#[test]
fn what_is_there_is_never_written_over() {
    let kept = three();
    let place = kept.place.path().join("overlay");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("mine"), "mine").unwrap();
    let refused = |place: &Path| {
        let error = kept.overlay(&SystemFiles, place).unwrap_err();
        assert!(matches!(error, SnapshotError::NotEmpty(_)), "{error}");
    };
    refused(&place);
    refused(&place.join("mine"));
    assert_eq!(files_below(&place), [Path::new("mine")]);
    #[cfg(unix)]
    {
        let link = kept.place.path().join("link");
        std::os::unix::fs::symlink(kept.root(), &link).unwrap();
        refused(&link);
        fs::remove_dir_all(kept.root()).unwrap();
        fs::create_dir(kept.root()).unwrap();
        refused(&link);
    }
}

#[test]
fn one_that_is_there_already_is_told_by_all_of_its_bytes() {
    let kept = three();
    let place = kept.place.path().join("overlay");
    let is_same = || is_as_written(&SystemFiles, &place, &kept.entries).unwrap();
    assert!(!is_same());
    kept.overlay(&SystemFiles, &place).unwrap();
    assert!(is_same());
    let file = place.join("tools/sum.yaml");
    fs::write(&file, "name: sum!").unwrap();
    assert!(!is_same());
    fs::write(&file, "name: sum\n").unwrap();
    assert!(is_same());
    fs::write(place.join("tools/more.yaml"), "").unwrap();
    assert!(!is_same());
    fs::remove_file(place.join("tools/more.yaml")).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(!is_same());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(kept.root().join("tools/sum.yaml"), &file).unwrap();
        assert!(!is_same());
    }
}

#[test]
fn a_cancel_leaves_nothing() {
    for wanted in 0..3 {
        let kept = three();
        let asked = AtomicUsize::new(0);
        let goes_on = || asked.fetch_add(1, Ordering::Relaxed) < wanted;
        let place = kept.place.path().join("overlay");
        let mut read = |asked: &ObjectHash| {
            let mut contents = kept.files.values().map(|file| file.0.clone());
            Ok(contents
                .find(|bytes| ObjectHash::of(bytes) == *asked)
                .unwrap())
        };
        let error = write(&SystemFiles, &place, &kept.entries, &mut read, &goes_on).unwrap_err();
        assert!(matches!(error, SnapshotError::Cancelled));
        assert_eq!(fs::read_dir(kept.place.path()).unwrap().count(), 2);
    }
}
