//! That whoever reads why a task failed is given a step that helps: all codes of what runs say are looked through.

use std::collections::BTreeSet;

use flowkeep_core::run::remedy::{Remedy, known, placed};

use crate::said::CODES;

/// Failures that nothing but running it again helps against, and why.
const NOTHING_ELSE: [(&str, &str); 2] = [
    ("rejected", "a person said that it failed, and knows why"),
    (
        "marked_failed",
        "a person said so of what was broken off, and knows why",
    ),
];

/// What no attempt ends with, by how its codes begin.
const NEVER_BEGINS: [(&str, &str); 14] = [
    ("agent_", "what is wrong with a list of agents"),
    ("answer_", "an answer that is not taken yet"),
    ("event_", "why an event starts nothing"),
    (
        "fallen_",
        "what a person decides about a write that fell back",
    ),
    ("mail_", "a notice"),
    ("notice_", "a notice"),
    ("schedule_", "why a time starts nothing"),
    ("task_was_", "what a person did"),
    ("tables_left_out", "a line that is said while it goes on"),
    ("watch_", "why a file starts nothing"),
    ("webhook_", "a notice"),
    ("desktop_", "a notice"),
    ("describe_done", "a line that is said while it goes on"),
    ("describe_left_out", "a line that is said while it goes on"),
];

/// What no attempt ends with, and where it is said.
const NEVER: &[(&str, &[&str])] = &[
    (
        "why a definition does not start, or may not mean what it says",
        &[
            "condition_not_an_expression",
            "duplicate_id",
            "expression_not_before",
            "fallback_cycle",
            "field_too_large",
            "field_too_small",
            "in_part",
            "input_not_given",
            "parameter_unknown",
            "several_ways",
            "step_not_carried_out",
            "steps_not_run",
            "unknown_reference",
            "workflow_empty",
        ],
    ),
    (
        "what is wrong with the rules that choose, and why a source was not chosen",
        &[
            "field_missing",
            "field_unknown_choice",
            "kept_routes_unreadable",
            "source_as_good",
            "source_away",
            "source_busier",
            "source_local_last",
            "source_not_named",
            "source_not_reached",
        ],
    ),
    ("a word of the window", &["example_add"]),
    (
        "why the run itself has not begun, told beside its folder",
        &["folder_half_way", "folder_not_held"],
    ),
    (
        "a line that is said while it goes on",
        &["output_in_file", "program_lines_left_out"],
    ),
];

/// Why an attempt of this code needs no remedy: none ends with it.
fn never(code: &str) -> Option<&'static str> {
    // What is said of a run, its tasks and what was asked of it; attempts that were broken off ask by themselves.
    let of_runs = code.starts_with("run_") && code != "run_unknown_task";
    let begins = NEVER_BEGINS.iter();
    let begins = begins.filter(|(begin, _)| code.starts_with(begin));
    let begins = begins.map(|(_, why)| *why);
    let stands = NEVER.iter().filter(|(_, codes)| codes.contains(&code));
    let stands = stands.map(|(why, _)| *why);
    let runs = of_runs.then_some("what is said of a run");
    runs.into_iter().chain(begins).chain(stands).next()
}

#[test]
fn each_failure_has_a_step_that_helps() {
    for code in CODES {
        let Some(remedies) = placed(code) else {
            assert!(never(code).is_some(), "{code}: what can be done about it?");
            continue;
        };
        assert_eq!(
            never(code),
            None,
            "{code} has remedies, so it ends attempts"
        );
        let again = [Remedy::RetryHere, Remedy::SkipTask];
        let helps = remedies.iter().any(|remedy| !again.contains(remedy));
        let excused = NOTHING_ELSE.iter().any(|(known, _)| known == code);
        assert_ne!(helps, excused, "{code}: {remedies:?}");
        let each: BTreeSet<_> = remedies.iter().collect();
        assert_eq!(each.len(), remedies.len(), "{code}: {remedies:?}");
    }
}

#[test]
fn what_has_a_remedy_is_said_somewhere() {
    for code in known() {
        assert!(CODES.contains(&code), "nobody says {code}");
    }
    for (code, why) in NOTHING_ELSE {
        assert!(CODES.contains(&code) && !why.is_empty(), "{code}");
    }
    let listed = NEVER.iter().flat_map(|(_, codes)| codes.iter());
    for code in listed {
        assert!(CODES.contains(code), "nobody says {code}");
    }
}
