//! From what a piece of work can go on.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

use flowkeep_core::session::candidate::{
    Candidate, Confidence, Found, FoundDefinition, FoundFile, FoundKey, FoundSnapshot, Source,
    choice, confidence, order,
};
use flowkeep_core::{Message, SnapshotId};
use rstest::rstest;

fn id(n: u64) -> SnapshotId {
    format!("{n:026}").parse().unwrap()
}

fn whole(n: u64) -> FoundSnapshot {
    FoundSnapshot {
        id: id(n),
        has_entry: true,
        damaged: Vec::new(),
        missing: Vec::new(),
        masked: 0,
        key: FoundKey::AtHand,
        differs: 0,
        unread: Vec::new(),
        is_empty: false,
        left_out: Vec::new(),
    }
}

/// So many files: `a`, `b`, …
fn files(count: u8) -> Vec<String> {
    (b'a'..b'a' + count)
        .map(|letter| char::from(letter).to_string())
        .collect()
}

/// Everything is as it was.
fn all() -> Found {
    Found {
        file: FoundFile::AsItWas,
        snapshots: vec![whole(2), whole(1)],
        away: None,
        embedded: FoundDefinition::There { differs: 0 },
        revision: FoundDefinition::There { differs: 3 },
    }
}

/// What of a candidate is told: source, whether it is one, why not.
fn told(candidate: &Candidate) -> (&'static str, bool, Option<&str>) {
    let reason = candidate.reason.as_ref().map(|why| why.code.as_str());
    (candidate.source.as_str(), candidate.is_ok, reason)
}

#[test]
fn sources_are_tried_from_what_is_most_like_it_was() {
    let candidates = order(&all());
    let sources: Vec<_> = candidates
        .iter()
        .map(|one| (one.source, one.snapshot))
        .collect();
    let expected = [
        (Source::File, None),
        (Source::Snapshot, Some(id(2))),
        (Source::Snapshot, Some(id(1))),
        (Source::Embedded, None),
        (Source::Revision, None),
    ];
    assert_eq!(sources, expected);
    assert!(
        candidates
            .iter()
            .all(|one| one.is_ok && one.reason.is_none())
    );
    assert_eq!(choice(&candidates), candidates.first());
    assert_eq!(candidates[4].differs, 3);
    for (source, _) in expected {
        assert_eq!(Source::from_word(source.as_str()), Some(source));
    }
}

#[test]
fn where_there_is_nothing_each_says_so() {
    let found = Found {
        file: FoundFile::NotNamed,
        snapshots: Vec::new(),
        away: None,
        embedded: FoundDefinition::None,
        revision: FoundDefinition::None,
    };
    let candidates = order(&found);
    let told: Vec<_> = candidates.iter().map(told).collect();
    let expected = [
        ("file", false, Some("config_not_named")),
        ("snapshot", false, Some("no_snapshot")),
        ("embedded", false, Some("nothing_embedded")),
        ("revision", false, Some("no_such_workflow")),
    ];
    assert_eq!(told, expected);
    assert_eq!(choice(&candidates), None);
    assert_eq!(confidence(&candidates), Confidence::None);
}

#[rstest]
#[case(FoundFile::RootGone { path: "/c".into() }, "root_gone")]
#[case(FoundFile::Gone { path: "w.yaml".into() }, "config_gone")]
#[case(FoundFile::Unreadable { path: "w.yaml".into(), why: Message::new("file_forbidden") }, "config_unreadable")]
#[case(FoundFile::Unparsed { path: "w.yaml".into(), why: Message::new("yaml_tab") }, "config_unparsed")]
#[case(FoundFile::Differs { files: 2 }, "config_differs")]
fn a_file_that_is_not_as_it_was_is_passed_over(#[case] file: FoundFile, #[case] code: &str) {
    let candidates = order(&Found { file, ..all() });
    assert_eq!(told(&candidates[0]), ("file", false, Some(code)));
    assert_eq!(choice(&candidates), Some(&candidates[1]));
    assert_eq!(confidence(&candidates), Confidence::Complete);
}

#[rstest]
#[case(FoundSnapshot { damaged: files(1), ..whole(2) }, "objects_damaged")]
#[case(FoundSnapshot { missing: files(1), damaged: files(1), ..whole(2) }, "objects_missing")]
#[case(FoundSnapshot { key: FoundKey::Locked, ..whole(2) }, "secrets_locked")]
#[case(FoundSnapshot { key: FoundKey::Missing, missing: files(1), ..whole(2) }, "snapshot_key_missing")]
#[case(FoundSnapshot { has_entry: false, ..whole(2) }, "snapshot_without_entry")]
fn a_snapshot_that_is_not_whole_gives_way_to_the_one_before(
    #[case] newest: FoundSnapshot,
    #[case] code: &str,
) {
    let found = Found {
        file: FoundFile::Differs { files: 1 },
        snapshots: vec![newest.clone(), whole(1)],
        ..all()
    };
    let candidates = order(&found);
    assert_eq!(told(&candidates[1]), ("snapshot", false, Some(code)));
    assert_eq!(
        choice(&candidates).and_then(|one| one.snapshot),
        Some(id(1))
    );
    let alone = Found {
        snapshots: vec![newest],
        ..found
    };
    let candidates = order(&alone);
    assert_eq!(
        choice(&candidates).map(|one| one.source),
        Some(Source::Embedded)
    );
    assert_eq!(confidence(&candidates), Confidence::InPart);
}

