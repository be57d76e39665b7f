//! A named scenario for every sentence of the contract about running.
//!
//! A script tells what happens, in words: `a+` (the attempt succeeds), `a-code` (it fails), `a~` (it
//! is broken off), `a:undone` `a:left` (it stopped in order), `a:unsure` (it cannot tell), `>a` (it begins), `b=x` (a branch chooses), `?a` `!a` `#a` (its condition holds,
//! does not, has no value), `a:wait` `a:child` `a:locked` (it is parked, or a secret is locked),
//! `@a:approve` (a person decides), `tick` (the next timer is due).

use flowkeep_core::run::{Effect, Event, Level, Moment, OutputOf, RunState, Start, TaskId, step};
use rstest::rstest;

use crate::play::{Play, definition, id, run_id, tasks};

fn played(bodies: &[&str], script: &str) -> Play {
    let mut play = Play::new(tasks(bodies));
    play.start();
    play.play(script);
    play
}

const A: &str = r#""id": "a""#;
const B_AFTER_A: &str = r#""id": "b", "dependsOn": ["a"]"#;
const B_ANY_AFTER_A: &str = r#""id": "b", "dependsOn": ["a"], "runAfter": "any""#;
const C_AFTER_B: &str = r#""id": "c", "dependsOn": ["b"]"#;
const A_CONTINUES: &str = r#""id": "a", "onFailure": "continue""#;
const A_FALLS_BACK: &str = r#""id": "a", "onFailure": "fallback:f""#;
const F: &str = r#""id": "f""#;
const M_AFTER_A: &str = r#""id": "m", "action": "manual", "dependsOn": ["a"]"#;
const UNSAFE: &str = r#""id": "a", "idempotent": false"#;

#[rstest]
#[case::one_after_another(&[A, B_AFTER_A], "a+ b+", "run=succeeded a=succeeded b=succeeded")]
#[case::waits_for_dependency(&[A, B_AFTER_A], ">a", "run=running a=running b=queued")]
#[case::queued_before_anything_began(&[A, B_AFTER_A], "", "run=queued a=queued b=queued")]
#[case::side_by_side(&[A, r#""id": "b""#, r#""id": "c", "dependsOn": ["a", "b"]"#], "b+ >a", "run=running a=running b=succeeded c=queued")]
// stop
#[case::stop_skips_dependents(&[A, B_AFTER_A, C_AFTER_B], "a-", "run=failed a=failed b=skipped:stopped c=skipped:stopped")]
#[case::stop_lets_running_siblings_finish(&[A, r#""id": "b""#, C_AFTER_B], ">b a-", "run=running a=failed b=running c=skipped:stopped")]
#[case::sibling_finished(&[A, r#""id": "b""#, C_AFTER_B], ">b a- b+", "run=failed a=failed b=succeeded c=skipped:stopped")]
#[case::queued_sibling_never_started(&[A, r#""id": "b""#], "a-", "run=failed a=failed b=skipped:stopped")]
#[case::sibling_keeps_its_tries(&[A, r#""id": "b", "retry": 1"#], ">b a- b- tick b+", "run=failed a=failed b=succeeded")]
#[case::any_starts_after_failure(&[A, B_ANY_AFTER_A], "a- b+", "run=failed a=failed b=succeeded")]
#[case::any_starts_after_skipped(&[A, B_AFTER_A, r#""id": "c", "dependsOn": ["b"], "runAfter": "any""#], "a- c+",
    "run=failed a=failed b=skipped:stopped c=succeeded")]
#[case::any_waits_for_what_runs(&[A, r#""id": "s""#, r#""id": "b", "dependsOn": ["a", "s"], "runAfter": "any""#], ">s a-",
    "run=running a=failed s=running b=queued")]
#[case::nothing_follows_any_but_any(&[A, B_ANY_AFTER_A, C_AFTER_B], "a- b+", "run=failed a=failed b=succeeded c=skipped:stopped")]
#[case::people_are_not_asked_any_more(&[A, r#""id": "m", "action": "manual""#], "a-", "run=failed a=failed m=cancelled:stopped")]
// continue
#[case::continue_skips_dependents(&[A_CONTINUES, B_AFTER_A, r#""id": "c""#], "a- c+",
    "run=succeeded a=failed b=skipped:dependency c=succeeded")]
#[case::continue_with_nothing_done(&[A_CONTINUES, B_AFTER_A], "a-", "run=failed a=failed b=skipped:dependency")]
#[case::continue_and_any(&[A_CONTINUES, B_ANY_AFTER_A], "a- b+", "run=succeeded a=failed b=succeeded")]
// fallback
#[case::fallback_not_needed(&[A_FALLS_BACK, F], "a+", "run=succeeded a=succeeded f=skipped:not_called")]
#[case::fallback_stands_in(&[A_FALLS_BACK, F, B_AFTER_A], "a- f+ b+", "run=succeeded a=failed f=succeeded b=succeeded")]
#[case::dependents_wait_for_fallback(&[A_FALLS_BACK, F, B_AFTER_A], "a- >f", "run=running a=failed f=running b=queued")]
#[case::fallback_fails(&[A_FALLS_BACK, F, B_AFTER_A], "a- f-", "run=failed a=failed f=failed b=skipped:stopped")]
#[case::fallback_that_may_fail(&[A_FALLS_BACK, r#""id": "f", "onFailure": "continue""#, B_AFTER_A, r#""id": "c""#], "a- f- c+",
    "run=succeeded a=failed f=failed b=skipped:dependency c=succeeded")]
