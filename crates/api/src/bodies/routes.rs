//! `route_*`: the rules that choose data sources, and the choice explained.

use flowkeep_core::run::route::{By, Rule, TYPES, Wanted, default_rules};
use flowkeep_core::{Kind, Message, Value};
use flowkeep_engine::sources::{Connected, keep_rules, kept_rules_in};
use flowkeep_engine::{definition_invalid, readiness};
use flowkeep_store::NewOperation;

use crate::types::{
    Nothing, Object, RouteExplainInput, RouteExplanation, RouteInput, RouteList, RouteRow,
    RouteSetInput,
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
        Some(routes) => in_order(routes)?,
        None => default_rules(),
    };
    for (at, rule) in rules.iter().enumerate() {
        if let Some((key, why)) = rule.problems().into_iter().next() {
            return Err(invalid(at, key, why));
        }
    }
    let (actor, face) = (api.actor()?, api.face().as_str());
    let changed = api.store.write::<_, AppError>(move |tx| {
        if kept_rules_in(tx)?.as_ref() == Ok(&rules) {
            return Ok(false);
        }
        keep_rules(tx, &rules)?;
        let operation = NewOperation {
            actor: &actor,
            face,
            operation: "settings",
            name: Some("routes"),
            undoes: None,
            items: &[],
        };
        tx.record_operation(tx.next_operation_id()?, &operation)?;
        Ok(true)
    })?;
    if changed {
        api.wake_engine();
    }
    list(api, Nothing {})
}

/// Which data source a task would use now, and why none of the others.
///
/// # Errors
/// `not_found`, `definition_invalid`, `run_unknown_task`.
pub fn explain(api: &Api, input: RouteExplainInput) -> Result<RouteExplanation, AppError> {
    let connected = api.connected()?;
    let Some(ready) = readiness(&api.store, &connected, &input.workflow)? else {
        return Err(AppError::new("not_found")
            .with("kind", Kind::Workflow.as_str())
            .with("id", &input.workflow)
            .hint("list_first"));
    };
    let Some(definition) = &ready.definition else {
        return Err(definition_invalid(&ready.record.name, &ready.validation).into());
    };
    let mut tasks = definition.tasks().iter();
    let Some(task) = tasks.find(|task| task.id.as_str() == input.task) else {
        return Err(AppError::new("run_unknown_task").with("task", &input.task));
    };
    if !task.needs_source() {
        return Ok(RouteExplanation {
            source: None,
            rule: None,
            order: None,
            passed_over: Vec::new(),
            reason: Some(Message::new("route_not_needed").with("action", task.action.name)),
        });
    }
    let context = input.context.map_or(Value::Null, Object::into_value);
    let wanted = Wanted {
        routing: &task.routing,
        action: task.action,
        workflow: &ready.record.id,
        context: &context,
    };
    Ok(match connected.route(&wanted, |_| 0) {
        Ok(route) => RouteExplanation {
            source: Some(route.source.to_owned()),
            order: match route.by {
                By::Rule(at) => Some(number(at)),
                By::Name | By::Type | By::Able => None,
            },
            rule: Some(route.rule),
            passed_over: route.passed_over,
            reason: None,
        },
        Err(none) => RouteExplanation {
            source: None,
            rule: None,
            order: None,
            passed_over: none.passed_over,
            reason: Some(none.message),
        },
    })
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
    use flowkeep_core::Format;
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
                context: None,
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
}
