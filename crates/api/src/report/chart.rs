//! The timeline of a run as a picture: a row for each task, a bar for each attempt, what waited before it hatched.

use std::fmt::Write as _;

use flowkeep_core::visible;

use super::page::{escaped, look, millis};
use crate::Catalogue;
use crate::types::{RunAttempt, RunShow};

/// Rows, at most: a picture of more is read by nobody.
const ROWS: usize = 1_000;

/// Pixels: of a row, of the axis, where the time begins and how wide it is, of the narrowest bar, between two ticks.
const ROW: usize = 24;
const AXIS: usize = 28;
const LEFT: f64 = 260.0;
const WIDE: f64 = 700.0;
const LEAST: f64 = 3.0;
const APART: f64 = 80.0;

/// Columns of a name; a Chinese letter takes two.
const NAME: usize = 34;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far apart ticks may be, in milliseconds.
const STEPS: [i64; 24] = [
    1,
    5,
    10,
    50,
    100,
    500,
    1_000,
    5_000,
    10_000,
    30_000,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    20 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    30 * DAY,
    365 * DAY,
];

/// Milliseconds as pixels.
struct Scale {
    from: i64,
    length: i64,
}

impl Scale {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture is not drawn to the millisecond of a century"
    )]
    fn x(&self, at: i64) -> f64 {
        let part = (at - self.from) as f64 / self.length as f64;
        LEFT + WIDE * part.clamp(0.0, 1.0)
    }

    fn step(&self) -> i64 {
        let wide = |step: &i64| self.x(self.from + step) - LEFT >= APART;
        STEPS.into_iter().find(wide).unwrap_or(self.length)
    }
}

/// When an attempt was queued, began and ended; what has not, by now.
fn times(attempt: &RunAttempt, now: i64) -> Option<(i64, i64, i64)> {
    let queued = millis(&attempt.queued_at)?;
    let ended = attempt.ended_at.as_deref().and_then(millis);
    let ended = ended.unwrap_or(now).max(queued);
    let started = attempt.started_at.as_deref().and_then(millis);
    Some((queued, started.unwrap_or(ended).clamp(queued, ended), ended))
}

/// The picture; empty where nothing has begun. `at` is when it is made, in RFC 3339.
pub(super) fn svg(catalogue: Catalogue, run: &RunShow, at: &str) -> String {
    let now = millis(at).unwrap_or_default();
    let attempts = run.tasks.iter().flat_map(|task| &task.attempts);
    let all = attempts.filter_map(|attempt| times(attempt, now));
    let ends = all.fold(None, |ends: Option<(i64, i64)>, (queued, _, ended)| {
        let (from, to) = ends.unwrap_or((queued, ended));
        Some((from.min(queued), to.max(ended)))
    });
    let Some((from, to)) = ends else {
        return String::new();
    };
    let scale = Scale {
        from,
        length: (to - from).max(1),
    };
    let rows = run.tasks.len().min(ROWS);
    let (height, width) = (AXIS + rows * ROW + 4, LEFT + WIDE + 24.0);
    let word = |key: &str| escaped(&catalogue.word(key));
    let mut out = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">\n\
         <defs><pattern id=\"waited\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"5\" stroke=\"var(--off)\" stroke-width=\"2\"/></pattern></defs>\n",
        label = word("report_timeline"),
    );
    ticks(&mut out, catalogue, &scale, height);
    for (place, task) in run.tasks.iter().take(ROWS).enumerate() {
        let top = AXIS + place * ROW;
        let (tone, sign) = look(task.status);
        let _ = write!(
            out,
            "<g><text x=\"0\" y=\"{y}\" class=\"sign {tone}\">{sign}</text>\
             <text x=\"18\" y=\"{y}\">{name}</text>",
            y = top + 16,
            name = escaped(&short(&visible(&task.name))),
        );
        for (number, attempt) in task.attempts.iter().enumerate() {
            let Some((queued, started, ended)) = times(attempt, now) else {
                continue;
            };
            let is_last = number + 1 == task.attempts.len();
            let status = if is_last { task.status } else { attempt.status };
            let [x, begins, ends] = [queued, started, ended].map(|at| scale.x(at));
            let said = [
                visible(&task.name).into_owned(),
                catalogue.word(&format!("status_{}", status.as_str())),
                catalogue.length(ended - started),
            ];
            let said = escaped(&said.join(" · "));
            if begins - x >= 1.0 {
                let _ = write!(
                    out,
                    "<rect class=\"waited\" x=\"{x:.1}\" y=\"{y}\" width=\"{w:.1}\" height=\"12\"/>",
                    y = top + 6,
                    w = begins - x,
                );
            }
            let wide = (ends - begins).max(LEAST);
            // What is too narrow to be seen goes back from the end of the picture.
            let begins = begins.min(LEFT + WIDE - wide);
            let (tone, sign) = look(status);
            let _ = write!(
                out,
                "<rect class=\"bar {tone}\" x=\"{begins:.1}\" y=\"{y}\" width=\"{wide:.1}\" height=\"14\" rx=\"2\">\
                 <title>{said}</title></rect>",
                y = top + 5,
            );
            if tone == "fail" || tone == "warn" {
                let _ = write!(
                    out,
                    "<text class=\"sign {tone}\" x=\"{x:.1}\" y=\"{y}\">{sign}</text>",
                    x = begins + wide + 4.0,
                    y = top + 16,
                );
            }
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    if run.tasks.len() > ROWS {
        let fields: [(&str, &dyn std::fmt::Display); 2] =
            [("shown", &ROWS), ("all", &run.tasks.len())];
        let said = catalogue.sentence("report_left_out", &fields);
        let _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(&said));
    }
    let _ = writeln!(out, "<p class=\"note\">{}</p>", word("report_legend"));
    out
}

fn ticks(out: &mut String, catalogue: Catalogue, scale: &Scale, height: usize) {
    let step = scale.step();
    let mut at = 0;
    while at <= scale.length {
        let x = scale.x(scale.from + at);
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{x:.1}\" y1=\"20\" x2=\"{x:.1}\" y2=\"{height}\"/>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"14\" text-anchor=\"{anchor}\">{said}</text>",
            anchor = if at == 0 { "start" } else { "middle" },
            said = escaped(&if at == 0 {
                "0".to_owned()
            } else {
                catalogue.length(at)
            }),
        );
        at += step;
    }
}

/// A name as far as there is room for it.
fn short(name: &str) -> String {
    let mut columns = 0;
    let mut shown = String::new();
    for letter in name.chars() {
        columns += if letter >= '\u{1100}' { 2 } else { 1 };
        if columns > NAME {
            shown.push('…');
            break;
        }
        shown.push(letter);
    }
    shown
}