#[case::fallback_of_fallback(&[A_FALLS_BACK, r#""id": "f", "onFailure": "fallback:g""#, r#""id": "g""#, B_AFTER_A], "a- f- g+ b+",
    "run=succeeded a=failed f=failed g=succeeded b=succeeded")]
#[case::fallback_skipped_by_condition(&[A_FALLS_BACK, r#""id": "f", "condition": "${context.x}""#, B_AFTER_A], "a- !f",
    "run=failed a=failed f=skipped:condition b=skipped:stopped")]
#[case::fallback_naming_its_task(&[A_FALLS_BACK, r#""id": "f", "dependsOn": ["a"]"#], "a- f+", "run=succeeded a=failed f=succeeded")]
#[case::fallback_with_dependency(&[A_FALLS_BACK, r#""id": "f", "dependsOn": ["p"]"#, r#""id": "p""#], "a- p+ f+",
    "run=succeeded a=failed f=succeeded p=succeeded")]
#[case::shared_fallback_runs_once(&[A_FALLS_BACK, r#""id": "b", "onFailure": "fallback:f""#, F], "a- b- f+",
    "run=succeeded a=failed b=failed f=succeeded")]
#[case::shared_fallback_called_later(&[A_FALLS_BACK, r#""id": "b", "onFailure": "fallback:f""#, F, C_AFTER_B], "a- f+ b- c+",
    "run=succeeded a=failed b=failed f=succeeded c=succeeded")]
#[case::no_fallback_once_it_stops(&[A, r#""id": "b", "onFailure": "fallback:f""#, F], ">b a- b-",
    "run=failed a=failed b=failed f=skipped:not_called")]
#[case::after_fallback_uncalled(&[A_FALLS_BACK, F, r#""id": "g", "dependsOn": ["f"]"#], "a+",
    "run=succeeded a=succeeded f=skipped:not_called g=skipped:dependency")]
// retry
#[case::retried(&[r#""id": "a", "retry": 2"#], "a- tick a- tick a+", "run=succeeded a=succeeded")]
#[case::back_off_is_queued(&[r#""id": "a", "retry": 1"#], "a-", "run=running a=queued")]
#[case::no_tries_left(&[r#""id": "a", "retry": 1"#], "a- tick a-", "run=failed a=failed")]
#[case::only_for_these_codes(&[r#""id": "a", "retry": {"limit": 3, "on": ["busy"]}"#], "a-busy tick a-other", "run=failed a=failed")]
#[case::another_try_cannot_help(&[r#""id": "a", "retry": 3"#], "a-permanent", "run=failed a=failed")]
// timeout
#[case::timeout_fails(&[r#""id": "a", "timeout": 100"#], ">a tick a~", "run=failed a=failed")]
#[case::timeout_is_retried(&[r#""id": "a", "timeout": 100, "retry": {"limit": 1, "on": ["timeout"]}"#], ">a tick a~ tick tick a+", "run=succeeded a=succeeded")]
#[case::done_in_the_last_moment(&[r#""id": "a", "timeout": 100"#], ">a tick a+", "run=succeeded a=succeeded")]
#[case::person_too_late(&[r#""id": "m", "action": "manual", "timeout": 100"#], "tick", "run=failed m=failed")]
// condition
#[case::condition_holds(&[r#""id": "a", "condition": "${context.x}""#], "?a a+", "run=succeeded a=succeeded")]
#[case::condition_does_not_hold(&[r#""id": "a", "condition": "${context.x}""#, B_AFTER_A], "!a",
    "run=succeeded a=skipped:condition b=skipped:dependency")]
#[case::condition_skips_and_any_runs(&[r#""id": "a", "condition": false"#, B_ANY_AFTER_A], "b+", "run=succeeded a=skipped:condition b=succeeded")]
#[case::condition_without_value(&[r#""id": "a", "condition": "${context.x}""#], "#a", "run=failed a=failed")]
// branch
#[case::branch(&[r#""id": "b", "action": "branch", "params": {"when": [{"task": "x"}, {"task": "y"}]}"#, r#""id": "x""#, r#""id": "y""#], "b=y y+",
    "run=succeeded b=succeeded x=skipped:not_called y=succeeded")]
#[case::branch_to_nothing(&[r#""id": "b", "action": "branch", "params": {"when": [{"task": "x"}]}"#, r#""id": "x""#], "b+",
    "run=succeeded b=succeeded x=skipped:not_called")]
#[case::branch_may_only_call_its_own(&[r#""id": "b", "action": "branch", "params": {"when": [{"task": "x"}]}"#, r#""id": "x""#, A], "a+ b=a",
    "run=succeeded b=succeeded x=skipped:not_called a=succeeded")]
