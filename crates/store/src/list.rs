//! Pages of documents: in order, or found by words.

use flowkeep_core::Kind;
use rusqlite::Connection;

use crate::document::{COLUMNS, DocumentRecord, record};
use crate::{Store, StoreError};

/// Up to this many hits are sorted; more are looked for along the order that is there already.
const SORTED: usize = 2_000;

/// Which documents.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// What kind.
    pub kind: Kind,
    /// An FTS5 expression made by `core::search_query`.
    pub matching: Option<String>,
    /// Rows of the page.
    pub limit: u32,
    /// Rows to pass over.
    pub offset: u32,
    /// The order.
    pub sort: ListSort,
    /// Deleted documents instead of the kept ones (newest deletion first, never searched).
    pub deleted: bool,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSort {
    /// By name.
    Name,
    /// The one changed last first.
    Updated,
}

impl ListSort {
    const fn order(self) -> &'static str {
        match self {
            Self::Name => "d.sort_key, d.document",
            Self::Updated => "d.updated_at DESC, d.document DESC",
        }
    }
}

/// A page and how many there are in all.
#[derive(Debug)]
pub struct Listing {
    /// How many there are in all.
    pub total: u32,
    /// The rows of the page.
    pub items: Vec<DocumentRecord>,
}

impl Store {
    /// One page of documents.
    ///
    /// # Errors
    /// What the database says.
    pub fn list(&self, query: &ListQuery) -> Result<Listing, StoreError> {
        let reader = self.reader()?;
        // One transaction, so that the total and the page are of the same moment.
        let reader = reader.unchecked_transaction()?;
        match &query.matching {
            _ if query.deleted => list_deleted(&reader, query),
            Some(matching) => list_matching(&reader, query, matching),
            None => list_all(&reader, query),
        }
    }

    /// How many documents of each kind are kept (examples and deleted ones are not counted).
    ///
    /// # Errors
    /// What the database says.
    pub fn counts(&self) -> Result<Vec<(Kind, u32)>, StoreError> {
        let reader = self.reader()?;
        Kind::ALL
            .into_iter()
            .map(|kind| {
                let count = reader
                    .prepare_cached(
                        "SELECT count(*) FROM document
                         WHERE kind = ?1 AND deleted_at IS NULL AND example = 0",
                    )?
                    .query_row([kind.as_str()], |row| row.get(0))?;
                Ok((kind, count))
            })
            .collect()
    }

    /// The ids of the example workspace.
    ///
    /// # Errors
    /// What the database says.
    pub fn examples(&self) -> Result<Vec<(Kind, String)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT kind, id FROM document WHERE example = 1 AND deleted_at IS NULL",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((crate::document::kind_of(row, 0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many kept documents have errors that would stop a start.
    ///
    /// # Errors
    /// What the database says.
    pub fn documents_with_problems(&self) -> Result<u32, StoreError> {
        Ok(self.reader()?.query_row(
            "SELECT count(*) FROM document WHERE deleted_at IS NULL AND problems > 0",
            [],
            |row| row.get(0),
        )?)
    }
}

fn list_all(connection: &Connection, query: &ListQuery) -> Result<Listing, StoreError> {
    let kind = query.kind.as_str();
    let total = connection
        .prepare_cached("SELECT count(*) FROM document WHERE kind = ?1 AND deleted_at IS NULL")?
        .query_row([kind], |row| row.get(0))?;
    // The inner query walks the index alone; only the rows of the page are read.
    let order = query.sort.order();
    let sql = format!(
        "SELECT {COLUMNS} FROM document d JOIN (
           SELECT d.document AS page FROM document d
           WHERE d.kind = ?1 AND d.deleted_at IS NULL ORDER BY {order} LIMIT ?2 OFFSET ?3
         ) ON d.document = page ORDER BY {order}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let items = statement.query_map((kind, query.limit, query.offset), record)?;
    Ok(Listing {
        total,
        items: items.collect::<Result<_, _>>()?,
    })
}

fn list_deleted(connection: &Connection, query: &ListQuery) -> Result<Listing, StoreError> {
    let kind = query.kind.as_str();
    let total = connection
        .prepare_cached("SELECT count(*) FROM document WHERE kind = ?1 AND deleted_at NOT NULL")?
        .query_row([kind], |row| row.get(0))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM document d WHERE d.kind = ?1 AND d.deleted_at NOT NULL
         ORDER BY d.deleted_at DESC LIMIT ?2 OFFSET ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let items = statement.query_map((kind, query.limit, query.offset), record)?;
    Ok(Listing {
        total,
        items: items.collect::<Result<_, _>>()?,
    })
}

fn list_matching(
    connection: &Connection,
    query: &ListQuery,
    matching: &str,
) -> Result<Listing, StoreError> {
    let in_kind = format!("{{{}}} : ({matching})", query.kind.as_str());
    // The index gives them in this order by itself, and a list in order is searched as fast as it
    // is made.
    let mut statement = connection.prepare_cached(
        "SELECT rowid FROM document_search WHERE document_search MATCH ?1 ORDER BY rowid",
    )?;
    let hits: Vec<i64> = statement
        .query_map([in_kind], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let page = if hits.len() <= SORTED {
        sorted_page(connection, query, &hits)?
    } else {
        walked_page(connection, query, &hits)?
    };
    let sql = format!("SELECT {COLUMNS} FROM document d WHERE d.document = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let items = page
        .into_iter()
        .map(|row| statement.query_row([row], record))
        .collect::<Result<_, _>>()?;
    Ok(Listing {
        total: u32::try_from(hits.len()).unwrap_or(u32::MAX),
        items,
    })
}

/// Few hits: read their keys and sort.
fn sorted_page(
    connection: &Connection,
    query: &ListQuery,
    hits: &[i64],
) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT sort_key, updated_at FROM document WHERE document = ?1")?;
    let mut keyed = hits
        .iter()
        .map(|hit| {
            statement.query_row([hit], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, *hit))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    match query.sort {
        ListSort::Name => keyed.sort_unstable_by(|a, b| (&a.0, a.2).cmp(&(&b.0, b.2))),
        ListSort::Updated => keyed.sort_unstable_by_key(|(_, at, hit)| (-at, -hit)),
    }
    let rows = keyed.into_iter().map(|(_, _, hit)| hit);
    Ok(rows
        .skip(query.offset as usize)
        .take(query.limit as usize)
        .collect())
}

/// Many hits, rows in order: walk the order that is there and stop when the page is full.
fn walked_page(
    connection: &Connection,
    query: &ListQuery,
    hits: &[i64],
) -> Result<Vec<i64>, StoreError> {
    let sql = format!(
        "SELECT d.document FROM document d WHERE d.kind = ?1 AND d.deleted_at IS NULL ORDER BY {}",
        query.sort.order()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([query.kind.as_str()])?;
    let mut page = Vec::with_capacity(query.limit as usize);
    let mut to_pass = query.offset;
    while page.len() < query.limit as usize
        && let Some(row) = rows.next()?
    {
        let hit: i64 = row.get(0)?;
        if hits.binary_search(&hit).is_err() {
            continue;
        }
        if to_pass > 0 {
            to_pass -= 1;
        } else {
            page.push(hit);
        }
    }
    Ok(page)
}
