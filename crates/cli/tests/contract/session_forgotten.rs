//! What is said and done of runs whose session was forgotten: nothing of them begins without its configuration unasked.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text};

/// It fails, so that it would be tried again.
const ORDERS: &str = "name: Orders
tool_set: office
tasks:
  - id: load
    action: program.run
    params:
      program: sh
      args: [\"-c\", \"exit 1\"]
";

struct Place {
    flowkeep: Flowkeep,
    session: String,
    run: String,
}

impl Place {
    /// A run of a file that failed.
    fn new() -> Self {
        let flowkeep = Flowkeep::new();
        let config = flowkeep.file("configs/workflows/orders.yaml", ORDERS);
        flowkeep.file(
            "configs/tool-sets/office.yaml",
            "password: Tr0ub4dor-and-3\n",
        );
        let words = ["session", "create", &config, "--start", "--trust", "--wait"];
        let (_, created) = flowkeep.json(&words);
        assert_eq!(created["run_status"], "failed", "{created}");
        Self {
            session: word(&created["session_id"]),
            run: word(&created["run_id"]),
            flowkeep,
        }
    }

    fn runs(&self) -> Value {
        self.flowkeep.done(&["run", "list", "--count"])["total"].clone()
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_run_whose_session_was_forgotten_says_so_and_begins_nothing_without_its_configuration() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let shown = flowkeep.done(&["run", "show", &place.run]);
    assert_eq!(shown.get("forgotten"), None);
    flowkeep.done(&["session", "forget", &place.session]);
    let shown = flowkeep.done(&["run", "show", &place.run]);
    assert!(shown["forgotten"]["at"].is_string(), "{shown}");
    let said = flowkeep.say(&["run", "show", &place.run]).out;
    assert!(said.contains("Its session was forgotten by"), "{said}");
    assert!(
        said.contains("flowkeep session create FILE --start"),
        "{said}"
    );

    let before = place.runs();
    for from in ["start", "failed"] {
        let retry = ["run", "retry", &place.run, "--from", from];
        let refused = flowkeep.refused(&retry, "run_session_forgotten");
        assert!(
            refused.to_string().contains("session create FILE"),
            "{refused}"
        );
    }
    let many = ["run", "retry", &place.run, "--definition", "old"];
    flowkeep.refused(&many, "run_session_forgotten");
    let (exit, many) = flowkeep.json(&["run", "retry", &place.run, &place.run]);
    assert_eq!((exit, &many["done"]), (3, &json!(0)), "{many}");
    assert!(
        many.to_string().contains("its session was forgotten"),
        "{many}"
    );
    assert_eq!(place.runs(), before, "nothing began");

    for id in [&place.run, &place.session] {
        let refused = flowkeep.refused(&["session", "forget", id], "session_forgotten");
        assert!(
            refused.to_string().contains("was forgotten by"),
            "{refused}"
        );
    }
}

#[test]
fn a_copy_that_somebody_changed_is_left_and_named_as_that() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    fs::remove_file(flowkeep.path("configs/tool-sets/office.yaml")).unwrap();
    let (_, restored) = flowkeep.json(&["session", "restore", &place.session]);
    let copy = PathBuf::from(word(&restored["overlay"]));
    fs::write(copy.join("tool-sets/office.yaml"), "password: mine\n").unwrap();
    let (exit, forgotten) = flowkeep.json(&["session", "forget", &place.session]);
    assert_eq!(
        (exit, &forgotten["stays"], &forgotten["failed"]),
        (3, &json!([text(&copy)]), &json!([]))
    );
    assert!(copy.join("tool-sets/office.yaml").exists());

    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let (_, restored) = flowkeep.json(&["session", "restore", &place.session, "--use", "snapshot"]);
    let copy = PathBuf::from(word(&restored["overlay"]));
    fs::write(copy.join("tool-sets/office.yaml"), "password: mine\n").unwrap();
    let said = flowkeep.say(&["session", "forget", &place.session]);
    assert_eq!(said.code, 3);
    assert!(
        said.out.contains("is left, because you changed it"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("but for what is named above"),
        "{}",
        said.out
    );
}