// compensation
#[case::compensates(&[r#""id": "a", "compensate": "u""#, B_AFTER_A, r#""id": "u""#], "a+ b- u+", "run=failed a=succeeded b=failed u=succeeded")]
#[case::nothing_to_compensate(&[r#""id": "a", "compensate": "u""#, r#""id": "u""#], "a-", "run=failed a=failed u=skipped:not_called")]
#[case::no_compensation_of_success(&[r#""id": "a", "compensate": "u""#, r#""id": "u""#], "a+", "run=succeeded a=succeeded u=skipped:not_called")]
#[case::compensation_waits_for_siblings(&[r#""id": "a", "compensate": "u""#, B_AFTER_A, r#""id": "s""#, r#""id": "u""#], "a+ >s b-",
    "run=running a=succeeded b=failed s=running u=queued")]
#[case::cancelled_runs_do_not_compensate(&[r#""id": "a", "compensate": "u""#, B_AFTER_A, r#""id": "u""#], "a+ >b cancel b~",
    "run=cancelled a=succeeded b=cancelled:cancelled u=skipped:not_called")]
#[case::cancelled_while_compensating(&[r#""id": "a", "compensate": "u""#, B_AFTER_A, r#""id": "u""#], "a+ b- >u cancel u~",
    "run=cancelled a=succeeded b=failed u=cancelled:cancelled")]
#[case::failed_compensation_stops_no_other(&[r#""id": "a", "compensate": "u""#, r#""id": "b", "dependsOn": ["a"], "compensate": "v""#,
    C_AFTER_B, r#""id": "u""#, r#""id": "v""#], "a+ b+ c- v- u+", "run=failed a=succeeded b=succeeded c=failed u=succeeded v=failed")]
#[case::dependents_of_a_compensation(&[r#""id": "a", "compensate": "u""#, r#""id": "u""#, r#""id": "z", "dependsOn": ["u"]"#], "a+",
    "run=succeeded a=succeeded u=skipped:not_called z=skipped:dependency")]
#[case::a_compensation_calls_nobody(&[r#""id": "a", "compensate": "u""#, r#""id": "u", "onFailure": "fallback:f""#, F], "a+",
    "run=succeeded a=succeeded u=skipped:not_called f=skipped:not_called")]
// people
#[case::waits_for_a_person(&[A, M_AFTER_A], "a+", "run=waiting a=succeeded m=waiting")]
#[case::not_waiting_while_something_runs(&[A, r#""id": "m", "action": "manual""#], ">a", "run=running a=running m=waiting")]
#[case::approved(&[A, M_AFTER_A], "a+ @m:approve", "run=succeeded a=succeeded m=succeeded")]
#[case::person_says_failed(&[A, r#""id": "m", "action": "manual", "dependsOn": ["a"], "retry": 5"#], "a+ @m:failed", "run=failed a=succeeded m=failed")]
#[case::sent_back(&[A, B_AFTER_A, r#""id": "m", "action": "manual", "dependsOn": ["b"]"#], "a+ b+ @m:back>a", "run=running a=queued b=queued m=queued")]
#[case::sent_back_and_done(&[A, B_AFTER_A, r#""id": "m", "action": "manual", "dependsOn": ["b"]"#], "a+ b+ @m:back>a a+ b+ @m:approve",
    "run=succeeded a=succeeded b=succeeded m=succeeded")]
#[case::sent_back_past_a_branch(&[r#""id": "b", "action": "branch", "params": {"when": [{"task": "x"}, {"task": "y"}]}"#, r#""id": "x""#, r#""id": "y""#,
    r#""id": "m", "action": "manual", "dependsOn": ["x", "y"], "runAfter": "any""#], "b=x x+ @m:back>b b=y y+ @m:approve",
    "run=succeeded b=succeeded x=skipped:not_called y=succeeded m=succeeded")]
