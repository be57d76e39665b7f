//! Single fields of a task or workflow, in either spelling of their keys.

use super::{Condition, Retry, Routing, RunAfter};
use crate::Value;
use crate::shape::spellings::{ALLOW_FALLBACK, AUTO_SELECT, DATA_KIND, DATA_SOURCE, RUN_AFTER};

pub(super) fn text(value: &Value, keys: &[&str]) -> Option<String> {
    let word = value.get_any(keys)?.as_word()?.trim();
    (!word.is_empty()).then(|| word.to_owned())
}

/// A whole number, however it is spelled (`3`, `3.0`, `1e3`); out of range, the nearest that is in.
pub(super) fn whole(value: &Value, keys: &[&str]) -> Option<i64> {
    let spelled = value.get_any(keys)?.as_number()?;
    #[expect(clippy::cast_possible_truncation, reason = "casts of floats saturate")]
    let rounded = || spelled.parse::<f64>().ok().map(|number| number as i64);
    spelled.parse().ok().or_else(rounded)
}

pub(super) fn count(value: &Value, keys: &[&str]) -> Option<u64> {
    whole(value, keys).and_then(|number| u64::try_from(number).ok())
}

pub(super) fn amount(value: &Value, key: &str) -> Option<f64> {
    let number: f64 = value.get(key)?.as_number()?.parse().ok()?;
    number.is_finite().then_some(number)
}

pub(super) fn truth(value: &Value, keys: &[&str]) -> Option<bool> {
    value.get_any(keys)?.as_bool()
}

/// One word or a list of them.
pub(super) fn words(value: &Value, keys: &[&str]) -> Option<Vec<String>> {
    let given = value.get_any(keys)?;
    let list = given.as_array().unwrap_or(std::slice::from_ref(given));
    Some(
        list.iter()
            .filter_map(Value::as_word)
            .map(str::to_owned)
            .collect(),
    )
}

pub(super) fn retry(task: &Value) -> Retry {
    let default = Retry::default();
    let limit = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    match task.get("retry") {
        Some(retry @ Value::Object(_)) => Retry {
            limit: count(retry, &["limit"]).map_or(default.limit, limit),
            delay: count(retry, &["delay"]).unwrap_or(default.delay),
            backoff: amount(retry, "backoff").unwrap_or(default.backoff),
            jitter: truth(retry, &["jitter"]).unwrap_or(default.jitter),
            on: words(retry, &["on"]).unwrap_or_default(),
        },
        _ => Retry {
            limit: count(task, &["retry"]).map_or(default.limit, limit),
            ..default
        },
    }
}

pub(super) fn condition(task: &Value) -> Condition {
    match task.get("condition") {
        Some(Value::Bool(false)) => Condition::Never,
        Some(Value::String(text)) => Condition::When(text.clone()),
        _ => Condition::Always,
    }
}

pub(super) fn run_after(task: &Value) -> RunAfter {
    match text(task, &RUN_AFTER).as_deref() {
        Some("any") => RunAfter::Any,
        _ => RunAfter::Success,
    }
}

pub(super) fn routing(task: &Value) -> Routing {
    Routing {
        data_source: text(task, &DATA_SOURCE),
        auto_select: truth(task, &AUTO_SELECT).unwrap_or(true),
        data_kind: text(task, &DATA_KIND),
        latency: text(task, &["latency"]),
        volume: text(task, &["volume"]),
        allow_fallback: truth(task, &ALLOW_FALLBACK).unwrap_or(false),
    }
}
