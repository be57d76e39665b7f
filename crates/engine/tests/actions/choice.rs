//! Which source a task uses.

use std::sync::Arc;

use flowkeep_core::Value;
use flowkeep_core::run::route::{Wanted, default_rules};
use flowkeep_core::run::{Routing, action};
use flowkeep_engine::actions::{Done, Room, Stop};
use flowkeep_engine::sources::{Connected, Doing, Operation, Source, Sqlite};
use rstest::rstest;
use serde_json::{Value as Json, json};

/// Of another kind; only its name and kind are asked for here.
struct Named(&'static str, &'static str);

impl Source for Named {
    fn name(&self) -> &str {
        self.0
    }

    fn kind(&self) -> &'static str {
        self.1
    }

    fn version(&self) -> Doing<'_, String> {
        unreachable!("choosing reaches nothing")
    }

    fn perform(&self, _: Operation, _: Room, _: Stop) -> Doing<'_, Done> {
        unreachable!("choosing reaches nothing")
    }
}

fn chosen(connected: &[&str], action: &str, routing: &Routing, context: &Json) -> String {
    let sources = connected
        .iter()
        .map(|name| match *name {
            "local" => Arc::new(Sqlite::new("local", "/local.db").unwrap()) as Arc<dyn Source>,
            "archive" => Arc::new(Named("archive", "sqlite")),
            "shop" => Arc::new(Named("shop", "mysql")),
            "shop2" => Arc::new(Named("shop2", "mysql")),
            _ => Arc::new(Named("memory", "redis")),
        })
        .collect();
    let connected = Connected::new(sources, Ok(default_rules()));
    let context = Value::from_json(context);
    let wanted = Wanted {
        routing,
        action: action::action(action).unwrap(),
        workflow: "w",
        context: &context,
    };
    match connected.choose(&wanted, |name| u64::from(name == "shop")) {
        Ok(chosen) => format!("{} {}", chosen.source.name(), chosen.rule),
        Err(error) => error.message.code,
    }
}

fn named(name: &str) -> Routing {
    Routing {
        data_source: Some(name.to_owned()),
        ..Routing::default()
    }
}

#[rstest]
#[case(&["local"], "local", "local name")]
#[case(&["local"], "sqlite", "local type")]
#[case(&["local", "archive"], "sqlite", "archive type")]
#[case(&["local", "shop", "shop2"], "mysql", "shop2 type")]
#[case(&["local"], "mysql", "no_connection")]
#[case(&["local", "memory"], "memory", "source_unfit")]
#[case(&["local", "memory"], "redis", "source_unfit")]
fn what_the_task_names_is_used(#[case] there: &[&str], #[case] name: &str, #[case] expected: &str) {
    assert_eq!(
        chosen(there, "sql.query", &named(name), &json!({})),
        expected
    );
}

#[rstest]
#[case(&["local"], json!({}), "local default")]
#[case(&["local", "shop"], json!({}), "shop default")]
#[case(&["local", "shop"], json!({"isHistoricalData": true}), "local history")]
#[case(&["local", "shop", "memory"], json!({"isCacheData": true}), "memory cache")]
#[case(&["local", "shop"], json!({"isCacheData": true}), "shop default")]
#[case(&["memory"], json!({}), "no_connection")]
fn else_the_kind_of_data_decides(
    #[case] there: &[&str],
    #[case] context: Json,
    #[case] expected: &str,
) {
    let routing = Routing {
        auto_select: true,
        ..Routing::default()
    };
    let action = if there.contains(&"memory") && there.len() > 1 {
        "record.get"
    } else {
        "sql.query"
    };
    assert_eq!(chosen(there, action, &routing, &context), expected);
}

#[test]
fn the_tasks_own_word_goes_before_the_context() {
    let mut routing = Routing {
        auto_select: true,
        data_kind: Some("business".to_owned()),
        ..Routing::default()
    };
    let context = json!({"isHistoricalData": true});
    let there = ["local", "shop"];
    assert_eq!(
        chosen(&there, "sql.query", &routing, &context),
        "shop business"
    );
    routing.auto_select = false;
    assert_eq!(chosen(&there, "sql.query", &routing, &context), "no_choice");
}
