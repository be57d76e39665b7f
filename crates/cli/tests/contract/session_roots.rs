//! `session roots`, `session relink`, `session link`: where configurations are, once they are somewhere else.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::flowkeep::{Flowkeep, keys, text};

fn lay_out(root: &Path) {
    for (path, content) in [
        (
            "workflows/orders.yaml",
            "name: orders\ntools: [sum, table]\n",
        ),
        ("tools/sum.yaml", "name: sum\n"),
        ("tools/table.yaml", "name: table\n"),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn begun(flowkeep: &Flowkeep, root: &Path) -> String {
    let config = text(&root.join("workflows/orders.yaml"));
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    created["session_id"].as_str().unwrap().to_owned()
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap()
}

/// What Flowkeep itself or a backup lies in is no configuration.
#[test]
fn a_folder_with_another_use_is_no_folder_of_configurations() {
    let flowkeep = Flowkeep::new();
    let (configs, inside) = (flowkeep.path("configs"), flowkeep.data().join("inside"));
    lay_out(&configs);
    lay_out(&inside);
    let backup = flowkeep.backup("backups");
    let backups = real(backup.parent().unwrap());
    flowkeep.done(&["settings", "update", "--backup-folder", &text(&backups)]);
    let data = flowkeep.data();
    let above = data.parent().unwrap();
    let add = |path: &Path, code: &str| {
        let error = flowkeep.refused(&["session", "roots", "add", &text(path)], code);
        assert_eq!(error["error"]["fields"]["path"], text(&real(path)));
    };
    add(Path::new("/"), "root_is_disk");
    for own in [&data, &inside, above] {
        add(own, "root_of_data");
    }
    for of_backups in [&backups, &backup] {
        add(of_backups, "root_of_backups");
    }
    assert_eq!(
        flowkeep.done(&["session", "roots"]),
        json!({"total": 0, "items": []})
    );
    let configs = text(&configs);
    flowkeep.done(&["session", "roots", "add", &configs]);
    let words = ["session", "relink", &configs, &text(&data)];
    flowkeep.refused(&words, "root_of_data");
}

#[test]
fn roots_are_added_and_taken_off_the_list_and_sessions_stay() {
    let flowkeep = Flowkeep::new();
    let (configs, others) = (flowkeep.path("configs"), flowkeep.path("others"));
    lay_out(&configs);
    lay_out(&others);
    assert_eq!(
        flowkeep.done(&["session", "roots"]),
        json!({"total": 0, "items": []})
    );
    let id = begun(&flowkeep, &configs);
    let (configs, others) = (text(&real(&configs)), text(&real(&others)));
    let met = json!({"path": configs, "name": "configs", "listed": false, "sessions": 1, "state": "there"});
    assert_eq!(flowkeep.done(&["session", "roots"])["items"], json!([met]));
    let added = flowkeep.done(&["session", "roots", "add", &others]);
    assert_eq!(added["total"], 2);
    assert_eq!(added["items"][1]["path"], others);
    assert_eq!(
        (&added["items"][1]["listed"], &added["items"][1]["sessions"]),
        (&json!(true), &json!(0))
    );
    let removed = flowkeep.done(&["session", "roots", "remove", &others]);
    assert_eq!(removed["items"], json!([met]));
    flowkeep.done(&["session", "roots", "add", &configs]);
    let removed = flowkeep.done(&["session", "roots", "remove", &configs]);
    assert_eq!(removed["items"], json!([met]), "its session needs it");
    flowkeep.done(&["session", "show", &id]);
    let words = ["session", "roots", "remove", &others];
    flowkeep.refused(&words, "config_root_unknown");
    let nowhere = text(&flowkeep.path("nowhere"));
    flowkeep.refused(&["session", "roots", "add", &nowhere], "root_missing");
    assert!(Path::new(&others).join("tools/sum.yaml").exists());
}

#[test]
fn a_root_that_was_moved_is_found_again_in_one_step() {
    let flowkeep = Flowkeep::new();
    let (old, new) = (flowkeep.path("configs"), flowkeep.path("moved"));
    lay_out(&old);
    let id = begun(&flowkeep, &old);
    begun(&flowkeep, &old);
    fs::rename(&old, &new).unwrap();
    fs::write(new.join("tools/sum.yaml"), "name: another\n").unwrap();
    fs::remove_file(new.join("tools/table.yaml")).unwrap();
    let (_, looked) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["candidates"][0]["code"], "root_gone");
    assert_eq!(
        flowkeep.done(&["session", "roots"])["items"][0]["state"],
        "gone"
    );
    let (from, to) = (text(&old), text(&new));
    let looked = flowkeep.done(&["session", "relink", &from, &to, "--dry-run"]);
    assert_eq!(
        looked,
        json!({"sessions": 2, "found": 1, "changed": 1, "gone": 1})
    );
    assert_eq!(
        flowkeep.done(&["session", "roots"])["items"][0]["state"],
        "gone"
    );
    assert_eq!(flowkeep.done(&["session", "relink", &from, &to]), looked);
    let roots = flowkeep.done(&["session", "roots"]);
    assert_eq!(
        (&roots["items"][0]["path"], &roots["items"][0]["state"]),
        (&json!(text(&real(&new))), &json!("there"))
    );
    let (_, looked) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["candidates"][0]["code"], "config_differs");
    flowkeep.done(&["session", "restore", &id, "--in-place"]);
    assert_eq!(
        fs::read_to_string(new.join("tools/sum.yaml")).unwrap(),
        "name: sum\n"
    );
}

