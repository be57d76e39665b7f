use std::path::Path;

use flowkeep_core::run::Moment;
use flowkeep_core::{Kind, Sha256};
use flowkeep_store::{AssignedSource, NewFallenWrite, NewRun, RunWrite};
use serde_json::{Value, json};

use super::*;
use crate::types::{
    BackupInput, ChosenPlace, RestoreInput, RestorePlanInput, RestoreResult, SecretRef,
    SecretSetInput,
};
use crate::{Silent, backups, documents, restores, secrets};

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
        let mut whole = json!({"name": "shop"});
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
fn a_password_goes_to_the_server_it_was_given_for_and_to_no_other() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    add(&api, shop()).unwrap();
    let elsewhere = || json!({"name": "shop", "type": "redis", "host": "localhost"});
    let other_port = json!({"name": "shop", "type": "redis", "port": 2});
    let other_database = json!({"name": "shop", "type": "redis", "database": "3"});
    let tried = |described| code(try_out(&api, input(described)).unwrap());
    assert_eq!(tried(elsewhere()), "source_without_password");
    assert_eq!(tried(other_port), "source_without_password");
    assert_eq!(tried(other_database.clone()), "server_refused");
    let row = update(&api, input(other_database)).unwrap();
    assert!(row.with_password);
    assert_eq!(asked(&api, "shop"), "server_refused");

    let row = update(&api, input(elsewhere())).unwrap();
    assert!(row.with_password, "it is waited for, not done without");
    assert_eq!(asked(&api, "shop"), "source_without_password");
    let rows = list(&api, Nothing {}).unwrap().items;
    assert_eq!(rows[1].waits.as_ref().unwrap().code, "password_missing");
    let left = api.secrets.get("connection/shop").unwrap();
    assert!(left.is_none(), "nothing uses it any more");

    let mut again = elsewhere();
    again["password"] = "hunter33".into();
    update(&api, input(again)).unwrap();
    assert_eq!(asked(&api, "shop"), "server_refused");
    assert!(list(&api, Nothing {}).unwrap().items[1].waits.is_none());
}

#[test]
fn what_is_given_and_empty_is_taken_away() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    let described = json!({"name": "shop", "type": "mysql", "url": "mysql://anna@db/shop"});
    add(&api, input(described)).unwrap();
    let described = json!({"name": "shop", "type": "mysql", "user": "", "database": " "});
    let row = update(&api, input(described)).unwrap();
    assert_eq!(row.address.unwrap(), "mysql://db:3306");
}

#[test]
fn neither_a_connection_nor_its_password_is_kept_without_the_other() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    // Where the secrets have to be, there is something else: none can be kept.
    std::fs::create_dir(root.path().join("data/secrets.age")).unwrap();
    add(&api, shop()).unwrap_err();
    assert!(api.store.connection("shop").unwrap().is_none());
    std::fs::remove_dir(root.path().join("data/secrets.age")).unwrap();

    add(&api, shop()).unwrap();
    let before = api.secrets.get("connection/shop").unwrap().unwrap();
    let taken = add(&api, shop()).unwrap_err();
    assert_eq!(taken.code, "connection_exists");
    let after = api.secrets.get("connection/shop").unwrap().unwrap();
    assert_eq!(
        after.version, before.version,
        "it is the password of the first"
    );
}

#[test]
fn what_names_a_source_or_a_secret_is_told_by_its_name() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    add(&api, shop()).unwrap();
    let make = |id: &str, source: &str, text: &str| {
        let text = json!({"name": id, "tasks": [{"id": "a", "name": "A", "action": "redis.command",
            "dataSource": source, "params": {"command": ["GET", text]}}]});
        let made = json!({"id": id, "text": text.to_string(), "format": "json"});
        let made = serde_json::from_value(made).unwrap();
        documents::create(&api, Kind::Workflow, made).unwrap();
    };
    make("uses", "shop", "${secret.mail}");
    make("says", "cache", "shop ${secret.mail_of_shop}");
    let ids = |found: WorkflowUses| {
        let ids = found.workflows.into_iter().map(|workflow| workflow.id);
        ids.collect::<Vec<_>>()
    };
    let name = "shop".to_owned();
    assert_eq!(ids(named_by(&api, SourceRef { name }).unwrap()), ["uses"]);
    let name = "mail".to_owned();
    let found = secrets::named_by(&api, SecretRef { name }).unwrap();
    assert_eq!(ids(found), ["uses"]);
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
    // Nor do tasks that wait for it go on.
    let readable = || {
        here.connected().unwrap();
        let names = vec!["connection/shop".to_owned()];
        here.connections.readable(names, true).names.len()
    };
    assert_eq!(readable(), 0);

    // Entered for it, it is tried.
    let name = "connection/shop".to_owned();
    let value = value();
    secrets::set(&here, SecretSetInput { name, value }).unwrap();
    assert_ne!(asked(&here, "shop"), "source_without_password");
    assert_eq!(readable(), 1);
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
        {"name": "there", "kind": "sqlite", "path": "C:\\data\\a.db"},
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
    assert_eq!(names, [LOCAL, "cache", "there"]);
    // It leads nowhere here; that is no damage, and is told.
    let mut told = result.checklist.iter();
    let places = told.find(|told| told.code == "checklist_paths").unwrap();
    assert_eq!(places.fields["names"], "there");
}

