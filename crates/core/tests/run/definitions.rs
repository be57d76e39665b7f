//! Definitions of every shape as they run, and what stops a start.

use flowkeep_core::run::{Condition, Definition, Flow, OnFailure, RunAfter, Start, TaskId};
use flowkeep_core::{Document, Format, Validation};
use rstest::rstest;

fn parse(text: &str) -> Document {
    let format = if text.starts_with('{') {
        Format::Json
    } else {
        Format::Yaml
    };
    Document::parse(format, text.to_owned()).unwrap()
}

fn read(text: &str) -> Definition {
    Definition::read(parse(text).value()).unwrap_or_else(|found| panic!("{found:?}"))
}

fn short(validation: &Validation) -> String {
    let words = |findings: &[flowkeep_core::Finding]| {
        let words = findings.iter().map(|f| format!("{}@{}", f.code, f.path));
        words.collect::<Vec<_>>().join(" ")
    };
    format!(
        "{} | {}",
        words(&validation.errors),
        words(&validation.warnings)
    )
}

/// Every step with the steps it leads to.
fn ways(definition: &Definition) -> String {
    let steps = definition.tasks().iter().map(|task| {
        let ways = task.ways.iter().map(|way| {
            way.to
                .and_then(|to| definition.id(to))
                .map_or("end", |id| id.as_str())
        });
        format!("{}:{}", task.id, ways.collect::<Vec<_>>().join(","))
    });
    steps.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_smallest_definition_has_every_default() {
    let definition = read(
        r#"{"id": "nightly", "name": "Nightly", "priority": 1, "maxConcurrent": 3, "trigger": "api",
        "tasks": [
          {"id": "load", "name": "Load", "action": "sql.execute", "dataSource": "local",
           "params": {"sql": "INSERT INTO t VALUES (?)", "args": [1]}},
          {"id": "check", "name": "Check", "action": "sql.query", "dataSource": "local",
           "params": {"sql": "SELECT count(*) AS n FROM t"}, "dependsOn": ["load"]}]}"#,
    );
    assert_eq!(
        (definition.priority, definition.max_concurrent),
        (1, Some(3))
    );
    assert_eq!(definition.flow, Flow::Dependencies);
    let [load, check] = definition.tasks() else {
        panic!()
    };
    assert_eq!(
        (load.priority, load.timeout, load.idempotent),
        (1, None, false)
    );
    assert_eq!(
        (load.retry.limit, load.retry.delay, load.retry.jitter),
        (0, 1000, true)
    );
    assert_eq!(load.on_failure, OnFailure::Stop);
    assert!(load.routing.auto_select && !load.routing.allow_fallback);
    assert_eq!(check.depends_on, [0]);
    assert_eq!(
        (check.run_after, check.idempotent),
        (RunAfter::Success, true)
    );
    assert_eq!(check.condition, Condition::Always);
}

#[test]
fn requirement_002_runs_as_written() {
    let definition = read(
        r#"{"id": "high_priority_db_ops", "name": "高优先级数据库操作", "priority": 0, "maxConcurrent": 3,
        "trigger": "event", "tasks": [
          {"id": "determine_data_source", "name": "确定数据源",
           "action": "DataSourceTaskExecutor.determineDataSource", "autoSelect": true},
          {"id": "execute_db_operation", "name": "执行数据库操作",
           "action": "DataSourceTaskExecutor.execute", "dependsOn": ["determine_data_source"]}]}"#,
    );
    let [determine, execute] = definition.tasks() else {
        panic!()
    };
    assert_eq!((determine.idempotent, execute.idempotent), (true, false));
    // 0 is the highest priority, not "unset".
    assert_eq!(execute.priority, 0);
}

