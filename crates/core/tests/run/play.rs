//! A run that is played by hand: a script of what happens, and an engine that keeps what the
//! effects say. After every event it checks what always holds.

use std::collections::{BTreeMap, BTreeSet};

use flowkeep_core::run::{
    Attempted, Decision, Definition, Effect, Evaluation, Event, Level, Moment, Parked, Phase,
    Refused, RunState, Start, Status, TaskId, Timer, step,
};
use flowkeep_core::{Document, Format, Message, RunId};

/// A definition of tasks; each body is the inside of a JSON object, and waits where it names no
/// action.
pub(crate) fn tasks(bodies: &[&str]) -> Definition {
    let whole = bodies.iter().map(|body| {
        let action = if body.contains("\"action\"") {
            ""
        } else {
            r#", "action": "wait", "params": {"ms": 1}"#
        };
        format!("{{{body}{action}}}")
    });
    let list = whole.collect::<Vec<_>>().join(", ");
    definition(&format!("{{\"name\": \"W\", \"tasks\": [{list}]}}"))
}

pub(crate) fn definition(text: &str) -> Definition {
    let document = Document::parse(Format::Json, text.to_owned()).unwrap();
    Definition::read(document.value()).unwrap_or_else(|found| panic!("{found:#?}"))
}

pub(crate) fn run_id() -> RunId {
    "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap()
}

pub(crate) fn id(task: &str) -> TaskId {
    TaskId::from(task)
}

pub(crate) struct Play {
    pub(crate) definition: Definition,
    pub(crate) state: RunState,
    pub(crate) now: Moment,
    pub(crate) queued: BTreeMap<TaskId, u32>,
    pub(crate) running: BTreeMap<TaskId, u32>,
    pub(crate) asked: BTreeSet<TaskId>,
    pub(crate) timers: BTreeSet<(Moment, Timer)>,
    pub(crate) effects: Vec<Effect>,
    /// Tasks whose attempts began, in that order, with what they carry along.
    pub(crate) begun: Vec<(TaskId, String)>,
    pub(crate) history: Vec<(Event, Moment)>,
}

impl Play {
    pub(crate) fn new(definition: Definition) -> Self {
        Self {
            state: RunState::new(run_id(), &definition),
            definition,
            now: Moment(1_000_000),
            queued: BTreeMap::new(),
            running: BTreeMap::new(),
            asked: BTreeSet::new(),
            timers: BTreeSet::new(),
            effects: Vec::new(),
            begun: Vec::new(),
            history: Vec::new(),
        }
    }

    pub(crate) fn tell(&mut self, event: Event) -> Result<(), Refused> {
        let before = self.state.clone();
        let stored = serde_json::to_string(&before).unwrap();
        let mut again: RunState = serde_json::from_str(&stored).unwrap();
        assert_eq!(again, before, "a state that was stored is the same state");
        let result = step(&self.definition, &mut self.state, &event, self.now, 7);
        let repeated = step(&self.definition, &mut again, &event, self.now, 7);
        assert_eq!(
            (&result, &again),
            (&repeated, &self.state),
            "the same for the same"
        );
        match &result {
            Err(_) => assert_eq!(self.state, before, "what is refused changes nothing"),
            Ok(effects) => self.check(&before, effects),
        }
        self.history.push((event, self.now));
        for effect in result? {
            self.act(effect);
        }
        Ok(())
    }

    /// What holds after every event.
    fn check(&self, before: &RunState, effects: &[Effect]) {
        let statuses = || {
            self.state
                .tasks
                .iter()
                .map(flowkeep_core::run::TaskState::status)
        };
        let child_asks = |phase: &Phase| {
            matches!(
                phase,
                Phase::Running {
                    parked: Some(Parked::ChildAsks),
                    ..
                }
            )
        };
        let tasks = &self.state.tasks;
        let open = tasks.iter().filter(|task| {
            matches!(
                task.phase,
                Phase::Checking
                    | Phase::Held
                    | Phase::Queued
                    | Phase::Resting { .. }
                    | Phase::Running { .. }
            ) && !child_asks(&task.phase)
        });
        let asked = tasks.iter().filter(|task| {
            matches!(task.status(), Status::Waiting | Status::Interrupted)
                || child_asks(&task.phase)
        });
        assert_eq!(self.state.head.open as usize, open.count());
        assert_eq!(self.state.head.asked as usize, asked.count());
        let ended = self.state.head.status.is_final();
        assert!(
            !before.head.status.is_final() || *before == self.state,
            "an end is final"
        );
        if ended {
            assert!(statuses().all(Status::is_final), "{:?}", self.state);
        } else {
            let idle = self.state.head.open == 0 && self.state.head.asked == 0;
            assert!(
                !idle || !self.started(),
                "it waits for nothing: {:?}",
                self.state
            );
        }
        // What is written down is what has changed, and all of it.
        for (at, task) in self.definition.tasks().iter().enumerate() {
            let said = effects.iter().any(|effect| {
                matches!(effect, Effect::Task { task: id, status }
                    if *id == task.id && *status == self.state.tasks[at].status())
            });
            assert!(
                said || before.tasks[at] == self.state.tasks[at],
                "{} changed unsaid",
                task.id
            );
        }
        let said = effects.iter().any(
            |effect| matches!(effect, Effect::Run { status } if *status == self.state.head.status),
        );
        assert!(said || before.head == self.state.head);
        if let Some(undoing) = before.head.undoing.as_ref().filter(|_| !ended) {
            assert!(
                self.state
                    .head
                    .undoing
                    .as_ref()
                    .is_none_or(|left| undoing.starts_with(left))
            );
        }
    }

