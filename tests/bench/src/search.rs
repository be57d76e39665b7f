//! The first page and searches over many workflows, as the window asks for them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use flowkeep_api::types::ListInput;
use flowkeep_api::{Api, Face, NoPlaces, OpenOptions, documents};
use flowkeep_core::Kind;

use crate::Extent;
use crate::measure::at;
use crate::workshop::Workshop;

/// Questions of each sort.
const ASKED: usize = 600;

/// What is asked, and questions of its sort.
const QUESTIONS: [(&str, &[&str]); 8] = [
    ("first page", &[""]),
    ("one letter", &["i", "s", "d", "c", "1"]),
    ("one Chinese character", &["库", "月", "贷", "整"]),
    ("two Chinese characters", &["盘点", "报告", "审批", "发送"]),
    (
        "a common word",
        &["invoices", "shipments", "collect", "daily"],
    ),
    ("the beginning of a word", &["inv", "ship", "senso", "cust"]),
    ("a rare word", &["quokka1", "quokka3", "quokka4"]),
    (
        "two words",
        &["invoices 42", "daily archive", "报告 7", "sensor check"],
    ),
];

pub(crate) fn search(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let filled = workshop.filled(extent.many)?;
    let api = Api::open(OpenOptions {
        data_dir: Some(filled.data),
        face: Face::Desktop,
        places: Arc::new(NoPlaces),
    })?;
    let mut table = format!(
        "Lists of 50 among {} workflows, {ASKED} questions each (aim: p99 < 16 ms)\n  {:<28}{:>9}{:>9}{:>9}{:>10}\n",
        extent.many, "", "p50 ms", "p99 ms", "most ms", "found"
    );
    for (what, questions) in QUESTIONS {
        let mut times = Vec::with_capacity(ASKED);
        let mut found = 0;
        for n in 0..ASKED {
            let query = questions[n % questions.len()];
            let input = ListInput {
                query: Some(query.to_owned()).filter(|query| !query.is_empty()),
                ..ListInput::default()
            };
            let start = Instant::now();
            let page = documents::list(&api, Kind::Workflow, input)?;
            times.push(start.elapsed());
            found = found.max(page.total);
        }
        ensure!(found > 0, "{what}: nothing was found");
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        writeln!(
            table,
            "  {what:<28}{:>9.2}{:>9.2}{:>9.2}{found:>10}",
            millis(at(&times, 50)),
            millis(at(&times, 99)),
            millis(at(&times, 100)),
        )?;
    }
    Ok(table)
}
