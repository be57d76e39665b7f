//! Runs that could not begin: nothing of them was opened, and a later word changes nothing.

use flowkeep_core::Message;
use flowkeep_core::run::{Effect, Event, Level, Start};

use crate::play::{Play, id, tasks};

const A: &str = r#""id": "a", "compensate": "u""#;
const B: &str = r#""id": "b", "dependsOn": ["a"], "runAfter": "any""#;
const U: &str = r#""id": "u""#;

fn why() -> Message {
    Message::new("archive_failed").with("folder", "/tasks/one")
}

fn hindered(play: &mut Play) {
    play.tell(Event::Hindered { why: why() }).unwrap();
}

#[test]
fn a_run_that_cannot_begin_has_failed_and_opens_nothing() {
    let mut play = Play::new(tasks(&[A, B, U]));
    hindered(&mut play);
    assert_eq!(
        play.summary(),
        "run=failed a=skipped:not_begun b=skipped:not_begun u=skipped:not_begun"
    );
    assert_eq!(play.state.head.hindered, Some(why()));
    assert!(!play.state.head.begun);
    assert_eq!(
        play.messages(Level::Error),
        ["archive_failed", "run_failed"]
    );
    let opened = play.effects.iter().any(|effect| {
        matches!(
            effect,
            Effect::Queue(_) | Effect::Ask { .. } | Effect::Attempt { .. } | Effect::Execute { .. }
        )
    });
    assert!(!opened, "{:?}", play.effects);
    // What made it ready after all came too late.
    let before = play.state.clone();
    play.start();
    assert_eq!(play.state, before);
}

#[test]
fn what_has_begun_is_hindered_no_more() {
    for script in ["", ">a", ">a lost"] {
        let mut play = Play::new(tasks(&[A, B, U]));
        play.start();
        play.play(script);
        let before = play.state.clone();
        hindered(&mut play);
        assert_eq!(play.state, before, "{script}");
    }
}

#[test]
fn a_run_that_is_cancelled_before_it_began_ends_cancelled() {
    let mut play = Play::new(tasks(&[A, B, U]));
    play.play("pause resume cancel");
    assert_eq!(
        play.summary(),
        "run=cancelled a=skipped:cancelled b=skipped:cancelled u=skipped:not_called"
    );
    hindered(&mut play);
    assert_eq!(play.state.head.hindered, None);
}

#[test]
fn only_a_run_that_does_all_anew_is_complete() {
    let start = Start::default;
    assert!(start().is_complete());
    let left_out = Start {
        left_out: vec![id("a")],
        ..start()
    };
    assert!(left_out.is_complete());
    for part in [
        Start {
            only: Some(id("a")),
            ..start()
        },
        Start {
            carried: vec![id("a")],
            ..start()
        },
        Start {
            stood_in_for: vec![id("a")],
            ..start()
        },
        Start {
            steps: vec![id("b")],
            ..start()
        },
    ] {
        assert!(!part.is_complete(), "{part:?}");
    }
}
