//! Every code that the sources speak has its sentence in both languages.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flowkeep_api::{Catalogue, Tongue};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The string literals right after each `opening` in a text, without its tests.
fn literals<'a>(text: &'a str, opening: &str) -> Vec<&'a str> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.split(opening)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect()
}

#[test]
fn every_code_has_its_sentence_in_both_languages() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for part in [
        "crates/core",
        "crates/engine",
        "crates/files",
        "crates/api",
        "crates/cli",
    ] {
        sources(&repository.join(part).join("src"), &mut files);
    }
    sources(&repository.join("src-tauri/src"), &mut files);
    let mut checked = 0;
    let mut missing = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source can be read");
        let wanted = [
            ("AppError::new(", "error_"),
            (".hint(", "hint_"),
            ("Message::new(", ""),
        ];
        for (opening, prefix) in wanted {
            for code in literals(&text, opening) {
                checked += 1;
                for tongue in [Tongue::English, Tongue::Chinese] {
                    let catalogue = Catalogue::new(tongue);
                    let own = format!("{prefix}{code}");
                    if !catalogue.has(&own) && !catalogue.has(code) {
                        missing.insert(own, file.display().to_string());
                    }
                }
            }
        }
    }
    assert!(checked > 100, "only {checked} codes were found");
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn both_languages_have_the_same_keys_and_placeholders() {
    let read = |name: &str| -> BTreeMap<String, serde_json::Value> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../messages")
            .join(name);
        let text = std::fs::read_to_string(path).unwrap();
        let read: BTreeMap<_, _> = serde_json::from_str(&text).unwrap();
        // Of two entries under one key the first would be lost without a word.
        let lines = text.lines().filter(|line| line.starts_with("  \""));
        assert_eq!(lines.count(), read.len(), "a key stands twice in {name}");
        read
    };
    let (english, chinese) = (read("en.json"), read("zh-CN.json"));
    let placeholders = |value: &serde_json::Value| {
        let text = value.to_string();
        let mut names: Vec<String> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    };
    for (key, value) in &english {
        let other = chinese
            .get(key)
            .unwrap_or_else(|| panic!("{key} is missing in Chinese"));
        if value.is_string() && other.is_string() {
            assert_eq!(placeholders(value), placeholders(other), "{key}");
        }
    }
    for key in chinese.keys() {
        assert!(english.contains_key(key), "{key} is missing in English");
    }
}