#[test]
fn both_spellings_of_every_key_are_read() {
    let definition = read(
        r#"{"priority": 5, "max_concurrent": 2.0, "tasks": {
          "a": {"action": "http.request", "data_source": "x", "auto_select": false, "data_kind": "log",
                "params": {"url": "http://localhost"}, "retry": 2, "timeout": 5e3, "priority": -1,
                "on_failure": "fallback:b", "allow_fallback": true, "compensate": "c"},
          "b": {"action": "record.search", "params": {"table": "t", "text": "x"}, "run_after": "any",
                "depends_on": "a", "capabilities": ["gpu"],
                "retry": {"limit": 1, "delay": 10, "backoff": 1.5, "jitter": false, "on": ["timeout"]}},
          "c": {"action": "http.request", "params": {"method": "post", "url": "x"}, "condition": false}}}"#,
    );
    let [a, b, c] = definition.tasks() else {
        panic!()
    };
    assert_eq!((a.retry.limit, a.timeout, a.priority), (2, Some(5000), -1));
    assert_eq!(
        (a.on_failure, a.compensate),
        (OnFailure::Fallback(1), Some(2))
    );
    assert!(a.idempotent, "a request without method is a GET");
    assert!(!a.routing.auto_select && a.routing.allow_fallback);
    assert_eq!(a.capabilities, ["http"]);
    assert_eq!(
        (b.run_after, b.depends_on.as_slice()),
        (RunAfter::Any, [0].as_slice())
    );
    assert_eq!(
        (b.retry.backoff, b.retry.on.as_slice()),
        (1.5, ["timeout".to_owned()].as_slice())
    );
    assert_eq!(
        (b.capabilities.as_slice(), b.routing.data_kind.as_deref()),
        (["gpu".to_owned()].as_slice(), Some("search"))
    );
    assert_eq!((c.idempotent, &c.condition), (false, &Condition::Never));
    assert_eq!(
        definition
            .tasks()
            .iter()
            .map(flowkeep_core::run::Task::is_called_only)
            .collect::<Vec<_>>(),
        [false, true, true]
    );
    assert_eq!((definition.max_concurrent, b.priority), (Some(2), 5));
}

#[rstest]
#[case::transitions(
    r#"{"name": "w", "stages": [{"id": "b", "order": 2}, {"id": "a", "order_index": 1, "checklist": ["x"]}, {"id": "c"}],
        "transitions": [{"from": "a", "to": "b", "condition": "ok"}, {"from_stage": "b", "to_stage": "b"},
                        {"from": "b", "to": "c"}, {"from": "c", "to": "complete"}]}"#,
    "a:b b:b,c c:end", "a")]
#[case::in_order(
    r#"{"stages": [{"name": "one"}, {"name": "two"}, {"name": "three"}]}"#,
    "one:two two:three three:",
    "one"
)]
#[case::stored(
    r#"{"stages_data": "[{\"id\": \"one\"}, {\"id\": \"two\"}]"}"#,
    "one:two two:",
    "one"
)]
#[case::by_name(r#"{"stages": [{"id": "1", "name": "甲"}, {"id": "2", "name": "乙"}], "transitions": [{"from": "甲", "to": "乙"}]}"#,
    "1:2 2:", "1")]
#[case::chain(
    r#"{"start_task": "fetch", "tasks": {
        "store": {"type": "sql", "transitions": {"success": {"task_id": "end"}}},
        "fetch": {"action": "wait", "params": {"ms": 1}, "transitions": {"success": {"task_id": "store"}, "failure": {"task_id": null}}}}}"#,
    "store:end fetch:store", "fetch")]
#[case::chain_back(
    r#"{"tasks": [{"id": "a", "transitions": {"success": {"task_id": "b"}}}, {"id": "b", "transitions": {"failure": {"task_id": "a"}}}]}"#,
    "a:b b:a", "a")]
#[case::graph(
    "nodes:\n  ask: {type: llm_node, config: {text: '${ENV}'}}\n  get: {config: {action: wait, params: {ms: 5}}}\nedges:\n  - {from: start, to: get}\n  - {source: get, target: ask}\n  - {from: ask, to: __end__}\n",
    "ask:end get:ask",
    "get"
)]
#[case::graph_conditions(
    "nodes:\n  a: {type: t}\n  c: {config: {conditions: [{next_node: a}, {next_node: b}], default_next_node: b}}\n  b: {}\nedges:\n  - {from: a, to: c}\nentry_point: a\n",
    "a:c c:a,b b:",
    "a"
)]
fn steps_lead_where_the_document_says(
    #[case] text: &str,
    #[case] expected: &str,
    #[case] first: &str,
) {
    let definition = read(text);
    assert_eq!(ways(&definition), expected);
    let Flow::Guided { entry } = definition.flow else {
        panic!("steps are guided")
    };
    assert_eq!(definition.id(entry).unwrap().as_str(), first);
}

