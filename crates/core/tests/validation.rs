//! What validation says about documents of every shape: `code@path`, errors and warnings apart.

#![cfg(test)]

use flowkeep_core::{
    Document, Finding, Format, Kind, Validation, summarise, validate, validate_for_start,
};
use rstest::rstest;

fn check(kind: Kind, format: Format, text: &str) -> Validation {
    validate(kind, &Document::parse(format, text.to_owned()).unwrap())
}

fn short(findings: &[Finding]) -> String {
    let words = findings
        .iter()
        .map(|finding| format!("{}@{}", finding.code, finding.path));
    words.collect::<Vec<_>>().join(" ")
}

/// A workflow of tasks, each of them waiting; what is given comes on top.
fn tasks(bodies: &[&str]) -> String {
    let whole = |body: &&str| {
        let action = if body.contains("\"action\"") {
            ""
        } else {
            ", \"action\": \"wait\""
        };
        format!("{{{body}{action}}}")
    };
    let list = bodies.iter().map(whole).collect::<Vec<_>>().join(", ");
    format!("{{\"id\": \"w\", \"name\": \"W\", \"tasks\": [{list}]}}")
}

#[rstest]
#[case::fine(&[r#""id": "a""#, r#""id": "b", "dependsOn": ["a"]"#], "")]
#[case::one_dependency_as_text(&[r#""id": "a""#, r#""id": "b", "dependsOn": "a""#], "")]
#[case::unknown(&[r#""id": "a", "dependsOn": ["zz"]"#], "unknown_reference@/tasks/0/dependsOn/0")]
#[case::near(&[r#""id": "load""#, r#""id": "b", "dependsOn": ["laod"]"#],
    "unknown_reference_suggestion@/tasks/1/dependsOn/0")]
#[case::twice(&[r#""id": "a""#, r#""id": "a""#], "duplicate_id@/tasks/1/id")]
#[case::itself(&[r#""id": "a", "dependsOn": ["a"]"#], "self_dependency@/tasks/0/dependsOn/0")]
#[case::circle(&[r#""id": "a", "dependsOn": ["b"]"#, r#""id": "b", "dependsOn": ["a"]"#],
    "cycle@/tasks/0/dependsOn")]
#[case::no_id(&[r#""name": "Load""#], "missing_id_named@/tasks/0")]
#[case::number_as_id(&[r#""id": 9223372036854775808"#], "")]
#[case::no_action(&[r#""id": "a", "action": """#], "no_action@/tasks/0/action")]
#[case::fallback(&[r#""id": "a", "onFailure": "fallback:x""#], "unknown_reference@/tasks/0/onFailure")]
#[case::compensate(&[r#""id": "a", "compensate": "undo_a""#], "unknown_reference@/tasks/0/compensate")]
#[case::on_failure(&[r#""id": "a", "onFailure": "ignore""#], "field_unknown_choice@/tasks/0/onFailure")]
#[case::branch(&[r#""id": "a", "action": "branch", "params": {"when": [{"condition": "${true}", "task": "b"}]}"#],
    "unknown_reference@/tasks/0/params/when/0/task")]
#[case::no_source(&[r#""id": "a", "autoSelect": false"#], "no_data_source@/tasks/0/autoSelect")]
#[case::source(&[r#""id": "a", "autoSelect": false, "dataSource": "local""#], "")]
#[case::zero_timeout(&[r#""id": "a", "timeout": 0"#], "field_too_small@/tasks/0/timeout")]
#[case::text_timeout(&[r#""id": "a", "timeout": "5s""#], "field_not_whole_number@/tasks/0/timeout")]
#[case::whole_float(&[r#""id": "a", "timeout": 5e3, "retry": 2.0"#], "")]
#[case::retry_number(&[r#""id": "a", "retry": -1"#], "field_too_small@/tasks/0/retry")]
#[case::retry_object(&[r#""id": "a", "retry": {"limit": 1.5}"#], "field_not_whole_number@/tasks/0/retry/limit")]
#[case::priority_zero(&[r#""id": "a", "priority": 0"#], "")]
#[case::params(&[r#""id": "a", "params": []"#], "field_not_object@/tasks/0/params")]
#[case::root(&[r#""id": "a", "params": {"x": ["${env.HOME}"]}"#], "expression_unknown_root@/tasks/0/params/x/0")]
#[case::escaped(&[r#""id": "a", "params": {"x": "$${env.HOME}"}"#], "")]
#[case::not_closed(&[r#""id": "a", "params": {"x": "${context.a"}"#], "expression_not_closed@/tasks/0/params/x")]
#[case::output(&[r#""id": "a", "params": {"x": "${tasks.b.output}"}"#], "unknown_reference@/tasks/0/params/x")]
#[case::condition(&[r#""id": "a", "condition": "when done""#], "condition_not_an_expression@/tasks/0/condition")]
#[case::good_condition(&[r#""id": "a", "condition": "${context.n > 3 && !context.off}""#], "")]
#[case::no_object(&[], "")]
fn errors_of_tasks(#[case] bodies: &[&str], #[case] expected: &str) {
    let found = check(Kind::Workflow, Format::Json, &tasks(bodies));
    assert_eq!(short(&found.errors), expected);
    assert_eq!(found.valid(), expected.is_empty());
}

