//! Connections that are kept for the next operation: so many at a time and no more, each looked at
//! before it is used again, made anew where it has broken.
//!
//! Absent on purpose: threads and timers. A connection that lies idle is only looked at when
//! somebody wants it.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Peer;
use crate::actions::ActionError;
use crate::sources::Bounds;

/// How long the other side may be silent before the system asks whether it is still there.
pub(in crate::sources) const KEEPALIVE: Duration = Duration::from_mins(1);

/// How connections of one kind are made.
pub(in crate::sources) trait Way: Send + Sync {
    /// A connection; dropping it closes it.
    type Connection: Send;

    /// The server it leads to.
    fn peer(&self) -> &Peer;

    /// Makes a new one.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, ActionError>> + Send;

    /// Whether one that lay idle still leads to the server.
    fn is_alive(&self, connection: &mut Self::Connection) -> impl Future<Output = bool> + Send;
}

/// How many operations a server has at a time.
pub(in crate::sources) struct Turns {
    slots: Semaphore,
    patience: Duration,
}

impl Turns {
    pub(in crate::sources) fn new(bounds: Bounds) -> Self {
        Self {
            slots: Semaphore::new(bounds.connections),
            patience: bounds.turn,
        }
    }

    pub(in crate::sources) fn are_taken(&self) -> bool {
        self.slots.available_permits() == 0
    }

    /// Waits for a turn; it lasts until what comes back is dropped.
    ///
    /// # Errors
    /// `source_busy` when it does not come in time.
    pub(in crate::sources) async fn take(
        &self,
        peer: &Peer,
    ) -> Result<SemaphorePermit<'_>, ActionError> {
        match timeout(self.patience, self.slots.acquire()).await {
            Ok(Ok(slot)) => Ok(slot),
            Ok(Err(_)) | Err(_) => Err(peer.passing("source_busy")),
        }
    }
}

/// The connections to one server.
pub(in crate::sources) struct Pool<W: Way> {
    way: W,
    bounds: Bounds,
    turns: Turns,
    idle: Mutex<Vec<W::Connection>>,
}

/// A connection for one operation. Dropped, it is closed, whatever it was at; [`keep`](Self::keep)
/// gives it back.
pub(in crate::sources) struct Held<'p, W: Way> {
    /// The connection.
    pub(in crate::sources) connection: W::Connection,
    pool: &'p Pool<W>,
    _turn: SemaphorePermit<'p>,
}

impl<W: Way> Pool<W> {
    pub(in crate::sources) fn new(way: W, bounds: Bounds) -> Self {
        Self {
            way,
            bounds,
            turns: Turns::new(bounds),
            idle: Mutex::default(),
        }
    }

    pub(in crate::sources) const fn bounds(&self) -> Bounds {
        self.bounds
    }

    pub(in crate::sources) const fn way(&self) -> &W {
        &self.way
    }

    /// Whether every turn is taken.
    pub(in crate::sources) fn is_full(&self) -> bool {
        self.turns.are_taken()
    }

    /// A connection that stands.
    ///
    /// # Errors
    /// `source_busy` when none becomes free in time; why none can be made.
    pub(in crate::sources) async fn take(&self) -> Result<Held<'_, W>, ActionError> {
        let peer = self.way.peer();
        let turn = self.turns.take(peer).await?;
        let held = |connection| Held {
            connection,
            pool: self,
            _turn: turn,
        };
        while let Some(mut connection) = self.idle_one() {
            let alive = timeout(self.bounds.connect, self.way.is_alive(&mut connection)).await;
            if alive == Ok(true) {
                return Ok(held(connection));
            }
            // What ended this one has ended those that lay idle for longer.
            self.idle().clear();
        }
        let made = timeout(self.bounds.connect, self.way.connect()).await;
        Ok(held(made.map_err(|_| peer.silent())??))
    }

    fn idle_one(&self) -> Option<W::Connection> {
        self.idle().pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<W::Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Way> Held<'_, W> {
    /// Gives the connection back: the next operation finds it as a new one would be.
    pub(in crate::sources) fn keep(self) {
        self.pool.idle().push(self.connection);
    }
}
