//! Actions that only tell, and the parameters of all of them.

use flowkeep_core::run::action::{ACTIONS, Holds, Worker};
use flowkeep_core::run::{Status, TaskId};
use flowkeep_core::{RunId, Value};
use flowkeep_engine::actions::{Done, child_ended};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::attempts::{Place, without};

#[tokio::test]
async fn wait_and_workflow_run_tell_what_they_want() {
    let place = Place::new();
    let waiting = place.attempt("wait", json!({"ms": 1500.0})).await.unwrap();
    assert_eq!(waiting, Done::Wait { ms: 1500 });
    let params = json!({"workflow": 7, "context": {"id": 9}});
    let child = place.attempt("workflow.run", params).await.unwrap();
    let context = Value::from_json(&json!({"id": 9}));
    let workflow = "7".to_owned();
    assert_eq!(child, Done::Child { workflow, context });
}

#[rstest]
#[case(Status::Succeeded, json!({}), true)]
#[case(Status::Failed, json!({}), false)]
#[case(Status::Failed, json!({"accept": ["failed"]}), true)]
#[case(Status::Cancelled, json!({"accept": ["failed"]}), false)]
fn the_end_of_a_child_run_is_judged(
    #[case] status: Status,
    #[case] params: Json,
    #[case] succeeds: bool,
) {
    let run = RunId(ulid::Ulid::from_parts(1, 1));
    match child_ended(&Value::from_json(&params), run, status) {
        Ok(output) => {
            assert!(succeeds);
            let expected = json!({"run_id": run.to_string(), "status": status.as_str()});
            assert_eq!(output.value.to_json(), expected);
        }
        Err(error) => {
            assert!(!succeeds);
            assert_eq!(error.message.code, "child_not_succeeded");
        }
    }
}

#[rstest]
#[case(json!([{"condition": true, "task": "a"}, {"condition": true, "task": "b"}]), Some("a"))]
#[case(json!([{"condition": false, "task": "a"}, {"task": "b"}]), Some("b"))]
#[case(json!([{"condition": false, "task": "a"}]), None)]
#[case(json!([]), None)]
#[tokio::test]
async fn branch_calls_the_first_task_whose_condition_holds(
    #[case] when: Json,
    #[case] expected: Option<&str>,
) {
    let done = Place::new()
        .attempt("branch", json!({"when": when}))
        .await
        .unwrap();
    let Done::Output { output, called } = done else {
        panic!("{done:?}")
    };
    assert_eq!(called, expected.map(TaskId::from));
    assert_eq!(output.value.to_json()["task"], json!(expected));
}

#[tokio::test]
async fn a_condition_is_true_or_false() {
    let when = json!([{"condition": "yes", "task": "a"}]);
    let code = Place::new().code("branch", json!({"when": when})).await;
    assert_eq!(code, "expression_not_true_or_false");
}

#[rstest]
#[case("manual")]
#[case("somebody.else")]
#[tokio::test]
async fn work_for_a_person_and_unknown_actions_are_not_carried_out(#[case] action: &str) {
    let error = Place::new().error(action, json!({})).await;
    assert_eq!(
        (error.message.code.as_str(), error.permanent),
        ("unknown_action", true)
    );
}

#[tokio::test]
async fn a_source_is_needed_and_has_to_fit() {
    let mut place = Place::new();
    let command = json!({"command": ["PING"]});
    assert_eq!(place.code("redis.command", command).await, "source_unfit");
    place.source = None;
    for (action, params) in [
        ("sql.query", json!({"sql": "SELECT 1"})),
        ("record.get", json!({"table": "t", "key": 1})),
        ("DataSourceTaskExecutor.determineDataSource", json!({})),
    ] {
        assert_eq!(
            place.code(action, params).await,
            "no_connection",
            "{action}"
        );
    }
}

/// Something that each parameter can hold, and something that it cannot.
fn samples(holds: Holds) -> (Json, Option<Json>) {
    match holds {
        Holds::Text | Holds::LongText | Holds::Sql | Holds::Word => (json!("a"), Some(json!([]))),
        Holds::Whole => (json!(1), Some(json!(-1))),
        Holds::List | Holds::Words => (json!([]), Some(json!("a"))),
        Holds::Object => (json!({}), Some(json!("a"))),
        Holds::Cases => (json!([{"task": "a"}]), Some(json!([{"task": []}]))),
        Holds::Any | Holds::Content | Holds::ListOrObject => (json!("a"), None),
    }
}

/// Actions of sources that are not there.
const ELSEWHERE: [&str; 2] = ["redis.command", "elasticsearch.request"];

#[tokio::test]
async fn every_parameter_of_every_action_is_checked() {
    let mut checked = 0;
    for action in &ACTIONS {
        if action.worker == Worker::Person || ELSEWHERE.contains(&action.name) {
            continue;
        }
        let place = Place::new();
        let members = action
            .params
            .iter()
            .map(|param| (param.name.to_owned(), samples(param.holds).0));
        let mut all = Json::Object(members.collect());
        if action.name == "http.request" {
            all["url"] = json!("http://127.0.0.1:1/");
            all["method"] = json!("GET");
        }
        for param in action.params {
            if param.required {
                let error = place.error(action.name, without(&all, param.name)).await;
                let expected = ("parameter_missing", Some(param.name), true);
                let named = error.message.fields.get("param").map(String::as_str);
                let found = (error.message.code.as_str(), named, error.permanent);
                assert_eq!(found, expected, "{}", action.name);
                checked += 1;
            }
            if let Some(wrong) = samples(param.holds).1 {
                let mut params = all.clone();
                params[param.name] = wrong;
                let error = place.error(action.name, params).await;
                let code = &error.message.code;
                let told = format!("{} {}: {code}", action.name, param.name);
                assert!(code.starts_with("field_not_") && error.permanent, "{told}");
                checked += 1;
            }
        }
    }
    assert!(checked > 40, "only {checked} were checked");
}
