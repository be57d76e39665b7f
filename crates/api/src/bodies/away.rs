//! `away_show`, `away_seen`: what came to its end while nobody looked at the window.

use flowkeep_core::run::Status;

use crate::types::{Away, Nothing};
use crate::{Api, AppError, time};

/// Who comes back after less was not away, in milliseconds.
const AWAY: i64 = 60 * 60 * 1000;

/// What ended since somebody last looked.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<Away, AppError> {
    let now = api.clock.now().0;
    let looked = api.store.looked_at()?;
    let mut away = Away {
        since: None,
        ended: 0,
        failed: 0,
    };
    let Some(since) = looked.filter(|looked| now - looked >= AWAY) else {
        return Ok(away);
    };
    for (status, count) in api.store.came_to_since(since)? {
        away.ended += count;
        if status == Status::Failed {
            away.failed = count;
        }
    }
    away.since = (away.ended > 0).then(|| time::rfc3339(since));
    Ok(away)
}

/// Somebody looks now.
///
/// # Errors
/// What the database says.
pub fn seen(api: &Api, _: Nothing) -> Result<Nothing, AppError> {
    api.store.look()?;
    Ok(Nothing {})
}

#[cfg(test)]
mod tests {
    use flowkeep_store::StoreError;

    use super::*;
    use crate::bodies::{run_changes, runs};
    use crate::testing::{keep_workflow, open};
    use crate::types::{RunListInput, RunRef, RunStartInput};

    #[test]
    fn who_was_away_hears_what_came_to_since() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        assert_eq!(
            show(&api, Nothing {}).unwrap().since,
            None,
            "nobody has looked"
        );
        seen(&api, Nothing {}).unwrap();
        let text = r#"{"id": "a", "name": "A", "tasks": [{"id": "do", "action": "manual"}]}"#;
        keep_workflow(&api, text);
        let input = RunStartInput {
            workflow: "a".to_owned(),
            ..RunStartInput::default()
        };
        let id = run_changes::start(&api, input).unwrap().run_id;
        run_changes::cancel(&api, RunRef { id }).unwrap();
        assert_eq!(show(&api, Nothing {}).unwrap().since, None, "a moment ago");
        let before = api.clock.now().0 - AWAY;
        let earlier = api
            .store
            .write::<_, StoreError>(move |tx| tx.looked(before));
        earlier.unwrap();
        let away = show(&api, Nothing {}).unwrap();
        assert_eq!(
            (away.since.clone(), away.ended, away.failed),
            (Some(time::rfc3339(before)), 1, 0)
        );
        // The list that leads there has those that were made before, too.
        let database = rusqlite::Connection::open(api.data_dir.join("flowkeep.db")).unwrap();
        let sql = "UPDATE run SET created_at = ?1";
        database.execute(sql, [before - 1000]).unwrap();
        let listed = |since, touched_since| {
            let input = RunListInput {
                status: Some(Status::Cancelled),
                since,
                touched_since,
                ..RunListInput::default()
            };
            runs::list(&api, input).unwrap().items.len()
        };
        assert_eq!(
            (listed(away.since.clone(), None), listed(None, away.since)),
            (0, 1)
        );
        seen(&api, Nothing {}).unwrap();
        assert_eq!(show(&api, Nothing {}).unwrap().since, None);
    }
}
