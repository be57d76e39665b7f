//! Runs whose tasks wait for secrets, and the look whether these can be read by now. Reading may
//! take seconds (the key may be in a keyring), so it is done beside the rounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::RunId;
use flowkeep_core::run::{Attempted, Event, Phase, RunState};
use flowkeep_host::SecretsError;

use crate::engine::{Happened, Scope};
use crate::round::Round;
use crate::rounds::Rounds;
use crate::secrets::Revealing;

/// How often it is looked: who unlocks a keyring tells nobody.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The runs that wait, by the secret they wait for.
#[derive(Default)]
pub(crate) struct Locked {
    waiting: BTreeMap<String, BTreeSet<RunId>>,
    looking: bool,
    looked: Option<Instant>,
}

impl Locked {
    /// Notes what an attempt came to, where that is that it waits for a secret.
    pub(crate) fn note(&mut self, run: RunId, came: &Attempted) {
        if let Attempted::Locked { secret } = came {
            self.waiting.entry(secret.clone()).or_default().insert(run);
            // It may have been entered since the attempt looked.
            self.looked = None;
        }
    }

    fn is_due(&self, news: bool) -> bool {
        let rested = self.looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY);
        !self.looking && !self.waiting.is_empty() && (news || rested)
    }
}

/// The secrets that tasks of a run wait for.
fn waited_for(state: &RunState) -> impl Iterator<Item = &String> {
    state.tasks.iter().filter_map(|task| match &task.phase {
        Phase::Locked { secret } => Some(secret),
        _ => None,
    })
}

impl Rounds {
    /// Secrets for whoever holds up all others while he waits.
    pub(crate) fn secrets_at_once(&self) -> Revealing<'_> {
        Revealing::at_once(self.place.connections.secrets().map(AsRef::as_ref))
    }

    /// Lets the tasks of a run taken in hand go on whose secrets can be read by now; the others are
    /// noted. An engine that was begun for this run alone asks the keyring too.
    pub(crate) fn take_up_locked(&mut self, run: RunId, round: &mut Round) {
        let Some(live) = self.live.get(&run) else {
            return;
        };
        let names: BTreeSet<String> = waited_for(&live.state).cloned().collect();
        let ours = live.ours;
        let connections = Arc::clone(&self.place.connections);
        let at_once = matches!(self.scope, Scope::All);
        for secret in names {
            if matches!(connections.reads(&secret, at_once), Ok(true)) {
                self.tell_late(run, Event::Unlocked { secret }, round);
            } else if ours {
                self.locked.waiting.entry(secret).or_default().insert(run);
            }
        }
    }

    /// Has it looked whether secrets that are waited for can be read. `news`: something changed.
    pub(crate) fn look_for_secrets(&mut self, news: bool) {
        if !self.locked.is_due(news) {
            return;
        }
        let live = &self.live;
        self.locked.waiting.retain(|secret, runs| {
            runs.retain(|run| {
                live.get(run)
                    .is_some_and(|live| waited_for(&live.state).any(|one| one == secret))
            });
            !runs.is_empty()
        });
        let names: Vec<String> = self.locked.waiting.keys().cloned().collect();
        if names.is_empty() {
            return;
        }
        let connections = Arc::clone(&self.place.connections);
        self.locked.looking = true;
        let report = self.place.report.clone();
        self.runtime.spawn_blocking(move || {
            let mut found = Vec::new();
            for name in names {
                match connections.reads(&name, false) {
                    Ok(true) => found.push(name),
                    Ok(false) => {}
                    Err(error) if error.is_locked() => break,
                    Err(SecretsError::KeyGone(_)) => break,
                    Err(error) => tracing::warn!(%error, "a secret cannot be read"),
                }
            }
            let _ = report.send(Happened::Unlocked(found));
        });
    }

    /// Lets the tasks go on that waited for these.
    pub(crate) fn unlocked(&mut self, found: Vec<String>, round: &mut Round) {
        self.locked.looking = false;
        self.locked.looked = Some(Instant::now());
        for secret in found {
            for run in self.locked.waiting.remove(&secret).unwrap_or_default() {
                let secret = secret.clone();
                self.tell_late(run, Event::Unlocked { secret }, round);
            }
        }
    }
}
