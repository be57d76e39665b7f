//! What a task on a server costs by itself: one statement or command after the other, beside the bare
//! driver on the same server, and the four commits that an engine cannot do without.
//!
//! The cost of a task is the difference between a run of many and a run of few, so that nobody's
//! start counts.

use std::time::{Duration, Instant};

use anyhow::Result;
use flowkeep_test_servers::{MariaDb, Redis};
use mysql_async::prelude::Queryable as _;
use serde_json::{Value, json};

use crate::Extent;
use crate::measure::{median, ratio, settle, timed};
use crate::runs::{COMMITS, commits};
use crate::workshop::{Workshop, text};

const FEW: u32 = 10;
const MANY: u32 = 210;

/// The name of the connection.
const SOURCE: &str = "shop";

/// One `sql.query` on `MariaDB` and one `redis.command` on Redis.
pub(crate) fn servers(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let mut table = format!(
        "One task on a server, of {} chained ones: median, of the driver, of the driver and {COMMITS} commits\n",
        MANY - FEW
    );
    let runtime = tokio::runtime::Runtime::new()?;
    let sql = MariaDb::start();
    let url = format!("mysql://root@127.0.0.1:{}/mysql", sql.port);
    let task = json!({"action": "sql.query", "params": {"sql": "SELECT 1 AS n"}});
    let bare = || runtime.block_on(queries(&url));
    table += &compared(workshop, extent, ("mysql", &url, &task), bare)?;
    drop(sql);
    let redis = Redis::start();
    let url = format!("redis://127.0.0.1:{}", redis.port);
    let task = json!({"action": "redis.command", "params": {"command": ["GET", "k"]}});
    let bare = || runtime.block_on(gets(&url));
    table += &compared(workshop, extent, ("redis", &url, &task), bare)?;
    Ok(table)
}

/// The lines of one kind of server; `bare` is the same work by the driver alone.
fn compared(
    workshop: &mut Workshop,
    extent: Extent,
    (kind, url, task): (&str, &str, &Value),
    bare: impl Fn() -> Result<Duration>,
) -> Result<String> {
    let data = workshop.fresh(kind);
    for count in [FEW, MANY] {
        let file = workshop.fresh("workflow").with_extension("json");
        std::fs::write(&file, workflow(count, task))?;
        workshop.answer(&data, &["flow", "create", text(&file)?])?;
    }
    let words = ["source", "add", SOURCE, "--type", kind, "--url", url];
    workshop.answer(&data, &words)?;
    let (mut own, mut driver, mut disk) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..extent.rounds {
        driver.push(bare()? / MANY);
        settle(workshop.root())?;
        let count = usize::try_from(MANY)? * COMMITS;
        disk.push(commits(&workshop.fresh("commits.db"), count)? / MANY);
        let mut took = [Duration::ZERO; 2];
        for (took, count) in took.iter_mut().zip([FEW, MANY]) {
            settle(workshop.root())?;
            let words = ["run", "start", &id(count), "--wait"];
            *took = timed(&mut workshop.flowkeep(&data, &words))?;
        }
        own.push(took[1].saturating_sub(took[0]) / (MANY - FEW));
    }
    let (own, driver, disk) = (median(&own), median(&driver), median(&disk));
    let action = task["action"].as_str().unwrap_or_default();
    Ok([
        line(&format!("{kind}, the bare driver"), driver, driver, driver),
        line(
            &format!("{COMMITS} bare commits"),
            disk,
            driver,
            driver + disk,
        ),
        line(
            &format!("{action} (aim ≤ 1.5 of both)"),
            own,
            driver,
            driver + disk,
        ),
    ]
    .concat())
}

fn id(count: u32) -> String {
    format!("tasks-{count}")
}

fn workflow(count: u32, task: &Value) -> String {
    let tasks = (0..count).map(|n| {
        let mut task = task.clone();
        task["id"] = json!(format!("t{n}"));
        task["dataSource"] = json!(SOURCE);
        if n > 0 {
            task["dependsOn"] = json!([format!("t{}", n - 1)]);
        }
        task
    });
    let tasks: Vec<_> = tasks.collect();
    json!({"id": id(count), "name": "On a server", "tasks": tasks}).to_string()
}

/// As many statements as a run of many has, one after the other, prepared as the engine does.
async fn queries(url: &str) -> Result<Duration> {
    let mut connection = mysql_async::Conn::from_url(url).await?;
    let start = Instant::now();
    for _ in 0..MANY {
        let _: Vec<mysql_async::Row> = connection.exec("SELECT 1 AS n", ()).await?;
    }
    let took = start.elapsed();
    connection.disconnect().await?;
    Ok(took)
}

/// The same with Redis.
async fn gets(url: &str) -> Result<Duration> {
    let client = redis::Client::open(url)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let start = Instant::now();
    for _ in 0..MANY {
        let _: Option<String> = redis::cmd("GET")
            .arg("k")
            .query_async(&mut connection)
            .await?;
    }
    Ok(start.elapsed())
}

fn line(what: &str, took: Duration, driver: Duration, both: Duration) -> String {
    format!(
        "  {what:<46}{:>10.3} ms{:>8.2}{:>8.2}\n",
        took.as_secs_f64() * 1000.0,
        ratio(took, driver),
        ratio(took, both),
    )
}
