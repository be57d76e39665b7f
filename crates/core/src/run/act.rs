//! What a task would do to the world outside, as an operator can check it before trusting it.
//!
//! The lines are the parameters in the order of the table of actions, each as it is written:
//! nothing is summed up, because what is not shown is what trust is lost by. Absent on purpose:
//! the labels (`param_<name>` of the catalogue), and which connection a task would use today.

use serde::Serialize;
use ts_rs::TS;

use super::action::Action;
use super::definition::{Definition, Task};
use crate::edit::json_text;
use crate::{Value, trust};

/// One parameter of what a task would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Line {
    /// Which parameter; its label is `param_<name>` of the catalogue.
    pub param: String,
    /// Its value: a text as it is, anything else as JSON.
    pub text: String,
}

/// What requirement 002's executor takes from the run's context.
const FROM_CONTEXT: [&str; 2] = ["query", "values"];

/// What an action with these parameters would do. `context` is what the run is started with, when
/// that is known.
pub fn lines(action: &Action, params: &Value, context: Option<&Value>) -> Vec<Line> {
    if action.name == "DataSourceTaskExecutor.execute" {
        let lines = FROM_CONTEXT.into_iter().filter_map(|name| {
            let text = match context {
                Some(context) => spelled(context.get(name)?),
                None => format!("${{context.{name}}}"),
            };
            Some(line(name, text))
        });
        return lines.collect();
    }
    let given = action.params.iter().filter_map(|param| {
        let value = params.get(param.name).filter(|value| !value.is_null())?;
        Some(line(param.name, spelled(value)))
    });
    given.collect()
}

impl Definition {
    /// The tasks that write, call or run something: what a definition from elsewhere is trusted
    /// for before it runs.
    pub fn acting(&self) -> impl Iterator<Item = &Task> {
        let acts = |task: &&Task| trust::acts(task.action.name, &task.params);
        self.tasks().iter().filter(acts)
    }
}

fn line(param: &str, text: String) -> Line {
    Line {
        param: param.to_owned(),
        text,
    }
}

fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => json_text(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::action::action;
    use crate::{Document, Format};

    fn definition(tasks: &str) -> Definition {
        let text = format!(r#"{{"tasks": [{tasks}]}}"#);
        let document = Document::parse(Format::Json, text).unwrap();
        Definition::read(document.value()).unwrap()
    }

    #[test]
    fn what_is_trusted_is_shown_as_it_is_written() {
        let definition = definition(
            r#"{"id": "look", "action": "sql.query", "params": {"sql": "SELECT 1"}},
               {"id": "ask", "action": "manual"},
               {"id": "go", "action": "program.run", "params": {"env": {"A": 1.0}, "args": ["-c", "rm $HOME"], "program": "sh"}}"#,
        );
        let acting: Vec<_> = definition.acting().collect();
        assert_eq!(acting.len(), 1);
        let task = acting[0];
        let said: Vec<_> = lines(task.action, &task.params, None)
            .into_iter()
            .map(|line| format!("{}: {}", line.param, line.text))
            .collect();
        assert_eq!(
            said,
            [
                "program: sh",
                r#"args: ["-c", "rm $HOME"]"#,
                r#"env: {"A": 1.0}"#
            ]
        );
    }

    #[test]
    fn what_comes_from_the_context_is_shown_from_there() {
        let action = action("DataSourceTaskExecutor.execute").unwrap();
        let params = Value::Object(Vec::new());
        let context = Value::from_json(&serde_json::json!({"query": "DELETE FROM t"}));
        let text = |context| lines(action, &params, context)[0].text.clone();
        assert_eq!(text(None), "${context.query}");
        assert_eq!(text(Some(&context)), "DELETE FROM t");
    }
}
