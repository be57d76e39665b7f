//! `import`: any noun, any kind, one item per file met.

use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::Value;

use crate::flowkeep::{Flowkeep, keys, text, workflow};

fn actions(result: &Value) -> Vec<(String, String)> {
    let items = result["items"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let name = |path: String| path.rsplit('/').next().unwrap().to_owned();
    items
        .map(|item| (name(word(&item["path"])), word(&item["action"])))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

#[test]
fn each_file_met_is_one_item_with_a_path_that_opens() {
    let flowkeep = Flowkeep::new();
    flowkeep.file("in/a.json", workflow("a", "A"));
    flowkeep.file("in/deep/b.yaml", "id: b\nname: B\nmilestones: []\n");
    flowkeep.file("in/deep/c.mdc", "---\ndescription: c\n---\n# C\n");
    flowkeep.file("in/broken.json", "{\"id\": \"x\",\n \"tasks\": [}");
    flowkeep.file("in/picture.png", b"\x89PNG\r\n\x1a\n\0\0");
    flowkeep.file("in/empty.json", "");
    std::os::unix::fs::symlink(flowkeep.path("in/a.json"), flowkeep.path("in/link.json")).unwrap();
    // Nothing that holds whoever opens it, and a folder is no file whatever it is called.
    let pipe = Command::new("mkfifo")
        .arg(flowkeep.path("in/pipe.json"))
        .status();
    assert!(pipe.unwrap().success());
    drop(UnixListener::bind(flowkeep.path("in/socket.json")).unwrap());
    flowkeep.file("in/x.json/inside.json", workflow("d", "D"));
    let folder = text(&flowkeep.path("in"));
    let (exit, result) = flowkeep.json(&["flow", "import", &folder]);
    assert_eq!(exit, 3, "{result}");
    assert_eq!(
        actions(&result),
        pairs(&[
            ("a.json", "imported"),
            ("broken.json", "failed"),
            ("b.yaml", "imported"),
            ("c.mdc", "imported"),
            ("empty.json", "failed"),
            ("link.json", "skipped"),
            ("picture.png", "skipped"),
            ("pipe.json", "skipped"),
            ("socket.json", "skipped"),
            ("inside.json", "imported"),
        ])
    );
    for (key, count) in [
        ("imported", 4),
        ("updated", 0),
        ("unchanged", 0),
        ("skipped", 4),
        ("failed", 2),
    ] {
        assert_eq!(result[key], count, "{key}");
    }
    for item in result["items"].as_array().unwrap() {
        let path = std::path::Path::new(item["path"].as_str().unwrap());
        assert!(path.symlink_metadata().is_ok(), "{item}");
        let refused = item["action"] != "imported";
        assert_eq!(item["reason"].is_string(), refused, "{item}");
        assert_eq!(item["code"].is_string(), refused, "{item}");
    }
    let broken = &result["items"][1];
    assert_eq!(
        (&broken["line"], &broken["column"]),
        (&2.into(), &12.into()),
        "{broken}"
    );
    assert_eq!(flowkeep.done(&["roadmap", "list"])["items"][0]["id"], "b");
    assert_eq!(flowkeep.done(&["rule", "list"])["total"], 1);
}

#[test]
fn a_conflict_is_skipped_replaced_or_kept_beside() {
    let flowkeep = Flowkeep::new();
    let mine = flowkeep.file("mine.json", workflow("a", "Mine"));
    let theirs = flowkeep.file("theirs.json", workflow("a", "Theirs"));
    flowkeep.done(&["flow", "import", &mine]);
    let shown = || flowkeep.say(&["flow", "show", "a"]).out;

    let skipped = flowkeep.done(&["flow", "import", &theirs]);
    assert_eq!(
        (&skipped["skipped"], &skipped["items"][0]["action"]),
        (&1.into(), &"skipped".into())
    );
    assert!(shown().contains("Mine"));

    let would = flowkeep.done(&[
        "flow",
        "import",
        &theirs,
        "--on-conflict",
        "replace",
        "--dry-run",
    ]);
    assert_eq!(would["updated"], 1);
    assert!(shown().contains("Mine"), "a dry run writes nothing");

    let copied = flowkeep.done(&["flow", "import", &theirs, "--on-conflict", "copy"]);
    assert_eq!(
        (&copied["imported"], &copied["items"][0]["id"]),
        (&1.into(), &"a-2".into())
    );
    assert!(shown().contains("Mine"));
    let copy = flowkeep.say(&["flow", "show", "a-2"]).out;
    assert_eq!(
        copy.trim_end(),
        workflow("a", "Theirs"),
        "the new id is never written in"
    );

    let replaced = flowkeep.done(&["flow", "import", &theirs, "--on-conflict", "replace"]);
    assert_eq!(
        (&replaced["updated"], &replaced["items"][0]["action"]),
        (&1.into(), &"updated".into())
    );
    assert!(shown().contains("Theirs"));
    let same = flowkeep.done(&["flow", "import", &theirs]);
    assert_eq!(
        (&same["unchanged"], &same["items"][0]["action"]),
        (&1.into(), &"unchanged".into())
    );

    let undo = replaced["undo_id"].as_str().unwrap();
    let undone = flowkeep.done(&["db", "undo", undo]);
    assert_eq!(keys(&undone)[..3], ["restored", "kept", "conflicts"]);
    assert_eq!(undone["restored"], 1);
    assert!(shown().contains("Mine"));
}

#[test]
fn two_files_with_one_id_are_a_conflict_and_nothing_of_it_comes_in() {
    let flowkeep = Flowkeep::new();
    flowkeep.file("in/a.json", workflow("a", "One"));
    flowkeep.file("in/b.json", workflow("a", "Two"));
    flowkeep.file("in/c.json", workflow("c", "Other"));
    let (exit, result) = flowkeep.json(&["flow", "import", &text(&flowkeep.path("in"))]);
    assert_eq!(exit, 3, "{result}");
    let expected = [
        ("a.json", "failed"),
        ("b.json", "failed"),
        ("c.json", "imported"),
    ];
    assert_eq!(actions(&result), pairs(&expected));
    let codes: Vec<_> = result["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["code"])
        .collect();
    assert_eq!(codes[..2], ["duplicate_file_id", "duplicate_file_id"]);
    flowkeep.refused(&["flow", "show", "a"], "not_found");
    // The same file twice is one document, not a conflict.
    let copy = flowkeep.file("twice/x.json", workflow("t", "T"));
    let twin = flowkeep.file("twice/y.json", workflow("t", "T"));
    let twice = flowkeep.done(&["flow", "import", &copy, &twin]);
    assert_eq!(
        (&twice["imported"], &twice["unchanged"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn other_encodings_are_read() {
    let flowkeep = Flowkeep::new();
    let json = workflow("u", "每晚汇总报告");
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(json.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let file = flowkeep.file("notepad.json", utf16);
    let result = flowkeep.done(&["flow", "import", &file]);
    assert_eq!(result["items"][0]["name"], "每晚汇总报告");
    assert_eq!(flowkeep.say(&["flow", "show", "u"]).out.trim_end(), json);
    // "每晚汇总" in GBK.
    let gbk = b"{\"id\": \"g\", \"name\": \"\xc3\xbf\xcd\xed\xbb\xe3\xd7\xdc\", \"tasks\": []}";
    let file = flowkeep.file("gbk.json", gbk);
    assert_eq!(
        flowkeep.done(&["flow", "import", &file])["items"][0]["name"],
        "每晚汇总"
    );
}
