//! How files are today.

use std::fs;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_files::snapshots::SnapshotError;
use flowkeep_files::snapshots::compare::{FileState, compare};
use flowkeep_files::snapshots::manifest::TreeMasked;

use crate::kept::three;

fn code(state: &FileState) -> (&str, Option<&str>) {
    let reason = match state {
        FileState::Unreadable(why) => Some(why.code.as_str()),
        _ => None,
    };
    (state.as_str(), reason)
}

#[test]
fn what_came_to_it_and_what_is_masked_is_told() {
    let mut kept = three();
    kept.entries[1].masked = vec![TreeMasked {
        pointer: None,
        line: 1,
        what: "name".to_owned(),
    }];
    let path = |text: &str| ConfigPath::new(text).unwrap();
    let today = [path("tools/sum.yaml"), path("tools/more.yaml")];
    let states = kept.states(&today);
    let told: Vec<_> = states
        .iter()
        .map(|(path, state)| (path.as_str(), state.as_str()))
        .collect();
    let expected = [
        ("global.yaml", "same"),
        ("tools/more.yaml", "added"),
        ("tools/sum.yaml", "masked_same"),
        ("workflows/orders.yaml", "same"),
    ];
    assert_eq!(told, expected);
    assert!(
        states
            .iter()
            .all(|(_, state)| state.is_as_it_was() != (*state == FileState::Added))
    );
}

#[test]
fn without_its_root_all_of_it_is_gone() {
    let kept = three();
    fs::remove_dir_all(kept.root()).unwrap();
    assert!(
        kept.states(&[])
            .iter()
            .all(|(_, state)| *state == FileState::Gone)
    );
    fs::write(kept.root(), "a file").unwrap();
    let error = compare(&kept.root(), &kept.entries, &[], &|| true);
    assert!(error.is_ok_and(|states| states.iter().all(|(_, state)| *state == FileState::Gone)));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_any_more_is_not_read() {
    use std::os::unix::fs::symlink;
    let kept = three();
    let root = kept.root();
    fs::rename(
        root.join("global.yaml"),
        kept.place.path().join("elsewhere"),
    )
    .unwrap();
    symlink(
        kept.place.path().join("elsewhere"),
        root.join("global.yaml"),
    )
    .unwrap();
    fs::remove_file(root.join("tools/sum.yaml")).unwrap();
    fs::create_dir(root.join("tools/sum.yaml")).unwrap();
    fs::remove_dir_all(root.join("workflows")).unwrap();
    fs::write(root.join("workflows"), "a file").unwrap();
    let states = kept.states(&[]);
    let told: Vec<_> = states.iter().map(|(_, state)| code(state)).collect();
    let expected = [
        ("unreadable", Some("file_is_link")),
        ("unreadable", Some("file_is_folder")),
        ("gone", None),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_cancel_ends_it() {
    let kept = three();
    let error = compare(&kept.root(), &kept.entries, &[], &|| false).unwrap_err();
    assert!(matches!(error, SnapshotError::Cancelled));
}