    fn started(&self) -> bool {
        let started = |(event, _): &(Event, Moment)| matches!(event, Event::Started(_));
        self.history.iter().any(started)
    }

    fn act(&mut self, effect: Effect) {
        match &effect {
            Effect::Queue(attempt) => {
                self.queued.insert(attempt.task.clone(), attempt.attempt);
            }
            Effect::Withdraw { task, .. } => {
                self.queued.remove(task);
                self.asked.remove(task);
            }
            Effect::Execute { task, attempt, key } => {
                let before = self.running.insert(task.clone(), *attempt);
                assert_eq!(before, None, "{task} runs twice");
                self.begun.push((task.clone(), key.clone()));
            }
            Effect::Ask { task, .. } => {
                self.asked.insert(task.clone());
            }
            Effect::SetTimer { at, timer } => {
                self.timers.insert((*at, timer.clone()));
            }
            _ => {}
        }
        self.effects.push(effect);
    }

    pub(crate) fn start(&mut self) {
        self.tell(Event::Started(Start::default())).unwrap();
    }

    pub(crate) fn dispatch(&mut self, task: &str) {
        let attempt = self
            .queued
            .remove(task)
            .unwrap_or_else(|| panic!("{task} is not queued"));
        self.tell(Event::Dispatched {
            task: id(task),
            attempt,
        })
        .unwrap();
    }

    pub(crate) fn attempted(&mut self, task: &str, result: Attempted) {
        if self.queued.contains_key(task) {
            self.dispatch(task);
        }
        let attempt = self
            .running
            .remove(task)
            .unwrap_or_else(|| panic!("{task} does not run"));
        if matches!(result, Attempted::Parked(_)) {
            self.running.insert(id(task), attempt);
        }
        self.tell(Event::Attempted {
            task: id(task),
            attempt,
            result,
        })
        .unwrap();
    }

    /// Lets the next timer come that is set, and the time with it.
    pub(crate) fn tick(&mut self) {
        let (at, timer) = self.timers.pop_first().expect("a timer is set");
        self.now = self.now.max(at);
        let waited = matches!(timer.purpose, flowkeep_core::run::Purpose::Wait);
        let task = timer.task.clone();
        self.tell(Event::Due(timer)).unwrap();
        let ended = self
            .state
            .task(&self.definition, &task)
            .unwrap()
            .status()
            .is_final();
        if waited && ended {
            self.running.remove(&task);
        }
    }

    pub(crate) fn answer(&mut self, task: &str, decision: Decision) -> Result<(), Refused> {
        self.tell(Event::Answered {
            task: id(task),
            decision,
        })?;
        self.asked.remove(task);
        // A question that is asked anew, at once, stays.
        let state = self.state.task(&self.definition, &id(task)).unwrap();
        if state.status() == Status::Waiting {
            self.asked.insert(id(task));
        }
        Ok(())
    }

    /// Plays a script of words; see `scenarios.rs`.
    pub(crate) fn play(&mut self, script: &str) {
        for word in script.split_whitespace() {
            self.word(word)
                .unwrap_or_else(|refused| panic!("{word}: {refused:?}"));
        }
    }

    pub(crate) fn word(&mut self, word: &str) -> Result<(), Refused> {
        match word {
            "start" => self.start(),
            "cancel" => return self.tell(Event::Cancel),
            "pause" => return self.tell(Event::Pause),
            "resume" => return self.tell(Event::Resume),
            "lost" => {
                self.lose_owner();
                return self.tell(Event::OwnerLost);
            }
            "adopted" => return self.tell(Event::Adopted),
            "tick" => self.tick(),
            "unlock" => {
                return self.tell(Event::Unlocked {
                    secret: "s".to_owned(),
                });
            }
            _ => return self.task_word(word),
        }
        Ok(())
    }

