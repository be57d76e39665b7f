//! What is printed for people: nothing in it acts on the terminal, nothing is in a library's words.

use crate::flowkeep::{Answer, Flowkeep, text, workflow};

/// A name that would colour, ring, break the line and turn it round.
const NAME: &str = r"esc \u001b[31mred\u0007 \u202Ertl\nnext";
const ID: &str = r"a\nb\t\u001b[31m";
const ID_SHOWN: &str = r"a\nb\t\u{1b}[31m";

fn acts_on_the_screen(answer: &Answer) -> bool {
    let acts = |c: char| c != '\n' && c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    answer.out.chars().chain(answer.err.chars()).any(acts)
}

#[test]
fn no_name_id_or_path_acts_on_the_terminal() {
    let flowkeep = Flowkeep::new();
    let odd = flowkeep.file("in/e\u{1b}[31mvil\n.json", workflow(ID, NAME));
    let broken = flowkeep.file("in/bro\u{7}ken.json", "{");
    let id = "a\nb\t\u{1b}[31m";
    let folder = text(&flowkeep.path("in"));
    let backups = text(&flowkeep.path("back\u{1b}ups"));
    for lang in ["en", "zh-CN"] {
        for words in [
            &["flow", "import", &folder, "-v"][..],
            &["flow", "import", &odd, "--dry-run"],
            &["flow", "list"],
            &["flow", "history", id],
            &["flow", "update", id, &odd],
            &["flow", "create", &broken],
            &["flow", "show", "\u{1b}[2J"],
            &["db", "backup", "-o", &backups, "-v"],
            &["db", "list"],
            &["db", "verify"],
            &["db", "restore", "-v"],
            &["flow", "export", id, "-o", &odd],
            &["flow", "\u{1b}[31m"],
            &["doctor"],
        ] {
            let said = flowkeep.say(&[words, &["--lang", lang]].concat());
            assert!(!said.out.is_empty() || !said.err.is_empty(), "{words:?}");
            assert!(!acts_on_the_screen(&said), "{words:?}: {said:?}");
        }
    }
    assert!(flowkeep.say(&["flow", "list"]).out.contains(ID_SHOWN));
    let row = &flowkeep.done(&["flow", "list"])["items"][0];
    assert_eq!(row["id"], id, "programs get it exactly");
}

#[test]
fn a_very_long_id_is_cut_for_people_only() {
    let flowkeep = Flowkeep::new();
    let id = "x".repeat(5000);
    let file = flowkeep.file("a.json", workflow(&id, "A"));
    flowkeep.done(&["flow", "create", &file]);
    assert!(flowkeep.say(&["flow", "list"]).out.len() < 400);
    assert_eq!(flowkeep.done(&["flow", "list"])["items"][0]["id"], id);
}

#[test]
fn an_import_names_what_it_brought_and_counts_what_it_left_out() {
    let flowkeep = Flowkeep::new();
    flowkeep.file("in/a.json", workflow("a", "Alpha"));
    for number in 0..5 {
        flowkeep.file(&format!("in/{number}.txt"), "nothing");
    }
    flowkeep.file(
        "in/two.json",
        format!("[{},{}]", workflow("x", "X"), workflow("y", "Y")),
    );
    let folder = text(&flowkeep.path("in"));
    let said = flowkeep.say(&["flow", "import", &folder]).out;
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 4, "{said}");
    assert!(lines[0].contains("Workflow “Alpha” (a)"), "{said}");
    assert!(said.contains(": 5\n"), "{said}");
    assert!(said.contains("a list of 2 documents"), "{said}");
    let all = flowkeep.say(&["flow", "import", &folder, "-v"]).out;
    assert_eq!(all.lines().count(), 8, "{all}");
    let chinese = flowkeep
        .say(&["--lang", "zh-CN", "flow", "import", &folder, "-v"])
        .out;
    assert!(
        chinese.contains("相同：") && !chinese.contains("相同:"),
        "{chinese}"
    );
}

#[test]
fn an_encoding_other_than_utf_8_is_said() {
    let flowkeep = Flowkeep::new();
    let mut utf16 = vec![0xff, 0xfe];
    let units = workflow("w", "报告").encode_utf16().collect::<Vec<_>>();
    utf16.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    let file = flowkeep.file("w.json", utf16);
    let dry = ["flow", "import", &file, "--dry-run"];
    assert_eq!(flowkeep.done(&dry)["items"][0]["encoding"], "utf16");
    assert!(flowkeep.say(&dry).out.contains("UTF-16"));
    let made = flowkeep.done(&["flow", "create", &file]);
    assert_eq!(made["warnings"][0]["code"], "item_encoding");
}

#[test]
fn an_archive_that_is_none_is_told_in_both_languages() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("x.zip", "no archive");
    for (lang, words) in [("en", "not a .zip"), ("zh-CN", "不是 .zip")] {
        let said = flowkeep.say(&["--lang", lang, "flow", "import", &file]);
        assert_eq!(said.code, 3);
        assert!(said.out.contains(words), "{said:?}");
        assert!(!said.out.contains("EOCD"), "{said:?}");
    }
    let (_, result) = flowkeep.json(&["flow", "import", &file]);
    let item = &result["items"][0];
    assert_eq!(item["code"], "zip_damaged");
    assert!(item["fields"]["detail"].is_string(), "the cause is kept");
}

#[test]
fn an_empty_list_says_so_beside_the_result() {
    let flowkeep = Flowkeep::new();
    for words in [&["flow", "list"][..], &["flow", "list", "--query", "x"]] {
        let said = flowkeep.say(words);
        assert_eq!((said.code, said.out.as_str()), (0, ""));
        assert!(!said.err.trim().is_empty());
    }
}

#[test]
fn a_refused_word_says_what_would_be_possible() {
    let flowkeep = Flowkeep::new();
    let surplus = flowkeep.say(&["flow", "list", "extra"]);
    assert!(
        surplus.err.contains("“extra” is one word too many"),
        "{surplus:?}"
    );
    let value = flowkeep.say(&["flow", "import", "x", "--on-conflict", "bla"]);
    assert!(value.err.contains("skip, replace, copy"), "{value:?}");
    let missing = flowkeep.say(&["flow", "validate"]);
    assert!(!missing.err.contains('|'), "{missing:?}");
    let help = flowkeep.say(&["--help"]).out;
    assert_eq!(help.matches("Options").count(), 1, "{help}");
    let version = flowkeep.say(&["--version"]);
    assert!(
        version.code == 0 && version.out.starts_with("flowkeep "),
        "{version:?}"
    );
}
