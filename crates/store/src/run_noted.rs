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
    /// How many there are; a hundred stands for as many or more.
    pub count: u32,
}

/// `?2` is a list of codes that count for nothing once a run has ended. Nor does what an attempt warned of that
/// its task was tried again after.
const NOTED: &str = "SELECT said, count(*) OVER () FROM ( \
      SELECT m.message, m.said FROM message m \
      WHERE m.run = ?1 AND m.level = 'warning' AND m.said NOT NULL \
        AND m.said ->> '$.code' NOT IN (SELECT value FROM json_each(?2)) \
        AND m.at >= coalesce(( \
          SELECT coalesce(a.started_at, a.queued_at) FROM attempt a \
          WHERE a.run = m.run AND a.task = m.task ORDER BY a.number DESC LIMIT 1), m.at) \
      ORDER BY m.message LIMIT 100) \
    ORDER BY message LIMIT 1";

/// What a run that has ended is to be looked at for, although it succeeded.
pub(crate) fn noted(reader: &Connection, row: i64) -> Result<Option<NotedRecord>, StoreError> {
    let passing = PASSING_WARNINGS
        .map(|(code, _)| format!("\"{code}\""))
        .join(",");
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
        for (passing, _) in PASSING_WARNINGS {
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
    fn what_only_an_earlier_attempt_warned_of_has_passed_too() {
        let (_folder, connection) = open();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        for (number, started) in [(1, 10), (2, 20)] {
            let sql = "INSERT INTO attempt(run, task, number, status, queued_at, started_at) \
                VALUES(1, 'read', ?1, 'succeeded', 5, ?2)";
            connection.execute(sql, (number, started)).unwrap();
        }
        let say = |at: i64, task: Option<&str>, code: &str| {
            let said = serde_json::to_string(&Message::new(code)).unwrap();
            let sql =
                "INSERT INTO message(run, at, level, task, said) VALUES(1, ?1, 'warning', ?2, ?3)";
            connection.execute(sql, (at, task, said)).unwrap();
        };
        say(11, Some("read"), "tables_left_out");
        assert_eq!(noted(&connection, 1).unwrap(), None);
        say(20, Some("read"), "describe_left_out");
        say(12, None, "run_archive_incomplete");
        say(12, Some("other"), "tables_left_out");
        let found = noted(&connection, 1).unwrap().unwrap();
        assert_eq!(
            (&*found.warning.code, found.count),
            ("describe_left_out", 3)
        );
    }

    #[test]
    fn a_run_that_warned_of_more_than_a_hundred_things_is_not_counted_to_its_end() {
        let (_folder, connection) = open();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        for n in 0..150 {
            let said =
                serde_json::to_string(&Message::new("tables_left_out").with("n", n)).unwrap();
            let sql = "INSERT INTO message(run, at, level, said) VALUES(1, 1, 'warning', ?1)";
            connection.execute(sql, [said]).unwrap();
        }
        let found = noted(&connection, 1).unwrap().unwrap();
        assert_eq!((&*found.warning.fields["n"], found.count), ("0", 100));
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
