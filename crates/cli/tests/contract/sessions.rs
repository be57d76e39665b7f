//! `session`: the configuration that work is kept with, as people and scripts reach it.

use std::fs;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text, tree as files};

/// A tree of configuration files; the path of the one it begins with.
fn tree(flowkeep: &Flowkeep) -> String {
    for (path, content) in [
        (
            "configs/workflows/orders.yaml",
            "llm_client: big\ntool_set: office\n",
        ),
        ("configs/tool-sets/office.yaml", "tools: [sum, gone]\n"),
        ("configs/tools/sum.yaml", "name: sum\n"),
        ("configs/llms/provider/north/big.yaml", "api_key: ${KEY}\n"),
        ("configs/llms/provider/north/common.yaml", "timeout: 1\n"),
    ] {
        let path = flowkeep.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    text(&flowkeep.path("configs/workflows/orders.yaml"))
}

#[test]
fn a_preview_tells_what_belongs_to_a_configuration_and_what_is_missing() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    flowkeep.done(&["flow", "list"]);
    let all = || {
        let kept = files(&flowkeep.data()).into_iter();
        let names: Vec<_> = kept.map(|(name, _)| name).collect();
        (files(&flowkeep.path("configs")), names)
    };
    let before = all();
    let (exit, found) = flowkeep.json(&["session", "preview", &config]);
    assert_eq!(exit, 3, "{found}");
    assert_eq!(
        keys(&found),
        [
            "root",
            "config",
            "strategy",
            "status",
            "bytes",
            "files",
            "missing",
            "ambiguous",
            "unparsed",
            "unread",
            "left_out"
        ]
    );
    assert_eq!(found["status"], "partial");
    assert_eq!(found["strategy"], "standard");
    assert_eq!(found["config"], "workflows/orders.yaml");
    assert_eq!(
        keys(&found["files"][0]),
        ["kind", "path", "sha256", "bytes"]
    );
    let paths: Vec<_> = found["files"].as_array().unwrap().iter().collect();
    let paths: Vec<_> = paths
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    let expected = [
        "tool-sets/office.yaml",
        "tools/sum.yaml",
        "workflows/orders.yaml",
    ];
    assert_eq!(paths, expected);
    let missing = &found["missing"][0];
    assert_eq!(missing["reference"], "gone");
    assert_eq!(missing["from"], "tool-sets/office.yaml");
    assert_eq!(missing["pointer"], "/tools/1");
    assert_eq!(found["left_out"][0]["path"], "llms/provider/north/big.yaml");
    assert_eq!(found["left_out"][0]["why"], "kind");

    let words = ["session", "preview", &config, "--strategy", "minimal"];
    let found = flowkeep.done(&words);
    assert_eq!(found["status"], "complete");
    assert_eq!(found["files"].as_array().unwrap().len(), 1);
    let words = ["session", "preview", &config, "--strategy", "comprehensive"];
    let (exit, found) = flowkeep.json(&words);
    assert_eq!((exit, found["files"].as_array().unwrap().len()), (3, 5));
    let said = flowkeep.say(&["session", "preview", &config]);
    assert!(
        said.out.contains("names “gone”, which is not there"),
        "{}",
        said.out
    );
    let left_out =
        "llms/provider/north/big.yaml: left out: the strategy does not take files of its kind";
    assert!(said.out.lines().any(|line| line == left_out), "{said:?}");
    assert_eq!(
        all(),
        before,
        "nothing of it is kept, and nothing was changed"
    );
}

