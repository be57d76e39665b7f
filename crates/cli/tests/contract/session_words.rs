//! What is said of sessions is so: what of a file is another, how many come back as they were, what can come back at
//! all, and with what work goes on.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text, tree};

/// It waits for a person, so that it can be taken up again.
const ORDERS: &str = "name: Orders
tool_set: office
tasks:
  - id: look
    action: manual
    params:
      instruction: Look
";

/// What keeps a key besides; `secret` is no real one.
fn with_key(secret: &str) -> String {
    format!("name: sum\npassword: {secret}\n")
}

fn secret() -> String {
    ["Tr0ub4dor", "and", "3-horses"].join("-")
}

struct Place {
    flowkeep: Flowkeep,
}

impl Place {
    /// Three files, of which one holds a key.
    fn new() -> Self {
        let flowkeep = Flowkeep::new();
        flowkeep.file("configs/workflows/orders.yaml", ORDERS);
        flowkeep.file("configs/tool-sets/office.yaml", "tools: [sum]\n");
        flowkeep.file("configs/tools/sum.yaml", with_key(&secret()));
        Self { flowkeep }
    }

    /// Nothing that is kept can be read any more.
    fn damage_all(&self) {
        let objects = self.flowkeep.data().join("snapshots/objects");
        for (path, bytes) in tree(&objects) {
            fs::write(objects.join(path), vec![b'X'; bytes.len()]).unwrap();
        }
    }

    fn sum(&self) -> PathBuf {
        self.flowkeep.path("configs/tools/sum.yaml")
    }

    fn config(&self) -> String {
        text(&self.flowkeep.path("configs/workflows/orders.yaml"))
    }

    /// A session on them; its id.
    fn kept(&self) -> String {
        let (_, created) = self.flowkeep.json(&["session", "create", &self.config()]);
        word(&created["session_id"])
    }

    /// A session whose run waits for a person; both ids.
    fn waits(&self) -> (String, String) {
        let config = self.config();
        let words = ["session", "create", &config, "--start", "--trust", "--wait"];
        let (exit, created) = self.flowkeep.json(&words);
        assert_eq!((exit, &created["run_status"]), (3, &json!("waiting")));
        (word(&created["session_id"]), word(&created["run_id"]))
    }

