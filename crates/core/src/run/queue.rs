//! Which attempt goes next, and to which agent.
//!
//! Over all runs: the smallest priority first, first come first served within one, no workflow
//! beyond its `maxConcurrent`, no more at once than the engine allows, each to the least loaded
//! agent that has what it needs and a place free. What fits nobody now stays where it is and holds
//! up nobody else.
//!
//! **Waiting raises.** A priority counts as minutes: an attempt of priority 3 goes before one of
//! priority 1 that came more than two minutes later. The order of two attempts thus never changes
//! while they wait, so aging costs nothing, and nothing starves: whatever comes in, only so much of
//! it can be before what is there.
//!
//! **What a choice costs** does not grow with what waits. Attempts stand in lanes by what they need
//! and by workflow; a lane shows its first only, and one whose workflow is full shows none. There
//! are as many lanes to look at as there are different needs, which are few.
//!
//! Absent on purpose: a clock, and storage. The engine keeps the queued attempts in its database
//! and fills a queue anew from it, with the moments at which they came.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::state::Moment;
use super::task_id::TaskId;
use crate::RunId;

/// What one step of priority is worth, in milliseconds of waiting.
pub const AGE_MS: i64 = 60_000;

/// Priorities beyond this count as this, so that a week's wait is the most there can be between
/// two of them.
const WIDEST: i64 = 7 * 24 * 60;

/// An attempt that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Of which run.
    pub run: RunId,
    /// Which task; a task has one attempt in the queue at most.
    pub task: TaskId,
    /// Which attempt.
    pub attempt: u32,
    /// The workflow whose `maxConcurrent` counts.
    pub workflow: Arc<str>,
    /// Smaller goes first.
    pub priority: i64,
    /// What an agent needs, the type of the chosen data source included. Without any, no agent is
    /// needed and the engine does it itself.
    pub capabilities: BTreeSet<String>,
    /// When it came.
    pub since: Moment,
}

/// An attempt whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Which attempt.
    pub waiting: Waiting,
    /// Who carries it out; `None`: the engine itself.
    pub agent: Option<String>,
}

/// The order of attempts: the smaller goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// When it came, put back by its priority.
    at: i64,
    /// How many came before it.
    number: u64,
}

/// Where an attempt stands: in which lane, and where in it.
#[derive(Debug)]
struct Place {
    need: BTreeSet<String>,
    workflow: Arc<str>,
    rank: Rank,
}

/// Attempts of one need, by workflow.
#[derive(Debug, Default)]
struct Lanes {
    by_workflow: BTreeMap<Arc<str>, BTreeMap<Rank, Waiting>>,
    /// The first of each lane whose workflow has a place free.
    first: BTreeSet<(Rank, Arc<str>)>,
}

#[derive(Debug, Default)]
struct Workflow {
    limit: Option<u32>,
    running: u32,
}

#[derive(Debug, Default)]
struct Agent {
    capabilities: BTreeSet<String>,
    capacity: u32,
    running: u32,
}

#[derive(Debug)]
struct Running {
    workflow: Arc<str>,
    agent: Option<String>,
}

/// All attempts that wait, and what runs as far as it takes up a place.
#[derive(Debug, Default)]
pub struct Queue {
    lanes: BTreeMap<BTreeSet<String>, Lanes>,
    waiting: BTreeMap<(RunId, TaskId), Place>,
    running: BTreeMap<(RunId, TaskId), Running>,
    workflows: BTreeMap<Arc<str>, Workflow>,
    agents: BTreeMap<String, Agent>,
    limit: Option<u32>,
    came: u64,
}

impl Queue {
    /// An empty queue with no agents. At most `limit` attempts run at once; `None`: as many as
    /// agents and workflows allow.
    pub fn new(limit: Option<u32>) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Changes how many attempts run at once; what runs already goes on.
    pub fn set_limit(&mut self, limit: Option<u32>) {
        self.limit = limit;
    }

    /// Says how many tasks of a workflow run at once; what runs already goes on.
    pub fn set_workflow(&mut self, workflow: &Arc<str>, max_concurrent: Option<u32>) {
        let known = self.workflows.entry(Arc::clone(workflow)).or_default();
        known.limit = max_concurrent;
        self.show(workflow);
        self.forget(workflow);
    }

