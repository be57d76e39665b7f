//! Runs whose tasks wait for secrets, and the look whether these can be read by now. Reading may
//! take seconds (the key may be in a keyring), so it is done beside the rounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::RunId;
use flowkeep_core::run::{Attempted, Event, Phase, RunState};
use flowkeep_host::{SecretsError, Stamp};

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
    /// What the secrets were like at the last look.
    stamp: Stamp,
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

    /// Whether it is to be looked now, the secrets being like this. `woken`: somebody here has done
    /// something, which may be that he unlocked them.
    fn is_due(&self, woken: bool, stamp: impl FnOnce() -> Stamp) -> bool {
        let rested = self.looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY);
        !self.looking && !self.waiting.is_empty() && (woken || rested || stamp() != self.stamp)
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
    /// noted. An engine that was begun for this run alone asks the keyring too; the others would hold up
    /// what else people want.
    pub(crate) fn take_up_locked(&mut self, run: RunId, round: &mut Round) {
        let Some(live) = self.live.get(&run) else {
            return;
        };
        let names: BTreeSet<String> = waited_for(&live.state).cloned().collect();
        let names: Vec<String> = names.into_iter().collect();
        let ours = live.ours;
        if names.is_empty() {
            return;
        }
        let at_once = !matches!(self.scope, Scope::Run(_));
        let found = self.place.connections.readable(names.clone(), at_once);
        for secret in names {
            if found.names.contains(&secret) {
                self.tell_late(run, Event::Unlocked { secret }, round);
            } else if ours {
                self.locked.waiting.entry(secret).or_default().insert(run);
            }
        }
    }

    /// Has it looked whether secrets that are waited for can be read: from time to time, and once they are
    /// others than before.
    pub(crate) fn look_for_secrets(&mut self, woken: bool) {
        let secrets = self.place.connections.secrets();
        let stamp = || secrets.map(|secrets| secrets.stamp()).unwrap_or_default();
        if !self.locked.is_due(woken, stamp) {
            return;
        }
        self.locked.stamp = stamp();
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
            let found = connections.readable(names, false);
            if let Some(error) = found.why
                && !error.is_locked()
                && !matches!(error, SecretsError::KeyGone(_))
            {
                tracing::warn!(%error, "the secrets cannot be read");
            }
            let found = found.names;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_and_other_secrets_make_it_look() {
        let mut locked = Locked::default();
        let secret = "mail".to_owned();
        let run = RunId("01J00000000000000000000000".parse().unwrap());
        locked.note(run, &Attempted::Locked { secret });
        let same = Stamp::default;
        assert!(locked.is_due(false, same), "it may have been entered");
        locked.looked = Some(Instant::now());
        for _ in 0..100 {
            assert!(!locked.is_due(false, same), "whatever else is written");
        }
        assert!(locked.is_due(true, same));
    }
}