    fn lines(&self, run: &str, code: &str) -> Vec<Value> {
        let log = self.flowkeep.done(&["run", "show", run]);
        let lines = log["messages"].as_array().unwrap().iter();
        lines.filter(|line| line["code"] == code).cloned().collect()
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn of_a_file_that_is_another_where_it_is_masked_no_key_is_blamed_for_it_alone() {
    let place = Place::new();
    let id = place.kept();
    fs::write(place.sum(), with_key(&secret().replace('3', "4"))).unwrap();
    let compare = ["session", "compare", &id, "tools/sum.yaml"];
    let (_, compared) = place.flowkeep.json(&compare);
    assert_eq!(compared["unshown"], "masked", "{compared}");
    let said = place.flowkeep.say(&compare).out;
    assert!(said.contains("or what stands beside one"), "{said}");
    assert!(!said.contains("Only keys"), "{said}");
}

#[test]
fn nothing_is_called_missing_where_only_keys_are_not_kept() {
    let place = Place::new();
    let create = ["session", "create", &place.config()];
    let said = place.flowkeep.say(&create);
    assert_eq!(said.code, 3, "{}", said.out);
    assert!(
        said.out.contains("All that is taken is there"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("missing, not sure"), "{}", said.out);
    fs::remove_file(place.sum()).unwrap();
    let said = place.flowkeep.say(&create);
    assert!(said.out.contains("missing, not sure"), "{}", said.out);
}

/// A next step can be copied as it stands.
#[test]
fn next_steps_name_the_session_they_are_for() {
    let place = Place::new();
    let id = place.kept();
    fs::remove_dir_all(place.flowkeep.path("configs")).unwrap();
    place.damage_all();
    let restore = ["session", "restore", &id];
    let mut said = String::new();
    for _ in 0..3 {
        said = place.flowkeep.say(&restore).err;
    }
    for step in ["restore", "export"] {
        let step = format!("flowkeep session {step} {id} ");
        assert!(said.contains(&step), "{said}");
    }
}

#[test]
fn files_that_lack_keys_are_counted_apart_and_named_once() {
    let place = Place::new();
    let id = place.kept();
    fs::remove_dir_all(place.flowkeep.path("configs")).unwrap();
    let said = place.flowkeep.say(&["session", "restore", &id]);
    assert_eq!(said.code, 3);
    let counts = "as they were 2, with “<masked>” in the place of keys 1";
    assert!(said.out.contains(counts), "{}", said.out);
    let named = said
        .out
        .lines()
        .filter(|line| line.starts_with("tools/sum.yaml"));
    assert_eq!(named.count(), 1, "{}", said.out);
}

#[test]
fn work_does_not_go_on_with_something_in_the_place_of_keys_unless_somebody_says_so() {
    let place = Place::new();
    let (id, run) = place.waits();
    fs::remove_file(place.sum()).unwrap();
    let resume = ["session", "restore", &id, "--resume"];
    let (exit, restored) = place.flowkeep.json(&[&resume[..], &["--wait"]].concat());
    assert_eq!(
        (exit, &restored["waits_for_keys"], &restored["masked"]),
        (3, &json!(true), &json!(["tools/sum.yaml"]))
    );
    let shown = place.flowkeep.done(&["session", "show", &id]);
    assert_eq!(shown["works_with"], "file", "it goes on with nothing yet");
    let said = place.flowkeep.say(&resume);
    assert_eq!(said.code, 3);
    assert!(said.out.contains("does not go on yet"), "{}", said.out);
    let said = place.flowkeep.say(&[&resume[..], &["--wait"]].concat());
    assert_eq!(said.code, 3, "a person is waited for: {}", said.out);
    assert!(said.out.contains(&format!("restore {id} --resume")));

    // Filled in, it goes on with just that.
    let copy = PathBuf::from(word(&restored["overlay"]));
    fs::write(copy.join("tools/sum.yaml"), with_key(&secret())).unwrap();
    let (exit, restored) = place.flowkeep.json(&resume);
    assert_eq!(
        (exit, &restored["run_status"]),
        (3, &json!("waiting")),
        "{restored}"
    );
    assert_eq!(restored.get("waits_for_keys"), None);
    assert_eq!(restored["overlay"], text(&copy));
    let told = place.lines(&run, "run_configuration_own_copy");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["fields"]["path"], text(&copy));
}

/// Whether what was filled in is what it was, the checksum of the original says.
#[test]
fn what_was_filled_in_is_called_as_it_was_only_where_it_is() {
    let place = Place::new();
    let id = place.kept();
    fs::remove_dir_all(place.flowkeep.path("configs")).unwrap();
    let restore = ["session", "restore", &id];
    let (_, restored) = place.flowkeep.json(&restore);
    let there = PathBuf::from(word(&restored["overlay"])).join("tools/sum.yaml");
    fs::write(&there, with_key("another-horse-9")).unwrap();
    let said = place.flowkeep.say(&restore);
    assert_eq!(said.code, 3, "{}", said.out);
    let counts = "as they were 2, filled in by you and not as they were 1";
    assert!(said.out.contains(counts), "{}", said.out);
    assert!(said.out.contains("filled in by you, and not as it was"));
    fs::write(&there, with_key(&secret())).unwrap();
    let said = place.flowkeep.say(&restore);
    assert_eq!(said.code, 0, "{}", said.out);
    let counts = "as they were 2, as they were with their keys filled in 1";
    assert!(said.out.contains(counts), "{}", said.out);
    let compared = place.flowkeep.done(&["session", "compare", &id]);
    let own = &compared["own_copy"];
    assert_eq!(own["filled_in"], json!(["tools/sum.yaml"]), "{compared}");
    let shown = place.flowkeep.done(&["session", "show", &id]);
    let own = &shown["own_copy"];
    assert_eq!(
        (&own["used"], &own["filled_in"], &own["masked"]),
        (&json!(false), &json!(["tools/sum.yaml"]), &json!([]))
    );
    let said = place.flowkeep.say(&["session", "show", &id]).out;
    let filled = "As they were, their keys filled in: tools/sum.yaml.";
    assert!(said.contains(filled), "{said}");
    // It goes back with its keys.
    fs::create_dir_all(place.flowkeep.path("configs")).unwrap();
    let in_place = ["session", "restore", &id, "--in-place"];
    place.flowkeep.done(&in_place);
    assert_eq!(
        fs::read_to_string(place.sum()).unwrap(),
        with_key(&secret())
    );
}

#[test]
fn a_copy_with_keys_in_which_more_was_changed_is_neither_used_nor_passed_over_unasked() {
    let place = Place::new();
    let (id, run) = place.waits();
    fs::remove_file(place.sum()).unwrap();
    let restore = ["session", "restore", &id];
    let (_, restored) = place.flowkeep.json(&restore);
    let copy = PathBuf::from(word(&restored["overlay"]));
    fs::write(copy.join("tools/sum.yaml"), with_key(&secret())).unwrap();
    fs::write(copy.join("tool-sets/office.yaml"), "tools: [sum]\n# mine\n").unwrap();
    let (_, looked) = place
        .flowkeep
        .json(&[&restore[..], &["--dry-run"]].concat());
    let own = &looked["own_copy"];
    assert_eq!(
        (&own["asks"], &own["changed"], &own["filled_in"]),
        (
            &json!(true),
            &json!(["tool-sets/office.yaml"]),
            &json!(["tools/sum.yaml"])
        )
    );
    let resume = [&restore[..], &["--resume"]].concat();
    for words in [&restore[..], &resume] {
        let (exit, asked) = place.flowkeep.json(words);
        assert_eq!((exit, &asked["session_id"]), (3, &json!(id)), "{asked}");
        assert_eq!(asked["undecided"]["code"], "session_copy_undecided");
    }
    let said = place.flowkeep.say(&resume);
    assert!(said.err.contains("tool-sets/office.yaml"), "{}", said.err);
    assert!(said.err.contains("--copy changed"), "{}", said.err);
    let copies = fs::read_dir(copy.parent().unwrap()).unwrap().count();
    assert_eq!(copies, 1, "nothing was made");
    let (exit, used) = place
        .flowkeep
        .json(&[&resume[..], &["--copy", "changed"]].concat());
    assert_eq!(
        (exit, &used["run_status"], &used["changed"]),
        (3, &json!("waiting"), &json!(["tool-sets/office.yaml"])),
        "{used}"
    );
    let told = place.lines(&run, "run_configuration_own_copy");
    assert_eq!(told[0]["fields"]["path"], text(&copy));
}

#[test]
fn the_log_of_work_that_goes_on_without_keys_names_the_files() {
    let place = Place::new();
    let (id, run) = place.waits();
    fs::remove_file(place.sum()).unwrap();
    let resume = ["session", "restore", &id, "--resume", "--without-keys"];
    let (exit, restored) = place.flowkeep.json(&resume);
    assert_eq!(
        (exit, &restored["run_status"]),
        (3, &json!("waiting")),
        "{restored}"
    );
    let told = place.lines(&run, "run_configuration_own_copy_masked");
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["level"], &told[0]["fields"]["names"]),
        (&json!("warning"), &json!("tools/sum.yaml"))
    );
    // Also after it went on.
    let own = place.flowkeep.done(&["session", "show", &id])["own_copy"].clone();
    assert_eq!(
        (&own["used"], &own["masked"], &own["filled_in"]),
        (&json!(true), &json!(["tools/sum.yaml"]), &json!([]))
    );
    let without = ["session", "restore", &id, "--without-keys"];
    assert_eq!(place.flowkeep.say(&without).code, 2, "only with --resume");
}

