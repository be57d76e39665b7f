//! `route_*`: the rules that choose data sources, and the choice explained.

use std::sync::Arc;

use flowkeep_core::run::route::{By, PassedOver, Rule, TYPES, Wanted, default_rules};
use flowkeep_core::run::{Definition, TaskId};
use flowkeep_core::{Document, Format, Kind, Message, Value, summarise};
use flowkeep_engine::sources::{Connected, keep_rules, kept_rules_in};
use flowkeep_engine::{definition_invalid, readiness};

use super::settings::keep_as;
use crate::types::{
    Nothing, Object, RouteExplainInput, RouteExplanation, RouteInput, RouteList, RouteRow,
    RouteSetInput, RuleConsidered,
};
use crate::{Api, AppError};

/// The rules, in their order.
///
/// # Errors
/// `kept_routes_unreadable`; what the database says.
pub fn list(api: &Api, _: Nothing) -> Result<RouteList, AppError> {
    let connected = api.connected()?;
    let row = |(at, rule): (usize, &Rule)| RouteRow {
        order: number(at),
        when: rule.when.clone(),
        source: rule.source.clone(),
        problem: unconnected(&connected, &rule.source),
    };
    let rules = connected.rules.as_ref().map_err(Clone::clone)?;
    let items: Vec<_> = rules.iter().enumerate().map(row).collect();
    Ok(RouteList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        defaults: *rules == default_rules(),
    })
}

/// Says which rules choose from now on. A source that is not connected is kept: it is passed over,
/// and said.
///
/// # Errors
/// `route_invalid`, naming the rule and what is wrong with it.
pub fn set(api: &Api, input: RouteSetInput) -> Result<RouteList, AppError> {
    let rules = match input.routes {
        Some(routes) => sound(routes)?,
        None => default_rules(),
    };
    keep_as(api, "routes", move |tx| {
        if kept_rules_in(tx)?.as_ref() == Ok(&rules) {
            return Ok(false);
        }
        keep_rules(tx, &rules)?;
        Ok(true)
    })?;
    list(api, Nothing {})
}

/// Which data source a task would use now, and why none of the others.
///
/// # Errors
/// `not_found`, `definition_invalid`, `run_unknown_task`, `route_invalid`.
pub fn explain(api: &Api, input: RouteExplainInput) -> Result<RouteExplanation, AppError> {
    let kept = api.connected()?;
    let tried = input.routes.map(sound).transpose()?;
    let connected = tried.map_or(kept.clone(), |rules| Arc::new(kept.with_rules(rules)));
    let definition = match input.text {
        Some(text) => edited(text, input.format)?,
        None => definition_kept(api, &connected, &input.workflow)?,
    };
    let Some(task) = definition.task(&TaskId(input.task.clone())) else {
        return Err(AppError::new("run_unknown_task").with("task", &input.task));
    };
    let mut explanation = RouteExplanation {
        source: None,
        rule: None,
        order: None,
        rules: Vec::new(),
        passed_over: Vec::new(),
        reason: None,
    };
    if !task.needs_source() {
        let reason = Message::new("route_not_needed").with("action", task.action.name);
        explanation.reason = Some(reason);
        return Ok(explanation);
    }
    let context = input.context.map_or(Value::Null, Object::into_value);
    let wanted = Wanted {
        routing: &task.routing,
        action: task.action,
        workflow: &input.workflow,
        context: &context,
    };
    let loads = api.store.source_loads()?;
    let mut chose = None;
    match connected.route(&wanted, |name| loads.get(name).copied().unwrap_or_default()) {
        Ok(route) => {
            if let By::Rule(at) = route.by {
                chose = Some(at);
            }
            explanation.source = Some(route.source.to_owned());
            explanation.rule = Some(route.rule);
            explanation.passed_over = route.passed_over;
        }
        Err(none) => {
            explanation.passed_over = none.passed_over;
            explanation.reason = Some(none.message);
        }
    }
    explanation.order = chose.map(number);
    if let (true, Ok(rules)) = (task.routing.is_for_rules(), &connected.rules) {
        explanation.rules = considered(&wanted, rules, chose, &explanation.passed_over);
    }
    Ok(explanation)
}

