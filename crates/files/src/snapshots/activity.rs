//! What was done with sessions stands in Activity.

use flowkeep_store::{NewOperation, OperationItemRecord, StoreError, Tx};

/// Says that a session was forgotten, with the runs it had: whoever looks at one of them learns it from there.
pub(crate) fn tell_forgotten(
    tx: &Tx<'_>,
    (actor, face): (&str, &str),
    (id, name): (String, String),
    runs: Vec<(String, String)>,
) -> Result<(), StoreError> {
    let operation = tx.next_operation_id()?;
    let new = NewOperation {
        actor,
        face,
        operation: "session_forget",
        name: None,
        undoes: None,
        items: &[item("session", id, name)],
    };
    tx.record_operation(operation, &new)?;
    let runs = runs.into_iter().map(|(id, name)| item("run", id, name));
    let runs: Vec<_> = runs.collect();
    tx.add_operation_items(operation, 1, &runs)
}

fn item(kind: &str, id: String, name: String) -> OperationItemRecord {
    OperationItemRecord {
        kind: kind.to_owned(),
        id,
        name: Some(name),
        before: None,
        after: None,
    }
}

/// Says what was done, who did it through which face, and with which sessions: each by its id and its name. None where
/// it was done with the store as a whole.
pub(crate) fn tell(
    tx: &Tx<'_>,
    operation: &str,
    (actor, face): (&str, &str),
    sessions: impl IntoIterator<Item = (String, String)>,
) -> Result<(), StoreError> {
    let sessions = sessions.into_iter();
    let items = sessions.map(|(id, name)| item("session", id, name));
    let items: Vec<_> = items.collect();
    let operation = NewOperation {
        actor,
        face,
        operation,
        name: None,
        undoes: None,
        items: &items,
    };
    tx.record_operation(tx.next_operation_id()?, &operation)
}