/// What other tools wrote beside is theirs: only what looks like a key that a run reads is said.
#[rstest]
#[case::near(
    r#""dependson": ["b"]"#,
    "unknown_task_key@/tasks/0/dependson=dependsOn"
)]
#[case::elsewhere(r#""parameters": {}"#, "unknown_task_key@/tasks/0/parameters=params")]
#[case::beside_params(r#""ms": 5"#, "unknown_task_key@/tasks/0/ms=params.ms")]
#[case::other_spelling(
    r#""depends_on": [], "data_source": "local", "allow_fallback": true"#,
    ""
)]
#[case::of_others(
    r#""owner": "Ada", "estimate": 3, "milestone": "M1", "tags": ["a"]"#,
    ""
)]
#[case::both(r#""params": {"ms": 1}, "param": {}"#, "")]
fn keys_that_look_like_others_are_named(#[case] body: &str, #[case] expected: &str) {
    let text = tasks(&[&format!("\"id\": \"a\", {body}")]);
    let found = check(Kind::Workflow, Format::Json, &text);
    assert!(found.valid());
    let told = found.warnings.iter().map(|finding| {
        assert_eq!(finding.fields["task"], "a");
        format!(
            "{}@{}={}",
            finding.code, finding.path, finding.fields["meant"]
        )
    });
    assert_eq!(told.collect::<Vec<_>>().join(" "), expected);
}

/// A task that is meant to be tried again and would not be is not left unsaid.
#[rstest]
#[case::of_others(
    r#""retry": {"max": 3, "delay": 500}"#,
    "unknown_retry_key_suggestion@/tasks/0/retry/max=limit"
)]
#[case::near(
    r#""retry": {"limit": 3, "delai": 500}"#,
    "unknown_retry_key_suggestion@/tasks/0/retry/delai=delay"
)]
#[case::both(
    r#""retry": {"limit": 3, "max": 4}"#,
    "unknown_retry_key@/tasks/0/retry/max="
)]
#[case::strange(
    r#""retry": {"policy": "x"}"#,
    "unknown_retry_key@/tasks/0/retry/policy="
)]
#[case::known(
    r#""retry": {"limit": 3, "delay": 5, "backoff": 2, "jitter": false, "on": ["timeout"]}"#,
    ""
)]
#[case::number(r#""retry": 3"#, "")]
#[case::another_engine(
    r#""action": "their.own", "retry": {"max": 3}"#,
    "unknown_action@/tasks/0/action="
)]
fn keys_of_retry_that_nothing_reads_are_named(#[case] body: &str, #[case] expected: &str) {
    let text = tasks(&[&format!("\"id\": \"a\", {body}")]);
    let found = check(Kind::Workflow, Format::Json, &text);
    assert!(found.valid());
    let told = found.warnings.iter().map(|finding| {
        let meant = finding.fields.get("suggestion").map_or("", String::as_str);
        format!("{}@{}={meant}", finding.code, finding.path)
    });
    assert_eq!(told.collect::<Vec<_>>().join(" "), expected);
}

#[rstest]
#[case::times(
    r#""schedule": {"cron": "0 2 * * *"}"#,
    "input_not_given@/tasks/0/params/ms"
)]
#[case::file(
    r#""trigger": "event", "watch": {"folder": "/in", "pattern": "*"}"#,
    "input_not_given@/tasks/0/params/ms"
)]
#[case::event(r#""trigger": "event""#, "")]
#[case::people(r#""trigger": "api""#, "")]
fn input_that_nobody_gives_is_odd(#[case] starts: &str, #[case] expected: &str) {
    let task = r#"{"id": "a", "action": "wait", "params": {"ms": "${context.ms}"}}"#;
    let text = format!("{{\"id\": \"w\", \"name\": \"W\", {starts}, \"tasks\": [{task}]}}");
    let found = check(Kind::Workflow, Format::Json, &text);
    assert!(found.valid());
    assert_eq!(short(&found.warnings), expected);
}