/// The definition of a workflow as it is kept.
fn definition_kept(
    api: &Api,
    connected: &Connected,
    workflow: &str,
) -> Result<Definition, AppError> {
    let Some(ready) = readiness(&api.store, connected, workflow)? else {
        return Err(AppError::new("not_found")
            .with("kind", Kind::Workflow.as_str())
            .with("id", workflow)
            .hint("list_first"));
    };
    let invalid = || definition_invalid(&ready.record.name, &ready.validation);
    Ok(ready.definition.ok_or_else(invalid)?)
}

/// The definition of a workflow as it is being edited.
fn edited(text: String, format: Option<Format>) -> Result<Definition, AppError> {
    let document = Document::parse(format.unwrap_or(Format::Json), text)?;
    let invalid = |found| {
        let name = summarise(Kind::Workflow, &document, None).name;
        definition_invalid(&name, &found)
    };
    Ok(Definition::read(document.value()).map_err(invalid)?)
}

/// The rules that were looked at until one chose, and why the others did not.
fn considered(
    wanted: &Wanted<'_>,
    rules: &[Rule],
    chose: Option<usize>,
    passed_over: &[PassedOver],
) -> Vec<RuleConsidered> {
    let why = |rule: &Rule| {
        if !rule.applies(wanted) {
            return Some(Message::new("rule_not_applying"));
        }
        let mut found = passed_over.iter();
        let found = found.find(|one| one.source == rule.source);
        found.map(|one| one.why.clone())
    };
    let looked_at = chose.map_or(rules.len(), |at| at + 1);
    let rules = rules.iter().take(looked_at).enumerate();
    rules
        .map(|(at, rule)| RuleConsidered {
            order: number(at),
            when: rule.when.clone(),
            source: rule.source.clone(),
            why: if chose == Some(at) { None } else { why(rule) },
        })
        .collect()
}

/// Rules as they were given, in their order.
fn sound(routes: Vec<RouteInput>) -> Result<Vec<Rule>, AppError> {
    let rules = in_order(routes)?;
    for (at, rule) in rules.iter().enumerate() {
        if let Some((key, why)) = rule.problems().into_iter().next() {
            return Err(invalid(at, key, why));
        }
    }
    Ok(rules)
}

/// In the order that they say they have, or as they stand.
fn in_order(mut routes: Vec<RouteInput>) -> Result<Vec<Rule>, AppError> {
    // Among those that say so nobody can tell where another one belongs.
    let mut orders = routes.iter().map(|route| route.order.is_none());
    let silent = orders.clone().position(|silent| silent);
    if let Some(at) = silent
        && orders.any(|silent| !silent)
    {
        let why = Message::new("field_missing").with("field", "order");
        return Err(invalid(at, "order", why));
    }
    routes.sort_by_key(|route| route.order);
    let rule = |route: RouteInput| Rule {
        when: route.when,
        source: route.source.trim().to_owned(),
    };
    Ok(routes.into_iter().map(rule).collect())
}

fn invalid(at: usize, key: &str, why: Message) -> AppError {
    let invalid = Message::new("route_invalid").with("order", number(at));
    invalid.with("key", key).because(why).into()
}

/// Why a rule chooses nothing at present.
fn unconnected(connected: &Connected, source: &str) -> Option<Message> {
    let there = |one: &dyn flowkeep_engine::sources::Source| {
        one.name() == source || (TYPES.contains(&source) && one.kind() == source)
    };
    let found = connected.sources.iter().any(|one| there(one.as_ref()));
    (!found).then(|| Message::new("no_connection").with("wanted", source))
}

