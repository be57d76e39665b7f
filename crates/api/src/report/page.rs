//! A run as one page of HTML that is read without Flowkeep: nothing is fetched and no script runs, and it is light or
//! dark as whoever reads it wants pages to be.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use flowkeep_core::run::Status;
use flowkeep_core::{json, visible, visible_whole};

use super::chart;
use crate::types::{RunAttempt, RunMessage, RunShow, RunTask, RunText};
use crate::{Catalogue, Tongue};

const STYLE: &str = include_str!("page.css");

/// Tasks of the table, at most: a page of more opens in no browser.
const TASKS: usize = 10_000;

/// So many results are open from the beginning.
const OPEN: usize = 20;

/// What a page is made of. The texts of the run are without keys.
pub(crate) struct Page<'a> {
    pub(crate) catalogue: Catalogue,
    pub(crate) run: &'a RunShow,
    /// The first lines of its log.
    pub(crate) messages: &'a [RunMessage],
    /// How many lines that has.
    pub(crate) lines: u32,
    pub(crate) definition: &'a str,
    /// When it is made: RFC 3339.
    pub(crate) at: &'a str,
}

/// A text as HTML shows it, letter by letter.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A name of whoever.
pub(super) fn named(text: &str) -> String {
    escaped(&visible(text))
}

/// How a status looks, so that none is told by colour alone.
pub(super) const fn look(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Succeeded => ("ok", "✓"),
        Status::Failed => ("fail", "✕"),
        Status::Running => ("run", "▶"),
        Status::Waiting => ("wait", "?"),
        Status::Interrupted => ("warn", "!"),
        Status::Cancelled => ("off", "■"),
        Status::Paused => ("off", "‖"),
        Status::Skipped => ("off", "↷"),
        Status::Queued => ("off", "…"),
    }
}

/// A whole page around its body, with what is said at its end of when it was made.
pub(super) fn framed(
    catalogue: Catalogue,
    title: &str,
    body: &str,
    (made, at): (&str, &str),
) -> String {
    let language = match catalogue.tongue() {
        Tongue::English => "en",
        Tongue::Chinese => "zh-CN",
    };
    let made = catalogue.sentence(made, &[("when", &catalogue.when(at))]);
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}<footer>{}</footer>\n</main>\n</body>\n</html>\n",
        escaped(&made)
    )
}

/// An entry of the catalogue as HTML.
pub(super) fn head(catalogue: Catalogue, key: &str) -> String {
    escaped(&catalogue.word(key))
}

/// A part of a page under its name; nothing where there is nothing in it.
pub(super) fn section(catalogue: Catalogue, out: &mut String, key: &str, body: &str) {
    if !body.is_empty() {
        let name = head(catalogue, key);
        let _ = writeln!(out, "<section>\n<h2>{name}</h2>\n{body}</section>");
    }
}