#[test]
fn a_stage_is_work_for_a_person() {
    let definition = read(
        r#"{"stages": [{"id": "a", "description": "说明 ${ENV}", "checklist": {"x": false}, "condition": "anything"}]}"#,
    );
    let stage = &definition.tasks()[0];
    assert_eq!(stage.action.name, "manual");
    assert_eq!(
        stage.params.get("instruction").unwrap().as_str(),
        Some("说明 $${ENV}")
    );
    assert!(stage.params.get("checklist").is_some());
    assert_eq!(stage.condition, Condition::Always);
}

/// Tasks that wait, with what is given on top.
fn tasks(bodies: &[&str]) -> String {
    let whole = bodies.iter().map(|body| {
        let action = if body.contains("\"action\"") {
            ""
        } else {
            r#", "action": "wait", "params": {"ms": 1}"#
        };
        format!("{{{body}{action}}}")
    });
    format!(
        "{{\"name\": \"W\", \"tasks\": [{}]}}",
        whole.collect::<Vec<_>>().join(", ")
    )
}

#[rstest]
#[case::fine(&[r#""id": "a""#, r#""id": "b", "dependsOn": ["a"]"#], " | ")]
#[case::action(&[r#""id": "a", "action": "sql.qurey""#],
    "unknown_action@/tasks/0/action | unknown_action_suggestion@/tasks/0/action")]
#[case::circle(&[r#""id": "a", "dependsOn": ["b"]"#, r#""id": "b", "dependsOn": ["a"]"#], "cycle@/tasks/0/dependsOn | ")]
#[case::parameter(&[r#""id": "a", "action": "wait""#], "parameter_missing@/tasks/0/params | ")]
#[case::parameter_type(&[r#""id": "a", "action": "wait", "params": {"ms": "soon"}"#], "field_not_whole_number@/tasks/0/params/ms | ")]
#[case::parameter_at_most(&[r#""id": "a", "action": "sql.describe", "params": {"tables": ["t"], "samples": 20}"#], " | ")]
#[case::parameter_above(&[r#""id": "a", "action": "sql.describe", "params": {"tables": ["t"], "samples": 21}"#], "field_above@/tasks/0/params/samples | ")]
#[case::parameter_unknown(&[r#""id": "a", "action": "wait", "params": {"ms": 1, "sec": 2}"#], " | parameter_unknown@/tasks/0/params/sec")]
#[case::parameter_expression(&[r#""id": "a", "action": "wait", "params": {"ms": "${context.ms}"}"#], " | ")]
#[case::key_may_be_a_number(&[r#""id": "a", "action": "record.get", "params": {"table": "t", "key": 1}"#], " | ")]
#[case::new_record_without_key(&[r#""id": "a", "action": "record.add", "allow_fallback": true, "params": {"table": "t", "values": {}}"#],
    " | fallback_without_key@/tasks/0/allow_fallback")]
#[case::new_record_with_key(&[r#""id": "a", "action": "record.add", "allowFallback": true, "params": {"table": "t", "key": "${context.no}", "values": {}}"#], " | ")]
#[case::new_record_without_key_on_its_own(&[r#""id": "a", "action": "record.add", "allowFallback": false, "params": {"table": "t", "values": {}}"#], " | ")]
#[case::case_without_task(&[r#""id": "a", "action": "branch", "params": {"when": [{"condition": "x"}]}"#],
    "parameter_missing@/tasks/0/params/when/0 condition_not_an_expression@/tasks/0/params/when/0/condition | ")]
#[case::other_spelling(&[r#""id": "a", "run_after": 1"#], "field_not_text@/tasks/0/run_after | ")]
#[case::other_spelling_of_a_typo(&[r#""id": "a", "on_failure": "contineu""#, r#""id": "b", "run_after": "anny""#],
    "field_unknown_choice@/tasks/0/on_failure field_unknown_choice@/tasks/1/run_after | ")]
