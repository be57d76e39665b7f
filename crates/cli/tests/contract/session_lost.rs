//! What of a snapshot is lost is told by name, and the rest of it can be written out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text, tree};

fn packs(flowkeep: &Flowkeep) -> Vec<PathBuf> {
    let folder = flowkeep.data().join("snapshots/objects");
    let files = tree(&folder).into_iter().map(|(name, _)| folder.join(name));
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "zst"))
        .collect()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    tree(folder).into_iter().collect()
}

const KEPT: [(&str, &str); 2] = [
    ("tool-sets/office.yaml", "tools: [sum, table]\n"),
    ("workflows/orders.yaml", "tool_set: office\n"),
];
const LOST: [&str; 2] = ["tools/sum.yaml", "tools/table.yaml"];

/// A session with two snapshots, of which the second has a pack of its own for two of its four files.
struct Place {
    flowkeep: Flowkeep,
    id: String,
    second: PathBuf,
}

impl Place {
    fn new() -> Self {
        let flowkeep = Flowkeep::new();
        for (path, content) in KEPT {
            flowkeep.file(&format!("configs/{path}"), content);
        }
        let tools = |said: &str| {
            for path in LOST {
                flowkeep.file(&format!("configs/{path}"), format!("says: {said} {path}\n"));
            }
        };
        tools("first");
        let config = text(&flowkeep.path("configs/workflows/orders.yaml"));
        let created = flowkeep.done(&["session", "create", &config]);
        let id = created["session_id"].as_str().unwrap().to_owned();
        let first = packs(&flowkeep);
        tools("second");
        flowkeep.done(&["session", "snapshot", &id]);
        let mut new = packs(&flowkeep).into_iter();
        let second = new.find(|pack| !first.contains(pack)).unwrap();
        tools("today");
        Self {
            flowkeep,
            id,
            second,
        }
    }

    fn damage(&self) {
        let mut bytes = fs::read(&self.second).unwrap();
        // Behind the head of its first frame, and far before the list of what is in it.
        bytes[20] ^= 0xff;
        fs::write(&self.second, bytes).unwrap();
    }

    fn candidates(&self, more: &[&str]) -> Value {
        let words = [&["session", "restore", &self.id, "--dry-run"], more].concat();
        self.flowkeep.json(&words).1["candidates"].clone()
    }
}

#[test]
fn files_of_a_damaged_snapshot_are_named_before_anything_is_done_and_in_the_refusal() {
    let place = Place::new();
    place.damage();
    let told = place.candidates(&[]);
    assert_eq!(told[1]["sequence"], 2);
    assert_eq!(told[1]["lost"], json!(LOST), "{told}");
    assert_eq!(told[2].get("lost"), None, "{told}");
    let said = place
        .flowkeep
        .say(&["session", "restore", &place.id, "--dry-run"]);
    assert!(
        said.out
            .contains("  tools/sum.yaml: cannot be brought back\n"),
        "{}",
        said.out
    );
    let restore = ["session", "restore", &place.id, "--snapshot", "2"];
    let (exit, error) = place.flowkeep.json(&restore);
    let error = &error["error"];
    assert_eq!(
        (exit, &error["code"]),
        (1, &json!("session_not_recoverable"))
    );
    assert_eq!(error["fields"]["lost"], LOST.join(", "));
    let hints = error["hints"].as_array().unwrap();
    let named = format!("Files that are lost: {}", LOST.join(", "));
    assert!(hints.contains(&json!(named)), "{error}");
}

#[test]
fn what_can_be_read_of_a_damaged_snapshot_is_written_out_and_the_rest_is_named() {
    for is_gone in [false, true] {
        let place = Place::new();
        if is_gone {
            fs::remove_file(&place.second).unwrap();
        } else {
            place.damage();
        }
        let today = files(&place.flowkeep.path("configs"));
        let to = place.flowkeep.path("out");
        let words = ["session", "restore", &place.id, "--snapshot", "2", "--to"];
        let (exit, restored) = place.flowkeep.json(&[&words[..], &[&text(&to)]].concat());
        assert_eq!(exit, 3, "{restored}");
        assert_eq!(restored["complete"], false);
        let code = ["object_damaged", "object_missing"][usize::from(is_gone)];
        let not_restored = restored["not_restored"].as_array().unwrap().iter();
        let told: Vec<_> = not_restored
            .map(|one| json!([one["path"], one["code"]]))
            .collect();
        let expected = LOST.map(|path| json!([path, code]));
        assert_eq!(told, expected, "{restored}");
        let expected = KEPT.map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec()));
        assert_eq!(files(&to), BTreeMap::from(expected));
        assert_eq!(files(&place.flowkeep.path("configs")), today);
        // Nothing goes on with a part of it, and no part of it goes where the files were.
        for more in [&[][..], &["--resume"], &["--in-place"]] {
            let words = ["session", "restore", &place.id, "--snapshot", "2"];
            place
                .flowkeep
                .refused(&[&words[..], more].concat(), "session_not_recoverable");
        }
    }
}

#[test]
fn of_a_snapshot_of_which_nothing_can_be_read_no_folder_is_made() {
    let place = Place::new();
    for pack in packs(&place.flowkeep) {
        fs::remove_file(pack).unwrap();
    }
    let to = place.flowkeep.path("out");
    let words = ["session", "restore", &place.id, "--snapshot", "2", "--to"];
    let folder = text(&to);
    let words = [&words[..], &[folder.as_str()]].concat();
    place.flowkeep.refused(&words, "session_not_recoverable");
    assert!(!to.exists());
}

#[test]
#[cfg(unix)]
fn a_file_that_could_not_be_read_when_it_was_kept_is_named_as_lost() {
    let flowkeep = Flowkeep::new();
    let config = flowkeep.file("configs/workflows/orders.yaml", "tool_set: office\n");
    let elsewhere = flowkeep.file("office.yaml", "tools: []\n");
    fs::create_dir(flowkeep.path("configs/tool-sets")).unwrap();
    let link = flowkeep.path("configs/tool-sets/office.yaml");
    std::os::unix::fs::symlink(elsewhere, link).unwrap();
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    let lost = json!(["tool-sets/office.yaml"]);
    let (_, looked) = flowkeep.json(&["session", "restore", id, "--dry-run"]);
    assert_eq!(looked["candidates"][1]["lost"], lost, "{looked}");
    let (exit, restored) = flowkeep.json(&["session", "restore", id, "--use", "snapshot"]);
    assert_eq!(
        (exit, &restored["complete"]),
        (3, &json!(false)),
        "{restored}"
    );
    let not_restored = &restored["not_restored"][0];
    assert_eq!(
        (&not_restored["path"], &not_restored["code"]),
        (&lost[0], &json!("config_behind_link"))
    );
}