#[test]
fn where_nothing_of_it_is_nothing_is_changed_and_where_a_root_is_known_both_are_one() {
    let flowkeep = Flowkeep::new();
    let (old, new) = (flowkeep.path("configs"), flowkeep.path("moved"));
    lay_out(&old);
    begun(&flowkeep, &old);
    let empty = flowkeep.path("empty");
    fs::create_dir(&empty).unwrap();
    let from = text(&real(&old));
    let words = ["session", "relink", &from, &text(&empty)];
    let (code, looked) = flowkeep.json(&[&words[..], &["--dry-run"]].concat());
    assert_eq!((code, &looked["found"]), (3, &json!(0)), "{looked}");
    let said = flowkeep.say(&[&words[..], &["--dry-run"]].concat());
    assert!(said.out.contains("refused"), "{}", said.out);
    flowkeep.refused(&words, "session_relink_nothing");
    flowkeep.refused(
        &["session", "relink", "/no/such", &text(&empty)],
        "config_root_unknown",
    );
    lay_out(&new);
    begun(&flowkeep, &new);
    flowkeep.done(&["session", "roots", "add", &from]);
    fs::remove_dir_all(&old).unwrap();
    flowkeep.done(&["session", "relink", &format!("{from}/"), &text(&new)]);
    let roots = flowkeep.done(&["session", "roots"]);
    let expected = json!([{"path": text(&real(&new)), "name": "moved", "listed": true, "sessions": 2, "state": "there"}]);
    assert_eq!(roots["items"], expected);
}

#[test]
fn a_session_that_came_without_its_configuration_is_pointed_to_it() {
    let flowkeep = Flowkeep::new();
    let session = json!({
        "metadata": {"session_id": "s-1", "workflow_config_path": "configs/workflows/orders.yaml"},
        "state": {"step": 1},
        "workflow_config": {"name": "orders", "tools": ["sum", "table"]}
    });
    let file = flowkeep.file("sessions/one.json", session.to_string());
    let (_, imported) = flowkeep.json(&["session", "import", &file]);
    let id = imported["items"][0]["id"].as_str().unwrap();
    let (_, looked) = flowkeep.json(&["session", "restore", id, "--dry-run"]);
    assert_eq!(
        looked["candidates"][0]["code"], "config_not_found",
        "{looked}"
    );
    let refused = flowkeep.refused(&["session", "snapshot", id], "session_unlinked");
    let hint = refused["error"]["hints"][0].as_str().unwrap();
    assert!(hint.contains("session link"), "{hint}");
    flowkeep.refused(&["session", "compare", id], "session_no_snapshot");
    let elsewhere = flowkeep.path("elsewhere");
    lay_out(&elsewhere);
    let config = text(&elsewhere.join("workflows/orders.yaml"));
    let linked = flowkeep.done(&["session", "link", id, &config]);
    assert_eq!(keys(&linked), ["session_id", "root", "config", "snapshot"]);
    assert_eq!(
        (&linked["config"], &linked["root"]),
        (
            &json!("workflows/orders.yaml"),
            &json!(text(&real(&elsewhere)))
        )
    );
    assert_eq!(linked["snapshot"]["status"], "complete");
    let looked = flowkeep.done(&["session", "restore", id, "--dry-run"]);
    assert_eq!(looked["candidates"][0]["ok"], true, "{looked}");
    // One that began here has its own.
    let here = begun(&flowkeep, &elsewhere);
    flowkeep.refused(&["session", "link", &here, &config], "session_linked");
    // Unless that has another name by now.
    let renamed = elsewhere.join("workflows/renamed.yaml");
    fs::rename(elsewhere.join("workflows/orders.yaml"), &renamed).unwrap();
    let linked = flowkeep.done(&["session", "link", &here, &text(&renamed)]);
    assert_eq!(linked["config"], "workflows/renamed.yaml");
    let looked = flowkeep.done(&["session", "restore", &here, "--dry-run"]);
    assert_eq!(looked["candidates"][0]["ok"], true, "{looked}");
    flowkeep.refused(
        &["session", "link", &here, &text(&renamed)],
        "session_linked",
    );
    let nowhere = text(&elsewhere.join("workflows/none.yaml"));
    flowkeep.refused(&["session", "link", id, &nowhere], "config_missing");
}