#[case::other_spelling_of_nobody(&[r#""id": "a", "on_failure": "fallback:nobody""#], "unknown_reference@/tasks/0/on_failure | ")]
#[case::other_spelling_of_no_source(&[r#""id": "a", "auto_select": false"#], "no_data_source@/tasks/0/auto_select | ")]
#[case::other_spelling_of_a_source(&[r#""id": "a", "autoSelect": false, "data_source": "x""#], " | ")]
#[case::fallback_to_itself(&[r#""id": "a", "on_failure": "fallback:a""#], "self_dependency@/tasks/0/on_failure | ")]
#[case::output_before(&[r#""id": "a", "params": {"ms": "${tasks.b.output.n}"}, "action": "wait""#, r#""id": "b""#],
    " | expression_not_before@/tasks/0/params/ms")]
#[case::output_of_ancestor(&[r#""id": "a""#, r#""id": "b", "dependsOn": ["a"]"#,
    r#""id": "c", "dependsOn": ["b"], "condition": "${tasks.a.output.n == 1}""#], " | ")]
#[case::fallback_uses_its_task(&[r#""id": "a", "onFailure": "fallback:b""#,
    r#""id": "b", "dependsOn": ["a"], "runAfter": "any", "condition": "${tasks.a.output.n == 1}""#], " | ")]
#[case::fallbacks_in_a_circle(&[r#""id": "a", "onFailure": "fallback:b""#, r#""id": "b", "onFailure": "fallback:a""#],
    "fallback_cycle@/tasks/0 | ")]
#[case::fallback_behind_its_task(&[r#""id": "a", "onFailure": "fallback:f""#, r#""id": "z", "dependsOn": ["a"]"#,
    r#""id": "f", "dependsOn": ["z"]"#], "cycle@/tasks/1 | ")]
#[case::caller_waits_for_called(&[r#""id": "a", "action": "branch", "params": {"when": [{"task": "x"}]}, "dependsOn": ["x"]"#,
    r#""id": "x""#], "cycle@/tasks/0 | ")]
#[case::compensation_names_its_task(&[r#""id": "a", "compensate": "u""#, r#""id": "u", "dependsOn": ["a"]"#], " | ")]
#[case::condition(&[r#""id": "a", "condition": "${context.n +}""#], "expression_unreadable@/tasks/0/condition | ")]
fn what_stops_a_start(#[case] bodies: &[&str], #[case] expected: &str) {
    assert_eq!(
        short(&Definition::check(parse(&tasks(bodies)).value())),
        expected
    );
}

