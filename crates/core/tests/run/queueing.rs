//! The queue against a plain list that is searched from end to end.

use std::collections::BTreeSet;
use std::sync::Arc;

use flowkeep_core::RunId;
use flowkeep_core::run::queue::{AGE_MS, Chosen, Queue, Waiting};
use flowkeep_core::run::{Moment, TaskId};
use proptest::prelude::*;

use crate::play::{id, run_id};

fn waiting(task: &str, workflow: &str, priority: i64, needs: &[&str], since: i64) -> Waiting {
    Waiting {
        run: run_id(),
        task: id(task),
        attempt: 1,
        workflow: Arc::from(workflow),
        priority,
        capabilities: needs.iter().map(|&need| need.to_owned()).collect(),
        since: Moment(since),
    }
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// What goes, in its order, until nothing more can; with the agents where there are any.
fn drain(queue: &mut Queue) -> String {
    let turns = std::iter::from_fn(|| queue.choose());
    let words = turns.map(|turn| match turn.agent {
        Some(agent) => format!("{}@{agent}", turn.waiting.task),
        None => turn.waiting.task.to_string(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn smaller_priorities_go_first_and_zero_is_the_highest() {
    let mut queue = Queue::new(None);
    for (task, priority) in [("c", 2), ("a", 0), ("d", 2), ("b", 1), ("z", -1)] {
        queue.push(waiting(task, "w", priority, &[], 0));
    }
    assert_eq!(drain(&mut queue), "z a b c d");
}

#[test]
fn waiting_raises() {
    let mut queue = Queue::new(None);
    queue.push(waiting("old", "w", 2, &[], 0));
    queue.push(waiting("soon", "w", 0, &[], 2 * AGE_MS - 1));
    queue.push(waiting("late", "w", 0, &[], 2 * AGE_MS + 1));
    queue.push(waiting("never", "w", i64::MAX, &[], 0));
    queue.push(waiting("next week", "w", 0, &[], 8 * 24 * 60 * AGE_MS));
    assert_eq!(drain(&mut queue), "soon old late never next week");
}

#[test]
fn a_full_workflow_holds_up_nobody_else() {
    let mut queue = Queue::new(None);
    queue.set_workflow(&Arc::from("w"), Some(1));
    for task in ["a", "b"] {
        queue.push(waiting(task, "w", 0, &[], 0));
    }
    queue.push(waiting("c", "v", 5, &[], 0));
    assert_eq!(drain(&mut queue), "a c");
    assert!(queue.release(run_id(), &id("a")) && !queue.release(run_id(), &id("a")));
    assert_eq!(drain(&mut queue), "b");
    queue.push(waiting("d", "w", 0, &[], 0));
    assert_eq!(drain(&mut queue), "");
    queue.set_workflow(&Arc::from("w"), Some(2));
    assert_eq!(drain(&mut queue), "d");
}

#[test]
fn no_more_than_the_engine_allows() {
    let mut queue = Queue::new(Some(2));
    for task in ["a", "b", "c"] {
        queue.push(waiting(task, "w", 0, &[], 0));
    }
    assert_eq!(drain(&mut queue), "a b");
    queue.release(run_id(), &id("b"));
    assert_eq!(drain(&mut queue), "c");
}

#[test]
fn the_least_loaded_agent_that_fits_is_taken_and_none_is_a_wait() {
    let mut queue = Queue::new(None);
    queue.set_agent("one", set(&["sqlite", "http"]), 2);
    queue.set_agent("two", set(&["sqlite"]), 4);
    for task in ["a", "b", "c", "d", "e", "f", "g"] {
        queue.push(waiting(task, "w", 0, &["sqlite"], 0));
    }
    queue.push(waiting("h", "w", 0, &["http", "sqlite"], 0));
    queue.push(waiting("m", "w", 9, &["mysql"], 0));
    queue.push(waiting("plain", "w", 9, &[], 0));
    assert_eq!(
        drain(&mut queue),
        "a@one b@two c@two d@one e@two f@two plain"
    );
    queue.release(run_id(), &id("d"));
    assert_eq!(drain(&mut queue), "g@one");
    queue.release(run_id(), &id("a"));
    assert_eq!(drain(&mut queue), "h@one");
    queue.set_agent("three", set(&["mysql"]), 1);
    assert_eq!(drain(&mut queue), "m@three");
    assert!(queue.is_empty());
}

#[test]
fn an_agent_that_comes_back_has_what_it_runs() {
    let mut queue = Queue::new(None);
    queue.set_agent("one", set(&["sqlite"]), 2);
    for task in ["a", "b", "c", "d"] {
        queue.push(waiting(task, "w", 0, &["sqlite"], 0));
    }
    assert_eq!(drain(&mut queue), "a@one b@one");
    queue.remove_agent("one");
    queue.set_agent("one", set(&["sqlite"]), 2);
    assert_eq!(drain(&mut queue), "");
    queue.release(run_id(), &id("a"));
    assert_eq!(drain(&mut queue), "c@one");
    // What ran before the agents were known counts as well.
    queue.resume(run_id(), id("x"), Arc::from("w"), Some("two".to_owned()));
    queue.set_agent("two", set(&["sqlite"]), 1);
    assert_eq!(drain(&mut queue), "");
}

#[test]
fn what_is_withdrawn_does_not_go_and_what_ran_before_counts() {
    let mut queue = Queue::new(None);
    queue.set_workflow(&Arc::from("w"), Some(1));
    queue.push(waiting("a", "w", 0, &[], 0));
    queue.push(waiting("b", "w", 0, &[], 0));
    assert!(queue.withdraw(run_id(), &id("a")) && !queue.withdraw(run_id(), &id("a")));
    queue.resume(run_id(), id("x"), Arc::from("w"), None);
    assert_eq!((drain(&mut queue), queue.running()), (String::new(), 1));
    queue.release(run_id(), &id("x"));
    assert_eq!((drain(&mut queue), queue.len()), ("b".to_owned(), 0));
}

#[test]
fn a_hundred_thousand_wait_and_a_choice_does_not_search_them() {
    let mut queue = Queue::new(None);
    queue.set_agent("one", set(&["sqlite"]), 1);
    queue.set_workflow(&Arc::from("full"), Some(0));
    for n in 0..100_000_i32 {
        let (workflow, need) =
            [("full", "sqlite"), ("w", "mysql"), ("v", "sqlite")][usize::try_from(n % 3).unwrap()];
        queue.push(waiting(
            &n.to_string(),
            workflow,
            i64::from(n % 7),
            &[need],
            i64::from(n),
        ));
    }
    // Two thirds can never go; a search through them for each of the others would not end today.
    let mut gone = 0;
    while let Some(turn) = queue.choose() {
        gone += 1;
        queue.release(run_id(), &turn.waiting.task);
    }
    assert_eq!((gone, queue.len()), (33_333, 66_667));
}

type Running = (TaskId, Arc<str>, Option<String>);

/// The same rules, written down as they are said.
#[derive(Default)]
struct Plain {
    waiting: Vec<Waiting>,
    running: Vec<Running>,
    limit: Option<u32>,
    limits: Vec<(Arc<str>, u32)>,
    agents: Vec<(String, BTreeSet<String>, u32)>,
}

impl Plain {
    fn choose(&mut self) -> Option<Chosen> {
        let count = |of: &dyn Fn(&Running) -> bool| {
            u32::try_from(self.running.iter().filter(|running| of(running)).count()).unwrap()
        };
        if self.limit.is_some_and(|limit| count(&|_| true) >= limit) {
            return None;
        }
        let mut best: Option<(usize, Option<String>)> = None;
        for (index, waiting) in self.waiting.iter().enumerate() {
            let limit = self
                .limits
                .iter()
                .find(|(workflow, _)| *workflow == waiting.workflow);
            if limit.is_some_and(|(_, limit)| count(&|r| r.1 == waiting.workflow) >= *limit) {
                continue;
            }
            let mut agents: Vec<_> = self.agents.iter().collect();
            agents.retain(|(id, can, capacity)| {
                count(&|r| r.2.as_ref() == Some(id)) < *capacity
                    && waiting.capabilities.is_subset(can)
            });
            agents.sort_by(|a, b| {
                let load = |(id, _, capacity): &(String, BTreeSet<String>, u32)| {
                    f64::from(count(&|r| r.2.as_ref() == Some(id))) / f64::from(*capacity)
                };
                load(a).total_cmp(&load(b)).then_with(|| a.0.cmp(&b.0))
            });
            let agent = agents.first().map(|(id, ..)| id.clone());
            if !waiting.capabilities.is_empty() && agent.is_none() {
                continue;
            }
            let agent = agent.filter(|_| !waiting.capabilities.is_empty());
            let order = |index: usize| {
                let waiting: &Waiting = &self.waiting[index];
                waiting.since.0 + waiting.priority * AGE_MS
            };
            if best
                .as_ref()
                .is_none_or(|(before, _)| order(index) < order(*before))
            {
                best = Some((index, agent));
            }
        }
        let (index, agent) = best?;
        let waiting = self.waiting.remove(index);
        let running = (
            waiting.task.clone(),
            Arc::clone(&waiting.workflow),
            agent.clone(),
        );
        self.running.push(running);
        Some(Chosen { waiting, agent })
    }

    fn release(&mut self, task: &TaskId) {
        self.running.retain(|(running, ..)| running != task);
    }
}

#[derive(Debug, Clone)]
enum Act {
    Push {
        workflow: usize,
        priority: i64,
        needs: usize,
        later: i64,
    },
    Choose,
    Release(usize),
    Withdraw(usize),
    Limit(usize, u32),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0..3_usize, -2..4_i64, 0..4_usize, 0..90_000_i64)
            .prop_map(|(workflow, priority, needs, later)| Act::Push { workflow, priority, needs, later }),
        4 => Just(Act::Choose),
        2 => any::<usize>().prop_map(Act::Release),
        1 => any::<usize>().prop_map(Act::Withdraw),
        1 => (0..3_usize, 0..4_u32).prop_map(|(workflow, limit)| Act::Limit(workflow, limit)),
    ];
    proptest::collection::vec(act, 0..120)
}

proptest! {
    #[test]
    fn it_chooses_as_the_rules_say(acts in acts(), limit in proptest::option::of(1..6_u32)) {
        let workflows: [Arc<str>; 3] = ["u", "v", "w"].map(Arc::from);
        let needs: [&[&str]; 4] = [&[], &["sqlite"], &["http"], &["http", "sqlite"]];
        let mut queue = Queue::new(limit);
        let mut plain = Plain { limit, ..Plain::default() };
        for (agent, can, capacity) in [("a", &["sqlite"][..], 2), ("b", &["http", "sqlite"], 3), ("c", &["mysql"], 1)] {
            queue.set_agent(agent, set(can), capacity);
            plain.agents.push((agent.to_owned(), set(can), capacity));
        }
        let (mut now, mut number) = (0, 0);
        for act in acts {
            match act {
                Act::Push { workflow, priority, needs: need, later } => {
                    now += later;
                    number += 1;
                    let new = waiting(&format!("t{number}"), &workflows[workflow], priority, needs[need], now);
                    queue.push(new.clone());
                    plain.waiting.push(new);
                }
                Act::Choose => prop_assert_eq!(queue.choose(), plain.choose()),
                Act::Release(index) => {
                    if let Some((task, ..)) = plain.running.get(index % plain.running.len().max(1)).cloned() {
                        prop_assert!(queue.release(run_id(), &task));
                        plain.release(&task);
                    }
                }
                Act::Withdraw(index) => {
                    let count = plain.waiting.len().max(1);
                    if index % count < plain.waiting.len() {
                        let gone = plain.waiting.remove(index % count);
                        prop_assert!(queue.withdraw(run_id(), &gone.task));
                    }
                }
                Act::Limit(workflow, limit) => {
                    queue.set_workflow(&workflows[workflow], Some(limit));
                    plain.limits.retain(|(name, _)| *name != workflows[workflow]);
                    plain.limits.push((Arc::clone(&workflows[workflow]), limit));
                }
            }
            prop_assert_eq!((queue.len(), queue.running()), (plain.waiting.len(), plain.running.len()));
        }
    }

    /// Whatever comes in, only what came within the minutes of its priority goes before an attempt.
    #[test]
    fn nothing_starves(others in proptest::collection::vec((-3..3_i64, 1..40_000_i64), 1..200), priority in -3..3_i64) {
        let mut queue = Queue::new(Some(1));
        queue.push(waiting("mine", "w", priority, &[], 0));
        let mut now = 0;
        for (index, (other, later)) in others.iter().enumerate() {
            now += later;
            queue.push(waiting(&format!("t{index}"), "w", *other, &[], now));
            let turn = queue.choose().unwrap();
            queue.release(run_id(), &turn.waiting.task);
            if turn.waiting.task == id("mine") {
                return Ok(());
            }
            prop_assert!(turn.waiting.since.0 <= (priority - turn.waiting.priority) * AGE_MS);
        }
    }
}

#[test]
fn runs_are_told_apart() {
    let other: RunId = "01ARZ3NDEKTSV4RRFFQ69G5FAW".parse().unwrap();
    let mut queue = Queue::new(None);
    queue.push(waiting("a", "w", 0, &[], 0));
    queue.push(Waiting {
        run: other,
        ..waiting("a", "w", 0, &[], 1)
    });
    assert!(queue.withdraw(run_id(), &id("a")));
    assert_eq!(queue.choose().map(|turn| turn.waiting.run), Some(other));
}
