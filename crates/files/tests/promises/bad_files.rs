//! Files of a backup that are not what the manifest says (reliability, rows 12–15, 32, 33).

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use rstest::rstest;

use crate::broken_backup::{ALL, BrokenBackup, OTHERS, Told, VICTIM, damaged};

fn link(victim: &Path) {
    // To a file with the very bytes that are wanted: what is refused is the link, not its target.
    let elsewhere = victim.with_extension("elsewhere");
    std::fs::rename(victim, &elsewhere).unwrap();
    symlink(elsewhere, victim).unwrap();
}

fn pipe(victim: &Path) {
    std::fs::remove_file(victim).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(victim)
            .status()
            .unwrap()
            .success()
    );
}

fn socket(victim: &Path) {
    std::fs::remove_file(victim).unwrap();
    // The path of a socket is short: it is bound elsewhere and moved.
    let folder = tempfile::tempdir().unwrap();
    drop(UnixListener::bind(folder.path().join("s")).unwrap());
    if std::fs::rename(folder.path().join("s"), victim).is_err() {
        drop(UnixListener::bind(victim).unwrap());
    }
}

fn folder(victim: &Path) {
    std::fs::remove_file(victim).unwrap();
    std::fs::create_dir(victim).unwrap();
}

fn vanished(victim: &Path) {
    std::fs::remove_file(victim).unwrap();
}

