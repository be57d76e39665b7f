//! Files of earlier tools, in the folder that `FLOWKEEP_SAMPLES` names: whatever is imported comes
//! back as it was, also by way of a backup and an empty data folder.

use std::path::Path;

use serde_json::Value;

use crate::flowkeep::{Flowkeep, text};
use crate::tokens::tokens;

/// The noun for a kind.
fn noun(kind: &str) -> &str {
    if kind == "workflow" { "flow" } else { kind }
}

/// What `show` gives equals the file.
fn check(flowkeep: &Flowkeep, item: &Value) {
    let word = |key: &str| item[key].as_str().unwrap();
    let came = std::fs::read_to_string(word("path")).unwrap();
    let shown = flowkeep
        .say(&["--json", noun(word("kind")), "show", word("id")])
        .out;
    if Path::new(word("path"))
        .extension()
        .is_some_and(|end| end == "json")
    {
        assert_eq!(tokens(&shown), tokens(&came), "{item}");
    } else {
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["raw"].as_str(), Some(came.as_str()), "{item}");
    }
}

#[test]
fn every_sample_that_is_imported_comes_back_as_it_was() {
    let Some(samples) = std::env::var_os("FLOWKEEP_SAMPLES") else {
        println!("FLOWKEEP_SAMPLES names no folder: no samples were tried");
        return;
    };
    let samples = Path::new(&samples).canonicalize().unwrap();
    let flowkeep = Flowkeep::new();
    let (exit, result) = flowkeep.json(&["flow", "import", &text(&samples)]);
    assert!(exit == 0 || exit == 3, "{result}");
    let items = result["items"].as_array().unwrap();
    let imported: Vec<_> = items
        .iter()
        .filter(|item| item["action"] == "imported")
        .collect();
    assert!(!imported.is_empty(), "nothing was imported: {result}");
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
    println!(
        "{} of {} files were imported and came back",
        imported.len(),
        items.len()
    );
}
