//! Any definition, any history: what holds whatever happens.
//!
//! A definition is made by chance, an engine carries it out that does what chance says: it crashes,
//! it fails, people answer this and that, and things are told twice and too late. After every event
//! the rules are looked at, written down here as the contract says them and not as the code does.
//! In the end everything that is open is brought to its end, and the run has to have one too. Then it
//! is repeated, as a person may, by a run for which the same holds.

mod draw;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use flowkeep_core::run::{
    Attempted, Decision, Definition, Evaluation, Event, From, Parked, Phase, Purpose, RunState,
    Start, Task, TaskId, Timer, repeat, step,
};
use flowkeep_core::{Document, Format, Message};
use proptest::prelude::*;

use self::draw::{dependent, drawn, guided};
use crate::play::{Play, id, run_id};

/// The engine that does what chance says, and the rules it looks at.
struct Model {
    play: Play,
    /// Compensations in the order in which they have to come, once that is fixed.
    undo: Option<Vec<usize>>,
    undone: Vec<usize>,
    /// Attempts that were broken off and have not been made again, by their tasks.
    broken: BTreeMap<TaskId, Broken>,
}

/// That the last attempt of a task was broken off.
#[derive(Debug, Clone, Copy)]
struct Broken {
    round: u32,
    /// How often in a row it was its owner that was lost.
    times: u32,
    /// Whether a person wanted it run again since.
    wanted: bool,
}

impl Model {
    fn new(definition: Definition, start: Start) -> Self {
        let mut model = Self {
            play: Play::new(definition),
            undo: None,
            undone: Vec::new(),
            broken: BTreeMap::new(),
        };
        model.tell(Event::Started(start));
        model
    }

    fn ended(&self) -> bool {
        self.play.state.head.status.is_final()
    }

    fn tell(&mut self, event: Event) {
        let before = self.play.state.clone();
        let said = self.play.effects.len();
        if self.play.tell(event).is_ok() {
            self.check(&before, said);
        }
    }

    /// Something happens; which of all that could, `chance` says.
    fn happen(&mut self, chance: u32) {
        let pick = (chance >> 8) as usize;
        let of = |count: usize| (count > 0).then(|| pick % count);
        let tasks = self.play.definition.tasks().len();
        match chance % 32 {
            0 if pick.is_multiple_of(16) => self.tell(Event::Cancel),
            1 => self.tell(Event::Pause),
            2 | 3 => self.tell(Event::Resume),
            4 => {
                self.play.lose_owner();
                self.tell(Event::OwnerLost);
            }
            5 => self.adopt(),
            6 => self.tell(Event::Unlocked {
                secret: "s".to_owned(),
            }),
            0 | 7 | 8 => self.tick(),
            9 => self.nonsense(pick, tasks),
            10..14 => {
                let asked: Vec<_> = self.play.asked.iter().cloned().collect();
                if let Some(index) = of(asked.len()) {
                    let decision = match pick / 64 % 8 {
                        0 | 1 => Decision::SendBack {
                            reason: None,
                            to: id(&format!("t{}", pick / 512 % tasks)),
                        },
                        2 => Decision::Failed,
                        3 => Decision::Rerun,
                        4 => Decision::Done,
                        5 => Decision::Approve {
                            next: Some(id(&format!("t{}", pick / 512 % tasks))),
                        },
                        _ => Decision::Approve { next: None },
                    };
                    self.answer(&asked[index], decision);
                }
            }
            14..18 => {
                let checking = self.in_phase(|phase| *phase == Phase::Checking);
                if let Some(index) = of(checking.len()) {
                    let result = match pick / 64 % 4 {
                        0 => Evaluation::Holds(false),
                        1 => Evaluation::Failed(Message::new("expression_missing")),
                        _ => Evaluation::Holds(true),
                    };
                    self.evaluated(checking[index], result);
                }
            }
            18..24 => {
                let queued: Vec<_> = self.play.queued.keys().cloned().collect();
                if let Some(index) = of(queued.len()) {
                    let attempt = self.play.queued.remove(&queued[index]).unwrap();
                    self.tell(Event::Dispatched {
                        task: queued[index].clone(),
                        attempt,
                    });
                }
            }
            _ => {
                let running: Vec<_> = self.play.running.keys().cloned().collect();
                if let Some(index) = of(running.len()) {
                    let result = match pick / 64 % 15 {
                        0..3 => Attempted::Failed {
                            error: Message::new("broken"),
                            permanent: false,
                        },
                        3 => Attempted::Failed {
                            error: Message::new("broken"),
                            permanent: true,
                        },
                        4 => Attempted::Broken,
                        5 => Attempted::Parked(Parked::Until(self.play.now.after(2000))),
                        6 if (pick / 1024).is_multiple_of(2) => Attempted::Parked(Parked::Child),
                        6 => Attempted::Parked(Parked::ChildAsks),
                        7 => Attempted::Locked {
                            secret: "s".to_owned(),
                        },
                        12 => Attempted::Left { undone: true },
                        13 => Attempted::Left { undone: false },
                        14 => Attempted::Unsure {
                            error: Message::new("cut"),
                        },
                        8 => Attempted::Succeeded {
                            called: Some(id(&format!("t{}", pick / 1024 % tasks))),
                        },
                        _ => Attempted::Succeeded { called: None },
                    };
                    self.attempted(&running[index], result);
                }
            }
        }
    }