fn truncated(victim: &Path) {
    std::fs::write(victim, r#"{"name""#).unwrap();
}

fn empty(victim: &Path) {
    std::fs::write(victim, "").unwrap();
}

fn flipped(victim: &Path) {
    let mut bytes = std::fs::read(victim).unwrap();
    bytes[10] ^= 0x20;
    std::fs::write(victim, bytes).unwrap();
}

fn longer(victim: &Path) {
    let mut bytes = std::fs::read(victim).unwrap();
    bytes.push(b' ');
    std::fs::write(victim, bytes).unwrap();
}

fn another_document(victim: &Path) {
    std::fs::write(victim, r#"{"name": "Butter"}"#).unwrap();
}

#[rstest]
#[case::pipe(pipe, "file_is_special")]
#[case::socket(socket, "file_is_special")]
#[case::folder(folder, "file_is_folder")]
#[case::vanished(vanished, "file_missing")]
#[case::truncated(truncated, "file_cut_short")]
#[case::empty(empty, "file_cut_short")]
#[case::flipped(flipped, "file_changed")]
#[case::longer(longer, "file_changed")]
#[case::another_document(another_document, "file_changed")]
fn a_file_that_is_not_what_was_written_is_named(#[case] damage: fn(&Path), #[case] code: &str) {
    let backup = BrokenBackup::new();
    damage(&backup.victim());
    assert_eq!(backup.restores(&OTHERS), damaged(code));
}

#[test]
fn a_link_is_named_and_not_followed() {
    let backup = BrokenBackup::new();
    link(&backup.victim());
    let told = backup.restores(&OTHERS);
    assert_eq!(told.damaged, damaged("file_is_link").damaged);
    assert_eq!(
        told.passed_over.len(),
        1,
        "the file it leads to is no part of it: {told:?}"
    );
}

#[test]
fn a_linked_folder_is_not_followed() {
    let backup = BrokenBackup::new();
    std::fs::rename(backup.path("workflows"), backup.path("elsewhere")).unwrap();
    symlink("elsewhere", backup.path("workflows")).unwrap();
    let told = backup.restores(&["r", "u"]);
    assert_eq!(told.damaged.len(), 3, "{told:?}");
    assert!(
        told.damaged.iter().all(|(_, code)| code == "file_is_link"),
        "{told:?}"
    );
}

#[test]
fn a_file_nobody_listed_is_told_and_left() {
    let backup = BrokenBackup::new();
    std::fs::write(
        backup.path("workflows/extra.json"),
        r#"{"id": "extra", "tasks": []}"#,
    )
    .unwrap();
    std::fs::write(backup.path("notes.txt"), "mine").unwrap();
    symlink("/etc", backup.path("rules/out")).unwrap();
    let strangers = ["notes.txt", "rules/out", "workflows/extra.json"];
    let passed_over = strangers.map(|path| (path.to_owned(), "file_not_listed".to_owned()));
    let expected = Told {
        passed_over: passed_over.to_vec(),
        ..Told::default()
    };
    assert_eq!(backup.restores(&ALL), expected);
}

#[test]
fn damage_beside_the_documents_is_named_and_costs_none_of_them() {
    let backup = BrokenBackup::new();
    let manifest = backup.manifest();
    let part = |kind: &str| {
        let files = manifest["files"].as_array().unwrap();
        let found = files.iter().find(|file| file["kind"] == kind).unwrap();
        found["path"].as_str().unwrap().to_owned()
    };
    let (revisions, settings) = (part("revision"), part("settings"));
    std::fs::write(backup.path(&revisions), "x").unwrap();
    std::fs::remove_file(backup.path(&settings)).unwrap();
    let mut told = backup.restores(&ALL);
    told.parts.sort();
    let mut expected = vec![
        (revisions, "file_cut_short".to_owned()),
        (settings, "file_missing".to_owned()),
    ];
    expected.sort();
    assert_eq!(told.parts, expected);
    assert!(told.damaged.is_empty());
}

#[test]
fn lines_that_cannot_be_read_are_named_though_the_hash_is_right() {
    let backup = BrokenBackup::new();
    backup.change_manifest(|manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        let found = files
            .iter_mut()
            .find(|file| file["kind"] == "revision")
            .unwrap();
        let bytes = b"{\"kind\": 7}\n";
        std::fs::write(backup.path(found["path"].as_str().unwrap()), bytes).unwrap();
        found["sha256"] = flowkeep_core::Sha256::of(bytes).to_string().into();
        found["bytes"] = bytes.len().into();
    });
    let told = backup.restores(&ALL);
    assert_eq!(told.parts.len(), 1);
    assert_eq!(told.parts[0].1, "line_unreadable");
}

#[test]
fn a_definition_that_is_not_what_its_hash_says_takes_no_texts_place() {
    let backup = BrokenBackup::new();
    let own = std::fs::read_to_string(backup.victim()).unwrap();
    backup.change_manifest(|manifest| {
        let line = serde_json::json!({
            "definition": {"sha256": flowkeep_core::Sha256::of(own.as_bytes()), "text": "{}"}
        });
        let bytes = format!("{line}\n");
        let path = "runs/2026-01.jsonl";
        std::fs::create_dir_all(backup.path("runs")).unwrap();
        std::fs::write(backup.path(path), &bytes).unwrap();
        let sha256 = flowkeep_core::Sha256::of(bytes.as_bytes());
        let file = serde_json::json!(
            {"path": path, "kind": "run", "sha256": sha256, "bytes": bytes.len()});
        manifest["files"].as_array_mut().unwrap().push(file);
    });
    let told = backup.restores(&ALL);
    assert_eq!(
        told.parts,
        [(
            "runs/2026-01.jsonl".to_owned(),
            "line_unreadable".to_owned()
        )]
    );
}

#[test]
fn a_path_that_leads_out_of_the_backup_is_not_followed() {
    let backup = BrokenBackup::new();
    let outside = tempfile::NamedTempFile::new().unwrap();
    let content = std::fs::read(backup.victim()).unwrap();
    std::fs::write(outside.path(), &content).unwrap();
    let absolute = outside.path().to_str().unwrap().to_owned();
    let up = format!(
        "../{}",
        outside.path().file_name().unwrap().to_str().unwrap()
    );
    for path in [
        absolute,
        up,
        String::new(),
        "workflows/../../x.json".to_owned(),
    ] {
        let backup = BrokenBackup::new();
        std::fs::remove_file(backup.victim()).unwrap();
        backup.change_entry(VICTIM, |entry| entry["path"] = path.clone().into());
        assert_eq!(
            backup.restores(&OTHERS),
            damaged("file_outside"),
            "{path:?}"
        );
    }
}
