//! What others took for a source is done there, in its order.
//!
//! Whoever uses a source does this first, so that nothing new comes before what is older; a source
//! that nobody uses is asked from time to time. What a person has to decide about holds up later
//! writes of the same record and no others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flowkeep_core::run::Moment;
use flowkeep_store::{FallenWriteRecord, NewOperation, OperationItemRecord};

use super::Doubt;
use super::bring::{Brought, bring};
use crate::actions::{ActionError, Mask, Stop, Stopper};
use crate::sources::Source;
use crate::worker::{Workplace, unread};

/// How often it is looked whether something waits for a source that answers again.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long one that did not answer is left alone, and what it did not take is not tried again.
const REST: Duration = Duration::from_secs(15);

/// Who brings a source up to date: one at a time, so that the order holds.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Turn>>>>);

/// What is known of a source from one time to the next.
#[derive(Default)]
struct Turn {
    /// Whether anything came there that has not been told yet.
    untold: bool,
    /// When it last did not take something.
    refused: Option<Instant>,
}

impl Turns {
    fn of(&self, source: &str) -> Arc<tokio::sync::Mutex<Turn>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(source.to_owned()).or_default())
    }
}

/// Where a source stands.
pub(super) enum Caught {
    /// Everything that waited was tried. Nothing has shown yet whether it is the source or the
    /// operation that is at fault where it did not take these.
    Up { doubts: Vec<Doubt> },
    /// It was asked to stop before.
    Stopped,
}

/// Does what others took for a source.
///
/// # Errors
/// Why the source, or our own database, does not go on with it. Of what waits behind it nothing was
/// done then, so that it is never unsure.
pub(super) async fn catch_up(
    place: &Workplace,
    source: &dyn Source,
    stop: &Stop,
) -> Result<Caught, ActionError> {
    let name = source.name();
    let behind = tokio::task::block_in_place(|| place.behind.has(&place.store, name));
    let nothing = Caught::Up { doubts: Vec::new() };
    if !behind.map_err(|error| unread(&error))? || next(place, source, 0)?.is_none() {
        return Ok(nothing);
    }
    let turns = place.turns.of(name);
    let mut turn = tokio::select! {
        turn = turns.lock() => turn,
        () = stop.soft() => return Ok(Caught::Stopped),
    };
    let rests = turn.refused.is_some_and(|at| at.elapsed() < REST);
    let password = tokio::task::block_in_place(|| source.password());
    let mask = Mask::new(password.ok().flatten().as_slice());
    let (mut after, mut wrote_any, mut doubts) = (0, false, Vec::new());
    while let Some(write) = next(place, source, after)? {
        after = write.fallen;
        if stop.is_asked() {
            return Ok(Caught::Stopped);
        }
        if let Some(doubt) = Doubt::known(&write).filter(|_| rests) {
            doubts.push(doubt);
            continue;
        }
        match bring(place, source, &mask, write, stop).await {
            Ok(Brought::Done { wrote }) => {
                turn.untold = true;
                wrote_any |= wrote;
            }
            Ok(Brought::Not) => {}
            Ok(Brought::Doubt(doubt)) => {
                note(place, &doubt)?;
                doubts.push(*doubt);
                turn.refused = Some(Instant::now());
            }
            Err(error) => return Err(of_nothing_done(error)),
        }
    }
    if wrote_any {
        // It takes others: what it did not take is to blame.
        ask_about(place, std::mem::take(&mut doubts))?;
    }
    if turn.untold && is_whole(place, name)? {
        told(place, name)?;
        turn.untold = false;
    }
    Ok(Caught::Up { doubts })
}

/// What an error of a write means for what waits behind it: the way to the source was cut, and nothing
/// of that was sent.
fn of_nothing_done(error: ActionError) -> ActionError {
    let mut message = error.message;
    if message.code == "server_cut_writing" {
        "server_cut".clone_into(&mut message.code);
    }
    ActionError {
        message,
        unsure: false,
        ..error
    }
}

