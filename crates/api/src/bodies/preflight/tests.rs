use std::path::Path;

use flowkeep_core::run::{Moment, Status, TaskId};
use flowkeep_core::{Format, Kind};
use flowkeep_store::{AssignedSource, RunWrite, StoreError};
use serde_json::{Value as Json, json};

use crate::types::{
    AgentSetInput, CreateInput, RouteExplainInput, RunPreview, RunPreviewInput, RunStartInput,
    SecretSetInput,
};
use crate::{
    Api, Silent, agents, documents, folders, routes, run_changes, run_previews, secrets, sources,
    testing,
};

fn open(root: &Path, workflow: &Json) -> Api {
    let api = testing::open(&root.join("data"));
    let workflow = CreateInput {
        text: workflow.to_string(),
        format: Format::Json,
        id: None,
        name: None,
    };
    documents::create(&api, Kind::Workflow, workflow).unwrap();
    api
}

fn preview(api: &Api, ask: bool) -> RunPreview {
    let input = RunPreviewInput {
        workflow: "w".to_owned(),
        ask,
        ..RunPreviewInput::default()
    };
    run_previews::preview(api, input).unwrap()
}

fn started(api: &Api) -> String {
    let input: RunStartInput = serde_json::from_value(json!({"workflow": "w"})).unwrap();
    run_changes::start(api, input).unwrap().run_id
}

fn connect(api: &Api, described: Json) {
    sources::add(api, serde_json::from_value(described).unwrap()).unwrap();
}

#[test]
fn tasks_stand_in_their_order_with_how_long_they_took() {
    let root = tempfile::tempdir().unwrap();
    let api = open(
        root.path(),
        &json!({"id": "w", "name": "W", "tasks": [
            {"id": "count", "dependsOn": ["pause"], "action": "sql.query", "params": {"sql": "SELECT 1"}},
            {"id": "pause", "action": "wait", "params": {"ms": 1}},
        ]}),
    );
    let before = preview(&api, false);
    let order: Vec<_> = before
        .tasks
        .iter()
        .map(|task| (task.id.as_str(), task.place))
        .collect();
    assert_eq!(order, [("pause", 1), ("count", 2)]);
    assert!(before.expected.is_none() && before.tasks.iter().all(|task| task.expected.is_none()));
    let count = &before.tasks[1];
    assert_eq!(count.source.as_deref(), Some("local"));
    assert_eq!(
        (count.rule.as_deref(), count.order),
        (Some("default"), Some(13))
    );
    assert_eq!(count.passed_over[0].source, "mysql");

    for _ in 0..2 {
        run_changes::wait(&api, &started(&api), &Silent).unwrap();
    }
    let after = preview(&api, false);
    assert_eq!(after.expected.unwrap().count, 2);
    let counts: Vec<_> = after
        .tasks
        .iter()
        .map(|task| task.expected.unwrap().count)
        .collect();
    assert_eq!(counts, [2, 2]);
    assert_eq!(after.under_way.total, 0);
}

/// What a task names is its source, whether it answers or not, and it may start all the same.
#[test]
fn a_source_that_does_not_answer_is_said_once_it_was_asked() {
    let root = tempfile::tempdir().unwrap();
    let api = open(
        root.path(),
        &json!({"id": "w", "name": "W", "tasks": [
            {"id": "a", "action": "redis.command", "dataSource": "shop", "params": {"command": ["GET", "k"]}},
            {"id": "b", "action": "redis.command", "dataSource": "shop", "params": {"command": ["GET", "l"]}},
            {"id": "c", "action": "sql.query", "params": {"sql": "SELECT 1"}},
        ]}),
    );
    connect(
        &api,
        json!({"name": "shop", "type": "redis", "url": "redis://127.0.0.1:1"}),
    );
    let told = |ask| {
        let found = preview(&api, ask);
        assert!(found.problems.is_empty());
        let used: Vec<_> = found
            .tasks
            .iter()
            .filter_map(|task| task.source.clone())
            .collect();
        assert_eq!(used, ["shop", "shop", "local"]);
        let said = |source: &crate::types::RunPreviewSource| {
            let error = source.error.as_ref().map(|error| error.code.clone());
            (source.name.clone(), source.asked, source.answers, error)
        };
        found.sources.iter().map(said).collect::<Vec<_>>()
    };
    let at = |name: &str, asked, answers, error: Option<&str>| {
        (name.to_owned(), asked, answers, error.map(str::to_owned))
    };
    assert_eq!(
        told(false),
        [
            at("local", false, None, None),
            at("shop", false, None, None)
        ]
    );
    let refused = Some("server_refused");
    let asked = told(true);
    assert_eq!(
        asked,
        [
            at("local", true, Some(true), None),
            at("shop", true, Some(false), refused)
        ]
    );
    // It is known from then on, with its age.
    assert_eq!(told(false)[1], at("shop", false, Some(false), refused));
    assert!(preview(&api, false).sources[1].since.is_some());
}