#[case::sent_back_stops_what_runs(&[A, B_AFTER_A, M_AFTER_A], "a+ >b @m:back>a b~ a+ b+ @m:approve", "run=succeeded a=succeeded b=succeeded m=succeeded")]
// cancel
#[case::cancel_before_anything(&[A], "cancel", "run=cancelled a=skipped:cancelled")]
#[case::cancel_is_graceful(&[A, B_AFTER_A], ">a cancel", "run=running a=running b=queued")]
#[case::cancelled(&[A, B_AFTER_A], ">a cancel a~", "run=cancelled a=cancelled:cancelled b=skipped:cancelled")]
#[case::done_despite_cancel(&[A, B_AFTER_A], ">a cancel a+", "run=cancelled a=succeeded b=skipped:cancelled")]
#[case::cancel_ends_back_off(&[r#""id": "a", "retry": 1"#], "a- cancel", "run=cancelled a=cancelled:cancelled")]
#[case::cancel_takes_questions_back(&[r#""id": "m", "action": "manual""#], "cancel", "run=cancelled m=cancelled:cancelled")]
#[case::cancel_ends_a_wait(&[A], "a:wait cancel", "run=cancelled a=cancelled:cancelled")]
#[case::cancel_waits_for_the_child(&[A], "a:child cancel", "run=running a=running")]
// pause
#[case::paused(&[A, B_AFTER_A], ">a pause a+", "run=paused a=succeeded b=queued")]
#[case::resumed(&[A, B_AFTER_A], ">a pause a+ resume b+", "run=succeeded a=succeeded b=succeeded")]
#[case::paused_in_the_queue(&[A], "pause resume a+", "run=succeeded a=succeeded")]
#[case::tries_come_after_the_pause(&[r#""id": "a", "retry": 1"#], "a- pause tick resume a+", "run=succeeded a=succeeded")]
#[case::nobody_is_asked_in_a_pause(&[A, M_AFTER_A], ">a pause a+ resume @m:approve", "run=succeeded a=succeeded m=succeeded")]
// parked
#[case::wait(&[A, B_AFTER_A], "a:wait tick b+", "run=succeeded a=succeeded b=succeeded")]
#[case::child_run(&[A], "a:child a+", "run=succeeded a=succeeded")]
#[case::child_run_asks(&[A], "a:child a:child_asks", "run=waiting a=running")]
#[case::child_run_asks_beside_others(&[A, r#""id": "b""#], ">b a:child a:child_asks", "run=running a=running b=running")]
#[case::child_run_was_answered(&[A], "a:child a:child_asks a:child", "run=running a=running")]
#[case::child_run_ends_after_asking(&[A], "a:child a:child_asks lost adopted a+", "run=succeeded a=succeeded")]
#[case::child_run_failed(&[A], "a:child a-", "run=failed a=failed")]
#[case::locked_secret_waits(&[A], "a:locked", "run=waiting a=waiting")]
#[case::unlocked(&[A], "a:locked unlock a+", "run=succeeded a=succeeded")]
// crash
#[case::owner_lost(&[A], ">a lost", "run=interrupted a=interrupted")]
#[case::safe_is_done_again(&[A], ">a lost adopted a+", "run=succeeded a=succeeded")]
#[case::unsafe_waits_for_operator(&[UNSAFE], ">a lost adopted", "run=waiting a=interrupted")]
#[case::operator_reruns(&[UNSAFE], ">a lost adopted @a:rerun a+", "run=succeeded a=succeeded")]
#[case::operator_says_done(&[UNSAFE, B_AFTER_A], ">a lost adopted @a:done b+", "run=succeeded a=succeeded:marked_done b=succeeded")]
#[case::operator_says_failed(&[r#""id": "a", "idempotent": false, "retry": 3"#], ">a lost adopted @a:failed", "run=failed a=failed")]
#[case::crash_counts_no_try(&[r#""id": "a", "retry": 1"#], ">a lost adopted >a lost adopted a- tick a+", "run=succeeded a=succeeded")]
#[case::crash_loop(&[A], ">a lost adopted >a lost adopted >a lost adopted", "run=waiting a=interrupted")]
#[case::crash_loop_and_the_owner_again(&[A], ">a lost adopted >a lost adopted >a lost adopted lost adopted", "run=waiting a=interrupted")]
#[case::crash_loop_of_workers(&[A], "a~ a~ a~", "run=waiting a=interrupted")]
#[case::crash_loop_that_is_run_again(&[A], "a~ a~ a~ @a:rerun a~ a~ a+", "run=succeeded a=succeeded")]
#[case::a_failed_try_is_no_crash_loop(&[r#""id": "a", "retry": 1"#], "a~ a~ a- tick a~ a~ a+", "run=succeeded a=succeeded")]
#[case::worker_left(&[UNSAFE], ">a a~", "run=waiting a=interrupted")]
#[case::left_undone(&[UNSAFE], ">a a:undone lost", "run=interrupted a=queued")]
#[case::left_undone_and_taken_up(&[UNSAFE], ">a a:undone lost adopted a+", "run=succeeded a=succeeded")]
#[case::left_in_a_pause(&[UNSAFE], ">a pause a:undone lost adopted resume a+", "run=succeeded a=succeeded")]
#[case::left_and_safe(&[A], ">a a:left >a a:left >a a:left >a a:left a+", "run=succeeded a=succeeded")]
#[case::left_and_unsafe(&[UNSAFE], ">a a:left", "run=waiting a=interrupted")]
#[case::unsure_and_safe(&[r#""id": "a", "retry": 1"#], ">a a:unsure tick a:unsure", "run=failed a=failed")]
#[case::unsure_and_unsafe(&[r#""id": "a", "action": "sql.execute", "params": {"sql": ""}, "retry": 3"#], ">a a:unsure", "run=waiting a=interrupted")]
#[case::unsure_and_cancelled(&[UNSAFE], ">a cancel a:unsure", "run=cancelled a=cancelled:cancelled")]
#[case::left_because_it_was_cancelled(&[UNSAFE], ">a cancel a:undone", "run=cancelled a=cancelled:cancelled")]
#[case::queue_survives(&[A], "lost adopted a+", "run=succeeded a=succeeded")]
#[case::question_survives(&[r#""id": "m", "action": "manual""#], "lost adopted @m:approve", "run=succeeded m=succeeded")]
#[case::back_off_survives(&[r#""id": "a", "retry": 1"#], "a- lost adopted tick a+", "run=succeeded a=succeeded")]
#[case::wait_survives(&[A], "a:wait lost adopted tick", "run=succeeded a=succeeded")]
#[case::child_survives(&[A], "a:child lost adopted a+", "run=succeeded a=succeeded")]
#[case::crash_while_cancelling(&[UNSAFE], ">a cancel lost adopted", "run=cancelled a=cancelled:cancelled")]
#[case::cancel_without_owner(&[UNSAFE], ">a lost cancel", "run=cancelled a=cancelled:cancelled")]
#[case::crash_in_a_pause(&[A], ">a pause lost adopted resume a+", "run=succeeded a=succeeded")]
#[case::unsafe_crash_in_a_run_that_fails(&[UNSAFE, r#""id": "b""#], ">a >b lost adopted b-", "run=waiting a=interrupted b=failed")]
fn what_follows(#[case] bodies: &[&str], #[case] script: &str, #[case] expected: &str) {
    assert_eq!(played(bodies, script).summary(), expected);
}

