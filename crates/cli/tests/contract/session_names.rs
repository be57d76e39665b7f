//! Configuration files with names that programs stumble over: each is kept and comes back under its own name, byte
//! for byte, and no screen does what a name says (reliability, rows 21 and 22).
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text, tree};

/// The file it begins with; its name colours what comes after it.
const ENTRY: &str = "workflows/or\u{1b}[31mders\n.yaml";

/// The names of what it takes whole, in a folder whose name turns round what comes after it.
fn names() -> Vec<String> {
    let odd = [
        "line\nbreak.md",
        "bell\u{7}.md",
        "clear\u{1b}[2J.md",
        "turn\u{202e}dm.exe",
        "caf\u{e9}.md",
        "cafe\u{301}.md",
        "Case.md",
        "case.md",
        "CON",
        "back\\slash.md",
        "dot.",
        "blank ",
        "- quoted\"'.md",
        "\u{200b}",
    ];
    let long = [
        format!("{}.md", "a".repeat(252)),
        format!("{}.md", "一".repeat(84)),
    ];
    odd.into_iter().map(str::to_owned).chain(long).collect()
}

fn root(flowkeep: &Flowkeep) -> PathBuf {
    flowkeep.path("configs")
}

/// Writes the tree; how many files it has.
fn lay_out(flowkeep: &Flowkeep) -> usize {
    let root = root(flowkeep);
    let folder = root.join("prompts/system/odd\u{202e}");
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(root.join("workflows")).unwrap();
    let names = names();
    for (number, name) in names.iter().enumerate() {
        fs::write(folder.join(name), format!("text {number}\n")).unwrap();
    }
    let workflow = "name: \"orders\\e[31m\\u202e\"\nprompt_ids: [\"system/odd\\u202e\"]\n";
    fs::write(root.join(ENTRY), workflow).unwrap();
    names.len() + 1
}

fn begun(flowkeep: &Flowkeep) -> Value {
    let config = text(&root(flowkeep).join(ENTRY));
    let words = ["session", "create", &config, "--strategy", "comprehensive"];
    flowkeep.json(&words).1
}

/// What a screen would act on.
fn acting(said: &str) -> Vec<char> {
    let acts = |character: &char| {
        (character.is_control() && *character != '\n')
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    said.chars().filter(acts).collect()
}

fn restored(flowkeep: &Flowkeep, id: &str, to: &Path) -> Vec<(String, Vec<u8>)> {
    let words = [
        "session",
        "restore",
        id,
        "--use",
        "snapshot",
        "--to",
        &text(to),
    ];
    flowkeep.done(&words);
    tree(to)
}

#[test]
fn files_come_back_under_their_own_names_wherever_they_are_written() {
    let flowkeep = Flowkeep::new();
    let count = lay_out(&flowkeep);
    let was = tree(&root(&flowkeep));
    let created = begun(&flowkeep);
    let snapshot = &created["snapshot"];
    assert_eq!(snapshot["status"], "complete", "{created}");
    assert_eq!(snapshot["files"].as_array().unwrap().len(), count);
    let id = created["session_id"].as_str().unwrap();
    assert_eq!(restored(&flowkeep, id, &flowkeep.path("back")), was);
    let out = flowkeep.path("out");
    flowkeep.done(&["session", "export", id, "--to", &text(&out)]);
    assert_eq!(tree(&out.join("snapshots/0001")), was);

    for (number, (path, _)) in was.iter().enumerate() {
        let path = root(&flowkeep).join(path);
        if number % 2 == 0 {
            fs::remove_file(path).unwrap();
        } else {
            fs::write(path, "another\n").unwrap();
        }
    }
    flowkeep.done(&["session", "restore", id, "--use", "snapshot", "--in-place"]);
    assert_eq!(tree(&root(&flowkeep)), was);

    let backup = text(&flowkeep.backup("backups"));
    let second = Flowkeep::new();
    second.done(&["db", "restore", "-i", &backup]);
    assert_eq!(restored(&second, id, &second.path("back")), was);
}

#[test]
fn no_name_does_anything_to_a_screen() {
    let flowkeep = Flowkeep::new();
    lay_out(&flowkeep);
    let id = begun(&flowkeep)["session_id"].as_str().unwrap().to_owned();
    let config = text(&root(&flowkeep).join(ENTRY));
    let odd = root(&flowkeep).join("prompts/system/odd\u{202e}");
    fs::remove_file(odd.join("line\nbreak.md")).unwrap();
    fs::write(odd.join("clear\u{1b}[2J.md"), "another\n").unwrap();
    let to = text(&flowkeep.path("to\u{202e}"));
    for words in [
        &["session", "show", &id][..],
        &["session", "list", "--all"],
        &["session", "roots"],
        &["session", "preview", &config, "--strategy", "comprehensive"],
        &["session", "snapshot", &id],
        &["session", "compare", &id],
        &["session", "restore", &id, "--dry-run"],
        &["session", "restore", &id, "--in-place", "--dry-run"],
        &["session", "restore", &id, "--use", "snapshot", "--to", &to],
        &["session", "scrub"],
        &["session", "clean-up", "--dry-run"],
    ] {
        let said = flowkeep.say(words);
        assert!(!said.out.is_empty(), "{words:?} says nothing: {said:?}");
        let found = acting(&[said.out.as_str(), &said.err].concat());
        assert!(found.is_empty(), "{words:?}: {said:?}");
    }
}

/// What is no text cannot be kept under its name: where all of a folder is meant, it is said.
#[test]
fn a_file_whose_name_is_no_text_is_told_where_it_would_be_taken() {
    let flowkeep = Flowkeep::new();
    lay_out(&flowkeep);
    let bad = OsStr::from_bytes(b"b\xffd.md");
    let unused = root(&flowkeep).join("tools");
    fs::create_dir(&unused).unwrap();
    fs::write(unused.join(bad), "name: nobody\n").unwrap();
    let created = begun(&flowkeep);
    assert_eq!(created["snapshot"]["status"], "complete", "{created}");

    let whole = root(&flowkeep).join("prompts/system/odd\u{202e}");
    fs::write(whole.join(bad), "a prompt\n").unwrap();
    let in_root = OsStr::from_bytes(b"all\xff.yaml");
    fs::write(root(&flowkeep).join(in_root), "for: all\n").unwrap();
    let id = created["session_id"].as_str().unwrap();
    let (exit, again) = flowkeep.json(&["session", "snapshot", id]);
    assert_eq!(exit, 3, "{again}");
    let unread = again["snapshot"]["unparsed"].as_array().unwrap().iter();
    let told: Vec<_> = unread
        .map(|one| json!([one["path"], one["code"]]))
        .collect();
    let code = "config_name_not_text";
    assert_eq!(
        told,
        [
            json!(["all\u{fffd}.yaml", code]),
            json!(["prompts/system/odd\u{202e}/b\u{fffd}d.md", code])
        ],
        "{again}"
    );
    // The same once more is the same, and is told again.
    let (_, same) = flowkeep.json(&["session", "snapshot", id]);
    assert_eq!(same["snapshot"]["unparsed"], again["snapshot"]["unparsed"]);
    fs::remove_file(whole.join(bad)).unwrap();
    fs::remove_file(root(&flowkeep).join(in_root)).unwrap();
    let whole = flowkeep.done(&["session", "snapshot", id]);
    assert_eq!(whole["snapshot"]["status"], "complete", "{whole}");
}