#[test]
fn a_run_that_waits_for_a_person_is_not_said_to_be_resumed() {
    let place = Place::new();
    let (_, run) = place.waits();
    let said = place.flowkeep.say(&["run", "resume", &run]);
    assert_eq!(said.code, 3, "{}", said.out);
    assert!(said.out.contains("waits for a person"), "{}", said.out);
    let (exit, resumed) = place.flowkeep.json(&["run", "resume", &run]);
    assert_eq!((exit, &resumed["status"]), (3, &json!("waiting")));
    assert_eq!(place.lines(&run, "run_was_resumed").len(), 0);
    place.flowkeep.done(&["run", "pause", &run]);
    place.flowkeep.json(&["run", "resume", &run]);
    assert_eq!(place.lines(&run, "run_was_resumed").len(), 1);
}

#[test]
fn where_all_is_damaged_nothing_is_called_recoverable() {
    let place = Place::new();
    let id = place.kept();
    fs::remove_dir_all(place.flowkeep.path("configs")).unwrap();
    place.damage_all();
    let (exit, _) = place.flowkeep.json(&["session", "scrub"]);
    assert_eq!(exit, 1);
    let shown = place.flowkeep.done(&["session", "show", &id]);
    assert_eq!(shown["confidence"], "none");
    let listed = place.flowkeep.done(&["session", "list"]);
    assert_eq!(listed["items"][0]["confidence"], "none");
    let (_, looked) = place
        .flowkeep
        .json(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["confidence"], "none");
}