#[test]
fn a_circle_is_named_in_full_and_placed() {
    let text = tasks(&[
        r#""id": "x""#,
        r#""id": "a", "dependsOn": ["x", "b"]"#,
        r#""id": "b", "dependsOn": ["c"]"#,
        r#""id": "c", "dependsOn": ["a"]"#,
    ]);
    let found = check(
        Kind::Workflow,
        Format::Json,
        &text.replace("}, {", "},\n {"),
    );
    assert_eq!(found.errors.len(), 1);
    assert_eq!(found.errors[0].fields["cycle"], "a → b → c → a");
    let place = found.errors[0].place.unwrap();
    assert_eq!((place.line, place.column), (2, 27));
}

#[test]
fn a_near_name_is_offered() {
    let text = tasks(&[
        r#""id": "extract_orders""#,
        r#""id": "b", "dependsOn": ["extract_order"]"#,
    ]);
    let found = check(Kind::Workflow, Format::Json, &text);
    assert_eq!(found.errors[0].fields["suggestion"], "extract_orders");
    assert_eq!(found.errors[0].fields["target"], "extract_order");
}

#[rstest]
#[case::empty("{}", "", "name_missing@ workflow_empty@")]
#[case::id_object(r#"{"id": {}, "name": "n", "tasks": []}"#, "field_not_text@/id", "")]
#[case::name_null(r#"{"name": null, "tasks": []}"#, "", "name_missing@")]
#[case::trigger(
    r#"{"name": "n", "tasks": [], "trigger": "cron"}"#,
    "field_unknown_choice@/trigger",
    ""
)]
#[case::no_cron(
    r#"{"name": "n", "tasks": [], "trigger": "schedule"}"#,
    "",
    "schedule_without_cron@/trigger"
)]
#[case::zone(
    r#"{"name": "n", "tasks": [], "trigger": "schedule", "schedule": {"cron": "0 2 * * *", "zone": "Mars/X"}}"#,
    "",
    "zone_unknown@/schedule/zone"
)]
#[case::zones_there_are(
    r#"{"name": "n", "tasks": [], "trigger": "schedule", "schedule": {"cron": "0 2 * * *", "zone": "America/Argentina/Ushuaia"}}"#,
    "",
    ""
)]
#[case::watch(
    r#"{"name": "n", "tasks": [], "watch": {"folder": 1}}"#,
    "field_not_text@/watch/folder",
    "watch_incomplete@/watch"
)]
#[case::watch_of_part_of_a_path_beside_an_event(
    r#"{"name": "n", "tasks": [], "trigger": "event", "event": {"name": "e"}, "watch": {"folder": "in", "pattern": "*"}}"#,
    "",
    "watch_not_absolute@/watch/folder watch_and_event@/event"
)]
#[case::watch_on_any_system(
    r#"{"name": "n", "tasks": [], "watch": {"folder": "C:\\in", "pattern": "*"}}"#,
    "",
    ""
)]
#[case::event(
    r#"{"name": "n", "tasks": [], "trigger": "event", "event": {"name": []}}"#,
    "field_not_text@/event/name",
    ""
)]
#[case::cron(
    r#"{"name": "n", "tasks": [], "trigger": "schedule", "schedule": {"cron": "0 2 * *"}}"#,
    "cron_not_five_fields@/schedule/cron",
    ""
)]
#[case::cron_hour(
    r#"{"name": "n", "tasks": [], "trigger": "schedule", "schedule": {"cron": "0 25 * * *"}}"#,
    "cron_unreadable@/schedule/cron",
    ""
)]
#[case::concurrent(
    r#"{"name": "n", "tasks": [], "maxConcurrent": 0}"#,
    "field_too_small@/maxConcurrent",
    ""
)]
#[case::unknown_action(
    r#"{"name": "n", "tasks": [{"id": "a", "action": "sql.qery"}]}"#,
    "",
    "unknown_action_suggestion@/tasks/0/action"
)]
#[case::stages_text(r#"{"name": "n", "stages": "x"}"#, "field_not_list@/stages", "")]
#[case::stages_data(r#"{"name": "n", "stages_data": "[{\"id\": \"a\"}]", "transitions": [{"from": "a", "to": "b"}]}"#,
    "unknown_reference@/transitions/0/to", "")]
