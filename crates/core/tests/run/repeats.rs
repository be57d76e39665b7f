//! Runs that repeat another: from the start, from what failed, from a task.

use flowkeep_core::run::{Definition, Event, From, Level, Start, repeat};
use rstest::rstest;

use crate::play::{Play, definition, id, tasks};

const A: &str = r#""id": "a""#;
const B: &str = r#""id": "b", "dependsOn": ["a"]"#;
const C: &str = r#""id": "c", "dependsOn": ["b"]"#;
const TELL: &str = r#""id": "tell", "dependsOn": ["b"], "runAfter": "any""#;

fn from(word: &str) -> From {
    match word {
        "start" => From::Start,
        "failed" => From::Failed,
        task => From::Task(id(task)),
    }
}

/// Plays a run to its end, then begins the one that repeats it with another definition.
fn repeated(
    then: Definition,
    script: &str,
    now: Definition,
    word: &str,
    left_out: &[&str],
) -> Play {
    repeated_with(then, script, now, word, left_out, &[])
}

/// The same, with other values for these names of the context.
fn repeated_with(
    then: Definition,
    script: &str,
    now: Definition,
    word: &str,
    left_out: &[&str],
    given: &[String],
) -> Play {
    let mut before = Play::new(then);
    before.start();
    before.play(script);
    let left_out: Vec<_> = left_out.iter().map(|task| id(task)).collect();
    let start = repeat(
        &before.definition,
        &before.state,
        &now,
        &from(word),
        &left_out,
        given,
    )
    .unwrap();
    let mut play = Play::new(now);
    play.tell(Event::Started(start)).unwrap();
    play
}

#[rstest]
#[case::from_the_start(&[A, B], "a+ b-", "start", "run=queued a=queued b=queued")]
#[case::from_what_failed(&[A, B, C], "a+ b-", "failed", "run=queued a=succeeded:carried b=queued c=queued")]
#[case::from_a_task(&[A, B, C], "a+ b+ c-", "b", "run=queued a=succeeded:carried b=queued c=queued")]
#[case::from_a_task_that_succeeded(&[A, B, C], "a+ b+ c+", "b", "run=queued a=succeeded:carried b=queued c=queued")]
#[case::what_came_after_a_failure_comes_again(&[A, B, TELL], "a+ b- tell+", "failed", "run=queued a=succeeded:carried b=queued tell=queued")]
#[case::what_was_undone_is_done_again(&[r#""id": "a", "compensate": "u""#, B, r#""id": "s""#, r#""id": "u""#], "s+ a+ b- u+", "failed",
    "run=queued a=queued b=queued s=succeeded:carried u=queued")]
#[case::what_was_cancelled(&[A, B, r#""id": "s""#], "a+ >b cancel b~", "failed", "run=queued a=succeeded:carried b=queued s=queued")]
#[case::a_fallback_that_stood_in(&[r#""id": "a", "onFailure": "fallback:f""#, r#""id": "f""#, B], "a- f+ b-", "failed",
    "run=queued a=failed:carried f=succeeded:carried b=queued")]
#[case::a_branch_chooses_again(&[r#""id": "a", "action": "branch", "params": {"when": [{"task": "x"}]}"#, r#""id": "x""#, r#""id": "s""#],
    "s+ a=x x-", "failed", "run=queued a=queued x=queued s=succeeded:carried")]
fn what_is_taken_over(
    #[case] bodies: &[&str],
    #[case] script: &str,
    #[case] word: &str,
    #[case] expected: &str,
) {
    let play = repeated(tasks(bodies), script, tasks(bodies), word, &[]);
    assert_eq!(play.summary(), expected);
}

const USES: [&str; 5] = [
    r#""id": "a", "action": "wait", "params": {"ms": "${context.day}"}"#,
    r#""id": "b", "dependsOn": ["a"]"#,
    r#""id": "s", "condition": "${context.more}""#,
    r#""id": "z", "dependsOn": ["s"], "runAfter": "any""#,
    r#""id": "y", "dependsOn": ["b", "z"]"#,
];

