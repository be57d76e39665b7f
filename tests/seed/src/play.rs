//! One run, played through the decision function: what happens in it, and what an engine would have
//! written of it, moment by moment.

use std::collections::{BTreeSet, VecDeque};

use anyhow::{Result, anyhow};
use flowkeep_core::run::{
    Attempted, Decision, Effect, Evaluation, Event, Level, Moment, RunState, Start, Status, TaskId,
    Timer, step,
};
use flowkeep_core::{Message, RunId};
use flowkeep_store::{AssignedSource, RunWrite, Said};
use serde_json::json;

use crate::chance::Chance;
use crate::fate::Fate;
use crate::workflows::{Workflow, condition};

/// Attempts of one run at once, as the workflows have it.
const AT_ONCE: usize = 3;

/// What was written of a run.
pub(crate) struct Played {
    pub(crate) writes: Vec<(Moment, Vec<RunWrite>)>,
    pub(crate) status: Status,
    /// Attempts that were made.
    pub(crate) attempts: usize,
}

/// What happens next by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Ends { task: TaskId, attempt: u32 },
    Answers(TaskId),
    Due(Timer),
}

struct Play<'a> {
    workflow: &'a Workflow,
    fate: Fate,
    /// Attempts the run shall make.
    budget: usize,
    chance: &'a mut Chance,
    state: RunState,
    seed: u64,
    now: Moment,
    queue: VecDeque<(TaskId, u32)>,
    coming: BTreeSet<(Moment, Next)>,
    attempts: usize,
    running: usize,
    /// The task that uses its tries up.
    failing: Option<TaskId>,
    /// Tries that still fail before their task succeeds.
    failures: usize,
    changed: BTreeSet<TaskId>,
    writes: Vec<(Moment, Vec<RunWrite>)>,
    begun: bool,
}

/// Plays a run that was made at `at`.
///
/// # Errors
/// When the decision function refuses what happens.
pub(crate) fn play(
    workflow: &Workflow,
    fate: Fate,
    (id, at, seed): (RunId, Moment, u64),
    chance: &mut Chance,
) -> Result<Played> {
    let mut play = Play {
        workflow,
        fate,
        budget: workflow.definition.tasks().len(),
        state: RunState::new(id, &workflow.definition),
        seed,
        now: at,
        queue: VecDeque::new(),
        coming: BTreeSet::new(),
        attempts: 0,
        running: 0,
        failing: None,
        failures: match fate {
            Fate::Succeeds(failures) => failures,
            _ => 0,
        },
        changed: BTreeSet::new(),
        writes: Vec::new(),
        begun: false,
        chance,
    };
    play.tell(Event::Started(Start::default()))?;
    play.go_on()?;
    Ok(play.end())
}