/// What people want of a run that nobody has taken up yet.
#[rstest]
#[case::paused(
    "pause",
    "run=paused a=queued b=queued",
    "run=paused a=queued b=queued"
)]
#[case::paused_and_not(
    "pause resume",
    "run=queued a=queued b=queued",
    "run=queued a=queued b=queued"
)]
#[case::left_by_an_owner(
    "lost adopted",
    "run=queued a=queued b=queued",
    "run=queued a=queued b=queued"
)]
#[case::cancelled(
    "cancel",
    "run=cancelled a=skipped:cancelled b=skipped:cancelled",
    "run=cancelled a=skipped:cancelled b=skipped:cancelled"
)]
fn before_it_is_started(#[case] script: &str, #[case] before: &str, #[case] after: &str) {
    let mut play = Play::new(tasks(&[A, B_AFTER_A]));
    play.play(script);
    assert_eq!(play.summary(), before);
    play.start();
    assert_eq!(play.summary(), after);
    if after.starts_with("run=paused") {
        play.play("resume");
    }
    if !after.starts_with("run=cancelled") {
        play.play("a+ b+");
        assert_eq!(play.summary(), "run=succeeded a=succeeded b=succeeded");
    }
}

#[rstest]
#[case::answer_to_what_does_not_wait(&[A], "", "@a:approve", "run_task_not_waiting")]
#[case::answer_to_nobody(&[A], "", "@zz:approve", "run_unknown_task")]
#[case::answer_after_the_end(&[A], "a+", "@a:approve", "run_has_ended")]
#[case::cancel_after_the_end(&[A], "a+", "cancel", "run_has_ended")]
#[case::resume_of_what_runs(&[A], "", "resume", "run_is_not_paused")]
#[case::pause_of_what_is_cancelled(&[A], ">a cancel", "pause", "run_is_being_cancelled")]
#[case::back_to_a_later_task(&[A, M_AFTER_A, r#""id": "z", "dependsOn": ["m"]"#], "a+", "@m:back>z", "run_not_an_earlier_task")]
#[case::back_to_itself(&[A, M_AFTER_A], "a+", "@m:back>m", "run_not_an_earlier_task")]
#[case::back_past_what_is_unsettled(&[A, r#""id": "u", "idempotent": false, "dependsOn": ["a"]"#, M_AFTER_A], "a+ >u lost adopted",
    "@m:back>a", "run_send_back_interrupted")]
#[case::no_way(&[A, M_AFTER_A], "a+", "@m:approve>a", "run_no_such_way")]
#[case::rerun_of_work(&[A, M_AFTER_A], "a+", "@m:rerun", "run_answer_does_not_fit")]
#[case::approval_of_a_crash(&[UNSAFE], ">a lost adopted", "@a:approve", "run_answer_does_not_fit")]
fn what_is_refused(
    #[case] bodies: &[&str],
    #[case] script: &str,
    #[case] word: &str,
    #[case] expected: &str,
) {
    let mut play = played(bodies, script);
    let refused = play.word(word).unwrap_err();
    assert_eq!(refused.0.code, expected);
}

#[rstest]
#[case::the_first(STAGES, "", "a", "", &["b", "c"])]
#[case::the_second(STAGES, "@a:approve", "b", "a", &["b", "c"])]
#[case::the_last(STAGES, "@a:approve @b:approve>c", "c", "a b", &[])]
#[case::after_it_was_sent_back(STAGES, "@a:approve @b:approve>c @c:back>a", "a", "", &["b", "c"])]
#[case::half_way_back(STAGES, "@a:approve @b:approve>c @c:back>b", "b", "a", &["c"])]
#[case::on_one_of_two_ways(FORK, "@a:approve>c @c:approve", "d", "a c", &["b"])]
#[case::on_the_other_way(FORK, "@a:approve>c @c:approve @d:back>a @a:approve>b", "b", "a", &["c", "d"])]
#[case::past_a_fallback(FALLBACKS, "a- f- g+", "m", "a f g", &["b", "x"])]
fn guided_work_is_sent_back_to_what_came_before_and_was_there(
    #[case] text: &str,
    #[case] script: &str,
    #[case] from: &str,
    #[case] earlier: &str,
    #[case] refused: &[&str],
) {
    let mut play = Play::new(definition(text));
    play.start();
    play.play(script);
    let found = play.state.earlier_tasks(&play.definition, &id(from));
    let found: Vec<_> = found.iter().map(TaskId::as_str).collect();
    assert_eq!(found.join(" "), earlier);
    let before = play.state.clone();
    for to in refused {
        let message = play.word(&format!("@{from}:back>{to}")).unwrap_err().0;
        if earlier.is_empty() {
            assert_eq!(message.code, "run_no_earlier_task");
        } else {
            assert_eq!(message.code, "run_not_an_earlier_task");
            assert_eq!(message.fields["earlier"], earlier.replace(' ', ", "));
        }
        assert_eq!(play.state, before);
    }
}

