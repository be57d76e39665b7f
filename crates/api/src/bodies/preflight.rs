//! What the tasks of a run would meet if it were started now: their data sources and whether these
//! answer, agents, secrets, how long it took before, what goes on already.
//!
//! Absent on purpose: what stops a start (`engine::readiness`), and what the tasks would do
//! (`run_previews`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::{panic, thread};

use flowkeep_core::run::action::Worker;
use flowkeep_core::run::route::{By, NoRoute, Route, Wanted};
use flowkeep_core::run::{Definition, Placed, Task};
use flowkeep_core::{Message, Value};
use flowkeep_engine::sources::Connected;
use flowkeep_engine::{Agents, password_of};
use flowkeep_store::{Expected, SourceHealth};

use super::{history, routes, secrets, sources};
use crate::types::{
    LockedSecret, RunPreviewOpenRun, RunPreviewSource, RunPreviewTask, RunPreviewUnderWay,
    SourceRef, SourceTested, SpreadShow,
};
use crate::{Api, AppError, time};

/// So many open runs are told one by one.
const OPEN_RUNS: u32 = 3;

/// A workflow that is about to be started.
#[derive(Clone, Copy)]
pub(super) struct Preflight<'a> {
    pub(super) api: &'a Api,
    pub(super) workflow: &'a str,
    /// Absent where it cannot be read: then nothing is known but what goes on already.
    pub(super) definition: Option<&'a Definition>,
    pub(super) context: &'a Value,
}

/// What it would meet.
pub(super) struct Met {
    pub(super) tasks: Vec<RunPreviewTask>,
    pub(super) sources: Vec<RunPreviewSource>,
    pub(super) secrets: Vec<LockedSecret>,
    pub(super) expected: Option<SpreadShow>,
}

/// How busy each data source is.
type Loads = HashMap<String, u64>;

/// What data sources answered that were asked just now.
type Answers = BTreeMap<String, SourceTested>;