impl Play<'_> {
    /// What is asked of it happens, until nothing does by itself any more.
    fn go_on(&mut self) -> Result<()> {
        // What is to end at a certain attempt goes one by one, so that none too many is begun.
        let at_once = if matches!(self.fate, Fate::Succeeds(_)) {
            AT_ONCE
        } else {
            1
        };
        while !self.state.head.status.is_final() {
            if self.running < at_once
                && let Some((task, attempt)) = self.queue.pop_front()
            {
                self.pass(2, 40);
                self.tell(Event::Dispatched { task, attempt })?;
                if self.attempts == self.budget && self.is_broken_off()? {
                    break;
                }
                continue;
            }
            let Some((at, next)) = self.coming.pop_first() else {
                break;
            };
            self.now = self.now.max(at);
            let event = match next {
                Next::Ends { task, attempt } => {
                    self.running -= 1;
                    let result = self.result(&task);
                    Event::Attempted {
                        task,
                        attempt,
                        result,
                    }
                }
                Next::Answers(task) => Event::Answered {
                    task,
                    decision: Decision::Approve { next: None },
                },
                Next::Due(timer) => Event::Due(timer),
            };
            self.tell(event)?;
        }
        Ok(())
    }

    /// During the last attempt: somebody, or a crash, ends what runs.
    fn is_broken_off(&mut self) -> Result<bool> {
        match self.fate {
            Fate::BrokenOff => {
                self.pass(500, 20_000);
                self.coming.clear();
                self.tell(Event::OwnerLost)?;
                Ok(true)
            }
            Fate::Cancelled => {
                self.pass(200, 3000);
                self.tell(Event::Cancel)?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn tell(&mut self, event: Event) -> Result<()> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let definition = &self.workflow.definition;
            let effects = step(definition, &mut self.state, &event, self.now, self.seed)
                .map_err(|refused| anyhow!("{event:?}: {refused:?}"))?;
            for effect in effects {
                events.extend(self.follow(effect));
            }
        }
        Ok(())
    }

    /// Follows one effect; the answer to a condition is an event.
    fn follow(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Evaluate { task, round } => {
                let optional = self.optional(&task);
                let wanted = optional.is_none_or(|optional| is_wanted(self.fate, optional));
                let result = Evaluation::Holds(wanted);
                return Some(Event::Evaluated {
                    task,
                    round,
                    result,
                });
            }
            Effect::Queue(queued) => self.queue.push_back((queued.task, queued.attempt)),
            Effect::Withdraw { task, .. } => {
                self.queue.retain(|(queued, _)| *queued != task);
                self.coming
                    .retain(|(_, next)| *next != Next::Answers(task.clone()));
            }
            Effect::Execute { task, attempt, .. } => self.begin(task, attempt),
            Effect::Stop { task, attempt, .. } => {
                // It hears that at once.
                let next = Next::Ends { task, attempt };
                self.coming.retain(|(_, other)| *other != next);
                self.coming.insert((self.now.after(50), next));
            }
            Effect::Ask { task, .. } => {
                self.attempts += 1;
                if self.fate != Fate::Waits {
                    let hours = self.chance.between(600_000, 6 * 3_600_000);
                    self.coming
                        .insert((self.now.after(hours), Next::Answers(task)));
                }
            }
            Effect::SetTimer { at, timer } => {
                self.coming.insert((at, Next::Due(timer)));
            }
            Effect::Attempt {
                task,
                attempt: number,
                status,
                error,
            } => self.write(RunWrite::Attempt {
                task,
                number,
                status,
                error,
            }),
            Effect::Task { task, .. } => {
                self.changed.insert(task);
            }
            Effect::Run { .. } => {
                // When it began is told by the moment its head is written.
                if self.state.head.begun && !self.begun {
                    self.begun = true;
                    self.write(RunWrite::Head(Box::new(self.state.head.clone())));
                }
            }
            Effect::Message {
                level,
                task,
                message,
            } => self.say(level, task, Said::Message(message)),
        }
        None
    }

    fn begin(&mut self, task: TaskId, attempt: u32) {
        self.attempts += 1;
        self.running += 1;
        let definition = &self.workflow.definition;
        let (action, tries) = definition
            .task(&task)
            .map_or(("", 0), |task| (task.action.name, task.retry.limit));
        // The tries of this one end with the run's last attempt.
        let last = self.attempts + tries as usize == self.budget;
        if self.fate == Fate::Fails && attempt == 1 && last && self.failing.is_none() {
            self.failing = Some(task.clone());
        }
        let source = action.starts_with("sql").then(|| AssignedSource {
            name: "local".to_owned(),
            rule: "name".to_owned(),
            passed_over: Vec::new(),
        });
        self.write(RunWrite::Assigned {
            task: task.clone(),
            number: attempt,
            agent: Some("local".to_owned()),
            source,
        });
        let takes = match action {
            "http.request" => self.chance.between(80, 2500),
            "program.run" => self.chance.between(1500, 90_000),
            _ => self.chance.between(5, 900),
        };
        let next = Next::Ends { task, attempt };
        self.coming.insert((self.now.after(takes), next));
    }

    fn result(&mut self, task: &TaskId) -> Attempted {
        let definition = &self.workflow.definition;
        let action = definition.task(task).map_or("", |task| task.action.name);
        if self.state.head.ending.is_some() {
            return Attempted::Broken;
        }
        // Of tries that fail before they succeed, the optional tasks that are left out make room.
        let is_last_chance = self.failures + self.attempts >= self.budget;
        let stumbles = self.failures > 0 && (is_last_chance || self.chance.percent(40));
        if self.failing.as_ref() == Some(task) || stumbles {
            self.failures = self.failures.saturating_sub(1);
            return Attempted::Failed {
                error: error_of(action, self.chance),
                permanent: false,
            };
        }
        if action == "program.run" {
            let count = self.chance.between(10, 4000);
            let line = Said::Line(format!("{count} rows read, {} left out", count % 7));
            self.say(Level::Info, Some(task.clone()), line);
        }
        let output = output_of(action, self.chance);
        self.write(RunWrite::Output(task.clone(), output));
        Attempted::Succeeded { called: None }
    }

    /// Which of the optional tasks it is.
    fn optional(&self, task: &TaskId) -> Option<usize> {
        let tasks = self.workflow.definition.tasks();
        let at = tasks.iter().position(|defined| defined.id == *task)?;
        at.checked_sub(tasks.len() - self.workflow.optional)
    }

    fn pass(&mut self, least: u64, most: u64) {
        self.now = self.now.after(self.chance.between(least, most));
    }

    fn say(&mut self, level: Level, task: Option<TaskId>, said: Said) {
        self.write(RunWrite::Say { level, task, said });
    }

    fn write(&mut self, write: RunWrite) {
        match self.writes.last_mut() {
            Some((at, writes)) if *at == self.now => writes.push(write),
            _ => self.writes.push((self.now, vec![write])),
        }
    }

    /// Tasks and head are written as they are in the end: their values are absolute.
    fn end(mut self) -> Played {
        for task in std::mem::take(&mut self.changed) {
            if let Some(state) = self.state.task(&self.workflow.definition, &task) {
                let state = Box::new(state.clone());
                self.write(RunWrite::Task(task, state));
            }
        }
        self.write(RunWrite::Head(Box::new(self.state.head.clone())));
        Played {
            writes: self.writes,
            status: self.state.head.status,
            attempts: self.attempts,
        }
    }
}

