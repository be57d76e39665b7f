//! What tasks can use: the connections that are open, and the rules that choose among them.
//!
//! Absent on purpose: the choice itself (`core::run::route`).

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use flowkeep_core::Message;
use flowkeep_core::run::route::{Candidate, NoRoute, PassedOver, Route, Rule, Wanted};
use flowkeep_core::run::route::{choose, default_rules, fall_back};
use flowkeep_host::{Secrets, SecretsError};
use flowkeep_store::{ConnectionRecord, Store, StoreError, Tx};

use super::Source;
use super::health::Health;
use super::kept::Kept;
use crate::actions::ActionError;
use crate::secrets::password_of;

/// The key of the setting.
const ROUTES: &str = "routes";

/// A source, and why it was chosen.
#[derive(Clone)]
pub struct Chosen {
    /// The source.
    pub source: Arc<dyn Source>,
    /// Why this one, in a word; stored with the attempt ([`Route::rule`]).
    pub rule: String,
    /// What the rules before it asked for, and why that was not taken; stored with the attempt.
    pub passed_over: Vec<PassedOver>,
}

/// The rules, in their order; where what is kept cannot be read, why. Then nothing is chosen by rule:
/// what those of a fresh installation choose may be just what somebody ruled out.
pub type KeptRules = Result<Vec<Rule>, Message>;

/// What tasks can use at a moment.
pub struct Connected {
    /// The connections; the first is `local`.
    pub sources: Vec<Arc<dyn Source>>,
    /// The rules.
    pub rules: KeptRules,
    /// What was last seen of them.
    health: Arc<Health>,
}

/// What can be read of the secrets that tasks need.
#[derive(Debug, Default)]
pub struct Readable {
    /// Those that can.
    pub names: Vec<String>,
    /// Why no others can, where that is not that they are missing.
    pub why: Option<SecretsError>,
}

/// What tasks can use, for one process: renewed when what is kept changes.
pub struct Connections {
    /// Those that are always there.
    fixed: Vec<Arc<dyn Source>>,
    secrets: Option<Arc<dyn Secrets>>,
    pub(super) health: Arc<Health>,
    now: RwLock<Now>,
    /// Held by whoever reads what is kept and puts it in the place of what there was: several do, and the
    /// older of two must not come last.
    renewing: Mutex<()>,
}

struct Now {
    /// Those that are kept: what has not changed stays open.
    kept: Vec<Arc<Kept>>,
    connected: Arc<Connected>,
}

impl Connected {
    /// These sources by these rules; all of them answer as far as anybody knows.
    pub fn new(sources: Vec<Arc<dyn Source>>, rules: KeptRules) -> Self {
        Self {
            sources,
            rules,
            health: Arc::default(),
        }
    }

    /// The same by other rules.
    #[must_use]
    pub fn with_rules(&self, rules: Vec<Rule>) -> Self {
        Self {
            sources: self.sources.clone(),
            rules: Ok(rules),
            health: Arc::clone(&self.health),
        }
    }