#[test]
#[cfg(unix)]
fn a_root_may_be_called_as_the_link_that_leads_to_it() {
    let flowkeep = Flowkeep::new();
    tree(&flowkeep);
    let release = flowkeep.path("release-7");
    fs::rename(flowkeep.path("configs"), &release).unwrap();
    fs::write(
        release.join("workflows/orders.yaml"),
        "inherits_from: configs/workflows/one.yaml\nextends: release-7/workflows/two.yaml\n",
    )
    .unwrap();
    for name in ["one", "two"] {
        fs::write(release.join(format!("workflows/{name}.yaml")), "a: 1\n").unwrap();
    }
    std::os::unix::fs::symlink("release-7", flowkeep.path("configs")).unwrap();
    let config = text(&flowkeep.path("configs/workflows/orders.yaml"));
    let real = text(&release.join("workflows/orders.yaml"));
    let root = text(&flowkeep.path("configs"));
    for words in [
        &["session", "preview", &config][..],
        &["session", "preview", &config, "--root", &root],
        &["session", "preview", &real, "--root", &root],
    ] {
        let found = flowkeep.done(words);
        assert_eq!(found["files"].as_array().unwrap().len(), 3, "{found}");
    }
    let (exit, found) = flowkeep.json(&["session", "preview", &real]);
    assert_eq!(
        (exit, &found["missing"][0]["pointer"]),
        (3, &json!("/inherits_from"))
    );
}

#[test]
fn what_is_no_configuration_is_refused_with_the_next_step() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let alone = flowkeep.file("alone.yaml", "a: 1");
    let ends = |words: &[&str], code: i32| {
        let (exit, error) = flowkeep.json(words);
        assert_eq!(exit, code, "{error}");
        error["error"].clone()
    };
    let refused = |words: &[&str]| ends(words, 1);
    let error = refused(&["session", "preview", &alone]);
    assert_eq!(error["code"], "config_no_root");
    assert_eq!(error["hints"].as_array().unwrap().len(), 1);
    let root = text(&flowkeep.path("configs"));
    let error = refused(&["session", "preview", &alone, "--root", &root]);
    assert_eq!(error["code"], "config_outside_root");
    let error = ends(&["session", "preview", &config, "--strategy", "most"], 2);
    assert_eq!(error["code"], "strategy_unknown");
    assert_eq!(error["fields"]["known"], "minimal, standard, comprehensive");
}

fn count(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

#[test]
fn a_session_keeps_its_configuration_and_tells_what_of_it() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let (exit, created) = flowkeep.json(&["session", "create", &config]);
    assert_eq!(exit, 3, "{created}");
    assert_eq!(keys(&created), ["session_id", "snapshot"]);
    let snapshot = &created["snapshot"];
    assert_eq!(
        keys(snapshot),
        [
            "id",
            "status",
            "files",
            "missing",
            "unparsed",
            "ambiguous",
            "left_out",
            "sequence",
            "at",
            "reason",
            "strategy",
            "bytes",
            "encrypted",
            "closed"
        ]
    );
    assert_eq!(
        (&snapshot["status"], &snapshot["sequence"]),
        (&json!("partial"), &json!(1))
    );
    let file = &snapshot["files"][0];
    assert_eq!(keys(file), ["kind", "path", "sha256", "bytes"]);
    assert_eq!(file["path"], "tool-sets/office.yaml");
    let missing = &snapshot["missing"][0];
    assert_eq!(
        (&missing["reference"], &missing["from"]),
        (&json!("gone"), &json!("tool-sets/office.yaml"))
    );

    let id = created["session_id"].as_str().unwrap();
    let list = flowkeep.done(&["session", "list"]);
    assert_eq!(list["total"], 1);
    assert_eq!(
        keys(&list["items"][0]),
        [
            "id",
            "name",
            "origin",
            "config",
            "status",
            "snapshots",
            "confidence",
            "missing",
            "root",
            "created_at",
            "updated_at"
        ]
    );
    assert_eq!(list["items"][0]["id"], id);
    assert_eq!(list["items"][0]["config"], "workflows/orders.yaml");
    assert_eq!(list["items"][0]["status"], "active");
    assert_eq!(list["items"][0]["snapshots"], 1);
}

