//! `route`: the rules that choose data sources, and the choice explained.

use std::io::Write as _;
use std::path::Path;

use flowkeep_api::types::{
    Nothing, RouteExplainInput, RouteExplanation, RouteInput, RouteList, RouteSetInput,
};
use flowkeep_api::{Api, AppError, routes};
use flowkeep_core::visible;
use serde_json::Value;

use crate::output::{Outcome, Output};
use crate::read;
use crate::run_args::Route;

pub(crate) fn run(api: &Api, output: &Output, verb: Route) -> Result<Outcome, AppError> {
    match verb {
        Route::List => print(output, &routes::list(api, Nothing {})?),
        Route::Set { routes_file, .. } => {
            let given = routes_file.as_deref().map(given).transpose()?;
            print(output, &routes::set(api, RouteSetInput { routes: given })?)
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
            };
            explained(output, &routes::explain(api, asked)?)
        }
    }
}

/// What `route list` says of a rule beside it.
const SAID: [&str; 3] = ["problem", "code", "fields"];

/// The list as `route list` prints it, or its items alone.
fn given(file: &Path) -> Result<Vec<RouteInput>, AppError> {
    let unreadable = |error: serde_json::Error| {
        AppError::new("routes_unreadable")
            .with("path", file.display())
            .with("detail", error)
    };
    let mut value: Value = serde_json::from_slice(&read::bytes(file)?).map_err(unreadable)?;
    if let Some(items) = value.get_mut("items") {
        value = items.take();
    }
    for rule in value.as_array_mut().into_iter().flatten() {
        if let Some(rule) = rule.as_object_mut() {
            rule.retain(|key, _| !SAID.contains(&key.as_str()));
        }
    }
    serde_json::from_value(value).map_err(unreadable)
}

fn print(output: &Output, list: &RouteList) -> Result<Outcome, AppError> {
    output.print(list, |catalogue, out| {
        for row in &list.items {
            let conditions = row.when.conditions();
            let told = conditions.map(|(key, value)| format!("{key}={}", visible(value)));
            let told: Vec<_> = told.collect();
            let when = if told.is_empty() {
                catalogue.word("cli_route_always")
            } else {
                told.join(" ")
            };
            let (order, source) = (row.order, visible(&row.source));
            write!(out, "{order:>3}  {when}  →  {source}")?;
            match &row.problem {
                Some(_) => writeln!(out, "  ({})", catalogue.word("cli_route_unconnected"))?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

fn explained(output: &Output, found: &RouteExplanation) -> Result<Outcome, AppError> {
    output.print(found, |catalogue, out| {
        if let Some(reason) = &found.reason {
            writeln!(out, "{}", catalogue.say(reason))?;
        }
        if let (Some(source), Some(rule)) = (&found.source, &found.rule) {
            writeln!(out, "{}  ({})", visible(source), visible(rule))?;
        }
        for one in &found.passed_over {
            let why = catalogue.say(&one.why);
            writeln!(out, "  – {}: {why}", visible(&one.source))?;
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
