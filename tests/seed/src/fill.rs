//! Runs into a data folder, many in one transaction, while the next ones are played.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use flowkeep_core::run::{Moment, Start, Status};
use flowkeep_core::{Document, Format, Kind, RunId, summarise};
use flowkeep_host::{Clock, Timestamp, private_folder};
use flowkeep_store::{
    NewDocument, NewOperation, NewRun, OperationItemRecord, RunFilter, Store, StoreError,
    StoreOptions, Tx,
};
use ulid::Ulid;

use crate::calendar::DAYS;
use crate::chance::Chance;
use crate::fate::Fate;
use crate::play::{Played, context, play};
use crate::workflows::{Workflow, workflows};

/// Runs in one transaction.
const TOGETHER: usize = 500;

/// Runs of so many days at the end may still be open, in milliseconds.
const RECENT: i64 = 3 * 86_400_000;

/// At least so many of the last runs count as recent.
const RECENT_RUNS: usize = 40;

const PEOPLE: [&str; 4] = ["ada", "grace", "li.wei", "zhang.min"];

/// What to make.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The data folder; made when missing. It must not have runs yet.
    pub folder: PathBuf,
    /// How many runs.
    pub runs: usize,
    /// Task attempts of each; at least 1.
    pub tasks: usize,
    /// What chance begins with.
    pub seed: u64,
    /// The first day after the last run.
    pub until: NaiveDate,
}

/// What was made.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Runs by what they have come to.
    pub runs: BTreeMap<Status, usize>,
    /// Task attempts of all of them.
    pub attempts: usize,
}

/// A run, ready to be written.
struct Past {
    new: NewRun,
    id: RunId,
    at: Moment,
    played: Played,
}

/// Everything happened before today.
struct LongAgo(Timestamp);

impl Clock for LongAgo {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Fills a data folder.
///
/// # Errors
/// When the folder has runs already, or what the system or the database says.
pub fn fill(plan: &Plan) -> Result<Filled> {
    private_folder(&plan.folder).with_context(|| plan.folder.display().to_string())?;
    let until = NaiveDateTime::from(plan.until).and_utc().timestamp_millis();
    let first = until - i64::try_from(DAYS)? * 86_400_000;
    let store = Store::open(StoreOptions {
        path: plan.folder.join("flowkeep.db"),
        safety: plan.folder.join("safety"),
        clock: Arc::new(LongAgo(Timestamp(first))),
    })?;
    let none = RunFilter {
        limit: 1,
        ..RunFilter::default()
    };
    ensure!(
        store.runs(&none)?.items.is_empty(),
        "{} has runs already",
        plan.folder.display()
    );
    let workflows = workflows(plan.tasks)?;
    keep(&store, &workflows)?;
    let (give, take) = sync_channel::<Vec<Past>>(2);
    std::thread::scope(|scope| {
        let player = scope.spawn(|| {
            let give = give;
            play_all(plan, until, &workflows, |past| give.send(past).is_ok())
        });
        let mut filled = Filled::default();
        for past in take {
            for run in &past {
                *filled.runs.entry(run.played.status).or_default() += 1;
                filled.attempts += run.played.attempts;
            }
            store
                .write::<_, StoreError>(move |tx| past.iter().try_for_each(|run| write(tx, run)))?;
        }
        player
            .join()
            .ok()
            .context("the playing ended in a panic")??;
        Ok(filled)
    })
}

fn write(tx: &Tx<'_>, run: &Past) -> Result<(), StoreError> {
    let row = tx.add_past_run(&run.new, run.id, run.at)?;
    for (at, writes) in &run.played.writes {
        tx.write_run(row, run.id, *at, writes)?;
    }
    Ok(())
}

/// Plays all runs in the order in which they are made; `give` says whether anybody wants more.
fn play_all(
    plan: &Plan,
    until: i64,
    workflows: &[Workflow],
    give: impl Fn(Vec<Past>) -> bool,
) -> Result<()> {
    let mut chance = Chance::new(plan.seed);
    let mut made: Vec<(i64, usize)> = (0..plan.runs)
        .map(|_| {
            let workflow = chosen(workflows, &mut chance);
            let at = workflows[workflow].hours.moment(plan.until, &mut chance);
            (at, workflow)
        })
        .collect();
    made.sort_unstable();
    let mut together = Vec::new();
    for (number, (at, workflow)) in made.iter().enumerate() {
        let is_recent = until - at < RECENT || number + RECENT_RUNS >= plan.runs;
        let low = chance.next();
        let chances = &mut chance;
        let workflow = &workflows[*workflow];
        let fate = Fate::of(workflow, is_recent, chances);
        // The number keeps ids of one millisecond apart and in their order.
        let random = (u128::try_from(number)? << 40) | u128::from(low >> 24);
        let id = RunId(Ulid::from_parts(u64::try_from(*at)?, random));
        let at = Moment(*at);
        #[expect(clippy::cast_possible_truncation, reason = "the low half is wanted")]
        let seed = id.0.0 as u64;
        together.push(Past {
            new: new_run(workflow, fate, at, chances),
            id,
            at,
            played: play(workflow, fate, (id, at, seed), chances)?,
        });
        if together.len() == TOGETHER && !give(std::mem::take(&mut together)) {
            return Ok(());
        }
    }
    give(together);
    Ok(())
}

/// A workflow, by their weights.
fn chosen(workflows: &[Workflow], chance: &mut Chance) -> usize {
    let mut at = chance.between(0, workflows.iter().map(|w| w.weight).sum::<u64>() - 1);
    for (number, workflow) in workflows.iter().enumerate() {
        match at.checked_sub(workflow.weight) {
            Some(left) => at = left,
            None => return number,
        }
    }
    0
}

fn new_run(workflow: &Workflow, fate: Fate, at: Moment, chance: &mut Chance) -> NewRun {
    let day = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    NewRun {
        workflow_id: Some(workflow.id.to_owned()),
        workflow_name: workflow.name.to_owned(),
        revision: Some(1),
        text: workflow.text.clone(),
        format: Format::Json,
        context: context(workflow, fate, &day.format("%Y-%m-%d").to_string(), chance),
        start: Start::default(),
        actor: (*chance.pick(&PEOPLE)).to_owned(),
        face: if workflow.asks { "desktop" } else { "cli" }.to_owned(),
        repeats: None,
        parent: None,
    }
}

/// Keeps the workflows, as an import does.
fn keep(store: &Store, workflows: &[Workflow]) -> Result<()> {
    let texts: Vec<_> = workflows
        .iter()
        .map(|w| (w.id, w.name, w.text.clone()))
        .collect();
    store.write::<_, StoreError>(move |tx| {
        let operation = tx.next_operation_id()?;
        let mut items = Vec::new();
        for (id, name, text) in texts {
            let Ok(document) = Document::parse(Format::Json, text) else {
                continue;
            };
            let summary = summarise(Kind::Workflow, &document, None);
            let new = NewDocument {
                kind: Kind::Workflow,
                id,
                document: &document,
                summary: &summary,
                example: false,
            };
            tx.put_document(&new, operation, PEOPLE[0])?;
            items.push(OperationItemRecord {
                kind: "workflow".to_owned(),
                id: id.to_owned(),
                name: Some(name.to_owned()),
                before: None,
                after: Some(1),
            });
        }
        tx.record_operation(
            operation,
            &NewOperation {
                actor: PEOPLE[0],
                face: "cli",
                operation: "import",
                name: None,
                undoes: None,
                items: &items,
            },
        )
    })?;
    Ok(())
}