    /// Chooses a source. `load` says how busy each is.
    ///
    /// # Errors
    /// As [`choose`]; `kept_routes_unreadable` where a rule would have to choose.
    pub fn route<'a>(
        &'a self,
        wanted: &Wanted<'_>,
        load: impl Fn(&str) -> u64,
    ) -> Result<Route<'a>, NoRoute> {
        let candidates = self.candidates(load);
        match &self.rules {
            Ok(rules) => choose(wanted, rules, &candidates),
            Err(_) if !wanted.routing.is_for_rules() => choose(wanted, &[], &candidates),
            Err(unreadable) => Err(NoRoute {
                message: unreadable.clone(),
                passing: false,
                passed_over: Vec::new(),
            }),
        }
    }

    /// The same, as an attempt needs it.
    ///
    /// # Errors
    /// `no_connection` when what the task names is not there, or when nothing that is can do the
    /// action; `source_unfit` when what it names cannot do it; `no_choice` when it names nothing
    /// and forbids choosing; `kept_routes_unreadable`.
    pub fn choose(
        &self,
        wanted: &Wanted<'_>,
        load: impl Fn(&str) -> u64,
    ) -> Result<Chosen, ActionError> {
        let route = self.route(wanted, load).map_err(|none| {
            if none.passing {
                ActionError::passing(none.message)
            } else {
                ActionError::lasting(none.message)
            }
        })?;
        let mut sources = self.sources.iter();
        let found = sources.find(|source| source.name() == route.source);
        let Some(source) = found.map(Arc::clone) else {
            let message = Message::new("no_connection").with("wanted", route.source);
            return Err(ActionError::passing(message));
        };
        Ok(Chosen {
            source,
            passed_over: route.before().to_vec(),
            rule: route.rule,
        })
    }

    /// Another source for a task whose own does not answer: the first by the rules that is of a kind
    /// its agent is `able` to use, answers, and was not `tried`; and what rules before the one that
    /// chose it asked for.
    pub(crate) fn fall_back(
        &self,
        wanted: &Wanted<'_>,
        load: impl Fn(&str) -> u64,
        able: impl Fn(&str) -> bool,
        tried: &[String],
    ) -> Option<(Arc<dyn Source>, Vec<PassedOver>)> {
        let mut candidates = self.candidates(load);
        candidates.retain(|candidate| able(candidate.kind));
        let tried: Vec<&str> = tried.iter().map(String::as_str).collect();
        let rules = self.rules.as_ref().ok()?;
        let route = fall_back(wanted, rules, &candidates, &tried).ok()?;
        let mut sources = self.sources.iter();
        let found = sources.find(|source| source.name() == route.source);
        Some((Arc::clone(found?), route.before().to_vec()))
    }

    fn candidates<'a>(&'a self, load: impl Fn(&str) -> u64) -> Vec<Candidate<'a>> {
        let candidate = |source: &'a Arc<dyn Source>| Candidate {
            name: source.name(),
            kind: source.kind(),
            load: load(source.name()),
            answers: self.health.answers(source.name()),
        };
        self.sources.iter().map(candidate).collect()
    }
}

/// The password of a connection: whether there is any, and which was given for it.
pub(crate) type Password<'a> = (bool, Option<&'a str>);

