//! What `run preview` tells people of what the tasks would meet: their order, their data sources and
//! whether these answer, secrets, how long it took before, what goes on already.

use std::io::{self, Write as _};

use flowkeep_api::Catalogue;
use flowkeep_api::types::{
    RunPreview, RunPreviewFolder, RunPreviewSource, RunPreviewTask, RunPreviewUnderWay, SpreadShow,
};
use flowkeep_core::run::action::Worker;
use flowkeep_core::visible;

use crate::output::Out;

/// Where the mostly longest is no more than this many times the usual, it is not told.
const ALIKE: i64 = 2;

pub(crate) fn told(catalogue: &Catalogue, out: &mut Out, found: &RunPreview) -> io::Result<()> {
    if found.tasks.is_empty() {
        return Ok(());
    }
    let label = catalogue.word("expected_label");
    let length = catalogue.labelled(&label, &expected(catalogue, found.expected));
    writeln!(out, "{length}")?;
    under_way(catalogue, out, &found.under_way)?;
    if let Some(folder) = &found.folder {
        of_folder(catalogue, out, folder)?;
    }
    for source in &found.sources {
        of_source(catalogue, out, source)?;
    }
    for secret in &found.secrets {
        writeln!(out, "{}", catalogue.told(&secret.reason))?;
    }
    for task in &found.tasks {
        of_task(catalogue, out, task)?;
    }
    Ok(())
}

/// How long it may take, in words.
fn expected(catalogue: &Catalogue, spread: Option<SpreadShow>) -> String {
    let Some(SpreadShow { count, median, p90 }) = spread else {
        return catalogue.word("expected_none");
    };
    let (length, longest) = (catalogue.length(median), catalogue.length(p90));
    let key = match count {
        1 => "expected_once",
        _ if p90 <= median.saturating_mul(ALIKE) => "expected",
        _ => "expected_wide",
    };
    catalogue.sentence(
        key,
        &[
            ("length", &length),
            ("longest", &longest),
            ("count", &count),
        ],
    )
}

fn under_way(catalogue: &Catalogue, out: &mut Out, open: &RunPreviewUnderWay) -> io::Result<()> {
    if open.total > 0 {
        let said = catalogue.counted("preflight_under_way", open.total as usize);
        writeln!(out, "{said}")?;
    }
    if let Some(limit) = open.limit.filter(|limit| open.running >= *limit) {
        let fields: [(&str, &dyn std::fmt::Display); 2] =
            [("running", &open.running), ("limit", &limit)];
        writeln!(out, "{}", catalogue.sentence("preflight_full", &fields))?;
    }
    Ok(())
}

/// The task folder, and what becomes of what lies there.
fn of_folder(catalogue: &Catalogue, out: &mut Out, folder: &RunPreviewFolder) -> io::Result<()> {
    let label = catalogue.word("run_folder");
    writeln!(
        out,
        "{}",
        catalogue.labelled(&label, &visible(&folder.path))
    )?;
    if let Some(holder) = &folder.held_by {
        let fields: [(&str, &dyn std::fmt::Display); 1] =
            [("name", &visible(&holder.workflow_name))];
        writeln!(
            out,
            "{}",
            catalogue.sentence("preflight_folder_held", &fields)
        )?;
    }
    let said = match &folder.trouble {
        Some(trouble) => catalogue.told(trouble),
        None if !folder.archives => catalogue.word("preflight_archive_off"),
        None if folder.files == 0 => catalogue.word("preflight_archive_none"),
        None => catalogue.counted("preflight_archive", folder.files as usize),
    };
    writeln!(out, "  {said}")?;
    for name in &folder.names {
        writeln!(out, "    {}", visible(name))?;
    }
    if !folder.kept.is_empty() {
        let kept: Vec<_> = folder.kept.iter().map(|name| visible(name)).collect();
        let kept = catalogue.sentence("preflight_kept", &[("names", &kept.join(", "))]);
        writeln!(out, "    {kept}")?;
    }
    Ok(())
}

fn of_source(catalogue: &Catalogue, out: &mut Out, source: &RunPreviewSource) -> io::Result<()> {
    let key = match source.answers {
        Some(true) => "preflight_answers",
        Some(false) => "preflight_silent",
        None => "preflight_unasked",
    };
    let said = match &source.error {
        Some(error) => catalogue.labelled(&catalogue.word(key), &catalogue.say(error)),
        None => catalogue.word(key),
    };
    writeln!(out, "{}", catalogue.labelled(&visible(&source.name), &said))
}

fn of_task(catalogue: &Catalogue, out: &mut Out, task: &RunPreviewTask) -> io::Result<()> {
    let mut parts = vec![
        visible(&task.name).into_owned(),
        visible(&task.action).into_owned(),
    ];
    if let Some(source) = &task.source {
        parts.push(format!(
            "{} ({})",
            visible(source),
            because(catalogue, task)
        ));
    }
    if task.worker == Worker::Person {
        parts.push(catalogue.word("preflight_person"));
    }
    if task.on_call {
        parts.push(catalogue.word("preflight_on_call"));
    }
    if let Some(spread) = task.expected {
        let length = catalogue.length(spread.median);
        parts.push(catalogue.sentence("expected_short", &[("length", &length)]));
    }
    writeln!(out, "{:>3}  {}", task.place, parts.join("  "))?;
    let hindered = [&task.no_source, &task.no_input, &task.no_agent];
    for why in hindered.into_iter().flatten() {
        writeln!(out, "       {}", catalogue.told(why))?;
    }
    Ok(())
}

/// Why this data source, in words.
fn because(catalogue: &Catalogue, task: &RunPreviewTask) -> String {
    if let Some(order) = task.order {
        return catalogue.sentence("preflight_rule", &[("order", &order)]);
    }
    let rule = task.rule.as_deref().unwrap_or_default();
    catalogue.word(&format!("source_because_{rule}"))
}