impl Page<'_> {
    /// The whole page.
    pub(crate) fn html(&self) -> String {
        let (run, name) = (self.run, named(&self.run.workflow_name));
        let title = format!("{name} – {}", self.word(run.status));
        let mut out = format!(
            "<header><h1>{name}</h1>{}</header>\n",
            self.chip(run.status)
        );
        self.facts(&mut out);
        self.reasons(&mut out);
        self.section(
            &mut out,
            "report_timeline",
            &chart::svg(self.catalogue, run, self.at),
        );
        self.tasks(&mut out);
        self.texts(&mut out);
        self.messages(&mut out);
        framed(self.catalogue, &title, &out, ("report_made", self.at))
    }

    fn word(&self, status: Status) -> String {
        escaped(&self.catalogue.word(&format!("status_{}", status.as_str())))
    }

    fn head(&self, key: &str) -> String {
        head(self.catalogue, key)
    }

    fn chip(&self, status: Status) -> String {
        let (tone, sign) = look(status);
        format!(
            "<span class=\"chip {tone}\"><span aria-hidden=\"true\">{sign}</span> {}</span>",
            self.word(status)
        )
    }

    fn section(&self, out: &mut String, key: &str, body: &str) {
        section(self.catalogue, out, key, body);
    }

    fn facts(&self, out: &mut String) {
        let run = self.run;
        out.push_str("<dl>\n");
        let mut fact = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                let _ = writeln!(out, "<dt>{}</dt><dd>{value}</dd>", self.head(key));
            }
        };
        let moment = |at: &str| escaped(&self.catalogue.moment(at));
        let length = run
            .end_time
            .as_deref()
            .and_then(|end| between(&run.start_time, end));
        let length = length.map(|length| escaped(&self.catalogue.length(length)));
        let ended = run.end_time.as_deref().map(moment);
        let open = || Some(self.head("report_not_ended"));
        let folder = run.folder.as_ref().map(|folder| named(&folder.path));
        let facts = [
            ("run_column_started", Some(moment(&run.start_time))),
            ("run_column_ended", ended.or_else(open)),
            ("run_column_took", length),
            ("run_column_by", Some(named(&run.started_by))),
            ("run_related_folder", folder),
            ("run_column_id", Some(named(&run.id))),
        ];
        for (key, value) in facts {
            fact(key, value);
        }
        out.push_str("</dl>\n");
    }

    /// Why it could not begin, what failed and what it warned of.
    fn reasons(&self, out: &mut String) {
        let told = |message| escaped(&self.catalogue.told(message));
        let mut reason = |tone: &str, said: String| {
            let _ = writeln!(out, "<p class=\"reason {tone}\">{said}</p>");
        };
        if let Some(why) = &self.run.hindered {
            reason("fail", told(why));
        }
        for task in self.run.tasks.iter().take(TASKS) {
            let last = task.attempts.last().and_then(|last| last.error.as_ref());
            if let (Status::Failed, Some(error)) = (task.status, last) {
                let said = self
                    .catalogue
                    .labelled(&visible(&task.name), &self.catalogue.told(error));
                reason("fail", escaped(&said));
            }
        }
        for warning in &self.run.warnings {
            reason("warn", told(warning));
        }
    }

    fn tasks(&self, out: &mut String) {
        let columns = [
            "report_task",
            "field_status",
            "report_attempt",
            "report_waited",
            "run_column_took",
            "report_source",
        ];
        let mut body = String::from("<table>\n<thead><tr>");
        for column in columns {
            let _ = write!(body, "<th>{}</th>", self.head(column));
        }
        body.push_str("</tr></thead>\n<tbody>\n");
        for task in self.run.tasks.iter().take(TASKS) {
            self.task(&mut body, task);
        }
        body.push_str("</tbody>\n</table>\n");
        self.left_out(&mut body, self.run.tasks.len(), TASKS);
        if !self.run.tasks.is_empty() {
            self.section(out, "report_tasks", &body);
        }
    }

    fn task(&self, out: &mut String, task: &RunTask) {
        let name = format!("<th scope=\"row\">{}</th>", named(&task.name));
        if task.attempts.is_empty() {
            let _ = writeln!(
                out,
                "<tr>{name}<td>{}</td><td></td><td></td><td></td><td></td></tr>",
                self.chip(task.status)
            );
        }
        for (place, attempt) in task.attempts.iter().enumerate() {
            // The last attempt is what the task has come to.
            let is_last = place + 1 == task.attempts.len();
            let status = if is_last { task.status } else { attempt.status };
            let name = if place == 0 { &name } else { "<td></td>" };
            let [waited, took] = lengths(attempt).map(|length| {
                escaped(
                    &length
                        .map(|length| self.catalogue.length(length))
                        .unwrap_or_default(),
                )
            });
            let source = attempt
                .data_source
                .as_deref()
                .map(named)
                .unwrap_or_default();
            let _ = writeln!(
                out,
                "<tr>{name}<td>{}</td><td class=\"number\">{}</td><td class=\"number\">{waited}</td>\
                 <td class=\"number\">{took}</td><td>{source}</td></tr>",
                self.chip(status),
                attempt.number,
            );
            if let Some(error) = &attempt.error {
                let said = escaped(&self.catalogue.told(error));
                let _ = writeln!(
                    out,
                    "<tr class=\"why\"><td></td><td colspan=\"5\">{said}</td></tr>"
                );
            }
        }
    }

    /// What it was given, what its tasks gave, and what it was carried out from.
    fn texts(&self, out: &mut String) {
        let empty = self.run.context.as_object().is_none_or(<[_]>::is_empty);
        let input = pre(&json::print_lines(&self.run.context));
        if !empty {
            self.section(out, "run_input", &input);
        }
        // What is not open is not printed.
        let with = self.run.tasks.iter().filter(|task| task.output.is_some());
        let open = if with.count() <= OPEN { " open" } else { "" };
        let mut results = String::new();
        for task in self.run.tasks.iter().take(TASKS) {
            if let Some(output) = &task.output {
                let text = pre(&json::print_lines(output));
                let _ = writeln!(
                    results,
                    "<details{open}><summary>{}</summary>\n{text}</details>",
                    named(&task.name)
                );
            }
        }
        self.section(out, "run_data_results", &results);
        let text = format!(
            "<details><summary>{}</summary>\n{}</details>\n",
            self.head("run_definition_text"),
            pre(self.definition)
        );
        self.section(out, "run_definition", &text);
    }

    fn messages(&self, out: &mut String) {
        let mut body = String::from("<table class=\"log\">\n<tbody>\n");
        let names = self.run.tasks.iter();
        let names: HashMap<_, _> = names.map(|task| (&*task.id, &*task.name)).collect();
        for line in self.messages {
            let text = match &line.text {
                RunText::Message(message) => Cow::Owned(self.catalogue.say(message)),
                RunText::Line(line) => Cow::Borrowed(line.as_str()),
            };
            let tone = match line.level.as_str() {
                "error" => "fail",
                "warning" => "warn",
                _ => "plain",
            };
            let _ = writeln!(
                body,
                "<tr class=\"{tone}\"><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(&self.catalogue.moment(&line.at)),
                line.task
                    .as_deref()
                    .map(|id| named(names.get(id).copied().unwrap_or(id)))
                    .unwrap_or_default(),
                escaped(&visible_whole(&text)),
            );
        }
        body.push_str("</tbody>\n</table>\n");
        self.left_out(&mut body, self.lines as usize, self.messages.len());
        if !self.messages.is_empty() {
            self.section(out, "run_messages", &body);
        }
    }

    fn left_out(&self, out: &mut String, there: usize, most: usize) {
        if there > most {
            let said = self
                .catalogue
                .sentence("report_left_out", &[("shown", &most), ("all", &there)]);
            let _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(&said));
        }
    }
}

fn pre(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .map(|line| escaped(&visible_whole(line)))
        .collect();
    format!("<pre>{}</pre>\n", lines.join("\n"))
}

/// A moment in milliseconds.
pub(super) fn millis(at: &str) -> Option<i64> {
    flowkeep_host::Timestamp::read(at).map(|at| at.0)
}

fn between(from: &str, to: &str) -> Option<i64> {
    Some(millis(to)? - millis(from)?)
}

/// How long an attempt waited and how long it took, in milliseconds.
fn lengths(attempt: &RunAttempt) -> [Option<i64>; 2] {
    let RunAttempt {
        queued_at,
        started_at,
        ended_at,
        ..
    } = attempt;
    let waited = started_at
        .as_deref()
        .and_then(|started| between(queued_at, started));
    let took = started_at.as_deref().zip(ended_at.as_deref());
    [
        waited,
        took.and_then(|(started, ended)| between(started, ended)),
    ]
}