pub(super) fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::types::CreateInput;
    use crate::{documents, overview, testing};

    /// What those of a fresh installation choose may be just what somebody ruled out.
    #[test]
    fn rules_that_nobody_here_can_read_choose_nothing_and_are_said() {
        let root = tempfile::tempdir().unwrap();
        let api = testing::open(&root.path().join("data"));
        let workflow = CreateInput {
            text: json!({"id": "w", "name": "W", "tasks": [
                {"id": "a", "action": "sql.query", "params": {"sql": "SELECT 1"}},
                {"id": "b", "action": "sql.query", "dataSource": "local", "params": {"sql": "SELECT 1"}},
            ]})
            .to_string(),
            format: Format::Json,
            id: None,
            name: None,
        };
        documents::create(&api, Kind::Workflow, workflow).unwrap();
        let explained = |task: &str| {
            let input = RouteExplainInput {
                workflow: "w".to_owned(),
                task: task.to_owned(),
                ..RouteExplainInput::default()
            };
            explain(&api, input).unwrap()
        };
        let in_order = || {
            let checks = overview::doctor(&api, Nothing {}).unwrap().checks;
            let routes = checks.into_iter().find(|check| check.name == "routes");
            routes.unwrap().ok
        };
        assert_eq!(explained("a").source.as_deref(), Some("local"));
        assert!(in_order());
        for unreadable in [
            json!([{"when": {"tag": "x"}, "source": "test"}, {"when": {}, "source": "local"}]),
            json!([{"when": {"dataKind": "lake"}, "source": "test"}]),
            json!("later"),
        ] {
            let kept = unreadable.clone();
            let set = move |tx: &flowkeep_store::Tx<'_>| tx.set_setting("routes", &kept);
            api.store
                .write::<_, flowkeep_store::StoreError>(set)
                .unwrap();
            let error = list(&api, Nothing {}).unwrap_err();
            assert_eq!(error.code, "kept_routes_unreadable", "{unreadable}");
            let chosen = explained("a");
            assert_eq!(chosen.source, None, "{unreadable}");
            assert_eq!(chosen.reason.unwrap().code, "kept_routes_unreadable");
            // What a task names needs no rule.
            assert_eq!(explained("b").source.as_deref(), Some("local"));
            assert!(!in_order());
        }
        assert!(set(&api, RouteSetInput { routes: None }).unwrap().defaults);
        assert_eq!(explained("a").source.as_deref(), Some("local"));
        assert!(in_order());
    }

    /// Neither what is being written nor the rules that are tried are kept anywhere.
    #[test]
    fn a_choice_is_explained_for_what_is_not_saved_yet() {
        let root = tempfile::tempdir().unwrap();
        let api = testing::open(&root.path().join("data"));
        let text = json!({"id": "new", "name": "New", "tasks": [
            {"id": "a", "action": "record.get", "dataKind": "log", "params": {"table": "t", "key": "k"}},
        ]});
        let tried = |source: &str| {
            let input = json!({
                "workflow": "new", "task": "a", "text": text.to_string(),
                "routes": [
                    {"when": {"dataKind": "history"}, "source": "local"},
                    {"when": {"dataKind": "log"}, "source": source},
                    {"when": {"action": "record.*"}, "source": "sqlite"},
                ],
            });
            explain(&api, serde_json::from_value(input).unwrap()).unwrap()
        };
        let told = |found: &RouteExplanation| -> Vec<String> {
            let rules = found.rules.iter();
            let why = |rule: &RuleConsidered| rule.why.as_ref().map(|why| why.code.clone());
            rules.map(|rule| why(rule).unwrap_or_default()).collect()
        };
        let second = tried("local");
        assert_eq!(
            (second.source.as_deref(), second.order),
            (Some("local"), Some(2))
        );
        assert_eq!(told(&second), ["rule_not_applying", ""]);
        let third = tried("shop");
        assert_eq!(
            (third.source.as_deref(), third.order),
            (Some("local"), Some(3))
        );
        assert_eq!(told(&third), ["rule_not_applying", "no_connection", ""]);

        let wrong = RouteExplainInput {
            // One that is new has no id yet.
            workflow: String::new(),
            task: "a".to_owned(),
            text: Some(
                r#"{"name": "New", "tasks": [{"id": "a", "action": "sql.query"}]}"#.to_owned(),
            ),
            ..RouteExplainInput::default()
        };
        let refused = explain(&api, wrong).unwrap_err();
        assert_eq!(refused.code, "definition_invalid");
        assert_eq!(refused.fields["name"], "New");
        assert!(list(&api, Nothing {}).unwrap().defaults);
    }
}
