//! `file.write` and `file.copy`.
#![cfg(unix)]

use std::os::unix::fs::symlink;

use flowkeep_engine::actions::Done;
use rstest::rstest;
use serde_json::json;

use crate::attempts::Place;

#[tokio::test]
async fn a_file_is_written_and_copied_and_written_again() {
    let place = Place::new();
    let write = json!({"path": "报告/out.txt", "text": "第一"});
    for _again in 0..2 {
        let output = place.output("file.write", write.clone()).await;
        assert_eq!(output, json!({"path": "报告/out.txt", "bytes": 6}));
    }
    let copy = json!({"from": "报告/out.txt", "to": "copy.txt"});
    let output = place.output("file.copy", copy).await;
    assert_eq!(output, json!({"path": "copy.txt", "bytes": 6}));
    assert_eq!(
        std::fs::read_to_string(place.folder().join("copy.txt")).unwrap(),
        "第一"
    );
    assert_eq!(std::fs::read_dir(place.folder()).unwrap().count(), 2);
}

#[rstest]
#[case("../outside", "path_outside")]
#[case("/etc/hostname", "path_outside")]
#[case("a/../../outside", "path_outside")]
#[case("", "path_outside")]
#[case("link", "path_is_link")]
#[case("up/outside", "path_is_link")]
#[case("sub", "path_is_folder")]
#[case("pipe", "path_is_special")]
#[case("file/below", "path_is_special")]
#[tokio::test]
async fn nothing_outside_the_folder_is_written(#[case] path: &str, #[case] code: &str) {
    let place = hostile();
    let write = json!({"path": path, "text": "x"});
    assert_eq!(place.code("file.write", write).await, code);
    let copy = json!({"from": "file", "to": path});
    assert_eq!(place.code("file.copy", copy).await, code);
    assert_eq!(
        std::fs::read(place.root().join("outside")).unwrap(),
        b"kept"
    );
}

#[rstest]
#[case("../outside", "path_outside")]
#[case("/etc/hostname", "path_outside")]
#[case("link", "path_is_link")]
#[case("up/outside", "path_is_link")]
#[case("sub", "path_is_folder")]
#[case("pipe", "path_is_special")]
#[case("gone", "path_missing")]
#[tokio::test]
async fn nothing_outside_the_folder_is_read(#[case] path: &str, #[case] code: &str) {
    let place = hostile();
    let copy = json!({"from": path, "to": "copy"});
    assert_eq!(place.code("file.copy", copy).await, code);
    assert!(!place.folder().join("copy").exists());
}

fn hostile() -> Place {
    let place = Place::new();
    let folder = place.folder();
    std::fs::write(place.root().join("outside"), "kept").unwrap();
    std::fs::write(folder.join("file"), "file").unwrap();
    std::fs::create_dir(folder.join("sub")).unwrap();
    symlink("../outside", folder.join("link")).unwrap();
    symlink("..", folder.join("up")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.join("pipe"), 0o600.into()).unwrap();
    place
}

#[tokio::test]
async fn a_copy_that_is_stopped_leaves_the_file_as_it_was() {
    let place = hostile();
    std::fs::write(place.folder().join("to"), "before").unwrap();
    place.stopper.soft();
    let copy = json!({"from": "file", "to": "to"});
    assert_eq!(
        place.attempt("file.copy", copy).await.unwrap(),
        Done::Stopped { undone: true }
    );
    assert_eq!(std::fs::read(place.folder().join("to")).unwrap(), b"before");
}

#[tokio::test]
async fn a_folder_that_is_gone_is_said() {
    let place = Place::new();
    std::fs::remove_dir(place.folder()).unwrap();
    let write = json!({"path": "a", "text": ""});
    assert_eq!(place.code("file.write", write).await, "folder_unreachable");
    let run = json!({"program": "true"});
    assert_eq!(place.code("program.run", run).await, "folder_unreachable");
}
