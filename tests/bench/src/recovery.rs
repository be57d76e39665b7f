//! Going on with runs that a process left when it was killed: some were being carried out, the others
//! waited for their turn.
//!
//! Each run makes one request, to a server in this process that answers none until the first owner is
//! dead: so that many are under way at once and cost nothing meanwhile. A GET is safe and done again;
//! a POST is not, so that its run has to wait for somebody.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use crate::Extent;
use crate::load::{ID, carry, folder};
use crate::workshop::{Workshop, text};

/// As many as one agent may have.
const UNDER_WAY: usize = 1000;

/// No machine needs longer until that many are under way.
const LONG: Duration = Duration::from_mins(5);

/// How soon runs go on that a process left when it was killed.
pub(crate) fn recovery(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let safe = recovered(workshop, extent.documents, "GET")?;
    let unsafe_ones = recovered(workshop, extent.documents, "POST")?;
    ensure!(safe.asked == 0, "{} safe attempts ask", safe.asked);
    ensure!(
        unsafe_ones.asked == unsafe_ones.broken_off,
        "{} of {} unsafe attempts ask",
        unsafe_ones.asked,
        unsafe_ones.broken_off
    );
    Ok(format!(
        "Runs whose process was killed, until all have ended or wait for somebody\n  \
         {} runs, {} attempts broken off and done again: {:.2} s\n  \
         {} runs, {} attempts broken off and asked about: {:.2} s\n",
        extent.documents,
        safe.broken_off,
        safe.took.as_secs_f64(),
        extent.documents,
        unsafe_ones.broken_off,
        unsafe_ones.took.as_secs_f64(),
    ))
}

/// What going on came to.
struct Recovered {
    broken_off: usize,
    asked: usize,
    took: Duration,
}

fn recovered(workshop: &mut Workshop, count: usize, method: &str) -> Result<Recovered> {
    let server = Server::listen()?;
    let params = json!({"method": method, "url": format!("http://{}/", server.address)});
    let tasks = json!([{"id": "ask", "action": "http.request", "params": params}]);
    let definition = json!({"id": ID, "name": "Nothing", "tasks": tasks});
    let data = folder(workshop, &definition.to_string())?;
    let agents = json!([{"id": "local", "capabilities": ["http"], "capacity": UNDER_WAY}]);
    let file = workshop.fresh("agents").with_extension("json");
    std::fs::write(&file, agents.to_string())?;
    workshop.answer(&data, &["agent", "set", "--file", text(&file)?])?;
    let mut child = carry(&data, count, 0, count)?;
    let mut child = Killed(child.stdout(Stdio::piped()).spawn()?);
    let out = child
        .0
        .stdout
        .take()
        .context("it says when all are there")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    ensure!(line.trim() == "started", "it did not start them: {line}");
    let since = Instant::now();
    while attempts(&data, "running")? < UNDER_WAY.min(count) {
        ensure!(since.elapsed() < LONG, "they are not begun");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(child);
    let broken_off = attempts(&data, "running")?;
    server.answer();
    let start = Instant::now();
    let status = carry(&data, 0, 0, count)?.status()?;
    ensure!(status.success(), "going on ended with {status}");
    let took = start.elapsed();
    let waiting = [
        "run", "list", "--status", "waiting", "--count", "--limit", "1",
    ];
    let asked = workshop.answer(&data, &waiting)?["total"].as_u64();
    Ok(Recovered {
        broken_off,
        asked: usize::try_from(asked.context("a count")?)?,
        took,
    })
}

/// How many attempts have this status, without a process of ours.
fn attempts(data: &Path, status: &str) -> Result<usize> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = Connection::open_with_flags(data.join("flowkeep.db"), flags)?;
    let sql = "SELECT count(*) FROM attempt WHERE status = ?1";
    let count: i64 = database.query_row(sql, [status], |row| row.get(0))?;
    Ok(usize::try_from(count)?)
}

/// A server that takes every request and answers once it is told to.
struct Server {
    address: std::net::SocketAddr,
    answers: Arc<AtomicBool>,
}

impl Server {
    fn listen() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let answers = Arc::new(AtomicBool::new(false));
        let answering = Arc::clone(&answers);
        // It ends with this process.
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for connection in listener.incoming().flatten() {
                if answering.load(Ordering::Acquire) {
                    held.clear();
                    std::thread::spawn(move || answer_all(connection));
                } else {
                    held.push(connection);
                }
            }
        });
        Ok(Self { address, answers })
    }

    fn answer(&self) {
        self.answers.store(true, Ordering::Release);
    }
}

/// Answers what comes over one connection until the other end is gone.
fn answer_all(connection: TcpStream) -> Option<()> {
    let mut out = connection.try_clone().ok()?;
    let mut lines = BufReader::new(connection).lines();
    loop {
        // None of the requests has a body.
        while !lines.next()?.ok()?.is_empty() {}
        out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .ok()?;
    }
}

/// A process that dies with its measurement.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