#[test]
fn compensations_come_in_reverse_order_of_completion_and_one_by_one() {
    let mut play = played(
        &[
            r#""id": "a", "compensate": "ua""#,
            r#""id": "b", "compensate": "ub""#,
            r#""id": "c", "compensate": "ua""#,
            r#""id": "d", "dependsOn": ["a", "b", "c"]"#,
            r#""id": "ua""#,
            r#""id": "ub""#,
        ],
        "b+ a+ c+ d-",
    );
    // c ended last, so what undoes it (and a) is first; b ended first.
    assert!(play.messages(Level::Info).contains(&"run_undoes"));
    assert_eq!(
        play.queued.keys().map(TaskId::as_str).collect::<Vec<_>>(),
        ["ua"]
    );
    play.play("ua+ ub+");
    assert_eq!(play.order(), "b a c d ua ub");
    assert_eq!(play.state.head.status.as_str(), "failed");
}

#[test]
fn what_was_left_out_counts_as_succeeded_and_is_not_compensated() {
    let mut play = Play::new(tasks(&[
        r#""id": "a", "compensate": "u""#,
        B_AFTER_A,
        r#""id": "u""#,
    ]));
    let left_out = vec![id("a")];
    play.tell(Event::Started(Start {
        left_out,
        ..Start::default()
    }))
    .unwrap();
    play.play("b-");
    assert_eq!(
        play.summary(),
        "run=failed a=succeeded:left_out b=failed u=skipped:not_called"
    );
    assert_eq!(
        play.state.output_of(&play.definition, &id("a")),
        OutputOf::Empty
    );
}

#[test]
fn a_step_run_is_of_one_task_alone() {
    let mut play = Play::new(tasks(&[
        A,
        r#""id": "b", "dependsOn": ["a"], "onFailure": "fallback:f""#,
        C_AFTER_B,
        F,
    ]));
    let only = Some(id("b"));
    play.tell(Event::Started(Start {
        only,
        ..Start::default()
    }))
    .unwrap();
    play.play("b- f+");
    assert_eq!(
        play.summary(),
        "run=succeeded a=skipped:not_in_step b=failed c=skipped:not_in_step f=succeeded"
    );
}

#[test]
fn the_output_of_a_fallback_is_that_of_its_task() {
    let play = played(
        &[
            A_FALLS_BACK,
            r#""id": "f", "onFailure": "fallback:g""#,
            r#""id": "g""#,
        ],
        "a- f- g+",
    );
    let output = |task: &str| play.state.output_of(&play.definition, &id(task));
    assert_eq!(output("a"), OutputOf::Task(id("g")));
    assert_eq!(output("g"), OutputOf::Task(id("g")));
    assert_eq!(output("zz"), OutputOf::Nothing);
    assert!(
        play.messages(Level::Warning)
            .contains(&"run_fallback_stood_in")
    );
}