    fn in_phase(&self, wanted: impl Fn(&Phase) -> bool) -> Vec<usize> {
        let states = self.play.state.tasks.iter().enumerate();
        states
            .filter(|(_, state)| wanted(&state.phase))
            .map(|(at, _)| at)
            .collect()
    }

    fn adopt(&mut self) {
        let children = self.in_phase(|phase| {
            matches!(
                phase,
                Phase::Running {
                    parked: Some(Parked::Child | Parked::ChildAsks),
                    ..
                }
            )
        });
        self.play.lose_owner();
        self.tell(Event::Adopted);
        // A child run is found again by its new owner.
        for at in children {
            let (task, attempt) = (
                self.play.definition.tasks()[at].id.clone(),
                self.play.state.tasks[at].attempts,
            );
            if matches!(self.play.state.tasks[at].phase, Phase::Running { .. }) {
                self.play.running.insert(task, attempt);
            }
        }
    }

    fn tick(&mut self) {
        let Some((at, timer)) = self.play.timers.pop_first() else {
            return;
        };
        self.play.now = self.play.now.max(at);
        let task = timer.task.clone();
        self.tell(Event::Due(timer));
        let runs = matches!(
            self.play
                .state
                .task(&self.play.definition, &task)
                .unwrap()
                .phase,
            Phase::Running { .. }
        );
        // A wait is over, or has taken too long: nobody has to say so.
        if !runs {
            self.play.running.remove(&task);
        }
    }

    fn answer(&mut self, task: &TaskId, decision: Decision) {
        let before = self.play.state.clone();
        let said = self.play.effects.len();
        let rerun = decision == Decision::Rerun;
        if self
            .play
            .tell(Event::Answered {
                task: task.clone(),
                decision,
            })
            .is_ok()
        {
            if let Some(broken) = self.broken.get_mut(task).filter(|_| rerun) {
                broken.wanted = true;
            }
            self.check(&before, said);
            let state = self.play.state.task(&self.play.definition, task).unwrap();
            if !matches!(state.phase, Phase::Asking { .. } | Phase::Interrupted) {
                self.play.asked.remove(task);
            }
        }
    }

    fn evaluated(&mut self, at: usize, result: Evaluation) {
        let task = self.play.definition.tasks()[at].id.clone();
        let round = self.play.state.tasks[at].round;
        self.tell(Event::Evaluated {
            task,
            round,
            result,
        });
    }

    fn attempted(&mut self, task: &TaskId, result: Attempted) {
        let attempt = self.play.running.remove(task).unwrap();
        let parked = matches!(result, Attempted::Parked(_));
        self.tell(Event::Attempted {
            task: task.clone(),
            attempt,
            result,
        });
        let state = self.play.state.task(&self.play.definition, task).unwrap();
        let still = matches!(state.phase, Phase::Running { .. }) && state.attempts == attempt;
        if still && parked {
            self.play.running.insert(task.clone(), attempt);
        }
    }

    /// What engines tell twice, too late, or of nothing there is.
    fn nonsense(&mut self, pick: usize, tasks: usize) {
        let task = id(&format!("t{}", pick % (tasks + 1)));
        let state = self.play.state.task(&self.play.definition, &task).cloned();
        let attempts = state.map_or(0, |state| state.attempts);
        let attempt = attempts.wrapping_sub(1);
        let before = self.play.state.clone();
        let event = match pick / 64 % 5 {
            0 => Event::Attempted {
                task,
                attempt,
                result: Attempted::Succeeded { called: None },
            },
            1 => Event::Dispatched { task, attempt },
            2 => Event::Evaluated {
                task,
                round: 77,
                result: Evaluation::Holds(true),
            },
            3 => Event::Due(Timer {
                task,
                attempt,
                purpose: Purpose::Timeout,
            }),
            _ => Event::Started(Start::default()),
        };
        self.tell(event);
        assert_eq!(
            self.play.state, before,
            "what comes too late changes nothing"
        );
    }