    /// A dead owner's memory is gone: its queue, what it ran. Waits and child runs go on.
    pub(crate) fn lose_owner(&mut self) {
        let parked = |task: &TaskId| {
            matches!(
                self.state.task(&self.definition, task).unwrap().phase,
                Phase::Running {
                    parked: Some(_),
                    ..
                }
            )
        };
        let gone: Vec<_> = self
            .running
            .keys()
            .filter(|task| !parked(task))
            .cloned()
            .collect();
        for task in gone {
            self.running.remove(&task);
        }
        self.queued.clear();
        self.timers.clear();
        self.asked.clear();
    }

    fn task_word(&mut self, word: &str) -> Result<(), Refused> {
        if let Some((task, decision)) = word.strip_prefix('@').and_then(|w| w.split_once(':')) {
            let (decision, to) = decision.split_once('>').unwrap_or((decision, ""));
            return self.answer(
                task,
                match decision {
                    "approve" => Decision::Approve {
                        next: (!to.is_empty()).then(|| id(to)),
                    },
                    "back" => Decision::SendBack {
                        to: id(to),
                        reason: None,
                    },
                    "done" => Decision::Done,
                    "failed" => Decision::Failed,
                    "rerun" => Decision::Rerun,
                    other => panic!("no decision {other}"),
                },
            );
        }
        if let Some(task) = word.strip_prefix('>') {
            self.dispatch(task);
        } else if let Some(task) = word.strip_prefix('?') {
            self.evaluated(task, Evaluation::Holds(true));
        } else if let Some(task) = word.strip_prefix('!') {
            self.evaluated(task, Evaluation::Holds(false));
        } else if let Some(task) = word.strip_prefix('#') {
            self.evaluated(task, Evaluation::Failed(Message::new("expression_missing")));
        } else if let Some((task, chosen)) = word.split_once('=') {
            self.attempted(
                task,
                Attempted::Succeeded {
                    called: Some(id(chosen)),
                },
            );
        } else if let Some(task) = word.strip_suffix('+') {
            self.attempted(task, Attempted::Succeeded { called: None });
        } else if let Some(task) = word.strip_suffix('~') {
            self.attempted(task, Attempted::Broken);
        } else if let Some(task) = word.strip_suffix(":undone") {
            self.attempted(task, Attempted::Left { undone: true });
        } else if let Some(task) = word.strip_suffix(":left") {
            self.attempted(task, Attempted::Left { undone: false });
        } else if let Some(task) = word.strip_suffix(":unsure") {
            let error = Message::new("cut");
            self.attempted(task, Attempted::Unsure { error });
        } else if let Some(task) = word.strip_suffix(":wait") {
            self.attempted(task, Attempted::Parked(Parked::Until(self.now.after(5000))));
        } else if let Some(task) = word.strip_suffix(":child_asks") {
            self.attempted(task, Attempted::Parked(Parked::ChildAsks));
        } else if let Some(task) = word.strip_suffix(":child") {
            self.attempted(task, Attempted::Parked(Parked::Child));
        } else if let Some(task) = word.strip_suffix(":locked") {
            self.attempted(
                task,
                Attempted::Locked {
                    secret: "s".to_owned(),
                },
            );
        } else if let Some((task, code)) = word.split_once('-') {
            let code = if code.is_empty() { "broken" } else { code };
            let error = Message::new(code);
            self.attempted(
                task,
                Attempted::Failed {
                    error,
                    permanent: code == "permanent",
                },
            );
        } else {
            panic!("no word {word}");
        }
        Ok(())
    }

    fn evaluated(&mut self, task: &str, result: Evaluation) {
        let round = self.state.task(&self.definition, &id(task)).unwrap().round;
        self.tell(Event::Evaluated {
            task: id(task),
            round,
            result,
        })
        .unwrap();
    }

    /// `run=STATUS a=STATUS:REASON …`, what is plain left out.
    pub(crate) fn summary(&self) -> String {
        let mut words = vec![format!("run={}", self.state.head.status.as_str())];
        for (task, state) in self.definition.tasks().iter().zip(&self.state.tasks) {
            let reason = state.reason.map_or_else(String::new, |reason| {
                format!(
                    ":{}",
                    serde_json::to_value(reason).unwrap().as_str().unwrap()
                )
            });
            words.push(format!("{}={}{reason}", task.id, state.status().as_str()));
        }
        words.join(" ")
    }

    /// Ids of what began, in that order.
    pub(crate) fn order(&self) -> String {
        let ids: Vec<_> = self.begun.iter().map(|(task, _)| task.as_str()).collect();
        ids.join(" ")
    }

    pub(crate) fn messages(&self, least: Level) -> Vec<&str> {
        let messages = self.effects.iter().filter_map(|effect| match effect {
            Effect::Message { level, message, .. } if *level >= least => {
                Some(message.code.as_str())
            }
            _ => None,
        });
        messages.collect()
    }
}
