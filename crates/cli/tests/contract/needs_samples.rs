//! Files of earlier tools, in the folder that `FLOWKEEP_SAMPLES` names: what is ours is recognised, what
//! cannot be read says where, and all that is imported comes back as it was, also by way of a backup and
//! an empty data folder.

use std::path::Path;

use serde_json::Value;

use crate::flowkeep::{Flowkeep, text, tree};
use crate::tokens::tokens;

/// Folders of which every file is a document of ours.
const OURS: [&str; 4] = ["workflows", "roadmaps", "rules", "templates"];

/// The noun for a kind.
fn noun(kind: &str) -> &str {
    if kind == "workflow" { "flow" } else { kind }
}

/// What `show` and `export` give equals the file.
fn check(flowkeep: &Flowkeep, item: &Value) {
    let word = |key: &str| item[key].as_str().unwrap();
    let (noun, id) = (noun(word("kind")), word("id"));
    let came = std::fs::read_to_string(word("path")).unwrap();
    let shown = flowkeep.say(&["--json", noun, "show", id]).out;
    if Path::new(word("path"))
        .extension()
        .is_some_and(|end| end == "json")
    {
        assert_eq!(tokens(&shown), tokens(&came), "{item}");
    } else {
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["raw"].as_str(), Some(came.as_str()), "{item}");
    }
    let out = text(&flowkeep.path("out"));
    flowkeep.done(&[noun, "export", id, "-o", &out, "--force"]);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), came, "{item}");
}

#[test]
#[ignore = "FLOWKEEP_SAMPLES has to name a folder with files of earlier tools"]
fn every_sample_is_recognised_and_comes_back_as_it_was() {
    let samples = std::env::var_os("FLOWKEEP_SAMPLES").unwrap();
    let samples = Path::new(&samples).canonicalize().unwrap();
    let flowkeep = Flowkeep::new();
    let (exit, result) = flowkeep.json(&["flow", "import", &text(&samples)]);
    assert!(exit == 0 || exit == 3, "{result}");
    let items = result["items"].as_array().unwrap();
    let files = tree(&samples);
    assert_eq!(items.len(), files.len(), "each file is told of once");
    let done = |action: &'static str| items.iter().filter(move |item| item["action"] == action);

    let mut ours = 0;
    for (name, _) in &files {
        if !OURS.contains(&name.split('/').next().unwrap()) {
            continue;
        }
        let path = text(&samples.join(name));
        let item = items.iter().find(|item| item["path"] == path).unwrap();
        assert_eq!(item["action"], "imported", "{item}");
        ours += 1;
    }
    assert!(ours >= OURS.len(), "{} has {ours}", samples.display());
    for item in done("failed") {
        assert!(item["line"].as_u64() > Some(0), "{item}");
        assert!(item["column"].as_u64() > Some(0), "{item}");
    }

    let imported: Vec<_> = done("imported").collect();
    for item in &imported {
        check(&flowkeep, item);
    }
    let folder = text(&flowkeep.backup("backups"));
    let empty = Flowkeep::new();
    let restored = empty.done(&["db", "restore", "-i", &folder]);
    assert_eq!(restored["imported"], imported.len());
    for item in &imported {
        check(&empty, item);
    }
}
