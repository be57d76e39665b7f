//! `table_list.read`: the tables that somebody listed in a file of the folder.

use flowkeep_core::folder::{
    TABLE_LIST, TABLE_LIST_LIMIT, TableList, is_table_list, table_list_among,
};
use flowkeep_core::run::Level;
use flowkeep_core::{Message, Value};

use super::params::Params;
use super::{ActionError, Attempt, Done, Output, Said, file};

pub(super) async fn read(attempt: &Attempt<'_>, params: &Params<'_>) -> Result<Done, ActionError> {
    let wanted = params.text("path")?.unwrap_or(TABLE_LIST);
    let mut names = Vec::new();
    if is_table_list(wanted) {
        match file::names(attempt).await? {
            None => return Ok(Done::Stopped { undone: true }),
            Some(found) => names = found,
        }
    }
    let names = names
        .iter()
        .map(|(name, is_file)| (name.as_str(), *is_file));
    let path = table_list_among(names, wanted).map_or(wanted, |(name, _)| name);
    let wrong = |code: &str| Message::new(code).with("path", path);
    let read = file::read(attempt, path, TABLE_LIST_LIMIT).await;
    let read = read.map_err(|error| match error.message.code.as_str() {
        "path_missing" => ActionError::passing(wrong("tables_missing")),
        _ => error,
    })?;
    let bytes = match read {
        None => return Ok(Done::Stopped { undone: true }),
        Some(None) => return Err(ActionError::passing(wrong("tables_too_long"))),
        Some(Some(bytes)) => bytes,
    };
    let list = TableList::read(&bytes)
        .map_err(|why| ActionError::passing(wrong("tables_unreadable").because(why)))?;
    for dropped in &list.dropped {
        let said = wrong("tables_left_out")
            .with("line", dropped.line)
            .with("text", &dropped.text);
        (attempt.say)(
            Level::Warning,
            Said::Message(said.because(dropped.why.clone())),
        );
    }
    if list.names.is_empty() {
        return Err(ActionError::passing(wrong("tables_none")));
    }
    let left_out: Vec<_> = list
        .dropped
        .into_iter()
        .map(|dropped| {
            let line = u64::from(dropped.line).into();
            Value::object([("line", line), ("text", dropped.text.into())])
        })
        .collect();
    let names: Vec<_> = list.names.into_iter().map(Value::from).collect();
    let output = Output::of([
        ("path", path.into()),
        ("tables", names.into()),
        ("left_out", left_out.into()),
    ]);
    Ok(output.into())
}