/// Whether an optional task is wanted: of a run that tries again, as many are not.
pub(crate) fn is_wanted(fate: Fate, optional: usize) -> bool {
    !matches!(fate, Fate::Succeeds(failures) if optional < failures)
}

/// What a run is started with: there are many shops, and each has its own runs of a day.
pub(crate) fn context(workflow: &Workflow, fate: Fate, day: &str, chance: &mut Chance) -> String {
    let mut context = json!({"day": day, "shop": chance.between(1, 40)});
    for optional in 0..workflow.optional {
        context[condition(optional)] = json!(is_wanted(fate, optional));
    }
    context.to_string()
}

fn error_of(action: &str, chance: &mut Chance) -> Message {
    match action {
        "http.request" => {
            let status = *chance.pick(&["500", "502", "503"]);
            Message::new("http_status")
                .with("host", "127.0.0.1:9")
                .with("status", status)
        }
        "program.run" => Message::new("program_failed")
            .with("program", "report")
            .with("exit_code", chance.between(1, 4)),
        _ => Message::new("source_busy").with("source", "local"),
    }
}

fn output_of(action: &str, chance: &mut Chance) -> String {
    let count = chance.between(0, 400);
    let output = match action {
        "sql.query" => {
            json!({"rows": [{"id": count, "state": "open"}], "columns": ["id", "state"]})
        }
        "sql.execute" => json!({"affected": count, "last_id": null}),
        "http.request" => json!({"status": 200, "headers": {}, "body": {"accepted": count}}),
        _ => json!({"exit_code": 0, "stdout": format!("{count} done\n"), "stderr": ""}),
    };
    output.to_string()
}
