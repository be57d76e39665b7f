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
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<RouteList, AppError> {
    let connected = api.connected()?;
    let row = |(at, rule): (usize, &Rule)| RouteRow {
        order: number(at),
        when: rule.when.clone(),
        source: rule.source.clone(),
        problem: unconnected(&connected, &rule.source),
    };
    let items: Vec<_> = connected.rules.iter().enumerate().map(row).collect();
    Ok(RouteList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        defaults: connected.rules == default_rules(),
    })
}

/// Says which rules choose from now on. A source that is not connected is kept: it is passed over,
/// and said.
///
/// # Errors
/// `route_invalid`, naming the rule and what is wrong with it.
pub fn set(api: &Api, input: RouteSetInput) -> Result<RouteList, AppError> {
    let rules = input.routes.map_or_else(default_rules, in_order);
    for (at, rule) in rules.iter().enumerate() {
        if let Some((key, why)) = rule.problems().into_iter().next() {
            let invalid = Message::new("route_invalid").with("order", number(at));
            return Err(invalid.with("key", key).because(why).into());
        }
    }
    let (actor, face) = (api.actor()?, api.face().as_str());
    let changed = api.store.write::<_, AppError>(move |tx| {
        if kept_rules_in(tx)? == rules {
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

fn in_order(mut routes: Vec<RouteInput>) -> Vec<Rule> {
    routes.sort_by_key(|route| route.order.unwrap_or(u32::MAX));
    let rule = |route: RouteInput| Rule {
        when: route.when,
        source: route.source.trim().to_owned(),
    };
    routes.into_iter().map(rule).collect()
}

/// Why a rule chooses nothing at present.
fn unconnected(connected: &Connected, source: &str) -> Option<Message> {
    let there = |one: &dyn flowkeep_engine::sources::Source| {
        one.name() == source || (TYPES.contains(&source) && one.kind() == source)
    };
    let found = connected.sources.iter().any(|one| there(one.as_ref()));
    (!found).then(|| Message::new("no_connection").with("wanted", source))
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}