    /// Brings everything that is open to its end. A run that does not end then never would.
    fn come_to_an_end(&mut self) {
        if !self.ended() {
            self.adopt();
            self.tell(Event::Resume);
        }
        for _ in 0..2000 {
            if self.ended() {
                return;
            }
            if let Some((task, attempt)) = self.play.queued.pop_first() {
                self.tell(Event::Dispatched { task, attempt });
            } else if let Some(&at) = self.in_phase(|phase| *phase == Phase::Checking).first() {
                self.evaluated(at, Evaluation::Holds(true));
            } else if let Some(task) = self.play.running.keys().next().cloned() {
                self.attempted(&task, Attempted::Succeeded { called: None });
            } else if let Some(task) = self.play.asked.iter().next().cloned() {
                self.answer(&task, Decision::Done);
            } else if !self
                .in_phase(|phase| matches!(phase, Phase::Locked { .. }))
                .is_empty()
            {
                self.tell(Event::Unlocked {
                    secret: "s".to_owned(),
                });
            } else {
                assert!(
                    !self.play.timers.is_empty(),
                    "it waits for nothing: {}",
                    self.play.summary()
                );
                self.tick();
            }
        }
        panic!("it does not end: {}", self.play.summary());
    }

    /// Plays a history, brings the run to its end, and tells it again; what it has come to.
    fn play_out(mut self, history: &[u32]) -> RunState {
        for &chance in history {
            self.happen(chance);
        }
        self.come_to_an_end();
        self.tell_again();
        self.play.state
    }

    /// The same history, told anew, gives the same effects and the same end.
    fn tell_again(&self) {
        let mut state = RunState::new(run_id(), &self.play.definition);
        let mut effects = Vec::new();
        for (event, now) in &self.play.history {
            effects.extend(
                step(&self.play.definition, &mut state, event, *now, 7)
                    .into_iter()
                    .flatten(),
            );
        }
        assert_eq!((&state, &effects), (&self.play.state, &self.play.effects));
        let keys: BTreeSet<_> = self.play.begun.iter().map(|(_, key)| key).collect();
        let rounds: u32 = self
            .play
            .state
            .tasks
            .iter()
            .map(|task| task.round + 1)
            .sum();
        assert!(keys.len() <= rounds as usize, "one key for one doing");
    }
}

/// How the first run begins: mostly as a whole, now and then without some tasks or with one alone.
fn start_by(chance: u32, definition: &Definition) -> Start {
    let tasks = definition.tasks().iter().zip(0..);
    let bits = chance >> 8;
    let chosen = |(_, at): &(&Task, u32)| bits.rotate_right(*at) & 7 == 7;
    Start {
        left_out: match chance % 4 {
            0 => tasks
                .filter(chosen)
                .map(|(task, _)| task.id.clone())
                .collect(),
            _ => Vec::new(),
        },
        only: (chance % 16 == 1).then(|| {
            definition.tasks()[bits as usize % definition.tasks().len()]
                .id
                .clone()
        }),
        ..Start::default()
    }
}

/// How a run begins that repeats one that has ended.
fn repeat_by(chance: u32, definition: &Definition, before: &RunState) -> Start {
    let bits = chance >> 8;
    let some = definition.tasks()[bits as usize % definition.tasks().len()]
        .id
        .clone();
    let left_out = match chance % 3 {
        0 => vec![some.clone()],
        _ => Vec::new(),
    };
    let from = match chance / 3 % 4 {
        0 => From::Start,
        1 => From::Task(some),
        _ => From::Failed,
    };
    repeat(definition, before, definition, &from, &left_out, &[]).unwrap()
}

/// A run and one that repeats it; each does what its half of the history says.
fn play_out(text: &str, history: &[u32], starts: (u32, u32)) {
    let document = Document::parse(Format::Json, text.to_owned()).unwrap();
    // Some draws wait for themselves; that they are refused is tested elsewhere.
    let Ok(definition) = Definition::read(document.value()) else {
        return;
    };
    let (first, second) = history.split_at(history.len() / 2);
    let start = start_by(starts.0, &definition);
    let before = Model::new(definition.clone(), start).play_out(first);
    let start = repeat_by(starts.1, &definition, &before);
    Model::new(definition, start).play_out(second);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tasks_with_dependencies(
        drawn in proptest::collection::vec(drawn(), 1..9),
        history in proptest::collection::vec(any::<u32>(), 0..240),
        starts in any::<(u32, u32)>(),
    ) {
        play_out(&dependent(&drawn), &history, starts);
    }

    #[test]
    fn guided_steps(
        drawn in proptest::collection::vec(drawn(), 1..6),
        history in proptest::collection::vec(any::<u32>(), 0..120),
        starts in any::<(u32, u32)>(),
    ) {
        play_out(&guided(&drawn), &history, starts);
    }
}