#[test]
fn secrets_that_are_missing_are_named_with_who_needs_them() {
    let root = tempfile::tempdir().unwrap();
    let call = |id: &str| {
        json!({"id": id, "action": "http.request", "params": {
        "method": "GET", "url": "http://127.0.0.1:1/", "headers": {"token": "${secret.mail}"}}})
    };
    let stored = json!({"id": "c", "action": "redis.command", "dataSource": "shop", "params": {"command": ["GET", "k"]}});
    let api = open(
        root.path(),
        &json!({"id": "w", "name": "W", "tasks": [call("a"), call("b"), stored]}),
    );
    connect(
        &api,
        json!({"name": "shop", "type": "redis", "url": "redis://cache:hunter22@127.0.0.1:1"}),
    );
    let missing = || {
        let found = preview(&api, false);
        assert_eq!(found.tasks[0].secrets, ["mail"]);
        let told = found.secrets.into_iter();
        told.map(|one| (one.secret, one.tasks, one.reason.code))
            .collect::<Vec<_>>()
    };
    let at = |name: &str, tasks, code: &str| (name.to_owned(), tasks, code.to_owned());
    assert_eq!(missing(), [at("mail", 2, "secret_missing")]);
    secrets::set(
        &api,
        serde_json::from_value::<SecretSetInput>(json!({"name": "mail", "value": "m"})).unwrap(),
    )
    .unwrap();
    assert_eq!(missing(), []);
    let gone = serde_json::from_value(json!({"name": "connection/shop"})).unwrap();
    secrets::remove(&api, gone).unwrap();
    assert_eq!(missing(), [at("connection/shop", 1, "password_missing")]);
}

#[test]
fn what_nobody_can_carry_out_and_what_goes_on_already_are_said() {
    let root = tempfile::tempdir().unwrap();
    let api = open(
        root.path(),
        &json!({"id": "w", "name": "W", "maxConcurrent": 1, "tasks": [
            {"id": "a", "name": "Pack", "action": "program.run", "params": {"program": "true"}},
            {"id": "b", "name": "Look", "action": "manual"},
            {"id": "c", "name": "Read", "action": "sql.query", "params": {"sql": "SELECT 1"}},
        ]}),
    );
    let nobody = || {
        let tasks = preview(&api, false).tasks.into_iter();
        let told =
            tasks.filter_map(|task| Some((task.name, task.no_agent?.fields["needed"].clone())));
        told.collect::<Vec<_>>()
    };
    assert_eq!(nobody(), []);
    let alone: AgentSetInput = serde_json::from_value(json!({"agents": [
        {"id": "one", "capabilities": ["mysql"], "capacity": 1}]}))
    .unwrap();
    agents::set(&api, alone).unwrap();
    let at = |name: &str, needed: &str| (name.to_owned(), needed.to_owned());
    assert_eq!(nobody(), [at("Pack", "program"), at("Read", "sqlite")]);

    let run = started(&api);
    let under_way = preview(&api, false).under_way;
    assert_eq!(
        (under_way.total, under_way.running, under_way.limit),
        (1, 0, Some(1))
    );
    assert_eq!(under_way.runs[0].id, run);
}

#[test]
fn of_sources_that_are_alike_the_one_is_named_that_fewer_wait_for() {
    let root = tempfile::tempdir().unwrap();
    let api = open(
        root.path(),
        &json!({"id": "w", "name": "W", "tasks": [{"id": "a", "action": "redis.command",
            "dataSource": "redis", "params": {"command": ["GET", "a"]}}]}),
    );
    for name in ["one", "two"] {
        connect(
            &api,
            json!({"name": name, "type": "redis", "url": "redis://127.0.0.1:1"}),
        );
    }
    let named = || {
        let explained: RouteExplainInput =
            serde_json::from_value(json!({"workflow": "w", "task": "a"})).unwrap();
        let explained = routes::explain(&api, explained).unwrap().source;
        let met = preview(&api, false).tasks[0].source.clone();
        assert_eq!(met, explained);
        met.unwrap()
    };
    assert_eq!(named(), "one");
    // An attempt waits for its turn on it, and is not under way.
    let other: RunStartInput = serde_json::from_value(json!({"workflow": "w"})).unwrap();
    let other = run_changes::start(&api, other).unwrap().run_id;
    api.disengage();
    let other = api.store.run(other.parse().unwrap()).unwrap().unwrap();
    let task = || TaskId("waits".to_owned());
    let queued = [
        RunWrite::Attempt {
            task: task(),
            number: 1,
            status: Status::Queued,
            error: None,
        },
        RunWrite::Assigned {
            task: task(),
            number: 1,
            agent: None,
            source: Some(AssignedSource {
                name: "one".to_owned(),
                rule: "type".to_owned(),
                passed_over: Vec::new(),
            }),
        },
    ];
    let written = api
        .store
        .write::<_, StoreError>(move |tx| tx.write_run(other.row, other.id, Moment(1), &queued));
    written.unwrap();
    assert_eq!(named(), "two");
}

#[test]
fn a_list_of_tables_is_missed_before_the_start_and_by_nobody_who_may_write_it() {
    let root = tempfile::tempdir().unwrap();
    let api = open(
        root.path(),
        &json!({"id": "w", "name": "W", "tasks": [
            {"id": "tables", "action": "table_list.read"},
            {"id": "again", "dependsOn": ["tables"], "action": "table_list.read", "params": {"path": "later.txt"}},
        ]}),
    );
    let missed = || {
        let tasks = preview(&api, false).tasks.into_iter();
        let missed = tasks.filter_map(|task| Some((task.id, task.no_input?)));
        missed
            .map(|(task, why)| (task, why.code, why.fields["path"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(missed(), [], "where it would work is not known yet");
    let folder = json!({"workflow": "w", "for_runs": true});
    let folder = folders::create(&api, serde_json::from_value(folder).unwrap()).unwrap();
    let expected = ["tables", "tables_missing", "table_list.txt"].map(str::to_owned);
    assert_eq!(missed(), [expected.into()]);
    std::fs::write(Path::new(&folder.path).join("Table_List.txt"), "orders").unwrap();
    assert_eq!(missed(), []);
}