#[test]
fn a_password_that_was_said_in_private_is_not_said_in_the_open() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    let private = json!({"name": "shop", "type": "redis", "url": "rediss://127.0.0.1:1",
        "password": "hunter22"});
    add(&api, input(private)).unwrap();
    let in_the_open = || json!({"name": "shop", "type": "redis", "tls": false});
    let tried = try_out(&api, input(in_the_open())).unwrap();
    assert_eq!(code(tried), "source_without_password");
    update(&api, input(in_the_open())).unwrap();
    assert_eq!(asked(&api, "shop"), "source_without_password");
}

#[test]
fn of_two_that_add_the_same_name_at_once_the_first_keeps_its_password() {
    let root = tempfile::tempdir().unwrap();
    let (one, other) = (open(root.path(), "data"), open(root.path(), "data"));
    // Both have looked and found the name free; both have kept their password.
    let given = |api: &Api, value: &str| {
        let value = Some(Secret::new(value));
        Given::keep(api, "connection/shop", value, None).unwrap()
    };
    let (first, second) = (given(&one, "first"), given(&other, "second"));
    let (version, late) = (first.version(), second.version());
    let put = |api: &Api, version: Option<String>| {
        change(api, "connection_add", move |tx| {
            if tx.connection("shop")?.is_some() {
                return Err(AppError::new("connection_exists"));
            }
            let connection = described_shop();
            let item = tx.put_connection(&connection, true, version.as_deref())?;
            Ok((Some(item), None))
        })
    };
    first.settle(&one, put(&one, version.clone())).unwrap();
    second.settle(&other, put(&other, late)).unwrap_err();
    let kept = one.secrets.get("connection/shop").unwrap().unwrap();
    assert_eq!(
        (kept.value.as_str(), Some(kept.version)),
        ("first", version)
    );
    assert_ne!(asked(&one, "shop"), "source_without_password");
}

fn described_shop() -> Connection {
    serde_json::from_value(json!({"name": "shop", "kind": "redis", "host": "127.0.0.1", "port": 1}))
        .unwrap()
}

#[test]
fn a_commit_that_fails_leaves_the_password_that_worked() {
    let root = tempfile::tempdir().unwrap();
    let api = open(root.path(), "data");
    add(&api, shop()).unwrap();
    let before = api.secrets.get("connection/shop").unwrap().unwrap().version;
    // From now on no connection can be written.
    let database = rusqlite::Connection::open(root.path().join("data/flowkeep.db")).unwrap();
    let refuse = "CREATE TRIGGER full BEFORE UPDATE ON connection
        BEGIN SELECT raise(FAIL, 'the disk is full'); END";
    database.execute_batch(refuse).unwrap();
    let another = || Secret::new("another");
    let described = json!({"name": "shop", "type": "redis", "password": "another"});
    update(&api, input(described)).unwrap_err();
    let name = "connection/shop".to_owned();
    let value = another();
    secrets::set(&api, SecretSetInput { name, value }).unwrap_err();
    database.execute_batch("DROP TRIGGER full").unwrap();
    let listed = api.secrets.list().unwrap();
    assert_eq!(listed[0].versions, [before]);
    assert_ne!(asked(&api, "shop"), "source_without_password");
}

#[test]
fn an_update_of_what_was_changed_meanwhile_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let (api, other) = (open(root.path(), "data"), open(root.path(), "data"));
    add(&api, shop()).unwrap();
    // The other is described anew while this one keeps its password.
    let seen = kept(&api, "shop").unwrap();
    let database = json!({"name": "shop", "type": "redis", "database": "4"});
    update(&other, input(database)).unwrap();
    let refused = write_update(
        &api,
        &seen,
        (seen.connection.clone(), false),
        true,
        seen.password.clone(),
    );
    assert_eq!(refused.unwrap_err().code, "connection_changed_meanwhile");
}

/// Nothing is taken from under a run that is about to write for it elsewhere.
#[test]
fn a_source_that_a_run_stands_in_for_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let api = open(folder.path(), "data");
    add(&api, shop()).unwrap();
    let text = r#"{"tasks": [{"id": "t", "action": "record.delete"}]}"#;
    let new = NewRun::of("W", text);
    let fell_back = |write| RunWrite::FellBack {
        task: "t".into(),
        number: 1,
        source: AssignedSource {
            name: "local".to_owned(),
            rule: "fallback".to_owned(),
            passed_over: Vec::new(),
        },
        write,
    };
    let write = fell_back(Some(Box::new(NewFallenWrite {
        source: "shop".to_owned(),
        action: "record.delete".to_owned(),
        table: "orders".to_owned(),
        key: "1".to_owned(),
        operation: "{}".to_owned(),
        before: None,
    })));
    let (row, id) = api
        .store
        .write::<_, AppError>(move |tx| {
            let (row, id) = tx.add_run(&new)?;
            tx.write_run(row, id, Moment(1), &[write])?;
            Ok((row, id))
        })
        .unwrap();
    let name = || SourceRef {
        name: "shop".to_owned(),
    };
    let refused = remove(&api, name()).unwrap_err();
    assert_eq!(refused.code, "connection_behind_run");
    assert_eq!(refused.fields["run"], id.to_string());
    let elsewhere = json!({"name": "shop", "type": "redis", "host": "other", "move_waiting": true});
    let refused = update(&api, input(elsewhere)).unwrap_err();
    assert_eq!(refused.code, "connection_behind_run");
    // It did nothing.
    let back = fell_back(None);
    api.store
        .write::<_, AppError>(move |tx| Ok(tx.write_run(row, id, Moment(2), &[back])?))
        .unwrap();
    remove(&api, name()).unwrap();
}
