//! Pages of runs: whatever is asked of them, together they are all that fit, in order, none twice and none lost,
//! however few are looked at for each.

use flowkeep_core::run::Status;
use flowkeep_core::{RunId, search_words};
use flowkeep_store::{AssignedSource, BegunBy, NewRun, Parent, RunCount, RunFilter, RunWrite};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::ground::{Ground, attempt, new_run};

const HOUR: i64 = 3_600_000;

/// What a run is made of.
#[derive(Debug, Clone)]
struct Made {
    workflow: Option<u8>,
    face: &'static str,
    is_child: bool,
    status: Status,
    source: Option<u8>,
    agent: Option<u8>,
    words: u8,
    later: i64,
}

fn made() -> impl Strategy<Value = Made> {
    const STATUSES: [Status; 4] = [
        Status::Succeeded,
        Status::Failed,
        Status::Cancelled,
        Status::Running,
    ];
    (
        prop::option::of(0..2_u8),
        prop::sample::select(&["cli", "desktop", "schedule", "event"][..]),
        prop::bool::weighted(0.2),
        prop::sample::select(&STATUSES[..]),
        (prop::option::of(0..2_u8), prop::option::of(0..2_u8)),
        0..4_u8,
        -2 * HOUR..3 * HOUR,
    )
        .prop_map(
            |(workflow, face, is_child, status, (source, agent), words, later)| Made {
                workflow,
                face,
                is_child,
                status,
                source,
                agent,
                words,
                later,
            },
        )
}

#[derive(Debug, Clone)]
struct Asked {
    workflow: Option<u8>,
    status: Option<Status>,
    begun_by: Option<BegunBy>,
    source: Option<u8>,
    agent: Option<u8>,
    since: Option<i64>,
    until: Option<i64>,
    words: Option<&'static str>,
    oldest_first: bool,
    limit: u32,
    most: u32,
}

fn asked() -> impl Strategy<Value = Asked> {
    const STATUSES: [Status; 3] = [Status::Succeeded, Status::Failed, Status::Running];
    const BEGUN: [BegunBy; 4] = [
        BegunBy::Person,
        BegunBy::Schedule,
        BegunBy::Event,
        BegunBy::Run,
    ];
    let rarely = |strategy| prop::option::weighted(0.3, strategy);
    (
        (
            rarely((0..2_u8).boxed()),
            prop::option::weighted(0.3, prop::sample::select(&STATUSES[..])),
            prop::option::weighted(0.3, prop::sample::select(&BEGUN[..])),
            rarely((0..2_u8).boxed()),
            rarely((0..2_u8).boxed()),
        ),
        prop::option::weighted(0.3, 0..20 * HOUR),
        prop::option::weighted(0.3, 0..30 * HOUR),
        prop::option::weighted(
            0.4,
            prop::sample::select(&["alpha", "beta", "alpha beta"][..]),
        ),
        any::<bool>(),
        (1..5_u32, 1..6_u32),
    )
        .prop_map(
            |(
                (workflow, status, begun_by, source, agent),
                since,
                until,
                words,
                oldest_first,
                (limit, most),
            )| Asked {
                workflow,
                status,
                begun_by,
                source,
                agent,
                since: since.map(|since| START + since),
                until: until.map(|until| START + until),
                words,
                oldest_first,
                limit,
                most,
            },
        )
}

const START: i64 = 1_000 * HOUR;

/// What is kept of a run to be asked for.
struct Kept {
    id: RunId,
    at: i64,
    made: Made,
}

fn keep(ground: &Ground, history: Vec<Made>) -> Vec<Kept> {
    let mut at = START;
    let mut kept = Vec::new();
    let mut above = None;
    for made in history {
        at += made.later;
        let workflow = made.workflow.map(|workflow| format!("w{workflow}"));
        let text = ["", "alpha", "beta", "alpha and beta"][usize::from(made.words)];
        let is_child = made.is_child && above.is_some();
        let new = NewRun {
            face: made.face.to_owned(),
            parent: above.filter(|_| is_child).map(|run| Parent {
                run,
                task: "call".into(),
                attempt: 1,
                depth: 1,
            }),
            ..new_run(workflow.as_deref(), &format!("{{\"note\": \"{text}\"}}"))
        };
        let run = ground.add(new, at);
        above = Some(run.0);
        if made.source.is_some() || made.agent.is_some() {
            let assigned = RunWrite::Assigned {
                task: "load".into(),
                number: 1,
                agent: made.agent.map(|agent| format!("a{agent}")),
                source: made.source.map(|source| AssignedSource {
                    name: format!("s{source}"),
                    rule: "only".to_owned(),
                    passed_over: Vec::new(),
                }),
            };
            ground.write(run, at, vec![attempt("load", 1, Status::Running), assigned]);
        }
        ground.end(run, at, made.status);
        kept.push(Kept {
            id: run.1,
            at,
            made: Made { is_child, ..made },
        });
    }
    kept
}

