//! A few read-only connections, lent one at a time.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::opened::OpenedFile;
use crate::{StoreError, schema};

/// The pool keeps at most this many idle connections; more may be lent at once.
const IDLE: usize = 4;

pub(crate) struct Readers {
    opened: OpenedFile,
    idle: Mutex<Vec<Connection>>,
}

/// A connection on loan; it goes back when dropped.
pub(crate) struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Readers {
    pub(crate) fn new(opened: OpenedFile) -> Self {
        Self {
            opened,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// # Errors
    /// [`StoreError::Gone`], and what opening a further connection says.
    pub(crate) fn lend(&self) -> Result<Reader<'_>, StoreError> {
        if !self.opened.is_there() {
            return Err(StoreError::Gone);
        }
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.opened)?,
        };
        Ok(Reader {
            readers: self,
            connection: Some(connection),
        })
    }
}

impl Reader<'_> {
    /// Takes the connection out of the pool for good, for a long read transaction.
    pub(crate) fn keep(mut self) -> Option<Connection> {
        self.connection.take()
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("a reader has its connection until it is dropped or kept"),
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let mut idle = self
                .readers
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE {
                idle.push(connection);
            }
        }
    }
}