#[test]
fn each_version_of_a_configuration_is_told_and_counted() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    // A new version, although nothing has changed: a person asked for it.
    let (exit, again) = flowkeep.json(&["session", "snapshot", id]);
    assert_eq!((exit, &again["changed"]), (3, &json!(false)));
    assert_eq!(again["session_id"], id);
    assert_eq!(again["snapshot"]["sequence"], 2);
    fs::write(
        flowkeep.path("configs/tool-sets/office.yaml"),
        "tools: [sum]\n",
    )
    .unwrap();
    let again = flowkeep.done(&["session", "snapshot", id]);
    assert_eq!(
        (&again["changed"], &again["snapshot"]["status"]),
        (&json!(true), &json!("complete"))
    );

    let show = flowkeep.done(&["session", "show", id]);
    let kept = show["snapshots"].as_array().unwrap();
    let told: Vec<_> = kept
        .iter()
        .map(|one| json!([one["sequence"], one["status"], one["reason"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!([1, "partial", "begin"]),
            json!([2, "partial", "asked"]),
            json!([3, "complete", "asked"])
        ]
    );
    assert_eq!(
        kept[0], created["snapshot"],
        "what was told is what is kept"
    );

    let stats = flowkeep.done(&["session", "stats"]);
    assert_eq!(
        keys(&stats),
        [
            "sessions",
            "snapshots",
            "files",
            "bytes_original",
            "bytes_distinct",
            "bytes_stored",
            "oldest",
            "newest",
            "store_dir",
            "store_chosen",
            "store_away"
        ]
    );
    assert_eq!(
        (&stats["sessions"], &stats["snapshots"], &stats["files"]),
        (&json!(1), &json!(3), &json!(9))
    );
    let bytes = |one: &Value| one["bytes"].as_u64().unwrap();
    for one in kept {
        let of_files: u64 = one["files"].as_array().unwrap().iter().map(bytes).sum();
        assert_eq!(bytes(one), of_files, "{one}");
    }
    // What is the same in each of them counts three times.
    let original: u64 = kept.iter().map(bytes).sum();
    assert_eq!(stats["bytes_original"], original, "{stats}");
    assert!(original > bytes(&kept[0]) * 2, "{stats}");
    let on_disk: usize = files(&flowkeep.data().join("snapshots"))
        .iter()
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert_eq!(stats["bytes_stored"], on_disk);
    assert_eq!(stats["oldest"], kept[0]["at"]);
    assert_eq!(stats["newest"], kept[2]["at"]);

    let said = flowkeep.say(&["session", "show", id]);
    assert!(said.out.contains("orders: active"), "{}", said.out);
    assert!(said.out.contains("asked for"), "{}", said.out);
}

/// Two configurations of the same files hold each of them twice, and keep it once.
#[test]
fn what_is_saved_by_keeping_once_is_told_apart_from_what_packing_saves() {
    let flowkeep = Flowkeep::new();
    let sum = format!("name: sum\ndescription: {}\n", "adds ".repeat(4_000));
    let workflow = "name: orders\ntools: [sum, copy]\n";
    for root in ["one", "two"] {
        flowkeep.file(&format!("{root}/tools/sum.yaml"), &sum);
        flowkeep.file(&format!("{root}/tools/copy.yaml"), &sum);
        let config = flowkeep.file(&format!("{root}/workflows/orders.yaml"), workflow);
        flowkeep.done(&["session", "create", &config]);
    }
    let all = 2 * (2 * sum.len() + workflow.len());
    let distinct = sum.len() + workflow.len();
    let stats = flowkeep.done(&["session", "stats"]);
    assert_eq!(stats["files"], 6);
    assert_eq!(stats["bytes_original"], all);
    assert_eq!(stats["bytes_distinct"], distinct);
    let stored = usize::try_from(stats["bytes_stored"].as_u64().unwrap()).unwrap();
    assert!(stored < distinct, "{stats}");
    let said = flowkeep.say(&["session", "stats"]).out;
    assert!(said.contains("saved 60 kB, packing"), "{said}");

    let id = flowkeep.done(&["session", "list", "--all"])["items"][0]["id"].clone();
    flowkeep.done(&["session", "forget", id.as_str().unwrap()]);
    let stats = flowkeep.done(&["session", "stats"]);
    assert_eq!(stats["bytes_original"], all / 2);
    assert_eq!(stats["bytes_distinct"], distinct);
}

#[test]
fn where_nothing_was_kept_there_is_nothing_to_count() {
    let flowkeep = Flowkeep::new();
    let stats = flowkeep.done(&["session", "stats"]);
    assert_eq!(
        (&stats["snapshots"], &stats["bytes_stored"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        (&stats["oldest"], &stats["newest"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(flowkeep.done(&["session", "list", "--all"])["total"], 0);
    for verb in ["show", "snapshot"] {
        let (exit, error) = flowkeep.json(&["session", verb, "01K"]);
        assert_eq!(
            (exit, &error["error"]["code"]),
            (1, &json!("session_unknown"))
        );
    }
}

/// A key of the tree, of the agent or of the state is in no file of the data folder, however it was said.
#[test]
fn no_key_of_a_configuration_comes_into_the_data_folder() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let secret = ["Tr0ub4dor", "and", "3-horses"].join("-");
    let text_with = format!("name: sum\npassword: {secret}\n");
    fs::write(flowkeep.path("configs/tools/sum.yaml"), &text_with).unwrap();
    let agent = format!(r#"{{"name": "clerk", "api_key": "{secret}"}}"#);
    let state = flowkeep.file(
        "state.json",
        format!(r#"{{"step": 1, "token": "{secret}"}}"#),
    );
    let words = [
        "session",
        "create",
        &config,
        "--agent",
        &agent,
        "--state",
        &format!("@{state}"),
    ];
    let (exit, created) = flowkeep.json(&words);
    assert_eq!(exit, 3);
    let told = created.to_string();
    assert!(!told.contains(&secret), "{told}");
    let taken = created["snapshot"]["files"].as_array().unwrap();
    let sum = taken
        .iter()
        .find(|file| file["path"] == "tools/sum.yaml")
        .unwrap();
    assert_eq!(
        (&sum["masked"], &sum["masked_places"][0]["line"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(sum["bytes"], text_with.len());

    let id = created["session_id"].as_str().unwrap();
    let (_, show) = flowkeep.json(&["session", "show", id]);
    assert_eq!(show["agent"], r#"{"name":"clerk","api_key":"<masked>"}"#);
    assert_eq!(show["state"], r#"{"step":1,"token":"<masked>"}"#);
    for (path, bytes) in files(&flowkeep.data()) {
        let is_there = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!is_there, "{path}");
    }
}

#[test]
fn with_snapshots_switched_off_a_session_begins_and_nothing_of_it_is_kept() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let off = [
        "settings",
        "update",
        "--snapshots",
        "off",
        "--snapshot-strategy",
        "minimal",
    ];
    let settings = flowkeep.done(&off);
    assert_eq!(
        (&settings["snapshots"], &settings["snapshot_strategy"]),
        (&json!("off"), &json!("minimal"))
    );
    let (exit, created) = flowkeep.json(&["session", "create", &config]);
    assert_eq!((exit, &created["snapshot"]), (3, &Value::Null));
    assert!(!flowkeep.data().join("snapshots").exists());
    let id = created["session_id"].as_str().unwrap();
    let (exit, error) = flowkeep.json(&["session", "snapshot", id]);
    assert_eq!(
        (exit, &error["error"]["code"]),
        (1, &json!("snapshots_off"))
    );
    flowkeep.done(&["settings", "update", "--snapshots", "on"]);
    let kept = flowkeep.done(&["session", "snapshot", id]);
    assert_eq!(
        (
            count(&kept["snapshot"]["files"]),
            &kept["snapshot"]["sequence"]
        ),
        (1, &json!(1))
    );
    let refused = ["settings", "update", "--snapshot-strategy", "most"];
    assert_eq!(
        flowkeep.json(&refused).1["error"]["code"],
        "strategy_unknown"
    );
}

#[test]
fn what_default_stands_for_is_a_setting() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    fs::write(
        flowkeep.path("configs/workflows/orders.yaml"),
        "tool_manager: default\n",
    )
    .unwrap();
    let (exit, _) = flowkeep.json(&["session", "preview", &config]);
    assert_eq!(exit, 3, "there is no basic-tools");
    flowkeep.done(&["settings", "update", "--default-tool-set", "office"]);
    let (_, found) = flowkeep.json(&["session", "preview", &config]);
    assert_eq!(found["files"][0]["path"], "tool-sets/office.yaml");
    let settings = flowkeep.done(&["settings", "update", "--default-tool-set", ""]);
    assert_eq!(settings["default_tool_set"], Value::Null);
}

#[test]
fn a_clean_up_says_what_goes_and_what_stays() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let (_, made) = flowkeep.json(&["session", "create", &config]);
    let id = made["session_id"].as_str().unwrap();
    flowkeep.json(&["session", "snapshot", id]);
    flowkeep.json(&["session", "snapshot", id]);
    let call = ["session", "clean-up", "--older-than", "0d"];
    let (exit, told) = flowkeep.json(&[&call[..], &["--dry-run"]].concat());
    assert_eq!(exit, 0, "{told}");
    assert_eq!(
        keys(&told),
        [
            "removed",
            "kept",
            "freed_bytes",
            "items",
            "seen",
            "orphans",
            "failed"
        ]
    );
    let (exit, done) = flowkeep.json(&call);
    assert_eq!((exit, &done), (0, &told), "what was shown is what is done");
    assert_eq!((&done["removed"], &done["kept"]), (&json!(1), &json!(2)));
    assert!(done["freed_bytes"].as_u64().unwrap() > 0);
    let items = done["items"].as_array().unwrap().iter();
    let items: Vec<_> = items
        .map(|item| (item["action"].as_str().unwrap(), item["reason"].as_str()))
        .collect();
    assert_eq!(
        items,
        [
            ("kept", Some("begin")),
            ("removed", None),
            ("kept", Some("newest"))
        ]
    );
    let (_, shown) = flowkeep.json(&["session", "show", id]);
    assert_eq!(shown["snapshots"].as_array().unwrap().len(), 2);
    let (exit, _) = flowkeep.json(&["session", "clean-up", "--older-than", "soon"]);
    assert_eq!(exit, 2);
}

#[test]
fn a_check_of_the_snapshots_repairs_what_it_can_and_names_the_rest() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let (_, made) = flowkeep.json(&["session", "create", &config]);
    let id = made["session_id"].as_str().unwrap();
    let (exit, done) = flowkeep.json(&["session", "scrub"]);
    let all = [
        "checked",
        "repaired",
        "damaged",
        "rewritten",
        "recounted",
        "orphans",
        "away",
        "closed",
    ];
    assert_eq!((exit, keys(&done)), (0, all.to_vec()));
    assert_eq!(
        (&done["repaired"], &done["damaged"]),
        (&json!(0), &json!([]))
    );

    let objects = flowkeep.data().join("snapshots/objects");
    let folder = fs::read_dir(&objects).unwrap().next().unwrap().unwrap();
    let pack = fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    fs::write(pack.path(), "").unwrap();
    let kept = fs::read_to_string(&config).unwrap();
    fs::write(&config, "name: other\n").unwrap();
    let (exit, done) = flowkeep.json(&["session", "scrub"]);
    assert_eq!(exit, 1, "{done}");
    assert!(done["repaired"].as_u64().unwrap() > 0);
    let lost = &done["damaged"][0];
    assert_eq!(
        keys(lost),
        ["path", "sha256", "sessions", "names", "reason", "code"]
    );
    assert_eq!(lost["path"], "workflows/orders.yaml");
    assert_eq!(lost["sessions"], json!([id]));
    assert_eq!(lost["code"], "object_damaged");
    let doctor = || {
        let (_, doctor) = flowkeep.json(&["doctor"]);
        let checks = doctor["checks"].as_array().unwrap().iter();
        let mut of = checks.filter(|check| check["name"] == "snapshots");
        of.next().unwrap()["ok"].clone()
    };
    assert_eq!(doctor(), json!(false));
    fs::write(&config, kept).unwrap();
    let (exit, done) = flowkeep.json(&["session", "scrub"]);
    assert_eq!((exit, &done["repaired"]), (0, &json!(1)));
    assert_eq!(doctor(), json!(true));
}
