//! Search in what runs and executions tell: a full-text row per text, written in the transaction of
//! the text itself.
//!
//! A row's number is the run's in the upper half and the text's place within the run in the lower,
//! so a search walks runs from the highest row down and stops when a page is full, and a run's rows
//! go with it. The index keeps terms alone, neither texts nor positions.

use std::ops::Range;

use flowkeep_core::search_terms;
use rusqlite::{Connection, Rows, Statement};

use crate::StoreError;

/// Bytes of one text that are searched; what is behind is kept and not found.
const SEARCHED: usize = 256 << 10;

pub(crate) const PLACE_BITS: u32 = 32;
const PLACES: i64 = (1 << PLACE_BITS) - 1;
pub(crate) const ERRORS: i64 = 1 << (PLACE_BITS - 1);
/// What of a message's number says its place.
pub(crate) const MESSAGES: i64 = ERRORS - 1;

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
    /// The lower half of its row in the index.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Facts => 0,
            Self::Message(number) => number & MESSAGES,
            Self::Error(task, attempt) => {
                // FNV-1a: the same in every version, because it is kept.
                let bytes = task.bytes().chain(attempt.to_le_bytes());
                let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
                    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
                });
                ERRORS | (i64::from(hash) & MESSAGES)
            }
        }
    }
}

/// What of a text goes into the index.
pub(crate) fn terms(text: &str) -> String {
    search_terms(&text[..text.floor_char_boundary(SEARCHED)])
}

/// Makes a text findable; what was at its place before is not found any more.
pub(crate) fn keep(
    connection: &Connection,
    searched: Searched,
    row: i64,
    place: Place<'_>,
    text: &str,
) -> Result<(), StoreError> {
    let terms = terms(text);
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

/// In which order the rows of runs come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// From the highest row down.
    NewestFirst,
    /// From the lowest up.
    OldestFirst,
}

/// What [`Hits`] reads with: a statement per word. Rows that come from the lowest up are told below zero, so that
/// what comes later is always less.
pub(crate) fn statements<'a>(
    connection: &'a Connection,
    searched: Searched,
    words: &[String],
    order: Order,
) -> Result<Vec<Statement<'a>>, StoreError> {
    let table = searched.table();
    let (sign, order) = match order {
        Order::NewestFirst => ("", "DESC"),
        Order::OldestFirst => ("-", "ASC"),
    };
    let sql = format!(
        "SELECT {sign}(rowid >> {PLACE_BITS}), rowid & {PLACES} FROM {table}
         WHERE {table} MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid {order}"
    );
    let prepared = words.iter().map(|_| connection.prepare(&sql));
    Ok(prepared.collect::<Result<_, _>>()?)
}

/// Runs or executions in whose texts all words are, in the order of their statements.
pub(crate) struct Hits<'a> {
    /// Those of each word.
    streams: Vec<Rows<'a>>,
    /// Where each of them stands.
    standing: Vec<i64>,
    /// In which text of that row.
    places: Vec<i64>,
    /// All hits not below this one have been given.
    below: i64,
}

impl<'a> Hits<'a> {
    /// Those with rows from `rows.start` to before `rows.end` in whose texts all these words
    /// (expressions of `core::search_words`) are; `statements` are for these words.
    pub(crate) fn begin(
        statements: &'a mut [Statement<'_>],
        words: &[String],
        rows: &Range<i64>,
    ) -> Result<Self, StoreError> {
        let place = |row: i64| row.checked_mul(PLACES + 1).unwrap_or(i64::MAX);
        let (first, end) = (place(rows.start), place(rows.end));
        let mut streams = Vec::new();
        for (statement, word) in statements.iter_mut().zip(words) {
            streams.push(statement.query((word, first, end))?);
        }
        Ok(Self {
            standing: vec![i64::MAX; streams.len()],
            places: vec![0; streams.len()],
            streams,
            below: i64::MAX,
        })
    }

    /// The next one, after so many steps at most. Each stream falls below the last hit, then to the lowest of
    /// them all; where they stand together is a hit.
    pub(crate) fn next(&mut self, left: &mut u32) -> Result<Hit, StoreError> {
        loop {
            let standing = self.standing.iter_mut().zip(&mut self.places);
            for (stream, (standing, place)) in self.streams.iter_mut().zip(standing) {
                while *standing >= self.below {
                    let Some(less) = left.checked_sub(1) else {
                        return Ok(Hit::NoneTo(self.below.abs()));
                    };
                    *left = less;
                    match stream.next()? {
                        Some(row) => (*standing, *place) = (row.get(0)?, row.get(1)?),
                        None => return Ok(Hit::End),
                    }
                }
            }
            let Some(lowest) = self.standing.iter().copied().min() else {
                return Ok(Hit::End);
            };
            let together = self.standing.iter().all(|one| *one == lowest);
            self.below = if together { lowest } else { lowest + 1 };
            if together {
                return Ok(Hit::Row(lowest.abs()));
            }
        }
    }
}

impl Hits<'_> {
    /// Of the last hit: a text that each word is in, each text once.
    pub(crate) fn places(&self) -> Vec<i64> {
        let mut places = Vec::new();
        for place in &self.places {
            if !places.contains(place) {
                places.push(*place);
            }
        }
        places
    }
}

/// What a walk through the index came upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hit {
    /// All words are in the texts of this row.
    Row(i64),
    /// Enough steps were made: there is none up to this row, and it may be one.
    NoneTo(i64),
    /// There is none any more.
    End,
}

#[cfg(test)]
mod tests {
    use flowkeep_core::search_words;

    use super::*;

    const ALL: Range<i64> = 0..i64::MAX;

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

    fn hits(connection: &Connection, query: &str, rows: Range<i64>, most: usize) -> Vec<i64> {
        let words = search_words(query);
        let mut statements =
            statements(connection, Searched::Runs, &words, Order::NewestFirst).unwrap();
        let mut hits = Hits::begin(&mut statements, &words, &rows).unwrap();
        let mut found = Vec::new();
        while found.len() < most
            && let Hit::Row(row) = hits.next(&mut u32::MAX.clone()).unwrap()
        {
            found.push(row);
        }
        found
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
            assert_eq!(hits(&index, query, ALL, 9), rows, "{query}");
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
        let found = hits(&index, "order table 订 night", ALL, usize::MAX);
        assert_eq!(found, threes);
        assert_eq!(hits(&index, "order table", 0..198, 2), [195, 192]);
        forget(&index, Searched::Runs, 195).unwrap();
        assert_eq!(hits(&index, "order table", 0..198, 2), [192, 189]);
        assert_eq!(hits(&index, "order", 0..196, 2), [194, 193]);
        assert_eq!(hits(&index, "order table", 186..193, 9), [192, 189, 186]);
    }

    #[test]
    fn a_text_that_is_written_again_is_found_as_it_is_now() {
        let index = index();
        put(&index, 1, Place::Error("load", 1), "before");
        put(&index, 1, Place::Error("load", 1), "after");
        assert_eq!(hits(&index, "before", ALL, 9), [0; 0]);
        assert_eq!(hits(&index, "after", ALL, 9), [1]);
    }
}
