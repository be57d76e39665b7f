//! Statistics against counting by hand.

use std::collections::BTreeMap;

use flowkeep_core::run::{Status, TaskId};
use flowkeep_store::{AssignedSource, Figures, RunWrite, Spread, StatisticsFilter};

use crate::ground::{Ground, attempt};

/// A sequence that looks random and is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[derive(Default)]
struct Naive {
    count: u32,
    statuses: BTreeMap<Status, u32>,
    durations: Vec<i64>,
    queues: Vec<i64>,
}

impl Naive {
    fn add(&mut self, status: Status, queue: i64, duration: i64) {
        self.count += 1;
        *self.statuses.entry(status).or_default() += 1;
        self.queues.push(queue);
        if status == Status::Succeeded {
            self.durations.push(duration);
        }
    }

    fn agrees_with(&mut self, line: &Figures) {
        assert_eq!(line.count, self.count, "{line:?}");
        let statuses: BTreeMap<_, _> = line.statuses.iter().copied().collect();
        assert_eq!(statuses, self.statuses, "{line:?}");
        assert_eq!(line.duration, spread(&mut self.durations), "{line:?}");
        assert_eq!(line.queue, spread(&mut self.queues), "{line:?}");
    }
}

/// The smallest value that so many of them are not above.
fn spread(values: &mut [i64]) -> Option<Spread> {
    values.sort_unstable();
    let rank = |percent: usize| {
        let place = (values.len() * percent).div_ceil(100);
        values.get(place.checked_sub(1)?).copied()
    };
    Some(Spread {
        count: u32::try_from(values.len()).unwrap(),
        median: rank(50)?,
        p90: rank(90)?,
    })
}

/// What was counted while it was written.
#[derive(Default)]
struct Counted {
    workflows: BTreeMap<&'static str, Naive>,
    tasks: BTreeMap<(String, String), Naive>,
    sources: BTreeMap<&'static str, Naive>,
    agents: BTreeMap<&'static str, Naive>,
}

fn write_and_count(ground: &Ground) -> Counted {
    let Counted {
        mut workflows,
        mut tasks,
        mut sources,
        mut agents,
    } = Counted::default();
    let mut dice = Dice(7);
    let mut at = 0;
    for _ in 0..157 {
        let workflow = ["alpha", "beta", "gamma"][usize::try_from(dice.roll(3)).unwrap()];
        at += 100_000;
        let run = ground.run(workflow, at, "{}");
        let begun = at + dice.roll(50);
        let mut status = Status::Succeeded;
        let mut now = begun;
        for task in ["load", "check"] {
            let queued = now;
            let started = queued + dice.roll(300);
            now = started + dice.roll(5_000);
            let ended = [Status::Succeeded, Status::Succeeded, Status::Failed]
                [usize::try_from(dice.roll(3)).unwrap()];
            let source = ["local", "store"][usize::try_from(dice.roll(2)).unwrap()];
            let agent = ["north", "south", "west"][usize::try_from(dice.roll(3)).unwrap()];
            let assigned = RunWrite::Assigned {
                task: TaskId(task.to_owned()),
                number: 1,
                agent: Some(agent.to_owned()),
                source: Some(AssignedSource {
                    name: source.to_owned(),
                    rule: "name".to_owned(),
                    passed_over: Vec::new(),
                }),
            };
            ground.write(
                run,
                queued,
                vec![attempt(task, 1, Status::Queued), assigned],
            );
            ground.write(run, started, vec![attempt(task, 1, Status::Running)]);
            ground.write(run, now, vec![attempt(task, 1, ended)]);
            for naive in [
                tasks
                    .entry((workflow.to_owned(), task.to_owned()))
                    .or_default(),
                sources.entry(source).or_default(),
                agents.entry(agent).or_default(),
            ] {
                naive.add(ended, started - queued, now - started);
            }
            if ended == Status::Failed {
                status = Status::Failed;
            }
        }
        ground.write(
            run,
            begun,
            vec![crate::ground::head(run.1, Status::Running)],
        );
        ground.end(run, now, status);
        workflows
            .entry(workflow)
            .or_default()
            .add(status, begun - at, now - begun);
    }
    Counted {
        workflows,
        tasks,
        sources,
        agents,
    }
}

#[test]
fn figures_are_those_of_counting_by_hand() {
    let ground = Ground::new();
    let mut counted = write_and_count(&ground);
    let all = ground
        .store
        .statistics(&StatisticsFilter::default())
        .unwrap();
    assert_eq!((all.total, all.looked_at), (157, 157));
    assert_eq!(all.workflows.len(), 3);
    for line in &all.workflows {
        let id = line.workflow.as_deref().unwrap();
        assert_eq!(line.name, id.to_uppercase());
        counted.workflows.get_mut(id).unwrap().agrees_with(line);
    }
    assert_eq!(all.tasks.len(), 6);
    for line in &all.tasks {
        let key = (line.workflow.clone().unwrap(), line.name.clone());
        counted.tasks.get_mut(&key).unwrap().agrees_with(line);
    }
    assert_eq!(all.sources.len(), 2);
    for line in &all.sources {
        counted
            .sources
            .get_mut(line.name.as_str())
            .unwrap()
            .agrees_with(line);
    }
    assert_eq!(all.agents.len(), 3);
    for line in &all.agents {
        let agent = counted.agents.get_mut(line.name.as_str());
        agent.unwrap().agrees_with(line);
    }

    let of = |workflow: Option<&str>, since, until| StatisticsFilter {
        workflow: workflow.map(str::to_owned),
        since,
        until,
    };
    let beta = ground
        .store
        .statistics(&of(Some("beta"), None, None))
        .unwrap();
    assert_eq!(
        beta.workflows,
        [all.workflows
            .iter()
            .find(|line| line.name == "BETA")
            .unwrap()
            .clone()]
    );
    let late = ground
        .store
        .statistics(&of(None, Some(157 * 100_000), None))
        .unwrap();
    assert_eq!(late.total, 1);
    let early = ground
        .store
        .statistics(&of(None, None, Some(157 * 100_000)))
        .unwrap();
    assert_eq!(early.total, 156);
}