#[rstest]
#[case::empty(r#"{"name": "w"}"#, "workflow_empty@ | workflow_empty@")]
#[case::no_tasks(r#"{"name": "w", "tasks": []}"#, "workflow_empty@ | ")]
#[case::stages_beside_tasks(
    r#"{"name": "w", "stages": [{"id": "s"}], "tasks": [{"id": "a", "action": "wait", "params": {"ms": 1}}]}"#,
    " | steps_not_run@/stages/0"
)]
#[case::stages_beside_a_graph(
    r#"{"name": "w", "stages_data": "[{\"id\": \"s\"}]", "nodes": {"a": {"action": "wait", "params": {"ms": 1}}}}"#,
    " | steps_not_run@/stages_data"
)]
#[case::names_twice(
    r#"{"name": "w", "stages": [{"name": "a"}, {"name": "a"}]}"#,
    "duplicate_id@/stages/1 | "
)]
#[case::node_with_foreign_root(
    r#"{"name": "w", "nodes": {"a": {"action": "wait", "params": {"ms": "${ENV}"}}}}"#,
    "expression_unknown_root@/nodes/a/params/ms | "
)]
#[case::steps_of_other_tools(
    r#"{"name": "w", "nodes": {"a": {"type": "llm_node"}, "b": {"type": "human_review"}, "c": {"type": "tool_node"}, "d": {"type": "llm_node"}},
    "edges": [{"from": "a", "to": "b"}]}"#,
    " | step_not_carried_out@/nodes/a step_not_carried_out@/nodes/c"
)]
#[case::several_ways(
    r#"{"name": "w", "nodes": {"a": {"action": "wait", "params": {"ms": 1}}, "b": {}, "c": {}},
    "edges": [{"from": "a", "to": "b"}, {"from": "a", "to": "c"}]}"#,
    " | several_ways@/nodes/a"
)]
#[case::fallbacks_in_a_circle(
    r#"{"name": "w", "nodes": {
        "a": {"action": "wait", "params": {"ms": 1}, "onFailure": "fallback:b"},
        "b": {"config": {"action": "wait", "params": {"ms": 1}, "on_failure": "fallback:a"}}},
    "edges": [{"from": "a", "to": "b"}]}"#,
    "fallback_cycle@/nodes/a | "
)]
#[case::fallback_to_itself(
    r#"{"name": "w", "tasks": [{"id": "a", "action": "wait", "params": {"ms": 1},
        "onFailure": "fallback:a", "transitions": {"success": {"task_id": null}}}, {"id": "b", "transitions": {"success": {"task_id": "a"}}}]}"#,
    "self_dependency@/tasks/0/onFailure | "
)]
#[case::words_and_names_of_a_node(
    r#"{"name": "w", "nodes": {
        "a": {"action": "wait", "params": {"ms": 1}, "onFailure": "contineu", "timeout": "soon"},
        "b": {"config": {"action": "wait", "params": {"ms": 1}, "compensate": "nobody", "runAfter": "anny"}},
        "c": {"onFailure": "of the tool that wrote it"}},
    "edges": [{"from": "a", "to": "b"}]}"#,
    "field_not_whole_number@/nodes/a/timeout field_unknown_choice@/nodes/a/onFailure \
     field_unknown_choice@/nodes/b/config/runAfter unknown_reference@/nodes/b/config/compensate | "
)]
fn what_stops_other_shapes(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(short(&Definition::check(parse(text).value())), expected);
}

#[test]
fn actions_are_named_once_and_their_parameters_too() {
    let actions = &flowkeep_core::run::action::ACTIONS;
    for (index, action) in actions.iter().enumerate() {
        assert!(
            actions[..index]
                .iter()
                .all(|other| other.name != action.name),
            "{}",
            action.name
        );
        for (at, param) in action.params.iter().enumerate() {
            assert!(
                action.params[..at]
                    .iter()
                    .all(|other| other.name != param.name)
            );
        }
    }
}

#[rstest]
#[case::a_parameter(&[r#""id": "a", "action": "wait", "params": {"ms": "${context.n}"}"#], "n!")]
#[case::a_condition(&[r#""id": "a", "condition": "${context.n > 3}", "action": "wait", "params": {"ms": "${context.m}"}"#], "m n!")]
#[case::what_may_do_without(&[r#""id": "a", "condition": "${context.n > 3 || context.m}""#], "n m")]
#[case::after_what_may_be_skipped(&[r#""id": "a", "condition": "${true}""#, r#""id": "b", "dependsOn": ["a"], "action": "wait", "params": {"ms": "${context.n}"}"#,
    r#""id": "c", "dependsOn": ["b"], "action": "wait", "params": {"ms": "${context.m}"}"#, r#""id": "d", "dependsOn": ["c"], "runAfter": "any", "action": "wait", "params": {"ms": "${context.o}"}"#], "n m o!")]
#[case::what_is_called(&[r#""id": "a", "onFailure": "fallback:f""#, r#""id": "f", "action": "wait", "params": {"ms": "${context.n}"}"#], "n")]
#[case::the_first_case_alone(&[r#""id": "a", "action": "branch", "params": {"when": [{"condition": "${context.n == 1}", "task": "x"}, {"condition": "${context.m == 1}", "task": "x"}]}"#,
    r#""id": "x", "action": "wait", "params": {"ms": "${context.o}"}"#], "n! m o")]