impl Asked {
    fn fits(&self, run: &Kept) -> bool {
        let Made {
            workflow,
            face,
            is_child,
            status,
            source,
            agent,
            words,
            ..
        } = &run.made;
        let begun_by = match *face {
            _ if *is_child => BegunBy::Run,
            "schedule" => BegunBy::Schedule,
            "event" => BegunBy::Event,
            _ => BegunBy::Person,
        };
        let has = match self.words {
            Some("alpha") => words & 1 == 1,
            Some("beta") => words & 2 == 2,
            Some(_) => *words == 3,
            None => true,
        };
        has && self.workflow.is_none_or(|asked| Some(asked) == *workflow)
            && self.status.is_none_or(|asked| asked == *status)
            && self.begun_by.is_none_or(|asked| asked == begun_by)
            && self.source.is_none_or(|asked| Some(asked) == *source)
            && self.agent.is_none_or(|asked| Some(asked) == *agent)
            && self.since.is_none_or(|since| run.at >= since)
            && self.until.is_none_or(|until| run.at < until)
    }

    fn filter(&self) -> RunFilter {
        RunFilter {
            workflow: self.workflow.map(|workflow| format!("w{workflow}")),
            status: self.status,
            begun_by: self.begun_by,
            source: self.source.map(|source| format!("s{source}")),
            agent: self.agent.map(|agent| format!("a{agent}")),
            since: self.since,
            until: self.until,
            words: self.words.map(search_words),
            oldest_first: self.oldest_first,
            limit: self.limit,
            ..RunFilter::default()
        }
    }
}

/// All pages one after the other.
fn pages(ground: &Ground, mut filter: RunFilter) -> Vec<RunId> {
    let mut ids = Vec::new();
    for number in 0.. {
        assert!(number < 500, "the pages do not end");
        let page = ground.store.runs(&filter).unwrap();
        assert!(page.items.len() <= filter.limit as usize);
        let is_full = page.items.len() == filter.limit as usize;
        assert!(is_full || page.next.is_none() || page.sought_to.is_some());
        ids.extend(page.items.iter().map(|run| run.id));
        let Some(next) = page.next else { return ids };
        filter.after = Some(next);
    }
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn pages_are_all_that_fit(
        history in prop::collection::vec(made(), 1..30),
        asked in prop::collection::vec(asked(), 10),
        // As after a restore: runs whose ids do not rise with their rows.
        moved in any::<bool>(),
    ) {
        let ground = Ground::new();
        let mut kept = keep(&ground, history);
        if moved {
            let connection = Connection::open(ground.folder.path().join("flowkeep.db")).unwrap();
            connection.execute("INSERT OR IGNORE INTO run_stretch VALUES (?1)", [kept.len() / 2 + 1]).unwrap();
        }
        kept.sort_by_key(|run| run.id);
        for asked in asked {
            let mut expected: Vec<_> = kept.iter().filter(|run| asked.fits(run)).map(|run| run.id).collect();
            let all = u32::try_from(expected.len()).unwrap();
            if !asked.oldest_first {
                expected.reverse();
            }
            let filter = asked.filter();
            prop_assert_eq!(&pages(&ground, filter.clone()), &expected, "{:?}", &asked);
            let few = RunFilter { most: Some(asked.most), ..filter.clone() };
            prop_assert_eq!(&pages(&ground, few), &expected, "{:?}", &asked);
            let count = |count| {
                let page = ground.store.runs(&RunFilter { count, ..filter.clone() }).unwrap();
                (page.total, page.more)
            };
            prop_assert_eq!(count(RunCount::All), (Some(all), false), "{:?}", &asked);
            prop_assert_eq!(count(RunCount::To(1_000)), (Some(all), false), "{:?}", &asked);
            let (counted, more) = count(RunCount::To(2));
            prop_assert!(counted <= Some(all) && (more || counted == Some(all)), "{:?}: {:?} {}", &asked, counted, more);
        }
    }
}

/// Half of the runs have a word and the other half come to something rare: a page looks at no more than it may, and
/// says how far it came.
#[test]
fn a_rare_pair_is_sought_a_piece_at_a_time() {
    let ground = Ground::new();
    let runs: Vec<_> = (0..400)
        .map(|number| {
            let run = ground.run("w", number * 1_000, r#"{"note": "order"}"#);
            let status = if number == 3 {
                Status::Failed
            } else {
                Status::Succeeded
            };
            ground.end(run, number * 1_000, status);
            run
        })
        .collect();
    for words in [None, Some(search_words("order"))] {
        let filter = RunFilter {
            workflow: Some("w".to_owned()),
            begun_by: words.is_none().then_some(BegunBy::Schedule),
            status: words.is_some().then_some(Status::Failed),
            words,
            limit: 10,
            most: Some(100),
            ..RunFilter::default()
        };
        let page = ground.store.runs(&filter).unwrap();
        assert!(page.items.is_empty());
        let to = runs
            .iter()
            .position(|run| Some(run.1) == page.next)
            .unwrap();
        assert!((200..=315).contains(&to), "{to}");
        assert_eq!(page.sought_to, Some(i64::try_from(to).unwrap() * 1_000));
    }
}