/// Which of these can be read by now: a secret of this name, for a connection the one that was given
/// for it.
pub(crate) fn readable<'a>(
    of: impl Fn(&str) -> Option<Password<'a>>,
    secrets: Option<&dyn Secrets>,
    names: Vec<String>,
    at_once: bool,
) -> Readable {
    let (mut readable, secret): (Vec<_>, Vec<_>) = names
        .into_iter()
        .partition(|name| of(name).is_some_and(|(with_password, _)| !with_password));
    let secrets = secrets.filter(|_| !secret.is_empty());
    // Read once, for all of them.
    let there = secrets.map_or(Ok(Vec::new()), |secrets| {
        if at_once {
            secrets.list_at_once()
        } else {
            secrets.list()
        }
    });
    let (there, why) = match there {
        Ok(there) => (there, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let is_there = |name: &String| {
        let entry = there.iter().find(|entry| entry.name == *name);
        entry.is_some_and(|entry| {
            of(name).is_none_or(|(_, given)| {
                given.is_some_and(|given| entry.versions.iter().any(|one| one == given))
            })
        })
    };
    readable.extend(secret.into_iter().filter(is_there));
    Readable {
        names: readable,
        why,
    }
}

impl Connections {
    /// With these, which are always there, and the rules of a fresh installation.
    pub fn new(fixed: Vec<Arc<dyn Source>>) -> Self {
        let health = Arc::<Health>::default();
        let connected = Connected {
            sources: fixed.clone(),
            rules: Ok(default_rules()),
            health: Arc::clone(&health),
        };
        Self {
            fixed,
            secrets: None,
            health,
            now: RwLock::new(Now {
                kept: Vec::new(),
                connected: Arc::new(connected),
            }),
            renewing: Mutex::default(),
        }
    }

    /// The same with these secrets.
    #[must_use]
    pub fn with_secrets(mut self, secrets: Arc<dyn Secrets>) -> Self {
        self.secrets = Some(secrets);
        self
    }

    /// The secrets that tasks name.
    pub fn secrets(&self) -> Option<&Arc<dyn Secrets>> {
        self.secrets.as_ref()
    }

    /// Which of these can be read by now. `at_once`: without asking anybody for the key.
    pub fn readable(&self, names: Vec<String>, at_once: bool) -> Readable {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let kept = now.kept.clone();
        drop(now);
        let of = |name: &str| {
            let mut kept = kept.iter();
            let kept = kept.find(|kept| password_of(&kept.connection.name) == name)?;
            Some((kept.with_password, kept.password.as_deref()))
        };
        readable(of, self.secrets.as_deref(), names, at_once)
    }

    /// The names of a source and of others that lead to the same data.
    pub(crate) fn same_place(&self, name: &str) -> Vec<String> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let all = || now.kept.iter().map(|kept| &kept.connection);
        let place = all().find(|connection| connection.name == name);
        let same = all().filter(|one| place.is_some_and(|place| place.is_same_place(one)));
        let mut names: Vec<String> = same.map(|one| one.name.clone()).collect();
        if names.is_empty() {
            names.push(name.to_owned());
        }
        names
    }

    /// What there is, as it was last read.
    pub fn now(&self) -> Arc<Connected> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&now.connected)
    }

    /// What there is now. A connection that has not changed stays as open as it is.
    ///
    /// # Errors
    /// What the database says; then what there was stays.
    pub fn renew(&self, store: &Store) -> Result<Arc<Connected>, StoreError> {
        let _alone = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = kept_rules(store)?;
        let records = store.connections()?;
        self.health.read(store)?;
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let same = |kept: &Arc<Kept>, record: &ConnectionRecord| {
            kept.connection == record.connection
                && kept.with_password == record.with_password
                && kept.password == record.password
        };
        let unchanged = now.kept.len() == records.len()
            && now
                .kept
                .iter()
                .zip(&records)
                .all(|(kept, record)| same(kept, record));
        if unchanged && now.connected.rules == rules {
            return Ok(Arc::clone(&now.connected));
        }
        let before = std::mem::take(&mut now.kept);
        let one = |record: ConnectionRecord| {
            let known = before
                .iter()
                .find(|kept| same(kept, &record))
                .map(Arc::clone);
            known.unwrap_or_else(|| Arc::new(Kept::new(record, self.secrets.clone())))
        };
        now.kept = records.into_iter().map(one).collect();
        let kept = now
            .kept
            .iter()
            .map(|kept| Arc::clone(kept) as Arc<dyn Source>);
        let sources = self.fixed.iter().map(Arc::clone).chain(kept).collect();
        now.connected = Arc::new(Connected {
            sources,
            rules,
            health: Arc::clone(&self.health),
        });
        Ok(Arc::clone(&now.connected))
    }

    /// Notes that a task uses a source.
    pub(crate) fn used(&self, name: &str) {
        self.health.used(name);
    }

    /// Closes what is open: it belongs to an engine that has ended.
    pub(crate) fn close(&self) {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.kept.iter().for_each(|kept| kept.close());
    }
}

/// The rules as they are kept; those of a fresh installation where none were set.
///
/// # Errors
/// What the database says.
pub fn kept_rules(store: &Store) -> Result<KeptRules, StoreError> {
    Ok(read(store.setting(ROUTES)?))
}

/// The rules as they are in this transaction.
///
/// # Errors
/// What the database says.
pub fn kept_rules_in(tx: &Tx<'_>) -> Result<KeptRules, StoreError> {
    Ok(read(tx.setting(ROUTES)?))
}

/// Keeps the rules from now on; those of a fresh installation are kept as none, so that they follow
/// the program.
///
/// # Errors
/// What the database says.
pub fn keep_rules(tx: &Tx<'_>, rules: &[Rule]) -> Result<(), StoreError> {
    if rules == default_rules() {
        return tx.set_setting(ROUTES, &serde_json::Value::Null);
    }
    let rules = serde_json::to_value(rules).map_err(|error| StoreError::Io(error.into()))?;
    tx.set_setting(ROUTES, &rules)
}

fn read(kept: Option<serde_json::Value>) -> KeptRules {
    match kept.filter(|kept| !kept.is_null()) {
        Some(kept) => Rule::read_all(kept),
        None => Ok(default_rules()),
    }
}
