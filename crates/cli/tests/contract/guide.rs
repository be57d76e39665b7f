//! What the guide shows can be pasted: the whole workflow, and the commands that stand below it.

use std::path::{Path, PathBuf};

use crate::flowkeep::Flowkeep;

fn page(language: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let page: PathBuf = root.join(language).join("workflows.md");
    std::fs::read_to_string(page).unwrap()
}

/// What stands between fences, in its order.
fn blocks(page: &str) -> Vec<&str> {
    page.split("```")
        .skip(1)
        .step_by(2)
        .map(str::trim)
        .collect()
}

/// The words of a line as a shell has them, as far as the guide uses a shell: single quotes.
fn words(line: &str) -> Vec<&str> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(place, part)| {
        if place % 2 == 1 {
            vec![part]
        } else {
            part.split_whitespace().collect()
        }
    });
    words.collect()
}

#[test]
fn the_whole_workflow_is_valid_and_runs() {
    valid_and_runs("en", "1 days, 42 in all");
    valid_and_runs("zh-CN", "共 1 天，合计 42");
}

fn valid_and_runs(language: &str, report: &str) {
    let flowkeep = Flowkeep::new();
    let page = page(language);
    let blocks = blocks(&page);
    let place = blocks.iter().position(|block| block.starts_with('{'));
    let place = place.unwrap();
    flowkeep.file("daily-orders.json", blocks[place]);
    let mut ran = None;
    for line in blocks[place + 1].lines() {
        let words = words(line);
        assert_eq!(words[0], "flowkeep");
        let (code, answer) = flowkeep.json(&words[1..]);
        assert_eq!(code, 0, "{line}: {answer}");
        let odd = answer["warnings"]
            .as_array()
            .is_some_and(|odd| !odd.is_empty());
        assert!(!odd, "{line}: {answer}");
        ran = answer["run_id"].as_str().map(str::to_owned);
    }
    let run = ran.unwrap();
    let told = flowkeep.say(&["run", "show", &run]).out;
    let wrote = told.lines().find(|line| line.ends_with("orders.txt"));
    let (_, path) = wrote.unwrap().split_once(": ").unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), report);
}