#[test]
fn what_goes_on_without_a_task_says_so() {
    let play = played(&[A_CONTINUES, r#""id": "c""#], "a- c+");
    assert!(
        play.messages(Level::Warning)
            .contains(&"run_goes_on_without")
    );
}

#[test]
fn one_doing_has_one_key_and_another_doing_another() {
    let unsafe_then_person = &[r#""id": "a", "retry": 1"#, M_AFTER_A];
    let play = played(
        unsafe_then_person,
        "a- tick >a lost adopted a+ @m:back>a a+",
    );
    let keys: Vec<_> = play
        .begun
        .iter()
        .map(|(_, key)| key.rsplit_once("FAV/").unwrap().1)
        .collect();
    assert_eq!(keys, ["a", "a", "a", "a/1"]);
}

#[test]
fn a_stop_becomes_hard_after_its_grace() {
    let mut play = played(&[A], ">a cancel");
    let stops = |play: &Play| -> Vec<bool> {
        let hard = play.effects.iter().filter_map(|effect| match effect {
            Effect::Stop { hard, .. } => Some(*hard),
            _ => None,
        });
        hard.collect()
    };
    assert_eq!(stops(&play), [false]);
    play.play("tick");
    assert_eq!(stops(&play), [false, true]);
    assert_eq!(play.summary(), "run=running a=running");
    play.play("a~");
    assert_eq!(play.summary(), "run=cancelled a=cancelled:cancelled");
}

#[test]
fn pauses_between_tries_grow_and_vary_and_are_the_same_again() {
    let pauses = |retry: &str| {
        let body = format!(r#""id": "a", "retry": {retry}"#);
        let mut play = played(&[&body], "");
        let mut pauses = Vec::new();
        for _ in 0..3 {
            let failed_at = play.now;
            play.play("a- tick");
            pauses.push(play.now.0 - failed_at.0);
        }
        pauses
    };
    assert_eq!(
        pauses(r#"{"limit": 3, "jitter": false}"#),
        [1000, 2000, 4000]
    );
    assert_eq!(
        pauses(r#"{"limit": 3, "delay": 10, "backoff": 1, "jitter": false}"#),
        [10, 10, 10]
    );
    let day = 86_400_000;
    assert_eq!(
        pauses(r#"{"limit": 3, "delay": 1000000000000, "backoff": 1e300, "jitter": false}"#),
        [day; 3]
    );
    assert_eq!(
        pauses(r#"{"limit": 3, "delay": 0, "backoff": 1e300}"#),
        [0; 3]
    );
    let varied = pauses(r#"{"limit": 3}"#);
    assert_eq!(varied, pauses(r#"{"limit": 3}"#));
    for (pause, full) in varied.iter().zip([1000, 2000, 4000]) {
        assert!((full / 2..=full).contains(pause), "{pause} of {full}");
    }
    assert_ne!(varied, [1000, 2000, 4000]);
}

#[test]
fn a_timer_that_comes_too_early_is_set_again() {
    let mut play = played(&[r#""id": "a", "retry": 1"#], "a-");
    let (_, timer) = play.timers.pop_first().unwrap();
    play.tell(Event::Due(timer)).unwrap();
    assert_eq!((play.timers.len(), play.queued.len()), (1, 0));
    play.play("tick a+");
    assert_eq!(play.summary(), "run=succeeded a=succeeded");
}

const STAGES: &str = r#"{"stages": [{"id": "a", "checklist": ["x"]}, {"id": "b"}, {"id": "c"}],
    "transitions": [{"from": "a", "to": "b"}, {"from": "b", "to": "b"}, {"from": "b", "to": "a"},
                    {"from": "b", "to": "c"}, {"from": "b", "to": "complete"}]}"#;
const FORK: &str = r#"{"stages": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}],
    "transitions": [{"from": "a", "to": "b"}, {"from": "a", "to": "c"}, {"from": "b", "to": "d"}, {"from": "c", "to": "d"}]}"#;
const CHAIN: &str = r#"{"tasks": {
    "get": {"action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": "put"}, "failure": {"task_id": "mend"}}},
    "put": {"action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": null}, "failure": {"task_id": null}}},
    "mend": {"action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": "get"}}}}}"#;
const FALLBACKS: &str = r#"{"tasks": {
    "a": {"action": "wait", "params": {"ms": 1}, "onFailure": "fallback:f", "transitions": {"success": {"task_id": "m"}}},
    "m": {"transitions": {"success": {"task_id": "b"}, "other": {"task_id": "f"}}},
    "b": {"action": "wait", "params": {"ms": 1}, "onFailure": "fallback:f", "transitions": {"success": {"task_id": null}}},
    "f": {"action": "wait", "params": {"ms": 1}, "onFailure": "fallback:g", "transitions": {"success": {"task_id": "x"}}},
    "g": {"action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": "x"}, "failure": {"task_id": "x"}}},
    "x": {"action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": null}}}}}"#;

#[rstest]
#[case::first_stage(STAGES, "", "run=waiting a=waiting b=queued c=queued")]
#[case::next_stage(STAGES, "@a:approve", "run=waiting a=succeeded b=waiting c=queued")]
#[case::default_is_the_first_other_way(
    STAGES,
    "@a:approve @b:approve",
    "run=waiting a=waiting b=succeeded c=queued"
)]
#[case::chosen_way(
    STAGES,
    "@a:approve @b:approve>c @c:approve",
    "run=succeeded a=succeeded b=succeeded c=succeeded"
)]
#[case::again(
    STAGES,
    "@a:approve @b:approve>b",
    "run=waiting a=succeeded b=waiting c=queued"
)]
#[case::sent_back(
    STAGES,
    "@a:approve @b:back>a",
    "run=waiting a=waiting b=queued c=queued"
)]
#[case::sent_back_and_done(
    STAGES,
    "@a:approve @b:back>a @a:approve",
    "run=waiting a=succeeded b=waiting c=queued"
)]
#[case::given_up(
    STAGES,
    "@a:failed",
    "run=failed a=failed b=skipped:stopped c=skipped:stopped"
)]
#[case::chain(
    CHAIN,
    "get+ put+",
    "run=succeeded get=succeeded put=succeeded mend=skipped:not_reached"
)]
#[case::chain_mends(
    CHAIN,
    "get- mend+ get+ put+",
    "run=succeeded get=succeeded put=succeeded mend=succeeded"
)]
#[case::chain_fails(
    CHAIN,
    "get+ put-",
    "run=failed get=succeeded put=failed mend=skipped:stopped"
)]
#[case::mending_fails(
    CHAIN,
    "get- mend-",
    "run=failed get=failed put=skipped:stopped mend=failed"
)]
#[case::fallback_of_a_step(
    FALLBACKS,
    "a- f- g+ @m:approve b+",
    "run=succeeded a=failed m=succeeded b=succeeded f=failed g=succeeded x=skipped:not_reached"
)]
#[case::fallback_of_two_steps(
    FALLBACKS,
    "a- f+ @m:approve b- f+",
    "run=succeeded a=failed m=succeeded b=failed f=succeeded g=skipped:not_called x=skipped:not_reached"
)]
#[case::fallback_that_is_a_step_too(
    FALLBACKS,
    "a- f+ @m:approve>f f+ x+",
    "run=succeeded a=failed m=succeeded b=skipped:not_reached f=succeeded g=skipped:not_called x=succeeded"
)]
#[case::fallback_sent_back(
    FALLBACKS,
    "a- f- g+ @m:back>g g+ @m:approve b+",
    "run=succeeded a=failed m=succeeded b=succeeded f=failed g=succeeded x=skipped:not_reached"
)]
#[case::fallback_that_fails_leads_nowhere(
    FALLBACKS,
    "a- f- g-",
    "run=failed a=failed m=skipped:stopped b=skipped:stopped f=failed g=failed x=skipped:stopped"
)]
fn guided_work(#[case] text: &str, #[case] script: &str, #[case] expected: &str) {
    let mut play = Play::new(definition(text));
    play.start();
    play.play(script);
    assert_eq!(play.summary(), expected);
}

