//! `program.run` with real programs.
#![cfg(unix)]

use std::time::Duration;

use flowkeep_core::connection::Secret;
use flowkeep_engine::actions::{Caps, Done, Mask};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::attempts::Place;

fn sh(script: &str) -> Json {
    json!({"program": "sh", "args": ["-c", script]})
}

#[tokio::test]
async fn its_arguments_are_no_shells_and_its_output_is_told() {
    let place = Place::new();
    let params = json!({"program": "printf", "args": ["%s|", "a b", "$HOME", "`id`", 7, "中"]});
    let output = place.output("program.run", params).await;
    let expected = json!({"exit_code": 0, "stdout": "a b|$HOME|`id`|7|中|", "stderr": ""});
    assert_eq!(output, expected);
    let output = place
        .output("program.run", sh("echo one; echo two >&2; printf three"))
        .await;
    let expected = json!({"exit_code": 0, "stdout": "one\nthree", "stderr": "two\n"});
    assert_eq!(output, expected);
    let mut lines = place.lines();
    lines.sort();
    assert_eq!(lines, ["a b|$HOME|`id`|7|中|", "one", "three", "two"]);
}

/// A long line is told in pieces of 16 KB.
#[rstest]
#[case(3)]
#[case(0)]
#[tokio::test]
async fn a_secret_over_the_cut_of_a_long_line_is_in_none_of_its_pieces(#[case] before: usize) {
    let mut place = Place::new();
    place.mask = Mask::new(&[Secret::new("hunter22-secret")]);
    let script = format!(
        "printf %{}s | tr ' ' x; printf 'hunter22-secret;end'",
        16 * 1024 - before
    );
    place.output("program.run", sh(&script)).await;
    let told = place.lines();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.concat().ends_with("x***;end"), "{told:?}");
}

#[tokio::test]
async fn it_starts_in_the_folder_with_an_environment_of_its_own_and_nothing_to_read() {
    let place = Place::new();
    std::fs::write(
        place.folder().join("here.sh"),
        "#!/bin/sh\nread line || cat here.txt\nenv",
    )
    .unwrap();
    std::fs::write(place.folder().join("here.txt"), "here\n").unwrap();
    let mut mode = std::fs::metadata(place.folder().join("here.sh"))
        .unwrap()
        .permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o700);
    std::fs::set_permissions(place.folder().join("here.sh"), mode).unwrap();
    let params = json!({"program": "./here.sh", "env": {"ORDER": 7, "LANG": "zh_CN.UTF-8"}});
    let output = place.output("program.run", params).await;
    let lines: Vec<_> = output["stdout"].as_str().unwrap().lines().collect();
    assert_eq!(lines[0], "here");
    for wanted in [
        "ORDER=7",
        "LANG=zh_CN.UTF-8",
        "FLOWKEEP_IDEMPOTENCY_KEY=01J/task",
    ] {
        assert!(lines.contains(&wanted), "{wanted}: {lines:?}");
    }
    // What cargo gives its tests is not the machine's.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    assert!(
        !lines.iter().any(|line| line.starts_with("CARGO")),
        "{lines:?}"
    );
}

#[rstest]
#[case("exit 3", json!([]), Err("program_failed"))]
#[case("exit 3", json!([1, "3"]), Ok(3))]
#[case("exit 3", json!([3]), Ok(3))]
#[case("kill -9 $$", json!([9]), Err("program_killed"))]
#[tokio::test]
async fn its_exit_code_is_judged(
    #[case] script: &str,
    #[case] accept: Json,
    #[case] expected: Result<i64, &str>,
) {
    let place = Place::new();
    let mut params = sh(script);
    params["accept"] = accept;
    match expected {
        Ok(code) => assert_eq!(place.output("program.run", params).await["exit_code"], code),
        Err(code) => assert_eq!(place.code("program.run", params).await, code),
    }
}

/// The last line that says anything, of errors before all other output; secrets are hidden, and it stays a sentence.
#[rstest]
#[case("echo out; exit 3", Some("out".to_owned()))]
#[case("echo 'outbox: no such folder' >&2; echo; echo bye; exit 3", Some("outbox: no such folder".to_owned()))]
#[case("printf 'with hunter22-secret\n\n \n'; exit 3", Some("with ***".to_owned()))]
#[case("printf '%300s' | tr ' ' x; exit 3", Some(format!("{}…", "x".repeat(240))))]
#[case("exit 3", None)]
#[case("echo lost; kill -9 $$", Some("lost".to_owned()))]
#[tokio::test]
async fn a_failure_tells_what_it_printed_last(#[case] script: &str, #[case] said: Option<String>) {
    let mut place = Place::new();
    place.mask = Mask::new(&[Secret::new("hunter22-secret")]);
    let error = place.error("program.run", sh(script)).await;
    assert_eq!(error.message.fields.get("said"), said.as_ref());
}