#[case::used_twice(&[r#""id": "a", "condition": "${true}", "action": "wait", "params": {"ms": "${context.n}"}"#, r#""id": "b", "action": "wait", "params": {"ms": "${context.n}"}"#], "n!")]
#[case::the_executor(&[r#""id": "a", "action": "DataSourceTaskExecutor.execute""#], "query! values isHistoricalData isCacheData")]
fn what_a_run_cannot_do_without_is_known(#[case] bodies: &[&str], #[case] expected: &str) {
    assert_eq!(needs(&tasks_of(bodies)), expected);
}

#[test]
fn of_guided_steps_those_are_sure_that_one_way_leads_to() {
    let text = r#"{"stages": [{"id": "a", "description": "x"}, {"id": "b"}, {"id": "c"}],
        "transitions": [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}, {"from": "b", "to": "a"}]}"#;
    assert_eq!(needs(&read(text)), "");
    let step = |id: &str, next: &str| {
        format!(
            r#"{{"id": "{id}", "config": {{"action": "wait", "params": {{"ms": "${{context.{id}}}"}}}}, "next": "{next}"}}"#
        )
    };
    let nodes = ["a", "b", "c", "d"].map(|id| step(id, ""));
    let text = format!(
        r#"{{"nodes": [{}], "edges": [{{"from": "a", "to": "b"}}, {{"from": "b", "to": "c"}}, {{"from": "b", "to": "d"}}]}}"#,
        nodes.join(", ")
    );
    assert_eq!(needs(&read(&text)), "a! b! c d");
}

#[test]
fn what_a_run_goes_on_without_is_not_needed() {
    let note = r#""params": {"ms": "${context.note}"}"#;
    let with = |more: &str| {
        tasks_of(&[
            &format!(r#""id": "a", "action": "wait", {note}{more}"#),
            r#""id": "plain""#,
        ])
    };
    assert_eq!(needs(&with("")), "note!");
    for on_failure in ["continue", "fallback:plain"] {
        let goes_on = with(&format!(r#", "onFailure": "{on_failure}""#));
        assert_eq!(needs(&goes_on), "note", "{on_failure}");
    }
    let condition =
        tasks_of(&[r#""id": "a", "condition": "${context.note}", "onFailure": "continue""#]);
    assert_eq!(needs(&condition), "note");
}

/// One task alone needs what it uses itself, also one that others call; what is taken over or left out needs
/// nothing any more.
#[test]
fn what_a_start_lacks_follows_how_it_begins() {
    let definition = tasks_of(&[
        r#""id": "a", "action": "wait", "params": {"ms": "${context.day}"}"#,
        r#""id": "b", "action": "wait", "params": {"ms": "${context.month}"}, "dependsOn": ["a"], "onFailure": "fallback:c""#,
        r#""id": "c", "action": "wait", "params": {"ms": "${context.year}"}"#,
        r#""id": "d", "action": "wait", "params": {"ms": "${context.week}"}, "dependsOn": ["a"]"#,
    ]);
    let lacks = |start: &Start, given: &str| {
        let lacks = definition
            .not_given(start, |name| name == given)
            .into_iter();
        lacks.map(|name| name.name).collect::<Vec<_>>().join(" ")
    };
    let task = |id: &str| TaskId(id.to_owned());
    let only = |id: &str| Start {
        only: Some(task(id)),
        ..Start::default()
    };
    assert_eq!(lacks(&Start::default(), ""), "day week");
    assert_eq!(lacks(&Start::default(), "day"), "week");
    assert_eq!(lacks(&only("a"), "day"), "");
    assert_eq!(lacks(&only("c"), "day"), "year");
    assert_eq!(lacks(&only("d"), ""), "week");
    let carried = Start {
        carried: vec![task("a")],
        ..Start::default()
    };
    assert_eq!(lacks(&carried, ""), "week");
    let left_out = Start {
        left_out: vec![task("d")],
        ..Start::default()
    };
    assert_eq!(lacks(&left_out, ""), "day");
}

/// The names of the context, those that are needed with a mark.
fn needs(definition: &Definition) -> String {
    let names = definition.context_names().into_iter();
    let names = names.map(|name| format!("{}{}", name.name, if name.needed { "!" } else { "" }));
    names.collect::<Vec<_>>().join(" ")
}

fn tasks_of(bodies: &[&str]) -> Definition {
    read(&tasks(bodies))
}