#[case::stages_data_broken(
    r#"{"name": "n", "stages_data": "[{"}"#,
    "stages_unreadable@/stages_data",
    ""
)]
#[case::loops(r#"{"name": "n", "stages": [{"id": "a", "checklist": {"x": true}}, {"id": "b"}],
    "transitions": [{"from_stage": "a", "to_stage": "a"}, {"from": "a", "to": "b"}, {"from": "b", "to": "a"},
    {"from": "b", "to": "complete"}]}"#, "", "")]
#[case::by_name(r#"{"name": "n", "stages": [{"name": "Build"}], "transitions": [{"from": "Build", "to": "END"}]}"#, "", "")]
#[case::chain(
    r#"{"name": "n", "tasks": {"a": {"transitions": {"success": {"task_id": "b"}}},
    "b": {"transitions": {"success": {"task_id": "end"}, "failure": {"task_id": "c"}}}}}"#,
    "unknown_reference@/tasks/b/transitions/failure/task_id",
    ""
)]
fn workflows(#[case] text: &str, #[case] errors: &str, #[case] warnings: &str) {
    let found = check(Kind::Workflow, Format::Json, text);
    assert_eq!(short(&found.errors), errors, "{text}");
    assert_eq!(short(&found.warnings), warnings, "{text}");
}

#[test]
fn a_graph_names_its_unknown_nodes() {
    let text = "name: g\nnodes:\n  ask:\n    type: llm\n    config:\n      api: ${ENV_KEY}\n      \
                conditions:\n        - next_node: nowhere\nedges:\n  - from: start\n    to: ask\n  \
                - from: ask\n    to: answer\nentry_point: ask\n";
    let found = check(Kind::Workflow, Format::Yaml, text);
    assert_eq!(short(&found.errors), "unknown_reference@/edges/1/to");
    assert_eq!(
        short(&found.warnings),
        "unknown_reference@/nodes/ask/config/conditions/0/next_node"
    );
    let place = found.errors[0].place.unwrap();
    assert_eq!((place.line, place.column), (13, 9));
}

#[rstest]
#[case(Kind::Roadmap, r#"{"metadata": {"title": "R"}, "milestones": [{"name": "M"}], "tasks": [{"title": "t", "milestone": "M"}]}"#, "", "")]
#[case(Kind::Roadmap, r#"{"title": "R", "milestones": [{"id": "m1"}, {"id": "m1"}], "tasks": [{"title": "t", "milestone": "m2"}]}"#,
    "duplicate_id@/milestones/1/id", "unknown_reference_suggestion@/tasks/0/milestone")]
#[case(
    Kind::Roadmap,
    r#"{"title": "R", "milestones": "none", "epics": [7]}"#,
    "field_not_list_or_object@/milestones",
    "part_not_object@/epics/0"
)]
#[case(Kind::Template, r#"{"variables": [{"name": "id"}, {}, {"name": "id"}], "template": {"id": "{{id}}", "x": ["{{ other|upper }}", "{{current_date}}"]}}"#,
    "", "variable_without_name@/variables/1 variable_twice@/variables/2 variable_not_declared@/template/x/0")]
#[case(
    Kind::Rule,
    r#"{"type": "rule", "content": "", "alwaysApply": "yes"}"#,
    "",
    "rule_empty@ field_not_yes_or_no@/alwaysApply"
)]
fn the_other_kinds(
    #[case] kind: Kind,
    #[case] text: &str,
    #[case] errors: &str,
    #[case] warnings: &str,
) {
    let found = check(kind, Format::Json, text);
    assert_eq!(short(&found.errors), errors, "{text}");
    assert_eq!(short(&found.warnings), warnings, "{text}");
}

/// A list counts what the page of a workflow shows.
#[test]
fn what_refuses_every_start_is_counted_among_the_problems() {
    let text = r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "name": "A", "action": "no.such.action"}]}"#;
    let document = Document::parse(Format::Json, text.to_owned()).unwrap();
    let shown = validate_for_start(Kind::Workflow, &document, Vec::new());
    let summary = summarise(Kind::Workflow, &document, None);
    assert!(
        validate(Kind::Workflow, &document).valid(),
        "it may be kept"
    );
    assert_eq!((summary.problems, shown.errors.len()), (1, 1));
    assert_eq!(summary.warnings as usize, shown.warnings.len());
}