    /// Adds an agent, or says what it can do from now on. One without capacity gets nothing new;
    /// one that comes back still has what it runs.
    pub fn set_agent(&mut self, id: &str, capabilities: BTreeSet<String>, capacity: u32) {
        let agent = self.agents.entry(id.to_owned()).or_insert_with(|| {
            let of_it = |running: &&Running| running.agent.as_deref() == Some(id);
            let running = self.running.values().filter(of_it).count();
            Agent {
                running: u32::try_from(running).unwrap_or(u32::MAX),
                ..Agent::default()
            }
        });
        agent.capabilities = capabilities;
        agent.capacity = capacity;
    }

    /// Takes an agent away. What it runs is told separately, by [`release`](Self::release).
    pub fn remove_agent(&mut self, id: &str) {
        self.agents.remove(id);
    }

    /// Puts an attempt in. One of the same task that waits already is replaced.
    pub fn push(&mut self, waiting: Waiting) {
        self.withdraw(waiting.run, &waiting.task);
        let rank = Rank {
            at: rank(waiting.since, waiting.priority),
            number: self.came,
        };
        self.came += 1;
        let workflow = Arc::clone(&waiting.workflow);
        self.workflows.entry(Arc::clone(&workflow)).or_default();
        let place = Place {
            need: waiting.capabilities.clone(),
            workflow: Arc::clone(&workflow),
            rank,
        };
        self.waiting
            .insert((waiting.run, waiting.task.clone()), place);
        let lanes = self.lanes.entry(waiting.capabilities.clone()).or_default();
        let lane = lanes.by_workflow.entry(Arc::clone(&workflow)).or_default();
        lane.insert(rank, waiting);
        self.show(&workflow);
    }

    /// Takes an attempt out; says whether it was there.
    pub fn withdraw(&mut self, run: RunId, task: &TaskId) -> bool {
        let Some(place) = self.waiting.remove(&(run, task.clone())) else {
            return false;
        };
        let Place {
            need,
            workflow,
            rank,
        } = place;
        self.take(&need, &workflow, rank);
        self.forget(&workflow);
        true
    }

    /// The attempt whose turn it is, which takes up its place from now on.
    pub fn choose(&mut self) -> Option<Chosen> {
        let running = u32::try_from(self.running.len()).unwrap_or(u32::MAX);
        if self.limit.is_some_and(|limit| running >= limit) {
            return None;
        }
        let firsts = self.lanes.iter().filter_map(|(need, lanes)| {
            let (rank, workflow) = lanes.first.first()?;
            let agent = if need.is_empty() {
                None
            } else {
                Some(self.least_loaded(need)?)
            };
            Some((*rank, need, workflow, agent))
        });
        let (rank, need, workflow, agent) = firsts.min_by_key(|(rank, ..)| *rank)?;
        let (need, workflow) = (need.clone(), Arc::clone(workflow));
        let agent = agent.map(str::to_owned);
        let waiting = self.take(&need, &workflow, rank)?;
        let key = (waiting.run, waiting.task.clone());
        self.waiting.remove(&key);
        self.occupy(key, workflow, agent.clone());
        Some(Chosen { waiting, agent })
    }

    /// Takes up a place for an attempt that runs without having been chosen here: it was already
    /// running when the queue was made.
    pub fn resume(&mut self, run: RunId, task: TaskId, workflow: Arc<str>, agent: Option<String>) {
        self.release(run, &task);
        self.occupy((run, task), workflow, agent);
    }

    /// Gives a place back: the attempt has ended, or is parked. Says whether it had one.
    pub fn release(&mut self, run: RunId, task: &TaskId) -> bool {
        let Some(running) = self.running.remove(&(run, task.clone())) else {
            return false;
        };
        if let Some(workflow) = self.workflows.get_mut(&running.workflow) {
            workflow.running = workflow.running.saturating_sub(1);
        }
        if let Some(agent) = running.agent.and_then(|id| self.agents.get_mut(&id)) {
            agent.running = agent.running.saturating_sub(1);
        }
        self.show(&running.workflow);
        self.forget(&running.workflow);
        true
    }