#[test]
fn of_contents_that_are_away_it_is_said_where_they_are_and_not_that_they_are_lost() {
    let missing = FoundSnapshot {
        missing: files(1),
        ..whole(2)
    };
    let found = Found {
        snapshots: vec![missing, whole(1)],
        away: Some(Message::new("snapshot_contents_away")),
        ..all()
    };
    let candidates = order(&found);
    let away = ("snapshot", false, Some("snapshot_contents_away"));
    assert_eq!(told(&candidates[1]), away);
    // What was read all the same is whole.
    assert_eq!(told(&candidates[2]), ("snapshot", true, None));
}

#[test]
fn a_masked_snapshot_is_one_in_part() {
    let masked = FoundSnapshot {
        masked: 2,
        ..whole(2)
    };
    let found = Found {
        file: FoundFile::Differs { files: 1 },
        snapshots: vec![masked.clone()],
        ..all()
    };
    let candidates = order(&found);
    assert_eq!(
        told(&candidates[1]),
        ("snapshot", true, Some("snapshot_masked"))
    );
    assert_eq!(choice(&candidates), Some(&candidates[1]));
    assert_eq!(confidence(&candidates), Confidence::InPart);
    // The files themselves are better.
    let there = Found {
        snapshots: vec![masked],
        ..all()
    };
    assert_eq!(confidence(&order(&there)), Confidence::Complete);
}

#[rstest]
#[case(FoundSnapshot { unread: files(1), ..whole(2) }, "snapshot_unread")]
#[case(FoundSnapshot { is_empty: true, ..whole(2) }, "snapshot_of_nothing")]
fn a_snapshot_without_something_that_was_there_is_one_in_part(
    #[case] newest: FoundSnapshot,
    #[case] code: &str,
) {
    let found = Found {
        file: FoundFile::Differs { files: 1 },
        snapshots: vec![newest],
        ..all()
    };
    let candidates = order(&found);
    assert_eq!(told(&candidates[1]), ("snapshot", true, Some(code)));
    assert_eq!(confidence(&candidates), Confidence::InPart);
}

#[test]
fn what_was_left_out_and_is_gone_is_named_and_nothing_is_as_it_was() {
    let without = FoundSnapshot {
        left_out: vec!["llms/cheap.yaml".to_owned()],
        ..whole(2)
    };
    let found = Found {
        snapshots: vec![without, whole(1)],
        ..all()
    };
    let candidates = order(&found);
    let left_out: Vec<_> = candidates.iter().map(|one| one.left_out.len()).collect();
    assert_eq!(left_out, [1, 1, 0, 0, 0]);
    assert_eq!(choice(&candidates), Some(&candidates[0]));
    assert_eq!(confidence(&candidates), Confidence::InPart);
}

#[test]
fn of_the_files_it_is_said_with_which_snapshot_they_were_compared() {
    let compared = |file| order(&Found { file, ..all() })[0].compared;
    assert_eq!(compared(FoundFile::AsItWas), Some(id(2)));
    assert_eq!(compared(FoundFile::Differs { files: 1 }), Some(id(2)));
    assert_eq!(compared(FoundFile::Unproven), None);
}

#[test]
fn what_a_snapshot_cannot_bring_back_is_named_unless_its_drive_is_away() {
    let found = FoundSnapshot {
        damaged: vec!["tools/sum.yaml".into()],
        missing: vec!["llms/cheap.yaml".into()],
        unread: vec!["agents/clerk.yaml".into()],
        ..whole(2)
    };
    let found = Found {
        snapshots: vec![found, whole(1)],
        ..all()
    };
    let lost = |found: &Found| {
        let candidates = order(found).into_iter();
        candidates.map(|one| one.lost).collect::<Vec<_>>()
    };
    let named = ["agents/clerk.yaml", "llms/cheap.yaml", "tools/sum.yaml"];
    let none = Vec::<String>::new();
    let expected = [
        &none,
        &named.map(str::to_owned).to_vec(),
        &none,
        &none,
        &none,
    ];
    assert_eq!(lost(&found).iter().collect::<Vec<_>>(), expected);
    let away = Found {
        away: Some(Message::new("store_away")),
        ..found
    };
    assert_eq!(lost(&away)[1], ["agents/clerk.yaml", "tools/sum.yaml"]);
}