#[test]
fn a_look_says_what_comes_back_with_the_files_and_what_without() {
    let place = Place::new();
    let id = place.kept();
    let look = ["session", "restore", &id, "--dry-run"];
    let (exit, looked) = place.flowkeep.json(&look);
    assert_eq!(
        (exit, &looked["confidence"], &looked["alone"]),
        (0, &json!("complete"), &json!("partial"))
    );
    let said = place.flowkeep.say(&look).out;
    assert!(said.contains("as long as your files are there"), "{said}");
    let shown = place.flowkeep.say(&["session", "show", &id]).out;
    assert!(shown.contains("1 file is kept without its keys"), "{shown}");
}

#[test]
fn a_run_from_a_file_says_that_its_configuration_is_elsewhere() {
    let flowkeep = Flowkeep::new();
    flowkeep.file("configs/tool-sets/office.yaml", "tools: []\n");
    let root = text(&flowkeep.path("configs"));
    flowkeep.done(&["session", "roots", "add", &root]);
    let file = flowkeep.file(
        "orders.json",
        r#"{"id": "orders", "name": "Orders", "tool_set": "office", "tasks": [
            {"id": "look", "name": "Look", "action": "manual"}]}"#,
    );
    flowkeep.done(&["flow", "create", &file]);
    let (_, run) = flowkeep.json(&["run", "start", "orders", "--wait"]);
    let run = word(&run["run_id"]);
    flowkeep.done(&["run", "cancel", &run]);
    let file = text(&flowkeep.path("run.json"));
    flowkeep.done(&["run", "export", &run, "--as", "json", "-o", &file]);

    let other = Flowkeep::new();
    other.done(&["flow", "import", &file]);
    let shown = other.done(&["session", "show", &run]);
    assert_eq!(
        (&shown["confidence"], &shown["unkept"]["imported"]),
        (&json!("no_config"), &json!(true))
    );
    let said = other.say(&["session", "show", &run]).out;
    assert!(said.contains("its configuration is where it ran"), "{said}");
    let listed = other.say(&["session", "list", "--all"]).out;
    assert!(!listed.contains("as it was kept"), "{listed}");
    other.refused(&["session", "restore", &run], "session_ran_elsewhere");

    let listed = other.say(&["run", "list"]).out;
    assert!(listed.contains("imported from a file"), "{listed}");
    let said = other.say(&["run", "show", &run]).out;
    assert!(said.contains("imported from a file"), "{said}");
    let error = other.refused(&["run", "retry", &run], "not_found");
    assert!(error.to_string().contains("--definition old"), "{error}");
    let error = other.refused(&["db", "undo"], "nothing_to_undo");
    assert!(error.to_string().contains("run delete ID"), "{error}");

    let again = other.say(&["flow", "import", &file]).out;
    assert!(again.contains("it is here already"), "{again}");
    other.done(&["run", "delete", &run]);
}

#[test]
fn a_file_is_no_folder_of_configurations_and_a_file_that_is_not_there_is_no_configuration() {
    let place = Place::new();
    let id = place.kept();
    let add = ["session", "roots", "add", &text(&place.sum())];
    place.flowkeep.refused(&add, "not_a_folder");
    let nowhere = text(&place.flowkeep.path("configs/workflows/nowhere.yaml"));
    let link = ["session", "link", &id, &nowhere];
    place.flowkeep.refused(&link, "config_missing");
}
