//! How the runs of a workflow went, as one page of HTML that is read and printed without Flowkeep.

use std::fmt::Write as _;

use super::page::{escaped, framed, head, named, section};
use crate::Catalogue;
use crate::types::{RunStretch, RunTrend};

/// Pixels of the picture: how wide and high it is, where its figures begin, and how high are the lengths above and the
/// counts below.
const WIDE: f64 = 960.0;
const TALL: f64 = 260.0;
const LEFT: f64 = 84.0;
const TOP: f64 = 14.0;
const LENGTHS: f64 = 150.0;
const COUNTS: f64 = 50.0;

/// What the date of a stretch takes.
const DATED: f64 = 84.0;

/// What a page is made of.
pub(crate) struct TrendPage<'a> {
    pub(crate) catalogue: Catalogue,
    /// What the workflow is called.
    pub(crate) workflow: &'a str,
    /// When each stretch begins, and at last when the last one ends: days, as they are told.
    pub(crate) days: &'a [String],
    pub(crate) trend: &'a RunTrend,
    /// When it is made: RFC 3339.
    pub(crate) at: &'a str,
}

impl TrendPage<'_> {
    /// The whole page.
    pub(crate) fn html(&self) -> String {
        let name = named(self.workflow);
        let title = self.head("tab_statistics");
        let mut body = format!("<header><h1>{name}</h1></header>\n");
        if let (Some(first), Some(last)) = (self.days.first(), self.days.last()) {
            let time = [("from", first as &dyn std::fmt::Display), ("to", last)];
            Self::note(&mut body, &self.catalogue.sentence("report_time", &time));
        }
        let whole = &self.trend.whole;
        if whole.ended == 0 {
            Self::note(&mut body, &self.catalogue.word("trend_none"));
        } else {
            self.figures(&mut body);
        }
        framed(
            self.catalogue,
            &format!("{name} – {title}"),
            &body,
            ("report_made_plain", self.at),
        )
    }

    fn figures(&self, body: &mut String) {
        let (catalogue, trend) = (self.catalogue, self.trend);
        let whole = &trend.whole;
        let share = u64::from(whole.succeeded) * 100 / u64::from(whole.ended.max(1));
        let runs = catalogue.counted("n_runs", whole.ended as usize);
        let said = catalogue.sentence("trend_success", &[("share", &share), ("runs", &runs)]);
        Self::note(body, &said);
        if let (Some(median), Some(p95)) = (whole.median, whole.p95) {
            let (median, p95) = (catalogue.length(median), catalogue.length(p95));
            let lengths = [("median", &median as &dyn std::fmt::Display), ("p95", &p95)];
            Self::note(body, &catalogue.sentence("trend_usual", &lengths));
        }
        if trend.cut {
            Self::note(body, &catalogue.word("trend_cut"));
        }
        let picture = format!("{}{}", self.svg(), self.legend());
        section(catalogue, body, "trend_chart", &picture);
        section(catalogue, body, "trend_table", &self.stretches());
        let slower = match trend.slower.as_slice() {
            [] => format!("<p>{}</p>\n", self.head("trend_slower_none")),
            slower => {
                let rows = slower.iter().map(|run| {
                    vec![
                        escaped(&catalogue.when(&run.start_time)),
                        self.length(Some(run.took)),
                        self.length(Some(run.usual)),
                    ]
                });
                let head = [
                    "run_column_started",
                    "run_column_took",
                    "trend_column_usual",
                ];
                self.table(&head, rows)
            }
        };
        section(catalogue, body, "trend_slower", &slower);
        if !trend.tasks.is_empty() {
            let rows = trend.tasks.iter().map(|task| {
                vec![
                    named(&task.name),
                    self.length(Some(task.median)),
                    self.length(Some(task.p90)),
                    task.attempts.to_string(),
                    task.failed.to_string(),
                ]
            });
            let head = [
                "report_task",
                "trend_median",
                "trend_p90",
                "timeline_attempts",
                "history_column_failed",
            ];
            section(catalogue, body, "trend_slowest", &self.table(&head, rows));
        }
    }

    fn head(&self, key: &str) -> String {
        head(self.catalogue, key)
    }

    fn note(body: &mut String, said: &str) {
        let _ = writeln!(body, "<p>{}</p>", escaped(said));
    }

    fn length(&self, milliseconds: Option<i64>) -> String {
        let said = milliseconds.map(|length| escaped(&self.catalogue.length(length)));
        said.unwrap_or_else(|| "–".to_owned())
    }

    fn table(&self, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
        let mut table = String::from("<table>\n<thead><tr>");
        for key in head {
            let _ = write!(table, "<th scope=\"col\">{}</th>", self.head(key));
        }
        table.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            table.push_str("<tr>");
            for (at, cell) in row.iter().enumerate() {
                let class = if at == 0 { "" } else { " class=\"number\"" };
                let _ = write!(table, "<td{class}>{cell}</td>");
            }
            table.push_str("</tr>\n");
        }
        table + "</tbody>\n</table>\n"
    }

    fn stretches(&self) -> String {
        let rows = self
            .trend
            .stretches
            .iter()
            .zip(self.days)
            .map(|(one, day)| {
                vec![
                    escaped(day),
                    one.succeeded.to_string(),
                    one.failed.to_string(),
                    one.cancelled.to_string(),
                    self.length(one.median),
                    self.length(one.p95),
                ]
            });
        let head = [
            "trend_from",
            "history_column_succeeded",
            "history_column_failed",
            "history_column_cancelled",
            "trend_median",
            "trend_p95",
        ];
        self.table(&head, rows)
    }

    /// How long the runs of each stretch took, as two lines, and under them how many ended, as bars.
    fn svg(&self) -> String {
        let stretches = &self.trend.stretches;
        let longest = stretches.iter().filter_map(|one| one.p95).max();
        let longest = longest.unwrap_or(1).max(1);
        let most = stretches
            .iter()
            .map(|one| one.ended)
            .max()
            .unwrap_or(1)
            .max(1);
        let wide = (WIDE - LEFT) / count(stretches.len().max(1));
        let bottom = TALL - 22.0;
        let mut picture = format!(
            "<svg viewBox=\"0 0 {WIDE} {TALL}\" role=\"img\" aria-label=\"{}\">\n",
            self.head("trend_chart")
        );
        for (part, length) in [(1.0, longest), (0.5, longest / 2), (0.0, 0)] {
            let y = TOP + LENGTHS * (1.0 - part);
            let _ = writeln!(
                picture,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{WIDE}\" y1=\"{y}\" y2=\"{y}\"/>\
                 <text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                y + 4.0,
                match length {
                    0 => "0".to_owned(),
                    length => self.length(Some(length)),
                },
            );
        }
        let _ = writeln!(
            picture,
            "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{most}</text>",
            LEFT - 8.0,
            bottom - COUNTS + 10.0,
        );
        let between = (DATED / wide).ceil().max(1.0);
        for (at, one) in stretches.iter().enumerate() {
            let x = LEFT + wide * count(at);
            bars(
                &mut picture,
                one,
                (x + wide * 0.15, wide * 0.7),
                (bottom, most),
            );
            let is_dated = count(at) % between == 0.0;
            if let Some(day) = self.days.get(at).filter(|_| is_dated) {
                let _ = writeln!(
                    picture,
                    "<text class=\"tick\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    x + wide / 2.0,
                    TALL - 6.0,
                    escaped(day),
                );
            }
        }
        let points = |of: &dyn Fn(&RunStretch) -> Option<i64>| -> Vec<(f64, f64)> {
            let points = stretches.iter().enumerate().filter_map(|(at, one)| {
                let x = LEFT + wide * (count(at) + 0.5);
                Some((x, TOP + LENGTHS * (1.0 - part_of(of(one)?, longest))))
            });
            points.collect()
        };
        for (tone, dashes, points) in [
            ("warn", "4 3", points(&|one| one.p95)),
            ("run", "none", points(&|one| one.median)),
        ] {
            let line: Vec<_> = points
                .iter()
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            let _ = writeln!(
                picture,
                "<g class=\"{tone}\"><polyline points=\"{}\" fill=\"none\" stroke=\"currentcolor\" \
                 stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>",
                line.join(" ")
            );
            for (x, y) in points {
                let _ = writeln!(
                    picture,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"currentcolor\"/>"
                );
            }
            picture.push_str("</g>\n");
        }
        picture + "</svg>\n"
    }

    /// What the lines and the bars stand for.
    fn legend(&self) -> String {
        let signs = [
            ("run", "—", "trend_median"),
            ("warn", "- -", "trend_p95"),
            ("ok", "■", "history_column_succeeded"),
            ("off", "■", "history_column_cancelled"),
            ("fail", "■", "history_column_failed"),
        ];
        let told = signs.map(|(tone, sign, key)| {
            format!(
                "<span class=\"chip {tone}\" aria-hidden=\"true\">{sign}</span> {}",
                self.head(key)
            )
        });
        format!("<p class=\"note\">{}</p>\n", told.join(" · "))
    }
}