#[test]
fn what_was_kept_before_the_main_file_had_another_name_comes_back_as_it_was() {
    let flowkeep = Flowkeep::new();
    let configs = flowkeep.path("configs");
    lay_out(&configs);
    let id = begun(&flowkeep, &configs);
    let (orders, renamed) = (
        configs.join("workflows/orders.yaml"),
        configs.join("workflows/renamed.yaml"),
    );
    fs::rename(&orders, &renamed).unwrap();
    flowkeep.done(&["session", "link", &id, &text(&renamed)]);
    let looked = flowkeep.done(&["session", "restore", &id, "--dry-run"]);
    let file = &looked["candidates"][0];
    assert_eq!((&file["ok"], &file["compared"]), (&json!(true), &json!(2)));
    let first = &looked["candidates"][2];
    assert_eq!(
        (&first["ok"], &first["sequence"], &first["begins_with"]),
        (&json!(true), &json!(1), &json!("workflows/orders.yaml")),
        "{looked}"
    );
    let said = flowkeep.say(&["session", "restore", &id, "--dry-run"]);
    assert!(
        said.out.contains("compared with snapshot 2"),
        "{}",
        said.out
    );
    let restored = flowkeep.done(&["session", "restore", &id, "--snapshot", "1"]);
    let copy = PathBuf::from(restored["overlay"].as_str().unwrap());
    assert_eq!(
        fs::read_to_string(copy.join("workflows/orders.yaml")).unwrap(),
        "name: orders\ntools: [sum, table]\n"
    );
    assert!(!copy.join("workflows/renamed.yaml").exists());
    fs::remove_file(&renamed).unwrap();
    let put = flowkeep.done(&["session", "restore", &id, "--snapshot", "1", "--in-place"]);
    assert_eq!(put["in_place"]["begins_with"], "workflows/orders.yaml");
    let looked = flowkeep.done(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["candidates"][0]["ok"], true, "{looked}");
    let shown = flowkeep.done(&["session", "show", &id]);
    assert_eq!(shown["config"], "workflows/orders.yaml");
}

#[test]
fn where_a_folder_is_added_it_is_said_what_masking_does_not_find() {
    let flowkeep = Flowkeep::new();
    let (one, other) = (flowkeep.path("one"), flowkeep.path("other"));
    for folder in [&one, &other] {
        fs::create_dir_all(folder).unwrap();
    }
    let said = flowkeep.say(&["session", "roots", "add", &text(&one)]).err;
    assert!(said.contains("keep them encrypted is safer"), "{said}");
    assert!(!flowkeep.say(&["session", "roots"]).err.contains("safer"));
    flowkeep.done(&["settings", "update", "--snapshot-secrets", "encrypted"]);
    let said = flowkeep
        .say(&["session", "roots", "add", &text(&other)])
        .err;
    assert!(!said.contains("safer"), "{said}");
}
