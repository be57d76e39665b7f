//! `route`: the rules that choose data sources, and the choice explained.

use std::io::{self, Write as _};

use flowkeep_api::types::{
    Nothing, RouteExplainInput, RouteExplanation, RouteList, RouteSetInput, RuleConsidered,
};
use flowkeep_api::{Api, AppError, Catalogue, routes};
use flowkeep_core::run::route::When;
use flowkeep_core::visible;

use crate::output::{Out, Outcome, Output, table};
use crate::read;
use crate::run_args::Route;

/// What `route list` tells of a rule beside it.
const TOLD: [&str; 3] = ["problem", "code", "fields"];

pub(crate) fn run(api: &Api, output: &Output, verb: Route) -> Result<Outcome, AppError> {
    match verb {
        Route::List => print(output, &routes::list(api, Nothing {})?),
        Route::Set { routes_file, .. } => {
            let given = routes_file.as_deref();
            let given = given.map(|file| read::items(file, &TOLD, "routes_unreadable"));
            let routes = given.transpose()?;
            print(output, &routes::set(api, RouteSetInput { routes })?)
        }
        Route::Explain {
            workflow,
            task,
            context,
        } => {
            let asked = RouteExplainInput {
                workflow,
                task,
                context,
                ..RouteExplainInput::default()
            };
            explained(output, &routes::explain(api, asked)?)
        }
    }
}

fn print(output: &Output, list: &RouteList) -> Result<Outcome, AppError> {
    output.print(list, |catalogue, out| {
        let rows = list.items.iter().map(|row| {
            let unconnected = row.problem.as_ref();
            let unconnected = unconnected.map(|_| catalogue.word("cli_route_unconnected"));
            [
                row.order.to_string(),
                sentence(catalogue, &row.when, &row.source),
                unconnected.unwrap_or_default(),
            ]
        });
        table(catalogue, out, ["order", "rule", "state"], rows)
    })?;
    Ok(Outcome::Done)
}

fn explained(output: &Output, found: &RouteExplanation) -> Result<Outcome, AppError> {
    output.print(found, |catalogue, out| {
        if let Some(reason) = &found.reason {
            writeln!(out, "{}", catalogue.say(reason))?;
        }
        if let Some(source) = &found.source {
            writeln!(out, "{}", chosen(catalogue, found, source))?;
        }
        why_not(catalogue, out, &found.rules)?;
        let of_a_rule = |source: &str| found.rules.iter().any(|rule| rule.source == source);
        for one in &found.passed_over {
            if !of_a_rule(&one.source) {
                let why = catalogue.labelled(&visible(&one.source), &catalogue.say(&one.why));
                writeln!(out, "  – {why}")?;
            }
        }
        Ok(())
    })?;
    let none = found.source.is_none()
        && found
            .reason
            .as_ref()
            .is_some_and(|why| why.code != "route_not_needed");
    Ok(if none {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

/// What chose a source.
fn chosen(catalogue: &Catalogue, found: &RouteExplanation, source: &str) -> String {
    let by = found.rules.last().filter(|rule| rule.why.is_none());
    match (by, found.rule.as_deref()) {
        (Some(rule), _) => {
            let when = conditions(catalogue, &rule.when);
            let fields: [(&str, &dyn std::fmt::Display); 3] =
                [("source", &source), ("order", &rule.order), ("when", &when)];
            catalogue.sentence("explained_rule", &fields)
        }
        (None, Some("name")) => catalogue.sentence("explained_name", &[("source", &source)]),
        (None, Some("type")) => catalogue.sentence("explained_type", &[("source", &source)]),
        (None, _) => catalogue.sentence("explained_able", &[("source", &source)]),
    }
}

/// Why the rules that were looked at did not choose; those that do not apply in one line where they
/// follow one another.
fn why_not(catalogue: &Catalogue, out: &mut Out, rules: &[RuleConsidered]) -> io::Result<()> {
    let applies = |rule: &RuleConsidered| match &rule.why {
        Some(why) => why.code != "rule_not_applying",
        None => true,
    };
    for rules in rules.chunk_by(|left, right| !applies(left) && !applies(right)) {
        let [first, .., last] = rules else {
            if let [one] = rules
                && let Some(why) = &one.why
            {
                let rule = sentence(catalogue, &one.when, &one.source);
                let fields: [(&str, &dyn std::fmt::Display); 2] =
                    [("order", &one.order), ("rule", &rule)];
                let rule = catalogue.sentence("rule_numbered", &fields);
                writeln!(
                    out,
                    "  – {}",
                    catalogue.labelled(&rule, &catalogue.say(why))
                )?;
            }
            continue;
        };
        let fields: [(&str, &dyn std::fmt::Display); 2] =
            [("first", &first.order), ("last", &last.order)];
        writeln!(
            out,
            "  – {}",
            catalogue.sentence("rules_not_applying", &fields)
        )?;
    }
    Ok(())
}

/// Why a source was chosen, from the word that is kept with an attempt.
pub(crate) fn reason(catalogue: &Catalogue, word: &str) -> String {
    let known = format!("source_because_{word}");
    if catalogue.has(&known) {
        return catalogue.word(&known);
    }
    let kind = format!("data_kind_{word}");
    if catalogue.has(&kind) {
        let kind = catalogue.word(&kind);
        return catalogue.sentence("source_because_kind", &[("kind", &kind)]);
    }
    let rule = conditions(catalogue, &When::of_word(word));
    catalogue.sentence("source_because_rule", &[("rule", &rule)])
}

/// A rule in words.
fn sentence(catalogue: &Catalogue, when: &When, source: &str) -> String {
    let when = conditions(catalogue, when);
    catalogue.sentence("rule_sentence", &[("when", &when), ("source", &source)])
}

/// When a rule applies, in words.
fn conditions(catalogue: &Catalogue, when: &When) -> String {
    let told = when.conditions().map(|(key, value)| {
        let of = |key: &str, value: &str| catalogue.sentence(key, &[("value", &value)]);
        match key {
            "dataKind" => of(
                "rule_when_data_kind",
                &catalogue.word(&format!("data_kind_{value}")),
            ),
            "action" => of("rule_when_action", value),
            "workflow" => of("rule_when_workflow", value),
            key => catalogue.word(&format!("rule_when_{key}_{value}")),
        }
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return catalogue.word("rule_always");
    }
    told.join(&catalogue.word("list_separator"))
}
