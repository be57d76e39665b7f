//! What a run that succeeded warned of, for lists.

use flowkeep_core::Message;
use flowkeep_core::run::PASSING_WARNINGS;
use rusqlite::{Connection, OptionalExtension as _};

use crate::StoreError;
use crate::run::json_of;

/// What a run warned of first, and how many such warnings there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedRecord {
    /// The first.
    pub warning: Message,
    /// How many there are in all.
    pub count: u32,
}

/// `?2` is a list of codes that count for nothing once a run has ended.
const NOTED: &str = "SELECT said, count(*) OVER () FROM message \
    WHERE run = ?1 AND level = 'warning' AND said NOT NULL \
      AND said ->> '$.code' NOT IN (SELECT value FROM json_each(?2)) \
    ORDER BY message LIMIT 1";

/// What a run that has ended is to be looked at for, although it succeeded.
pub(crate) fn noted(reader: &Connection, row: i64) -> Result<Option<NotedRecord>, StoreError> {
    let passing = PASSING_WARNINGS.map(|code| format!("\"{code}\"")).join(",");
    let mut statement = reader.prepare_cached(NOTED)?;
    let noted = statement.query_row((row, format!("[{passing}]")), |row| {
        let said: String = row.get(0)?;
        Ok(NotedRecord {
            warning: json_of(0, &said)?,
            count: row.get(1)?,
        })
    });
    Ok(noted.optional()?)
}

#[cfg(test)]
mod tests {
    use flowkeep_host::Timestamp;

    use super::*;
    use crate::schema;

    fn open() -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        (folder, connection)
    }

    #[test]
    fn what_was_left_out_is_noted_and_what_has_passed_is_not() {
        let (_folder, connection) = open();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        let say = |level: &str, code: &str| {
            let said = serde_json::to_string(&Message::new(code)).unwrap();
            let sql = "INSERT INTO message(run, at, level, said) VALUES(1, 1, ?1, ?2)";
            connection.execute(sql, (level, said)).unwrap();
        };
        say("info", "describe_done");
        for passing in PASSING_WARNINGS {
            say("warning", passing);
        }
        let line = "INSERT INTO message(run, at, level, line) VALUES(1, 1, 'warning', 'a line')";
        connection.execute(line, []).unwrap();
        assert_eq!(noted(&connection, 1).unwrap(), None);
        say("warning", "tables_left_out");
        say("warning", "describe_left_out");
        let first = NotedRecord {
            warning: Message::new("tables_left_out"),
            count: 2,
        };
        assert_eq!(noted(&connection, 1).unwrap(), Some(first));
        assert_eq!(noted(&connection, 2).unwrap(), None);
    }

    #[test]
    fn a_run_that_says_much_costs_a_list_no_more() {
        let (_folder, connection) = open();
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {NOTED}"))
            .unwrap();
        let steps = statement.query_map((1, "[]"), |row| row.get::<_, String>(3));
        let steps: Vec<_> = steps.unwrap().map(Result::unwrap).collect();
        let steps = steps.join("\n");
        assert!(steps.contains("message_warning (run=?"), "{steps}");
    }
}
