//! The two actions of requirement 002, section 3.3: which source the run's data belongs to, and a
//! statement of the run's context on it.

use flowkeep_core::{Message, Value};

use super::{ActionError, Attempt, Done, Output, perform};
use crate::sources::{Operation, Statement};

/// `DataSourceTaskExecutor.determineDataSource`: the choice was made by the same rules as for every
/// other task; this tells it.
pub(super) fn determine(attempt: &Attempt<'_>) -> Result<Done, ActionError> {
    let Some(chosen) = attempt.source else {
        let message = Message::new("no_connection").with("wanted", attempt.action);
        return Err(ActionError::passing(message));
    };
    let (source, rule) = (chosen.source.name(), chosen.rule.as_str());
    Ok(Output::of([("dataSource", source.into()), ("rule", rule.into())]).into())
}

/// `DataSourceTaskExecutor.execute`: `query` with `values`, as `sql.query` or `sql.execute`.
pub(super) async fn execute(attempt: &Attempt<'_>) -> Result<Done, ActionError> {
    let missing = |key| Message::new("context_missing").with("key", key);
    let query = match attempt.context.get("query") {
        Some(Value::String(query)) => query.clone(),
        _ => return Err(ActionError::lasting(missing("query"))),
    };
    let args = match attempt.context.get("values") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(_) => {
            let message = Message::new("field_not_list").with("field", "values");
            return Err(ActionError::lasting(message));
        }
    };
    perform(attempt, Operation::Either(Statement { sql: query, args })).await
}
