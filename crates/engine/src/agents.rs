//! Who carries attempts out: what each agent can do, and how much at once. Kept as settings, so
//! that every process sees a change; the engine takes it up without being started again.
//!
//! Absent on purpose: which agent an attempt is given to (`core::run::queue`: the least loaded one
//! that fits). All agents are this process so far; an agent that is gone keeps what it began.

use std::collections::BTreeSet;

use flowkeep_core::Message;
use flowkeep_core::run::action::CAPABILITIES;
use flowkeep_core::run::queue::Queue;
use flowkeep_store::{Store, StoreError, Tx};
use serde::{Deserialize, Serialize};

/// What a fresh installation's one agent does at once.
const PLACES: u32 = 8;

/// More at once would only make each of them wait.
const MOST_PLACES: u32 = 1000;

/// The keys of the settings.
const AGENTS: &str = "agents";
const LIMIT: &str = "run_limit";

/// One agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// What it is called; stands beside each attempt it carried out.
    pub id: String,
    /// What it can do.
    pub capabilities: BTreeSet<String>,
    /// How many attempts at once.
    pub capacity: u32,
}

/// All agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agents {
    /// Each, by its id.
    pub list: Vec<Agent>,
    /// How many attempts run at once over all of them; as many as they can where nothing is said.
    pub limit: Option<u32>,
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            list: vec![Agent {
                id: "local".to_owned(),
                capabilities: CAPABILITIES.into_iter().map(str::to_owned).collect(),
                capacity: PLACES,
            }],
            limit: None,
        }
    }
}

impl Agents {
    /// The agents as they are kept. Where what is kept cannot be read, or is not as it has to be,
    /// there are none: who can do everything is nothing to guess.
    ///
    /// # Errors
    /// What the database says.
    pub fn kept(store: &Store) -> Result<Self, StoreError> {
        Self::read(|key| store.setting(key))
    }

    /// The agents as they are in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn kept_in(tx: &Tx<'_>) -> Result<Self, StoreError> {
        Self::read(|key| tx.setting(key))
    }

    fn read(
        setting: impl Fn(&str) -> Result<Option<serde_json::Value>, StoreError>,
    ) -> Result<Self, StoreError> {
        let fresh = Self::default();
        let limit = setting(LIMIT)?;
        let limit = limit.and_then(|limit| serde_json::from_value(limit).ok());
        let Some(kept) = setting(AGENTS)? else {
            return Ok(Self { limit, ..fresh });
        };
        let list = serde_json::from_value(kept).unwrap_or_default();
        let agents = Self { list, limit };
        let is_sound = agents.fault().is_none();
        let list = if is_sound { agents.list } else { Vec::new() };
        Ok(Self { list, limit })
    }

    /// Keeps them from now on.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let list =
            serde_json::to_value(&self.list).map_err(|error| StoreError::Io(error.into()))?;
        tx.set_setting(AGENTS, &list)?;
        tx.set_setting(LIMIT, &self.limit.into())
    }

    /// What is wrong with them, if anything is.
    pub fn fault(&self) -> Option<Message> {
        let mut seen = BTreeSet::new();
        for agent in &self.list {
            let about = |code| Message::new(code).with("agent", &agent.id);
            if agent.id.trim().is_empty() {
                return Some(Message::new("agent_without_id"));
            }
            if !seen.insert(&agent.id) {
                return Some(about("agent_twice"));
            }
            if agent.capacity > MOST_PLACES {
                return Some(about("agent_too_large").with("most", MOST_PLACES));
            }
            let unknown = |word: &&String| !CAPABILITIES.contains(&word.as_str());
            if let Some(word) = agent.capabilities.iter().find(unknown) {
                let message = about("agent_capability_unknown").with("capability", word);
                return Some(message.with("known", CAPABILITIES.join(", ")));
            }
        }
        None
    }

    /// Whether any of them can do what needs this; what needs nothing the engine does itself.
    pub fn serve(&self, need: &BTreeSet<String>) -> bool {
        let able = |agent: &Agent| agent.capacity > 0 && need.is_subset(&agent.capabilities);
        need.is_empty() || self.list.iter().any(able)
    }

    /// What of this none of them can do; all of it where each part can be done, but by no one agent.
    /// Nothing where one can.
    pub fn lacking(&self, need: &BTreeSet<String>) -> BTreeSet<String> {
        if self.serve(need) {
            return BTreeSet::new();
        }
        let able = self.list.iter().filter(|agent| agent.capacity > 0);
        let able: BTreeSet<_> = able.flat_map(|agent| &agent.capabilities).collect();
        let lacking: BTreeSet<_> = need
            .iter()
            .filter(|word| !able.contains(word))
            .cloned()
            .collect();
        if lacking.is_empty() {
            return need.clone();
        }
        lacking
    }

    /// Tells the queue who there is now and was not before.
    pub(crate) fn tell(&self, queue: &mut Queue, before: Option<&Self>) {
        for gone in before.into_iter().flat_map(|before| &before.list) {
            if self.list.iter().all(|agent| agent.id != gone.id) {
                queue.remove_agent(&gone.id);
            }
        }
        for agent in &self.list {
            queue.set_agent(&agent.id, agent.capabilities.clone(), agent.capacity);
        }
        queue.set_limit(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_host::SystemClock;
    use flowkeep_store::StoreOptions;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_agent_can_do_is_told_and_no_more() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let agent = |id: &str, capabilities: &[&str], capacity| Agent {
            id: id.to_owned(),
            capabilities: words(capabilities),
            capacity,
        };
        let agents = Agents {
            list: vec![
                agent("a", &["mysql", "file"], 1),
                agent("b", &["redis"], 1),
                agent("c", &["http"], 0),
            ],
            limit: None,
        };
        let lacking = |need: &[&str]| agents.lacking(&words(need));
        assert_eq!(lacking(&["mysql", "file"]), words(&[]));
        assert_eq!(lacking(&["mysql", "http"]), words(&["http"]));
        assert_eq!(lacking(&["mysql", "redis"]), words(&["mysql", "redis"]));
    }

    #[rstest]
    #[case::nothing_kept(json!(null), 1)]
    #[case::sound(json!([{"id": "a", "capabilities": ["http"], "capacity": 2}, {"id": "b", "capabilities": [], "capacity": 1}]), 2)]
    #[case::another_shape(json!({"list": []}), 0)]
    #[case::too_large(json!([{"id": "a", "capabilities": [], "capacity": 4_000_000_000_u32}]), 0)]
    #[case::unknown_words(json!([{"id": "a", "capabilities": ["everything"], "capacity": 1}]), 0)]
    fn what_cannot_be_used_is_no_agent(#[case] kept: serde_json::Value, #[case] count: usize) {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: root.path().join("flowkeep.db"),
            safety: root.path().join("safety"),
            clock: Arc::new(SystemClock),
        })
        .unwrap();
        if !kept.is_null() {
            store
                .write::<_, StoreError>(move |tx| tx.set_setting(AGENTS, &kept))
                .unwrap();
        }
        assert_eq!(Agents::kept(&store).unwrap().list.len(), count);
    }
}