impl Preflight<'_> {
    /// What is known without asking anybody; with `ask`, after its data sources were asked, all at
    /// once, and whoever has the key of the secrets.
    pub(super) fn look(&self, ask: bool) -> Result<Met, AppError> {
        let loads = self.api.store.source_loads()?;
        let answers = ask.then(|| self.ask(&loads)).transpose()?;
        let (api, connected) = (self.api, self.api.connected()?);
        let agents = Agents::kept(&api.store)?;
        let expected = api.store.expected(self.workflow)?;
        let health = api.store.source_health()?;
        let known = (&agents, &expected, &loads);
        let task = |placed: Placed<'_>| self.task(placed, &connected, known);
        let tasks: Vec<_> = self.sequence().into_iter().map(task).collect();
        let used = sources_of(&tasks);
        let used = connected
            .sources
            .iter()
            .filter(|one| used.contains(one.name()));
        let source = |name: &str, kind: &str| {
            let answer = answers.as_ref().and_then(|answers| answers.get(name));
            let seen = health.iter().find(|seen| seen.name == name);
            source(name, kind, answer, seen)
        };
        Ok(Met {
            secrets: self.unreadable(&tasks, answers.is_some())?,
            sources: used.map(|one| source(one.name(), one.kind())).collect(),
            expected: expected.run.map(history::spread),
            tasks,
        })
    }

    /// What of this workflow goes on already.
    pub(super) fn under_way(&self) -> Result<RunPreviewUnderWay, AppError> {
        let open = self.api.store.open_runs_of(self.workflow, OPEN_RUNS)?;
        let run = |run: flowkeep_store::RunRecord| RunPreviewOpenRun {
            id: run.id.to_string(),
            status: run.status,
            start_time: time::rfc3339(run.created_at),
        };
        Ok(RunPreviewUnderWay {
            total: open.total,
            runs: open.newest.into_iter().map(run).collect(),
            running: open.running,
            limit: self.definition.and_then(|found| found.max_concurrent),
        })
    }

    fn sequence(&self) -> Vec<Placed<'_>> {
        self.definition
            .map(Definition::sequence)
            .unwrap_or_default()
    }

    /// Asks the data sources that would be used, all at once. What they answer is known from then on,
    /// and so is the key of the secrets where somebody gives it.
    fn ask(&self, loads: &Loads) -> Result<Answers, AppError> {
        let connected = self.api.connected()?;
        let mut names = BTreeSet::new();
        for task in self.definition.map_or(&[][..], Definition::tasks) {
            if let Some(Ok(route)) = self.route(task, &connected, loads) {
                names.insert(route.source.to_owned());
            }
        }
        let secret = self.definition.into_iter().flat_map(Definition::tasks);
        let secret = secret.flat_map(Task::secrets).next();
        let api = self.api;
        thread::scope(|scope| {
            // A look for one opens them all.
            let opened = secret.map(|name| scope.spawn(move || api.secrets.get(&name).is_ok()));
            let ask = |name: String| {
                let asked = SourceRef { name: name.clone() };
                // One that is removed at this moment answers nothing.
                scope.spawn(move || sources::test(api, asked).ok().map(|answer| (name, answer)))
            };
            let asked: Vec<_> = names.into_iter().map(ask).collect();
            let answers = asked
                .into_iter()
                .filter_map(|one| one.join().unwrap_or_else(|why| panic::resume_unwind(why)))
                .collect();
            // Whether it could be read is looked at afterwards.
            let _ = opened.map(thread::ScopedJoinHandle::join);
            Ok(answers)
        })
    }

    fn task(
        &self,
        placed: Placed<'_>,
        connected: &Connected,
        (agents, expected, loads): (&Agents, &Expected, &Loads),
    ) -> RunPreviewTask {
        let task = placed.task;
        let expected = expected.tasks.get(&task.id).copied();
        let mut row = RunPreviewTask {
            id: task.id.to_string(),
            name: task.name.clone(),
            action: task.action.name.to_owned(),
            place: placed.place,
            on_call: placed.on_call,
            worker: task.action.worker,
            source: None,
            rule: None,
            order: None,
            passed_over: Vec::new(),
            no_source: None,
            no_agent: None,
            no_input: None,
            secrets: task.secrets().into_iter().collect(),
            expected: expected.map(history::spread),
        };
        match self.route(task, connected, loads) {
            Some(Ok(route)) => {
                row.passed_over = route.before().to_vec();
                row.order = match route.by {
                    By::Rule(at) => Some(routes::number(at)),
                    By::Name | By::Type | By::Able => None,
                };
                row.source = Some(route.source.to_owned());
                row.rule = Some(route.rule);
            }
            Some(Err(none)) => {
                row.passed_over = none.passed_over;
                row.no_source = Some(none.message);
            }
            None => {}
        }
        row.no_agent = no_agent(task, row.source.as_deref(), connected, agents);
        row
    }

    /// The data source that a task would get if it came now; nothing where it needs none.
    fn route<'c>(
        &self,
        task: &Task,
        connected: &'c Connected,
        loads: &Loads,
    ) -> Option<Result<Route<'c>, NoRoute>> {
        let wanted = Wanted {
            routing: &task.routing,
            action: task.action,
            workflow: self.workflow,
            context: self.context,
        };
        let load = |name: &str| loads.get(name).copied().unwrap_or_default();
        task.needs_source().then(|| connected.route(&wanted, load))
    }

    /// The secrets these tasks need and that cannot be read, and how many of them need each.
    fn unreadable(
        &self,
        tasks: &[RunPreviewTask],
        asked: bool,
    ) -> Result<Vec<LockedSecret>, AppError> {
        let kept = self.api.store.connections()?;
        let with_password: BTreeSet<&str> = kept
            .iter()
            .filter(|kept| kept.with_password)
            .map(|kept| kept.connection.name.as_str())
            .collect();
        let mut needed = BTreeMap::<String, u32>::new();
        for task in tasks {
            let of_source = task.source.as_deref();
            let of_source = of_source.filter(|source| with_password.contains(source));
            let of_source = of_source.map(password_of);
            for name in task.secrets.iter().cloned().chain(of_source) {
                *needed.entry(name).or_default() += 1;
            }
        }
        let names = needed.keys().cloned().collect();
        let found = self.api.connections.readable(names, true);
        let unreadable = |(name, tasks): (String, u32)| match &found.why {
            _ if found.names.contains(&name) => None,
            // The key may only have to be asked for.
            Some(error) if error.is_locked() && !asked => None,
            why => Some(secrets::unreadable(name, tasks, why.as_ref())),
        };
        Ok(needed.into_iter().filter_map(unreadable).collect())
    }
}

fn sources_of(tasks: &[RunPreviewTask]) -> BTreeSet<&str> {
    tasks
        .iter()
        .filter_map(|task| task.source.as_deref())
        .collect()
}

fn source(
    name: &str,
    kind: &str,
    answer: Option<&SourceTested>,
    seen: Option<&SourceHealth>,
) -> RunPreviewSource {
    let error = match answer {
        Some(answer) => answer.error.clone(),
        None => seen.and_then(|seen| seen.error.clone()),
    };
    let answers = answer.map(|answer| answer.ok);
    let answers = answers.or_else(|| seen.map(|seen| seen.answers));
    let since = seen.filter(|seen| Some(seen.answers) == answers);
    RunPreviewSource {
        name: name.to_owned(),
        kind: kind.to_owned(),
        asked: answer.is_some(),
        answers,
        since: since.map(|seen| time::rfc3339(seen.since)),
        error,
    }
}

/// Why no agent could carry a task out.
fn no_agent(
    task: &Task,
    source: Option<&str>,
    connected: &Connected,
    agents: &Agents,
) -> Option<Message> {
    let mut needed: BTreeSet<String> = task.capabilities.iter().cloned().collect();
    let mut sources = connected.sources.iter();
    let source = sources.find(|one| Some(one.name()) == source);
    needed.extend(source.map(|source| source.kind().to_owned()));
    let lacking: Vec<_> = agents.lacking(&needed).into_iter().collect();
    if task.action.worker == Worker::Person || lacking.is_empty() {
        return None;
    }
    let message = Message::new("run_no_agent").with("task", &task.name);
    Some(message.with("needed", lacking.join(", ")))
}

#[cfg(test)]
mod tests;