#[test]
fn a_run_that_has_lost_tasks_on_its_way_here_is_counted_anew_and_comes_to_an_end() {
    let mut play = played(
        &[A, r#""id": "b""#, r#""id": "c", "dependsOn": ["a", "b"]"#],
        ">a >b",
    );
    play.lose_owner();
    play.tell(Event::OwnerLost).unwrap();
    // What came in has the head, and of the tasks nothing.
    play.state
        .tasks
        .fill(flowkeep_core::run::TaskState::default());
    play.state.recount();
    assert_eq!((play.state.head.open, play.state.head.asked), (0, 0));
    play.tell(Event::Adopted).unwrap();
    play.play("a+ b+ c+");
    assert_eq!(
        play.summary(),
        "run=succeeded a=succeeded b=succeeded c=succeeded"
    );
}

#[test]
fn a_crash_loop_is_told() {
    let play = played(&[A], "a~ a~ a~");
    assert_eq!(play.messages(Level::Warning), ["run_broken_off_again"]);
}

#[test]
fn a_circle_that_nobody_ends_is_ended() {
    let mut play = Play::new(definition(
        r#"{"tasks": [{"id": "a", "action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": "b"}}},
                      {"id": "b", "action": "wait", "params": {"ms": 1}, "condition": false, "transitions": {"success": {"task_id": "a"}}}]}"#,
    ));
    play.start();
    for _ in 0..flowkeep_core::run::MAX_ROUNDS {
        play.play("a+");
    }
    assert_eq!(play.state.head.status.as_str(), "failed");
    assert!(play.messages(Level::Error).contains(&"run_too_many_rounds"));
}

#[test]
fn a_long_definition_neither_recurses_nor_looks_at_everything_at_every_step() {
    let mut bodies = vec![r#""id": "t0", "onFailure": "fallback:f0""#.to_owned()];
    for n in 1..3000 {
        bodies.push(format!(r#""id": "t{n}", "dependsOn": ["t{}"]"#, n - 1));
    }
    for n in 0..3000 {
        let next = if n < 2999 {
            format!(r#", "onFailure": "fallback:f{}""#, n + 1)
        } else {
            String::new()
        };
        bodies.push(format!(r#""id": "f{n}", "condition": false{next}"#));
    }
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let mut play = Play::new(tasks(&bodies));
    play.start();
    play.play("t0-");
    assert_eq!(play.state.head.status.as_str(), "failed");
}

#[test]
fn a_join_of_very_many_costs_what_ends_and_not_all_of_them_each_time() {
    // Each is skipped because of the one before it, and the last waits for all of them.
    let count = 60_000;
    let mut bodies = vec![
        r#"{"id": "t0", "action": "wait", "params": {"ms": 1}, "condition": false}"#.to_owned(),
    ];
    for n in 1..count {
        bodies.push(format!(
            r#"{{"id": "t{n}", "action": "manual", "dependsOn": ["t{}"]}}"#,
            n - 1
        ));
    }
    let all: Vec<_> = (0..count).map(|n| format!("\"t{n}\"")).collect();
    bodies.push(format!(
        r#"{{"id": "join", "action": "manual", "dependsOn": [{}]}}"#,
        all.join(", ")
    ));
    let definition = definition(&format!("{{\"tasks\": [{}]}}", bodies.join(", ")));
    let mut state = RunState::new(run_id(), &definition);
    let start = Event::Started(Start::default());
    step(&definition, &mut state, &start, Moment(0), 7).unwrap();
    assert_eq!(state.head.ended as usize, count + 1);
}