/// What the runs of one stretch came to: succeeded, cancelled and failed, one above the other.
fn bars(
    picture: &mut String,
    one: &RunStretch,
    (x, width): (f64, f64),
    (bottom, most): (f64, u32),
) {
    let high = |runs: u32| COUNTS * f64::from(runs) / f64::from(most);
    let others = one.ended.saturating_sub(one.succeeded + one.failed);
    let mut below = 0;
    for (tone, runs) in [("ok", one.succeeded), ("off", others), ("fail", one.failed)] {
        below += runs;
        if runs > 0 {
            let _ = writeln!(
                picture,
                "<rect class=\"{tone}\" fill=\"currentcolor\" x=\"{x:.1}\" width=\"{width:.1}\" y=\"{:.1}\" height=\"{:.1}\"/>",
                bottom - high(below),
                high(runs),
            );
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
fn part_of(length: i64, longest: i64) -> f64 {
    length as f64 / longest as f64
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
fn count(stretches: usize) -> f64 {
    stretches as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tongue;
    use crate::types::{RunSlower, TaskLength};

    fn stretch(succeeded: u32, failed: u32, median: Option<i64>) -> RunStretch {
        RunStretch {
            ended: succeeded + failed + 1,
            succeeded,
            failed,
            cancelled: 1,
            median,
            p95: median.map(|median| median * 3),
        }
    }

    fn page(trend: &RunTrend, tongue: Tongue) -> String {
        let days = ["2026-11-01", "2026-11-02", "2026-11-03"].map(str::to_owned);
        TrendPage {
            catalogue: Catalogue::new(tongue),
            workflow: "Close <books>",
            days: &days,
            trend,
            at: "2026-11-03T08:00:00Z",
        }
        .html()
    }

    #[test]
    fn everything_that_is_counted_stands_on_it_and_nothing_is_fetched() {
        let trend = RunTrend {
            whole: stretch(7, 2, Some(60_000)),
            stretches: vec![stretch(7, 2, Some(60_000)), stretch(0, 0, None)],
            slower: vec![RunSlower {
                run_id: "01R".to_owned(),
                start_time: "2026-11-01T08:00:00Z".to_owned(),
                took: 900_000,
                usual: 60_000,
            }],
            tasks: vec![TaskLength {
                task: "a".to_owned(),
                name: "Match & post".to_owned(),
                attempts: 11,
                failed: 2,
                median: 30_000,
                p90: 45_000,
            }],
            cut: true,
        };
        let html = page(&trend, Tongue::English);
        for said in [
            "Close &lt;books&gt;",
            "70% of 10 runs succeeded",
            "Half of them took at most 1 min, 95 in 100 at most 3 min.",
            "the oldest are not counted",
            "Match &amp; post",
            "15 min",
            "2026-11-02",
            "default-src 'none'",
        ] {
            assert!(html.contains(said), "{said} in {html}");
        }
        // Of the second day none ended but one that was cancelled: one bar, and no point of a line.
        assert_eq!(html.matches("<rect").count(), 4, "{html}");
        assert_eq!(html.matches("<circle").count(), 2, "{html}");
        assert!(!html.contains("http://") && !html.contains("https://"));
        assert!(page(&trend, Tongue::Chinese).contains("lang=\"zh-CN\""));
    }

    #[test]
    fn a_time_without_runs_says_so() {
        let none = RunStretch {
            ended: 0,
            succeeded: 0,
            failed: 0,
            cancelled: 0,
            median: None,
            p95: None,
        };
        let trend = RunTrend {
            whole: none,
            stretches: vec![none, none],
            slower: Vec::new(),
            tasks: Vec::new(),
            cut: false,
        };
        let html = page(&trend, Tongue::English);
        assert!(html.contains("No run has ended in this time"), "{html}");
        assert!(!html.contains("<svg"), "{html}");
    }
}
