//! Search in what runs and executions tell: a full-text row per text, written in the transaction of
//! the text itself.
//!
//! A row's number is the run's in the upper half and the text's place within the run in the lower,
//! so a search walks runs from the newest on and stops when a page is full, and a run's rows
//! go with it. The index keeps terms alone, neither texts nor positions.

use flowkeep_core::search_terms;
use rusqlite::{Connection, Statement};

use crate::StoreError;

/// Bytes of one text that are searched; what is behind is kept and not found.
const SEARCHED: usize = 256 << 10;

const PLACE_BITS: u32 = 32;
const PLACES: i64 = (1 << PLACE_BITS) - 1;
const ERRORS: i64 = 1 << (PLACE_BITS - 1);

/// Whose texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Searched {
    /// Runs of ours.
    Runs,
    /// Executions of other programs.
    Executions,
}

impl Searched {
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Runs => "run_search",
            Self::Executions => "execution_search",
        }
    }
}

/// Which text of a run or execution.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Its ids, its name, what it was started with.
    Facts,
    /// The message of this number.
    Message(i64),
    /// Why this attempt failed. Two of a run's attempts share a place once in two thousand million
    /// times; the later one is found then.
    Error(&'a str, u32),
}

impl Place<'_> {
    fn number(self) -> i64 {
        match self {
            Self::Facts => 0,
            Self::Message(number) => number & (ERRORS - 1),
            Self::Error(task, attempt) => {
                // FNV-1a: the same in every version, because it is kept.
                let bytes = task.bytes().chain(attempt.to_le_bytes());
                let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
                    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
                });
                ERRORS | (i64::from(hash) & (ERRORS - 1))
            }
        }
    }
}

/// Makes a text findable; what was at its place before is not found any more.
pub(crate) fn keep(
    connection: &Connection,
    searched: Searched,
    row: i64,
    place: Place<'_>,
    text: &str,
) -> Result<(), StoreError> {
    let terms = search_terms(&text[..text.floor_char_boundary(SEARCHED)]);
    if terms.is_empty() {
        return Ok(());
    }
    let table = searched.table();
    let sql = format!("INSERT OR REPLACE INTO {table}(rowid, terms) VALUES (?1, ?2)");
    connection
        .prepare_cached(&sql)?
        .execute((row << PLACE_BITS | place.number(), terms))?;
    Ok(())
}

/// Takes all texts of a run or execution out.
pub(crate) fn forget(
    connection: &Connection,
    searched: Searched,
    row: i64,
) -> Result<(), StoreError> {
    let table = searched.table();
    let sql = format!("DELETE FROM {table} WHERE rowid BETWEEN ?1 AND ?2");
    let first = row << PLACE_BITS;
    connection
        .prepare_cached(&sql)?
        .execute((first, first | PLACES))?;
    Ok(())
}

/// Gives runs or executions in whose texts all these words are (expressions of `core::search_words`),
/// the newest first and only those before `before`, until `found` says that it has enough.
pub(crate) fn walk(
    connection: &Connection,
    searched: Searched,
    words: &[String],
    before: Option<i64>,
    mut found: impl FnMut(i64) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let table = searched.table();
    let sql = format!(
        "SELECT rowid >> {PLACE_BITS} FROM {table} WHERE {table} MATCH ?1 AND rowid < ?2 \
         ORDER BY rowid DESC"
    );
    let before = before
        .and_then(|row| row.checked_mul(PLACES + 1))
        .unwrap_or(i64::MAX);
    let prepared: Result<Vec<Statement<'_>>, _> =
        words.iter().map(|_| connection.prepare(&sql)).collect();
    let mut prepared = prepared?;
    let mut streams = Vec::new();
    for (statement, word) in prepared.iter_mut().zip(words) {
        streams.push(statement.query((word, before))?);
    }
    if streams.is_empty() {
        return Ok(());
    }
    // Each stream falls below the last hit, then to the lowest of them all; where they stand
    // together is the next hit.
    let mut standing = vec![i64::MAX; streams.len()];
    let mut below = i64::MAX;
    loop {
        for (stream, standing) in streams.iter_mut().zip(&mut standing) {
            while *standing >= below {
                match stream.next()? {
                    Some(row) => *standing = row.get(0)?,
                    None => return Ok(()),
                }
            }
        }
        let lowest = standing.iter().copied().min().unwrap_or_default();
        let together = standing.iter().all(|one| *one == lowest);
        if together && !found(lowest)? {
            return Ok(());
        }
        below = if together { lowest } else { lowest + 1 };
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::search_words;

    use super::*;

    fn index() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(include_str!("schema/0005_logs.sql"))
            .unwrap();
        connection
    }

    fn put(connection: &Connection, row: i64, place: Place<'_>, text: &str) {
        keep(connection, Searched::Runs, row, place, text).unwrap();
    }

    fn hits(connection: &Connection, query: &str, before: Option<i64>, most: usize) -> Vec<i64> {
        let mut rows = Vec::new();
        walk(
            connection,
            Searched::Runs,
            &search_words(query),
            before,
            |row| {
                rows.push(row);
                Ok(rows.len() < most)
            },
        )
        .unwrap();
        rows
    }

    #[test]
    fn chinese_is_found_from_one_character_and_identifiers_by_their_parts() {
        let index = index();
        put(
            &index,
            1,
            Place::Message(7),
            "数据库密码错误，请检查订单服务",
        );
        put(&index, 2, Place::Facts, r#"{"job":"order_sync","n":1}"#);
        put(
            &index,
            3,
            Place::Error("load", 1),
            "OrderSync failed: HTTPTimeout",
        );
        for (query, rows) in [
            ("密码", &[1][..]),
            ("码", &[1]),
            ("务", &[1]),
            ("订单", &[1]),
            ("单订", &[]),
            ("sync", &[3, 2]),
            ("Sync", &[3, 2]),
            ("ordersync", &[3]),
            ("OrderSync", &[3, 2]),
            ("order_sync", &[3, 2]),
            ("meout", &[]),
            ("timeout", &[3]),
            ("httptime", &[3]),
            ("\" OR *", &[3, 2]),
        ] {
            assert_eq!(hits(&index, query, None, 9), rows, "{query}");
        }
    }

    #[test]
    fn words_may_stand_in_different_texts_of_a_run_and_pages_go_on() {
        let index = index();
        for row in 1..=200 {
            put(&index, row, Place::Facts, "nightly");
            put(&index, row, Place::Message(row * 3), "order 订单");
            put(&index, row, Place::Message(row * 3 + 1), "order 订单");
            if row % 3 == 0 {
                put(&index, row, Place::Error("load", 1), "no such table");
            }
        }
        let threes: Vec<i64> = (1..=200).rev().filter(|row| row % 3 == 0).collect();
        let found = hits(&index, "order table 订 night", None, usize::MAX);
        assert_eq!(found, threes);
        assert_eq!(hits(&index, "order table", Some(198), 2), [195, 192]);
        forget(&index, Searched::Runs, 195).unwrap();
        assert_eq!(hits(&index, "order table", Some(198), 2), [192, 189]);
        assert_eq!(hits(&index, "order", Some(196), 2), [194, 193]);
    }

    #[test]
    fn a_text_that_is_written_again_is_found_as_it_is_now() {
        let index = index();
        put(&index, 1, Place::Error("load", 1), "before");
        put(&index, 1, Place::Error("load", 1), "after");
        assert_eq!(hits(&index, "before", None, 9), [0; 0]);
        assert_eq!(hits(&index, "after", None, 9), [1]);
    }
}
