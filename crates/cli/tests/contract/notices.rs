//! `notice`: what people are told when nobody looks, on the command line and by `engine run`, with
//! a receiver of webhooks and a mail server on this machine.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use flowkeep_test_servers::{Door, Mailbox, Webhook};
use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text, tree};
use crate::sources::given;

/// What must be found nowhere.
const KEY: &str = "0123456789-of-the-robot";

const WELL: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

/// `engine run`, until it is dropped.
struct Engine(Child);

impl Engine {
    fn start(flowkeep: &Flowkeep) -> Self {
        let mut command: Command = flowkeep.command(&["--json", "engine", "run"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn webhook(flowkeep: &Flowkeep, receiver: &Webhook) -> Value {
    let address = receiver.address(&format!("/send?key={KEY}"));
    let words = [
        "notice",
        "set",
        "webhook",
        "--form",
        "wecom",
        "--secret-stdin",
        "--on",
    ];
    let (code, value) = given(flowkeep, &words, &address);
    assert_eq!(code, 0, "{value}");
    value
}

fn of<'a>(shown: &'a Value, channel: &str) -> &'a Value {
    let mut channels = shown["channels"].as_array().unwrap().iter();
    channels.find(|one| one["channel"] == channel).unwrap()
}

fn failing(flowkeep: &Flowkeep, id: &str) {
    let task = json!({"id": "look", "name": "Look", "action": "sql.query",
        "params": {"sql": "SELECT 1 FROM nowhere"}});
    let workflow = json!({"id": id, "name": format!("Name of {id}"), "tasks": [task]});
    let file = flowkeep.file(&format!("{id}.json"), workflow.to_string());
    flowkeep.done(&["flow", "create", &file]);
}

fn no_key_in(folder: &Path) {
    for (name, bytes) in tree(folder) {
        let found = bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
        assert!(!found, "{name}");
    }
}

#[test]
fn a_run_that_fails_where_nobody_looks_is_told() {
    let flowkeep = Flowkeep::new();
    let receiver = Webhook::answering(200, WELL);
    let shown = webhook(&flowkeep, &receiver);
    let hook = of(&shown, "webhook");
    assert_eq!((&hook["on"], &hook["held"]), (&json!(true), &json!(false)));
    assert!(
        hook["host"].as_str().unwrap().starts_with("127.0.0.1:"),
        "{hook}"
    );
    assert!(!shown.to_string().contains(KEY));

    let (code, tested) = flowkeep.json(&["notice", "test", "webhook"]);
    assert_eq!((code, &tested["ok"]), (0, &json!(true)), "{tested}");
    assert!(receiver.next().target.contains(KEY));

    for id in ["nightly", "silent"] {
        failing(&flowkeep, id);
    }
    let of_silent = ["notice", "choose", "waiting", "--workflow", "silent"];
    assert_eq!(flowkeep.done(&of_silent)["of_workflow"], json!(["waiting"]));
    let engine = Engine::start(&flowkeep);
    flowkeep.done(&["run", "start", "silent"]);
    flowkeep.done(&["run", "start", "nightly"]);
    let told = receiver.next().body;
    assert!(told.contains("Run failed: Name of nightly"), "{told}");
    assert!(
        told.contains("nowhere") && told.contains("Task: Look"),
        "{told}"
    );
    drop(engine);
    no_key_in(&flowkeep.data());

    let backup = flowkeep.backup("backups");
    no_key_in(&backup);
    // A copy on another computer tells nobody anything until somebody there wants it.
    let other = Flowkeep::new();
    other.done(&["db", "restore", "-i", &text(&backup)]);
    let shown = other.done(&["notice", "channels"]);
    assert_eq!(of(&shown, "webhook")["held"], true, "{shown}");
    assert_eq!(of(&shown, "webhook")["with_secret"], false, "{shown}");
    failing(&other, "there");
    let (code, _) = other.json(&["run", "start", "there", "--wait"]);
    assert_eq!(code, 1);
    let list = other.done(&["notice", "list"]);
    assert_eq!(list["total"], 0, "no screen has shown it: {list}");
    assert!(receiver.is_empty());
}

#[test]
fn what_could_not_be_sent_is_seen_and_tried_again() {
    let flowkeep = Flowkeep::new();
    let receiver = Webhook::answering(200, r#"{"errcode":93000,"errmsg":"no such robot"}"#);
    webhook(&flowkeep, &receiver);
    let (code, tested) = flowkeep.json(&["notice", "test", "webhook"]);
    assert_eq!(
        (code, &tested["error"]["code"]),
        (1, &json!("webhook_refused")),
        "{tested}"
    );
    receiver.next();
    let said = flowkeep.say(&["notice", "test", "webhook"]);
    assert!(
        said.out
            .contains("did not take the message (93000): no such robot"),
        "{}",
        said.out
    );
    receiver.next();

    failing(&flowkeep, "nightly");
    let (code, _) = flowkeep.json(&["run", "start", "nightly", "--wait"]);
    assert_eq!(code, 1);
    let _engine = Engine::start(&flowkeep);
    receiver.next();
    let unsent = || flowkeep.done(&["notice", "list", "--unsent"]);
    while unsent()["unsent"] == 0 {
        std::thread::yield_now();
    }
    let list = unsent();
    assert_eq!(list["items"][0]["state"], "failed");
    let told = list["items"][0]["text"].to_string();
    assert!(told.contains("Name of nightly"), "{list}");
    receiver.answer(200, WELL);
    flowkeep.done(&["notice", "retry"]);
    assert!(receiver.next().body.contains("Name of nightly"));
    while unsent()["unsent"] != 0 {
        std::thread::yield_now();
    }
}

#[test]
fn a_mail_channel_is_described_checked_and_keeps_its_password_to_one_server() {
    let flowkeep = Flowkeep::new();
    let mailbox = Mailbox::locked(Door::Open, "ops", "hunter22");
    let port = mailbox.port.to_string();
    let set = |more: &[&str], input: &str| {
        let mut words = vec!["notice", "set", "mail"];
        words.extend(more);
        given(&flowkeep, &words, input)
    };
    let (code, refused) = set(&["--host", "localhost"], "");
    assert_eq!(
        (code, &refused["error"]["code"]),
        (1, &json!("notice_invalid")),
        "{refused}"
    );
    let described = [
        "--host",
        "localhost",
        "--port",
        &port,
        "--security",
        "none",
        "--user",
        "ops",
        "--from",
        "ops@example.com",
        "--to",
        "ada@example.com",
        "--on",
        "--secret-stdin",
    ];
    let (code, shown) = set(&described, "hunter22\n");
    assert_eq!(code, 0, "{shown}");
    flowkeep.done(&["notice", "test", "mail"]);
    let mail = mailbox.next();
    assert!(mail.contains("Subject: Test from Flowkeep"), "{mail}");
    // An authority of one's own is named, and taken back.
    let ca = flowkeep.file("ca.pem", "");
    let authority = |shown: &Value| of(shown, "mail")["mail"]["ca"].clone();
    let (_, shown) = set(&["--ca", &ca, "--secret-stdin"], "hunter22\n");
    assert!(authority(&shown).as_str().unwrap().ends_with("ca.pem"));
    let (code, shown) = set(&["--without-ca", "--secret-stdin"], "hunter22\n");
    assert_eq!((code, authority(&shown)), (0, Value::Null), "{shown}");
    // Another server is told no password that was given for this one.
    let (code, refused) = set(&["--host", "127.0.0.1"], "");
    assert_eq!(code, 1, "{refused}");
    assert_eq!(refused["error"]["fields"]["field"], "secret", "{refused}");
    let (code, shown) = set(&["--to", "bob@example.com"], "");
    assert_eq!(
        (code, &of(&shown, "mail")["with_secret"]),
        (0, &json!(true)),
        "{shown}"
    );
}

#[test]
fn choosing_none_says_that_nothing_is_told() {
    let flowkeep = Flowkeep::new();
    let said = flowkeep.say(&["notice", "choose", "none"]).out;
    assert!(said.starts_with("Told of: nothing\n"), "{said}");
}
