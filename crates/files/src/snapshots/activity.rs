//! What was done with sessions stands in Activity.

use flowkeep_store::{NewOperation, OperationItemRecord, StoreError, Tx};

/// Says what was done, who did it through which face, and with which sessions: each by its id and its name. None where
/// it was done with the store as a whole.
pub(crate) fn tell(
    tx: &Tx<'_>,
    operation: &str,
    (actor, face): (&str, &str),
    sessions: impl IntoIterator<Item = (String, String)>,
) -> Result<(), StoreError> {
    let sessions = sessions.into_iter();
    let items = sessions.map(|(id, name)| OperationItemRecord {
        kind: "session".to_owned(),
        id,
        name: Some(name),
        before: None,
        after: None,
    });
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
