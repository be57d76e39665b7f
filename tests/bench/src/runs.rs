//! What carrying tasks out costs by itself: tasks that do nothing, beside a bare loop that commits
//! four times for each of them.
//!
//! The time of a run is that of the whole command: process, database, engine, and its end.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;
use serde_json::json;

use crate::Extent;
use crate::measure::{line, settle, timed};
use crate::workshop::{Workshop, text};

/// A task is queued, begins, ends, and lets the next one follow.
pub(crate) const COMMITS: usize = 4;

/// It is over in the round that begins it.
pub(crate) const WAIT: &str = "wait";

/// It is given to a worker like everything that does something, and does nothing.
pub(crate) const WORKED: &str = "DataSourceTaskExecutor.determineDataSource";

/// Independent and chained tasks.
pub(crate) fn runs(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let mut table =
        "Runs of tasks that do nothing: median (least–most), ratio by rounds, of the best\n"
            .to_owned();
    let lists = [
        ("independent tasks", 200, false, WAIT),
        ("chained tasks", 100, true, WAIT),
        ("independent tasks by a worker", 200, false, WORKED),
        ("chained tasks by a worker", 100, true, WORKED),
    ];
    for (what, tasks, chained, action) in lists {
        let data = workshop.fresh("runs");
        let file = workshop.fresh("workflow").with_extension("json");
        std::fs::write(&file, workflow("nothing", tasks, chained, action))?;
        workshop.answer(&data, &["flow", "create", text(&file)?])?;
        let (mut own, mut base) = (Vec::new(), Vec::new());
        for _ in 0..extent.rounds {
            settle(workshop.root())?;
            base.push(commits(&workshop.fresh("commits.db"), tasks * COMMITS)?);
            settle(workshop.root())?;
            let words = ["run", "start", "nothing", "--wait"];
            own.push(timed(&mut workshop.flowkeep(&data, &words))?);
        }
        table += &line(&format!("{} bare commits", tasks * COMMITS), &base, &base);
        table += &line(&format!("{tasks} {what} (aim ≤ 1.5)"), &own, &base);
    }
    Ok(table)
}

pub(crate) fn workflow(id: &str, tasks: usize, chained: bool, action: &str) -> String {
    let tasks = (0..tasks).map(|n| {
        let mut task = json!({"id": format!("t{n}"), "action": action, "params": {"ms": 0}});
        if chained && n > 0 {
            task["dependsOn"] = json!([format!("t{}", n - 1)]);
        }
        task
    });
    let tasks: Vec<_> = tasks.collect();
    json!({"id": id, "name": "Nothing", "tasks": tasks}).to_string()
}

/// The plainest durable way: a row, and a commit that is on disk.
pub(crate) fn commits(path: &Path, count: usize) -> Result<Duration> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE task(n INTEGER PRIMARY KEY, state TEXT NOT NULL)",
    )?;
    let state = "s".repeat(200);
    let start = Instant::now();
    let mut statement = connection.prepare("INSERT INTO task VALUES (?1, ?2)")?;
    for n in 0..count {
        statement.execute((i64::try_from(n)?, &state))?;
    }
    Ok(start.elapsed())
}