#[rstest]
#[case("no-such-program-here", "program_missing")]
#[case("./plain.txt", "program_not_allowed")]
#[case("a\0b", "program_words_wrong")]
#[tokio::test]
async fn what_cannot_start_is_said(#[case] program: &str, #[case] code: &str) {
    let place = Place::new();
    std::fs::write(place.folder().join("plain.txt"), "").unwrap();
    let params = json!({"program": program});
    assert_eq!(place.code("program.run", params).await, code);
}

/// Whether some process still has the pipe open for writing: a reader comes to its end only when
/// none has.
fn ends(pipe: std::fs::File) -> bool {
    let (done, waited) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _ = done.send(std::io::read_to_string(pipe));
    });
    waited.recv_timeout(Duration::from_secs(30)).is_ok()
}

#[rstest]
#[case::asked("sleep 600 & echo up; wait", false)]
#[case::deaf(
    "(trap '' TERM; exec sleep 600) >/dev/null 2>&1 & echo up; wait",
    false
)]
#[case::ended("trap '' TERM; sleep 600 & echo up; while :; do wait; done", true)]
#[tokio::test]
async fn stopping_it_stops_what_it_started(#[case] script: &str, #[case] hard: bool) {
    let mut place = Place::new();
    let pipe = place.folder().join("alive");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, 0o600.into()).unwrap();
    place.on_line = Box::new(move |stopper| {
        stopper.soft();
        if hard {
            stopper.hard();
        }
    });
    let opening = std::thread::spawn(move || std::fs::File::open(pipe).unwrap());
    // Every process of the script holds the pipe.
    let done = place
        .attempt("program.run", sh(&format!("exec 9> alive; {script}")))
        .await;
    assert_eq!(done.unwrap(), Done::Stopped { undone: false });
    assert!(
        ends(opening.join().unwrap()),
        "something the program started is alive"
    );
}

#[tokio::test]
async fn what_holds_its_output_is_ended_with_it() {
    let place = Place::new();
    let output = place
        .output("program.run", sh("sleep 600 & echo done"))
        .await;
    assert_eq!(
        output,
        json!({"exit_code": 0, "stdout": "done\n", "stderr": ""})
    );
}

#[tokio::test]
async fn an_attempt_that_is_dropped_ends_the_program() {
    let mut place = Place::new();
    let pipe = place.folder().join("alive");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, 0o600.into()).unwrap();
    let (told, mut up) = tokio::sync::mpsc::unbounded_channel();
    place.on_line = Box::new(move |_| told.send(()).unwrap());
    let opening = std::thread::spawn(move || std::fs::File::open(pipe).unwrap());
    tokio::select! {
        done = place.attempt("program.run", sh("exec 9> alive; sleep 600 & echo up; wait")) => {
            panic!("{done:?}")
        }
        _ = up.recv() => {}
    }
    assert!(
        ends(opening.join().unwrap()),
        "something the program started is alive"
    );
}

#[tokio::test]
async fn what_it_prints_too_much_goes_to_a_file_and_is_no_longer_told() {
    let mut place = Place::new();
    place.caps = Caps {
        kept: 500,
        file: 100_000,
    };
    let whole = place
        .whole_output("program.run", sh("seq 1 1000; printf é >&2"))
        .await;
    let value = whole.value.to_json();
    let stdout = value["stdout"].as_str().unwrap();
    assert_eq!(stdout.len(), 500);
    assert_eq!(value["stderr"], "é");
    assert!(value.get("stderr_file").is_none());
    let file = std::fs::read_to_string(&whole.overflows[0].path).unwrap();
    assert!(file.starts_with(stdout) && file.lines().count() == 1000);
    assert_eq!(value["stdout_file"]["bytes"], file.len());
    // A row of the log is more than its line.
    assert!(
        (6..=7).contains(&place.lines().len()),
        "{:?}",
        place.lines()
    );
    let warnings: Vec<_> = place
        .warnings()
        .into_iter()
        .map(|warning| warning.code)
        .collect();
    assert_eq!(warnings, ["program_lines_left_out", "output_in_file"]);

    place.caps.file = 1000;
    assert_eq!(
        place.code("program.run", sh("yes")).await,
        "output_too_large"
    );
}

#[tokio::test]
async fn a_line_without_an_end_is_told_in_pieces() {
    let place = Place::new();
    let script = "head -c 40000 /dev/zero | tr '\\0' x";
    place.output("program.run", sh(script)).await;
    let lengths: Vec<_> = place.lines().iter().map(String::len).collect();
    assert_eq!(lengths, [16384, 16384, 7232]);
}