    /// How many attempts wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many attempts run.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    fn occupy(&mut self, key: (RunId, TaskId), workflow: Arc<str>, agent: Option<String>) {
        self.workflows
            .entry(Arc::clone(&workflow))
            .or_default()
            .running += 1;
        if let Some(agent) = agent.as_ref().and_then(|id| self.agents.get_mut(id)) {
            agent.running += 1;
        }
        self.show(&workflow);
        self.running.insert(key, Running { workflow, agent });
    }

    /// Whether there is an agent that can do what needs this, however busy or held back it is.
    pub fn has_agent_for(&self, need: &BTreeSet<String>) -> bool {
        let mut agents = self.agents.values();
        agents.any(|agent| need.is_subset(&agent.capabilities))
    }

    /// What the agent can do that has an attempt at this task; nothing where it needs none.
    pub fn abilities_for(&self, run: RunId, task: &TaskId) -> Option<&BTreeSet<String>> {
        let running = self.running.get(&(run, task.clone()))?;
        let agent = self.agents.get(running.agent.as_ref()?)?;
        Some(&agent.capabilities)
    }

    /// The agent with the smallest part of its places taken, by its id where two are alike.
    fn least_loaded(&self, need: &BTreeSet<String>) -> Option<&str> {
        let load = |agent: &Agent| (u64::from(agent.running), u64::from(agent.capacity));
        let able = self.agents.iter().filter(|(_, agent)| {
            agent.running < agent.capacity && need.is_subset(&agent.capabilities)
        });
        let (id, _) = able.min_by(|(_, left), (_, right)| {
            let ((taken, places), (other, others)) = (load(left), load(right));
            (taken * others).cmp(&(other * places))
        })?;
        Some(id)
    }

    fn take(
        &mut self,
        need: &BTreeSet<String>,
        workflow: &Arc<str>,
        rank: Rank,
    ) -> Option<Waiting> {
        let lanes = self.lanes.get_mut(need)?;
        let lane = lanes.by_workflow.get_mut(workflow)?;
        let taken = lane.remove(&rank);
        let next = lane.keys().next().copied();
        let was_shown = lanes.first.remove(&(rank, Arc::clone(workflow)));
        match next {
            Some(next) if was_shown => {
                lanes.first.insert((next, Arc::clone(workflow)));
            }
            Some(_) => {}
            None => {
                lanes.by_workflow.remove(workflow);
            }
        }
        if lanes.by_workflow.is_empty() {
            self.lanes.remove(need);
        }
        taken
    }

    /// Shows the first of each lane of a workflow, or none while it is full.
    fn show(&mut self, workflow: &Arc<str>) {
        let full = self.workflows.get(workflow).is_some_and(|workflow| {
            workflow
                .limit
                .is_some_and(|limit| workflow.running >= limit)
        });
        for lanes in self.lanes.values_mut() {
            let Some(lane) = lanes.by_workflow.get(workflow) else {
                continue;
            };
            // At most one of a lane is shown, and what came in before it may be the new first.
            for rank in lane.keys().take(2) {
                lanes.first.remove(&(*rank, Arc::clone(workflow)));
            }
            if let (false, Some(first)) = (full, lane.keys().next()) {
                lanes.first.insert((*first, Arc::clone(workflow)));
            }
        }
    }

    /// Forgets a workflow that has no limit and takes up nothing.
    fn forget(&mut self, workflow: &Arc<str>) {
        let idle = self
            .workflows
            .get(workflow)
            .is_some_and(|known| known.limit.is_none() && known.running == 0);
        let waits = || {
            let mut lanes = self.lanes.values();
            lanes.any(|lanes| lanes.by_workflow.contains_key(workflow))
        };
        if idle && !waits() {
            self.workflows.remove(workflow);
        }
    }
}

/// When an attempt came, put back by its priority.
fn rank(since: Moment, priority: i64) -> i64 {
    since
        .0
        .saturating_add(priority.clamp(-WIDEST, WIDEST) * AGE_MS)
}
