//! `run_steps`.

use flowkeep_core::run::Task;
use flowkeep_store::Expected;

use super::history::spread;
use super::runs::find;
use crate::types::{RunRef, RunSteps, RunTaskPlan};
use crate::{Api, AppError};

/// What a run's workflow says of its tasks: what comes after what, and how long each usually takes.
///
/// # Errors
/// `run_unknown`.
pub fn show(api: &Api, input: RunRef) -> Result<RunSteps, AppError> {
    let run = find(api, &input.id)?;
    let expected = match &run.workflow_id {
        Some(workflow) => api.store.expected(workflow)?,
        None => Expected::default(),
    };
    let definition = api.definitions.of(&api.store, &run)?;
    let tasks = definition
        .as_ref()
        .map_or(&[][..], |definition| definition.tasks());
    let ids = |places: &[usize]| {
        let named = places.iter().filter_map(|&at| tasks.get(at));
        named.map(|task| task.id.to_string()).collect()
    };
    let step = |task: &Task| RunTaskPlan {
        id: task.id.to_string(),
        depends_on: ids(&task.depends_on),
        leads_to: ids(&task.leads_to()),
        usual: expected.tasks.get(&task.id).copied().map(spread),
    };
    Ok(RunSteps {
        usual: expected.run.map(spread),
        tasks: tasks.iter().map(step).collect(),
    })
}

#[cfg(test)]
mod tests {
    use flowkeep_store::{NewRun, StoreError};

    use super::*;
    use crate::testing::open;

    #[test]
    fn each_task_says_what_it_comes_after_in_the_order_of_the_workflow() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let text = r#"{"tasks": [{"id": "a", "action": "manual"}, {"id": "b", "action": "manual"},
            {"id": "c", "action": "manual", "dependsOn": ["b", "a"]},
            {"id": "d", "action": "branch", "params": {"when": [{"task": "e"}]}},
            {"id": "e", "action": "manual", "onFailure": "fallback:f"}, {"id": "f", "action": "manual"}]}"#;
        let new = NewRun {
            workflow_id: Some("w".to_owned()),
            ..NewRun::of("w", text)
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        let id = added.unwrap().1.to_string();
        let told = show(&api, RunRef { id }).unwrap();
        let tasks = told.tasks.iter();
        let order: Vec<_> = tasks
            .map(|task| {
                (
                    &*task.id,
                    task.depends_on.join(","),
                    task.leads_to.join(","),
                )
            })
            .collect();
        let none = String::new;
        assert_eq!(
            order,
            [
                ("a", none(), none()),
                ("b", none(), none()),
                ("c", "a,b".to_owned(), none()),
                ("d", none(), "e".to_owned()),
                ("e", none(), "f".to_owned()),
                ("f", none(), none()),
            ]
        );
        assert!(told.usual.is_none() && told.tasks[0].usual.is_none());
        let id = "01JD0000000000000000000000".to_owned();
        assert_eq!(show(&api, RunRef { id }).unwrap_err().code, "run_unknown");
    }
}