/// Whether a source has all that others took for it.
fn is_whole(place: &Workplace, source: &str) -> Result<bool, ActionError> {
    let counts = tokio::task::block_in_place(|| place.store.fallen_counts());
    let counts = counts.map_err(|error| unread(&error))?;
    Ok(counts.iter().all(|count| count.source != source))
}

/// Leaves writes to a person that their source did not take though it takes others.
///
/// # Errors
/// What our own database says.
pub(super) fn ask_about(place: &Workplace, doubts: Vec<Doubt>) -> Result<(), ActionError> {
    if doubts.is_empty() {
        return Ok(());
    }
    let now = Moment(place.clock.now().0);
    place.write_as_owner(move |tx| {
        for Doubt { write, why, there } in &doubts {
            tx.fallen_write_asks(write, now, why, there.as_deref())?;
        }
        Ok(())
    })
}

/// Notes why a write goes on waiting.
fn note(place: &Workplace, doubt: &Doubt) -> Result<(), ActionError> {
    let (fallen, why, there) = (doubt.write.fallen, doubt.why.clone(), doubt.there.clone());
    place.write_as_owner(move |tx| Ok(tx.note_fallen_refused(fallen, &why, there.as_deref())?))
}

fn next(
    place: &Workplace,
    source: &dyn Source,
    after: i64,
) -> Result<Option<FallenWriteRecord>, ActionError> {
    let found = || place.store.next_fallen_write(source.name(), after);
    tokio::task::block_in_place(found).map_err(|error| unread(&error))
}

/// Tells of a source that has caught up, in Activity.
fn told(place: &Workplace, source: &str) -> Result<(), ActionError> {
    let name = source.to_owned();
    let actor = tokio::task::block_in_place(|| crate::actor(&place.store));
    let actor = actor.map_err(|error| unread(&error))?;
    place.write_as_owner(move |tx| {
        let item = OperationItemRecord {
            kind: "connection".to_owned(),
            id: name.clone(),
            name: Some(name),
            before: None,
            after: None,
        };
        let operation = NewOperation {
            actor: &actor,
            face: "engine",
            operation: "connection_caught_up",
            name: None,
            undoes: None,
            items: &[item],
        };
        Ok(tx.record_operation(tx.next_operation_id()?, &operation)?)
    })
}

/// Brings up to date what answers again, for as long as the runtime lives.
pub(crate) async fn watch(place: Arc<Workplace>) {
    let (_nobody, stop) = Stopper::new();
    let mut rest: HashMap<String, Instant> = HashMap::new();
    loop {
        let any = tokio::task::block_in_place(|| place.behind.look(&place.store));
        // One that cannot be asked is asked again.
        if matches!(any, Ok(false)) {
            place.behind.more().await;
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let counts = tokio::task::block_in_place(|| place.store.fallen_counts());
        let Ok(counts) = counts.inspect_err(|error| {
            tracing::warn!(%error, "what sources have yet to get cannot be read");
        }) else {
            continue;
        };
        for count in counts.iter().filter(|count| count.waiting > 0) {
            let rested = rest
                .get(&count.source)
                .is_none_or(|at| at.elapsed() >= REST);
            let connected = place.connections.now();
            let mut sources = connected.sources.iter();
            let found = sources.find(|source| source.name() == count.source);
            let Some(source) = found.filter(|_| rested) else {
                continue;
            };
            // One that waits for its password is left to who enters it.
            if tokio::task::block_in_place(|| source.password().is_err()) {
                continue;
            }
            match catch_up(&place, source.as_ref(), &stop).await {
                Ok(Caught::Up { doubts }) if doubts.is_empty() => rest.remove(&count.source),
                Ok(Caught::Stopped) => None,
                Ok(Caught::Up { .. }) | Err(_) => rest.insert(count.source.clone(), Instant::now()),
            };
        }
    }
}
