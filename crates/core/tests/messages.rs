//! Every code this crate can say is in both catalogues, with the same placeholders.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn catalogue(language: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../messages");
    let text = std::fs::read_to_string(root.join(language).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Text literals that are the first thing after one of the calls that make a message, or look
/// like a code by their beginning.
fn codes() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let families = [
        "document_",
        "json_",
        "yaml_",
        "not_ours_",
        "encoding_",
        "field_",
        "expression_",
        "edit_",
    ];
    let mut codes = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let pieces: Vec<&str> = text.split('"').collect();
        for (index, piece) in pieces.iter().enumerate().skip(1).step_by(2) {
            let is_code =
                !piece.is_empty() && piece.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let made = pieces[index - 1].ends_with("Message::new(");
            if is_code && (made || families.iter().any(|family| piece.starts_with(family))) {
                codes.insert((*piece).to_owned());
            }
        }
    }
    codes
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn every_code_has_its_sentence_in_both_languages() {
    let (english, chinese) = (catalogue("en"), catalogue("zh-CN"));
    let codes = codes();
    assert!(codes.len() > 80, "only {} codes found", codes.len());
    for code in codes {
        let (en, zh) = (english.get(&code), chinese.get(&code));
        assert!(en.is_some() && zh.is_some(), "{code} is missing");
        assert_eq!(
            placeholders(en.unwrap()),
            placeholders(zh.unwrap()),
            "{code}"
        );
    }
}
