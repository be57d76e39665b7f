use std::path::Path;

use flowkeep_core::Sha256;
use serde_json::{Value, json};

use super::*;
use crate::types::{BackupInput, RestoreInput, RestorePlanInput, RestoreResult, SecretSetInput};
use crate::{Silent, backups, restores, secrets};

/// Nobody listens there.
const ADDRESS: &str = "redis://cache:hunter22@127.0.0.1:1";

fn open(root: &Path, name: &str) -> Api {
    crate::testing::open(&root.join(name))
}

fn input(described: Value) -> SourceInput {
    serde_json::from_value(described).unwrap()
}

fn code(tested: SourceTested) -> String {
    tested.error.unwrap().code
}

fn asked(api: &Api, name: &str) -> String {
    let name = name.to_owned();
    code(test(api, SourceRef { name }).unwrap())
}

fn shop() -> SourceInput {
    input(json!({"name": "shop", "type": "redis", "url": ADDRESS}))
}

fn backup(api: &Api, root: &Path) -> std::path::PathBuf {
    let input = BackupInput {
        into: Some(ChosenPlace::Path(root.join("backups"))),
        ..BackupInput::default()
    };
    backups::backup(api, input, &Silent)
        .unwrap()
        .target_dir
        .into()
}

fn restored(api: &Api, backup: &Path) -> RestoreResult {
    let from = Some(ChosenPlace::Path(backup.to_owned()));
    let plan = restores::restore_plan(api, RestorePlanInput { from }, &Silent).unwrap();
    let input = RestoreInput {
        plan_id: plan.plan_id,
        without_safety_copy: true,
    };
    restores::restore(api, input, &Silent).unwrap()
}

fn waiting(result: &RestoreResult) -> Option<&str> {
    let mut told = result.checklist.iter();
    let told = told.find(|told| told.code == "checklist_connections")?;
    told.fields.get("names").map(String::as_str)
}

#[test]
fn an_update_keeps_what_it_does_not_name() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    let described = json!({"name": "shop", "type": "mysql", "password": "hunter22",
        "url": "mysql://anna@db:3306/shop?tls=true"});
    let mut described = input(described);
    described.ca = Some(ChosenPlace::Path(root.path().join("ca.pem")));
    let before = add(&api, described).unwrap().connection.unwrap();
    let updated = |change: Value| {
        let mut whole = json!({"name": "shop", "type": "mysql"});
        for (key, value) in change.as_object().unwrap() {
            whole[key] = value.clone();
        }
        let row = update(&api, input(whole)).unwrap();
        assert!(row.with_password);
        row.connection.unwrap().server().unwrap().clone()
    };
    let mut expected = before.server().unwrap().clone();
    assert!(expected.tls && expected.ca.is_some());

    expected.port = 3307;
    assert_eq!(updated(json!({"url": "mysql://db:3307"})), expected);
    expected.user = Some("bob".to_owned());
    assert_eq!(updated(json!({"user": "bob"})), expected);
    let plain = updated(json!({"url": "mysql://db:3307?tls=false"}));
    assert_eq!((plain.tls, plain.ca), (false, None), "in so many words");

    // What was known of a server of another kind is nothing about this one.
    let other = json!({"name": "shop", "type": "redis", "url": "redis://cache"});
    let other = update(&api, input(other)).unwrap();
    assert!(!other.with_password);
    assert_eq!(other.address.unwrap(), "redis://cache:6379");
}

#[test]
fn a_password_is_used_for_the_connection_it_was_given_for_and_no_other_of_its_name() {
    let root = tempfile::tempdir().unwrap();
    let there = open(root.path(), "there");
    add(&there, shop()).unwrap();
    let backup = backup(&there, root.path());

    let here = open(root.path(), "here");
    // One that stayed behind when its connection went, or that a person set.
    let value = || Secret::new("of another shop");
    here.secrets
        .set("connection/shop", value().reveal())
        .unwrap();
    let result = restored(&here, &backup);
    assert_eq!(waiting(&result), Some("shop"));
    assert_eq!(asked(&here, "shop"), "source_without_password");
    let known = json!({"name": "shop", "type": "redis"});
    let tried = try_out(&here, input(known.clone())).unwrap();
    assert_eq!(code(tried), "source_without_password");
    let row = update(
        &here,
        input(json!({"name": "shop", "type": "redis", "database": "2"})),
    );
    assert!(row.unwrap().with_password);
    assert_eq!(asked(&here, "shop"), "source_without_password");

    // Entered for it, it is tried.
    let name = "connection/shop".to_owned();
    let value = value();
    secrets::set(&here, SecretSetInput { name, value }).unwrap();
    assert_ne!(asked(&here, "shop"), "source_without_password");
    let tried = try_out(&here, input(known)).unwrap();
    assert_ne!(code(tried), "source_without_password");
}

#[test]
fn after_a_restore_of_what_is_here_no_password_has_to_be_entered() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    add(&api, shop()).unwrap();
    let backup = backup(&api, root.path());
    assert_eq!(waiting(&restored(&api, &backup)), None);
    // Nor in a process that cannot read the secrets at once.
    std::fs::remove_dir_all(root.path().join("data.keys")).unwrap();
    drop(api);
    let api = open(root.path(), "data");
    assert_eq!(waiting(&restored(&api, &backup)), None);
}

#[test]
fn connections_of_a_backup_come_in_one_by_one_as_if_they_were_added() {
    let root = tempfile::tempdir().unwrap();
    let there = open(root.path(), "there");
    add(&there, shop()).unwrap();
    let backup = backup(&there, root.path());
    let connections = json!([
        {"name": "local", "kind": "mysql", "host": "db", "port": 3306},
        {"name": "file", "kind": "sqlite", "path": "a.db"},
        {"name": "odd", "kind": "mysql", "host": 7},
        {"name": "later", "kind": "temporal", "host": "db"},
        {"name": "cache", "kind": "redis", "host": "db", "port": 6379},
    ]);
    let bytes = connections.to_string();
    std::fs::write(backup.join("connections.json"), &bytes).unwrap();
    let manifest = backup.join("manifest.json");
    let text = std::fs::read(&manifest).unwrap();
    let mut text: Value = serde_json::from_slice(&text).unwrap();
    let mut files = text["files"].as_array_mut().unwrap().iter_mut();
    let file = files
        .find(|file| file["path"] == "connections.json")
        .unwrap();
    file["sha256"] = Sha256::of(bytes.as_bytes()).to_string().into();
    file["bytes"] = bytes.len().into();
    std::fs::write(&manifest, text.to_string()).unwrap();

    let here = open(root.path(), "here");
    let result = restored(&here, &backup);
    assert_eq!(result.failed, 3);
    let sources = list(&here, Nothing {}).unwrap().items;
    let names: Vec<_> = sources.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, [LOCAL, "cache"]);
}