#[rstest]
#[case::nothing(&[], "a=succeeded:carried b=succeeded:carried s=queued z=succeeded:carried y=queued")]
#[case::unused(&["other"], "a=succeeded:carried b=succeeded:carried s=queued z=succeeded:carried y=queued")]
#[case::of_a_parameter(&["day"], "a=queued b=queued s=queued z=succeeded:carried y=queued")]
#[case::of_a_condition(&["more"], "a=succeeded:carried b=succeeded:carried s=queued z=queued y=queued")]
fn what_used_another_input_is_done_again(#[case] given: &[&str], #[case] expected: &str) {
    let given: Vec<_> = given.iter().map(|&name| name.to_owned()).collect();
    let (then, now) = (tasks(&USES), tasks(&USES));
    let play = repeated_with(then, "!s a+ b+ z+ y-", now, "failed", &[], &given);
    assert_eq!(play.summary(), format!("run=queued {expected}"));
    let told: &[&str] = if given.is_empty() {
        &[]
    } else {
        &["run_input_given"]
    };
    assert_eq!(play.messages(Level::Info), told);
}

#[test]
fn guided_work_keeps_what_earlier_steps_gave() {
    let text = r#"{"tasks": {
        "get": {"action": "wait", "params": {"ms": "${context.n}"}, "transitions": {"success": {"task_id": "put"}}},
        "put": {"action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": null}}}}}"#;
    let (then, now) = (definition(text), definition(text));
    let play = repeated_with(then, "get+ put-", now, "failed", &[], &["n".to_owned()]);
    assert_eq!(
        play.summary(),
        "run=queued get=succeeded:carried put=queued"
    );
}

#[test]
fn a_corrected_definition_is_repeated_by_the_ids_of_its_tasks() {
    let now = tasks(&[
        r#""id": "new""#,
        A,
        r#""id": "b", "dependsOn": ["a", "new"]"#,
    ]);
    let mut play = repeated(tasks(&[A, B]), "a+ b-", now, "failed", &[]);
    assert_eq!(
        play.summary(),
        "run=queued new=queued a=succeeded:carried b=queued"
    );
    play.play("new+ b+");
    assert_eq!(play.order(), "new b");
}

#[test]
fn a_task_that_always_fails_is_left_out() {
    let mut play = repeated(
        tasks(&[A, B, C]),
        "a+ b-",
        tasks(&[A, B, C]),
        "failed",
        &["b"],
    );
    play.play("c+");
    assert_eq!(
        play.summary(),
        "run=succeeded a=succeeded:carried b=succeeded:left_out c=succeeded"
    );
}

#[test]
fn what_was_left_out_is_left_out_again_and_is_never_compensated() {
    let bodies = &[r#""id": "a", "compensate": "u""#, B, r#""id": "u""#];
    let mut first = Play::new(tasks(bodies));
    let left_out = vec![id("a")];
    first
        .tell(Event::Started(Start {
            left_out,
            ..Start::default()
        }))
        .unwrap();
    first.play("b-");
    let definition = tasks(bodies);
    let start = repeat(
        &first.definition,
        &first.state,
        &definition,
        &From::Failed,
        &[],
        &[],
    )
    .unwrap();
    let mut again = Play::new(definition);
    again.tell(Event::Started(start)).unwrap();
    again.play("b-");
    assert_eq!(
        again.summary(),
        "run=failed a=succeeded:left_out b=failed u=skipped:not_called"
    );
}

#[test]
fn what_was_taken_over_from_a_cancelled_run_is_compensated_with_the_rest() {
    let bodies = &[r#""id": "a", "compensate": "u""#, B, r#""id": "u""#];
    let mut play = repeated(
        tasks(bodies),
        "a+ >b cancel b~",
        tasks(bodies),
        "failed",
        &[],
    );
    play.play("b- u+");
    assert_eq!(
        play.summary(),
        "run=failed a=succeeded:carried b=failed u=succeeded"
    );
}

#[test]
fn guided_work_goes_on_at_the_step_that_failed() {
    let stages = r#"{"stages": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}"#;
    let script = "@a:approve @b:failed";
    let mut play = repeated(
        definition(stages),
        script,
        definition(stages),
        "failed",
        &[],
    );
    assert_eq!(
        play.summary(),
        "run=waiting a=succeeded:carried b=waiting c=queued"
    );
    play.play("@b:approve @c:approve");
    assert_eq!(play.state.head.status.as_str(), "succeeded");
}

#[rstest]
#[case::not_ended(">a", "failed", "run_has_not_ended")]
#[case::unknown("a+ b+", "zz", "run_unknown_task")]
fn what_cannot_be_repeated(#[case] script: &str, #[case] word: &str, #[case] expected: &str) {
    let mut before = Play::new(tasks(&[A, B]));
    before.start();
    before.play(script);
    let definition = &before.definition;
    let refused = repeat(definition, &before.state, definition, &from(word), &[], &[]).unwrap_err();
    assert_eq!(refused.0.code, expected);
}
