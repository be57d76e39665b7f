//! One write that another source took, done at its own.

use flowkeep_core::json::{parse, print};
use flowkeep_core::run::Moment;
use flowkeep_core::run::fallback::{Change, Failure, Fallen, Next};
use flowkeep_core::{Message, Value};
use flowkeep_store::FallenWriteRecord;

use super::{Written, record};
use crate::actions::{ActionError, Caps, Done, Mask, Room, Stop};
use crate::sources::{Operation, Source};
use crate::worker::Workplace;

/// A record that is there is kept for the person who decides, unless it is larger (bytes).
const SHOWN: usize = 1_000_000;

/// A write that its source did not take, in words of its own.
pub(super) struct Doubt {
    pub(super) write: FallenWriteRecord,
    pub(super) why: Message,
    /// The record that is there, JSON.
    pub(super) there: Option<String>,
}

impl Doubt {
    /// As it was when it was last tried; nothing of one that was not, or that somebody decided about
    /// since.
    pub(super) fn known(write: &FallenWriteRecord) -> Option<Self> {
        let why = write.refused.clone()?;
        Some(Self {
            write: write.clone(),
            why,
            there: write.there.clone(),
        })
    }
}

/// What became of one write.
enum Came {
    Done {
        wrote: bool,
    },
    Asks {
        why: Message,
        there: Option<Value>,
    },
    /// Somebody came between; the next look finds what is there.
    Again,
    Stopped,
}

/// Why a write was not done, and the record that was there where somebody had looked: `null` where
/// there was none.
struct Failed {
    error: ActionError,
    there: Option<Value>,
}

impl From<ActionError> for Failed {
    fn from(error: ActionError) -> Self {
        Self { error, there: None }
    }
}

/// Where one write is by now.
pub(super) enum Brought {
    /// It is there; `wrote`: and was not before, so that the source takes writes.
    Done {
        wrote: bool,
    },
    Not,
    Doubt(Box<Doubt>),
}

/// Does one write and writes down what became of it. `mask` hides the source's password.
///
/// # Errors
/// Why the source, or our own database, does not go on with it.
pub(super) async fn bring(
    place: &Workplace,
    source: &dyn Source,
    mask: &Mask,
    write: FallenWriteRecord,
    stop: &Stop,
) -> Result<Brought, ActionError> {
    let shown = |there: Option<Value>| {
        let there = there.map(|mut there| {
            mask.value(&mut there);
            print(&there)
        });
        there.filter(|there| there.len() <= SHOWN)
    };
    let came = match attempt(place, source, &write, stop).await {
        Ok(came) => came,
        Err(Failed { error, there }) => {
            if error.unsure {
                return Err(error);
            }
            match Failure::of(&error.message.code) {
                Failure::Down | Failure::Unable => return Err(error),
                Failure::Doubtful => {
                    let (why, there) = (mask.message(error.message), shown(there));
                    return Ok(Brought::Doubt(Box::new(Doubt { write, why, there })));
                }
                Failure::Taken => Came::Again,
                Failure::Refused => Came::Asks {
                    why: mask.message(error.message),
                    there,
                },
            }
        }
    };
    let now = Moment(place.clock.now().0);
    match came {
        Came::Again | Came::Stopped => Ok(Brought::Not),
        Came::Done { wrote } => {
            let said = Message::new("run_fallen_done")
                .with("source", &write.write.source)
                .with("took", &write.took);
            place.write_as_owner(move |tx| Ok(tx.fallen_write_done(&write, now, said)?))?;
            Ok(Brought::Done { wrote })
        }
        Came::Asks { why, there } => {
            let there = shown(there);
            place.write_as_owner(move |tx| {
                Ok(tx.fallen_write_asks(&write, now, &why, there.as_deref())?)
            })?;
            Ok(Brought::Not)
        }
    }
}

/// Looks at the record that is there, and does what follows.
async fn attempt(
    place: &Workplace,
    source: &dyn Source,
    write: &FallenWriteRecord,
    stop: &Stop,
) -> Result<Came, Failed> {
    let asks = |why: Message, there| Ok(Came::Asks { why, there });
    let operation: Operation = match serde_json::from_str(&write.write.operation) {
        Ok(operation) => operation,
        Err(error) => {
            let why = Message::new("fallen_unreadable").with("reason", error);
            return asks(why, None);
        }
    };
    let Some(written) = Written::of(&operation) else {
        return asks(Message::new("fallen_unreadable").with("reason", ""), None);
    };
    let at = (written.table, written.key);
    let there = match record(source, at, &place.data_dir, stop).await {
        Ok(there) => there,
        // Adding may make it.
        Err(error)
            if error.message.code == "table_missing"
                && matches!(written.change, Change::Add { .. }) =>
        {
            None
        }
        Err(_) if stop.is_asked() => return Ok(Came::Stopped),
        Err(error) => return Err(error.into()),
    };
    let looked = || Some(there.clone().unwrap_or(Value::Null));
    let before = write.write.before.as_deref().map(parse);
    let fallen = Fallen {
        change: written.change,
        key: written.key,
        before: before.as_ref(),
        insists: write.insists,
    };
    let wanted = match fallen.next(there.as_ref()) {
        Next::Done => return Ok(Came::Done { wrote: false }),
        Next::Ask(why) => {
            let why = why.with("source", source.name()).with("took", &write.took);
            return asks(why, looked());
        }
        Next::Add if matches!(written.change, Change::Add { .. }) => operation.clone(),
        Next::Add => written.added(),
        Next::Update => written.updated(),
        Next::Delete => operation.clone(),
    };
    let room = Room {
        caps: Caps::default(),
        overflow: place.data_dir.join("outputs"),
        prefix: "fallen".to_owned(),
        mask: Mask::default(),
    };
    let done = source.perform(wanted, room, stop.clone()).await;
    match done.map_err(|error| Failed {
        error,
        there: looked(),
    })? {
        Done::Output { .. } => Ok(Came::Done { wrote: true }),
        Done::Wait { .. } | Done::Child { .. } | Done::Stopped { .. } => Ok(Came::Stopped),
    }
}
