//! Which data source a task uses, and the reason of every choice.

use flowkeep_core::connection::LOCAL;
use flowkeep_core::run::Routing;
use flowkeep_core::run::action::{ACTIONS, Action, action};
use flowkeep_core::run::route::{
    By, Candidate, DATA_KINDS, NoRoute, Route, Rule, TYPES, Wanted, When, choose, default_rules,
    fall_back,
};
use flowkeep_core::{Value, json};
use proptest::prelude::*;
use rstest::rstest;

/// `name:type[:load][!]`; the mark says that it does not answer.
fn candidate(text: &str) -> Candidate<'_> {
    let (text, answers) = match text.strip_suffix('!') {
        Some(text) => (text, false),
        None => (text, true),
    };
    let mut parts = text.split(':');
    Candidate {
        name: parts.next().unwrap(),
        kind: parts.next().unwrap(),
        load: parts.next().map_or(0, |load| load.parse().unwrap()),
        answers,
    }
}

/// All four kinds, as an installation with everything connected has them.
const ALL: &[&str] = &[
    "local:sqlite",
    "shop:mysql",
    "memory:redis",
    "index:elasticsearch",
];

fn routing(words: &str) -> Routing {
    let mut routing = Routing {
        auto_select: true,
        ..Routing::default()
    };
    for word in words.split_whitespace() {
        match word.split_once('=') {
            Some(("source", name)) => routing.data_source = Some(name.to_owned()),
            Some(("kind", kind)) => routing.data_kind = Some(kind.to_owned()),
            Some(("latency", latency)) => routing.latency = Some(latency.to_owned()),
            Some(("volume", volume)) => routing.volume = Some(volume.to_owned()),
            Some(("auto", "no")) => routing.auto_select = false,
            _ => panic!("{word}"),
        }
    }
    routing
}

/// A choice in words: `source rule`, then each that was passed over as `name=code`.
fn told(route: Result<Route<'_>, NoRoute>) -> String {
    let (head, passed_over) = match route {
        Ok(route) => (
            format!("{} {}", route.source, route.rule),
            route.passed_over,
        ),
        Err(none) => (none.message.code, none.passed_over),
    };
    let passed = passed_over.iter();
    let passed = passed.map(|one| format!(" {}={}", one.source, one.why.code));
    head + &passed.collect::<String>()
}

fn wanted<'w>(routing: &'w Routing, action: &'w Action, context: &'w Value) -> Wanted<'w> {
    Wanted {
        routing,
        action,
        workflow: "w",
        context,
    }
}

fn chosen(there: &[&str], name: &str, words: &str, context: &str) -> String {
    let candidates: Vec<Candidate<'_>> = there.iter().map(|text| candidate(text)).collect();
    let (routing, context) = (routing(words), json::parse(context));
    let wanted = wanted(&routing, action(name).unwrap(), &context);
    told(choose(&wanted, &default_rules(), &candidates))
}

/// Requirement 002, section 4.1, line by line, on an installation with everything connected and on
/// one with nothing.
#[rstest]
#[case::cache("kind=cache", "memory cache", "local default")]
#[case::temporary("kind=temporary", "memory temporary", "local temporary")]
#[case::history("kind=history", "local history", "local history")]
#[case::log("kind=log", "local log", "local log")]
#[case::business("kind=business", "shop business", "local default")]
#[case::search("kind=search", "index search", "local default")]
#[case::low_latency("latency=low", "memory latency=low", "local default")]
#[case::normal_latency("latency=normal", "shop default", "local default")]
#[case::large("volume=large", "index volume=large", "local default")]
#[case::medium("volume=medium", "shop volume=medium", "local default")]
#[case::small("volume=small", "local volume=small", "local volume=small")]
#[case::nothing_said("", "shop default", "local default")]
#[case::kind_goes_first("kind=history latency=low", "local history", "local history")]
#[case::latency_before_volume("latency=low volume=large", "memory latency=low", "local default")]
fn the_default_rules_are_those_of_the_requirement(
    #[case] words: &str,
    #[case] all: &str,
    #[case] nothing: &str,
) {
    let first = |told: String| told.split(' ').take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(first(chosen(ALL, "record.get", words, "{}")), all);
    assert_eq!(first(chosen(&ALL[..1], "record.get", words, "{}")), nothing);
}

#[rstest]
#[case("default")]
#[case("latency=low")]
#[case("latency=low volume=large action=record.* workflow=a monthly report")]
#[case("workflow=my workflow=one")]
fn a_reason_is_read_as_it_is_written(#[case] word: &str) {
    let when = When::of_word(word);
    let conditions = when.conditions().count();
    assert_eq!(conditions == 0, word == "default");
    let read = When::of_word(&when.word());
    assert_eq!(read.word(), when.word());
    if word != "workflow=my workflow=one" {
        assert_eq!(when.word(), word);
    }
}

/// Whoever reads it looks for the connection, not for its type.
#[test]
fn connections_that_do_not_answer_are_passed_over_by_their_own_names() {
    let there = ["local:sqlite", "a:mysql!", "b:mysql!"];
    let candidates: Vec<_> = there.iter().map(|text| candidate(text)).collect();
    let (routing, context) = (routing("kind=business"), Value::Null);
    let wanted = wanted(&routing, action("record.get").unwrap(), &context);
    let found = fall_back(&wanted, &default_rules(), &candidates, &[]);
    assert_eq!(told(found), "local default a=source_away b=source_away");
}

#[rstest]
#[case::nothing_but_local(&["local:sqlite"], "record.get", "kind=cache",
    "local default redis=no_connection mysql=no_connection")]
#[case::all(
    ALL,
    "record.get",
    "kind=cache",
    "memory cache local=source_not_reached shop=source_not_reached index=source_not_reached"
)]
#[case::sql_goes_past_redis(
    ALL,
    "sql.query",
    "kind=cache",
    "shop default redis=source_unfit local=source_not_reached memory=source_unfit index=source_unfit"
)]
#[case::search_goes_past_redis(&["local:sqlite", "memory:redis"], "record.search", "kind=cache",
    "local default redis=source_unfit mysql=no_connection memory=source_unfit")]
#[case::named(&["local:sqlite", "shop:mysql"], "sql.query", "source=shop",
    "shop name local=source_not_named")]
#[case::by_type(&["local:sqlite", "a:mysql:2", "b:mysql:1"], "sql.query", "source=mysql",
    "b type local=source_not_named a=source_busier")]
#[case::local_last(&["local:sqlite", "archive:sqlite:9"], "sql.query", "source=sqlite",
    "archive type local=source_local_last")]
#[case::one_that_answers(&["a:mysql!", "b:mysql:5"], "sql.query", "kind=business",
    "b business a=source_away")]
#[case::alike(&["a:mysql", "b:mysql"], "sql.query", "kind=business",
    "a business b=source_as_good")]
#[case::the_only_kind_that_can(
    ALL,
    "elasticsearch.request",
    "kind=history",
    "index default sqlite=source_unfit mysql=source_unfit local=source_unfit shop=source_unfit memory=source_unfit"
)]
#[case::nothing_can(&["local:sqlite"], "redis.command", "",
    "no_connection mysql=no_connection local=source_unfit")]
fn each_choice_says_why_none_of_the_others(
    #[case] there: &[&str],
    #[case] action: &str,
    #[case] words: &str,
    #[case] expected: &str,
) {
    assert_eq!(chosen(there, action, words, "{}"), expected);
}

#[rstest]
#[case("source=gone", "no_connection")]
#[case("source=mysql", "no_connection")]
#[case("source=redis", "source_unfit")]
#[case("source=memory", "source_unfit")]
#[case("auto=no", "no_choice")]
fn what_cannot_be_chosen_is_refused(#[case] words: &str, #[case] expected: &str) {
    let there = &["local:sqlite", "memory:redis"];
    assert_eq!(chosen(there, "sql.query", words, "{}"), expected);
}

#[rstest]
#[case(r#"{"isHistoricalData": true}"#, "local history")]
#[case(r#"{"isCacheData": true}"#, "memory cache")]
#[case(r#"{"isHistoricalData": "yes"}"#, "shop default")]
fn the_context_says_the_kind_where_the_task_does_not(
    #[case] context: &str,
    #[case] expected: &str,
) {
    assert!(chosen(ALL, "record.get", "", context).starts_with(expected));
    assert!(chosen(ALL, "record.get", "kind=business", context).starts_with("shop business"));
}

#[test]
fn rules_of_ones_own_go_by_workflow_and_family_of_actions() {
    let rule = |when: When, source: &str| Rule {
        when,
        source: source.to_owned(),
    };
    let of = |action: Option<&str>, workflow: Option<&str>| When {
        action: action.map(str::to_owned),
        workflow: workflow.map(str::to_owned),
        ..When::default()
    };
    let rules = [
        rule(of(None, Some("other")), "index"),
        rule(of(Some("record.*"), Some("w")), "memory"),
        rule(of(Some("record.search"), None), "index"),
        rule(When::default(), "local"),
    ];
    let candidates: Vec<Candidate<'_>> = ALL.iter().map(|text| candidate(text)).collect();
    let (routing, context) = (routing(""), json::parse("{}"));
    let by = |name: &str| {
        let wanted = wanted(&routing, action(name).unwrap(), &context);
        let route = choose(&wanted, &rules, &candidates).unwrap();
        format!("{} {}", route.source, route.rule)
    };
    assert_eq!(by("record.get"), "memory action=record.* workflow=w");
    assert_eq!(by("record.search"), "index action=record.search");
    assert_eq!(by("sql.query"), "local default");
}

#[rstest]
#[case(&["a:mysql!", "b:mysql", "local:sqlite"], &["a"], "b business")]
#[case(&["a:mysql!", "b:mysql!", "local:sqlite"], &["a"], "local default")]
#[case(&["a:mysql!", "local:sqlite!"], &["a"], "no_connection")]
#[case(&["a:mysql", "local:sqlite"], &["a", "local"], "no_connection")]
fn falling_back_takes_what_answers_and_was_not_tried(
    #[case] there: &[&str],
    #[case] tried: &[&str],
    #[case] expected: &str,
) {
    let candidates: Vec<Candidate<'_>> = there.iter().map(|text| candidate(text)).collect();
    let (routing, context) = (routing("kind=business"), json::parse("{}"));
    let wanted = wanted(&routing, action("sql.query").unwrap(), &context);
    let found = told(fall_back(&wanted, &default_rules(), &candidates, tried));
    assert!(found.starts_with(expected), "{found}");
}

#[rstest]
#[case(r#"{"when": {"dataKind": "cache"}, "source": "redis"}"#, "")]
#[case(r#"{"source": "not connected yet"}"#, "")]
#[case(r#"{"when": {"action": "record.*"}, "source": "redis"}"#, "")]
#[case(
    r#"{"when": {"dataKind": "cash", "latency": "none"}, "source": " "}"#,
    "dataKind=field_unknown_choice latency=field_unknown_choice source=field_missing"
)]
#[case(
    r#"{"when": {"action": "recrod.*", "volume": "huge"}, "source": "x"}"#,
    "volume=field_unknown_choice action=unknown_action"
)]
fn what_is_wrong_with_a_rule_is_named(#[case] rule: &str, #[case] expected: &str) {
    let rule: Rule = serde_json::from_str(rule).unwrap();
    let problems = rule.problems();
    let told: Vec<String> = problems
        .iter()
        .map(|(at, why)| format!("{at}={}", why.code))
        .collect();
    assert_eq!(told.join(" "), expected);
}

#[test]
fn the_default_rules_are_sound_and_survive_being_written_down() {
    for rule in default_rules() {
        assert_eq!(rule.problems(), []);
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Rule>(&text).unwrap(), rule);
    }
}

fn any_routing() -> impl Strategy<Value = Routing> {
    (
        proptest::option::of(prop::sample::select(vec![
            "a", "b", "c", "redis", "mysql", "none",
        ])),
        any::<bool>(),
        proptest::option::of(prop::sample::select(DATA_KINDS.to_vec())),
        proptest::option::of(prop::sample::select(vec!["low", "normal"])),
        proptest::option::of(prop::sample::select(vec!["small", "medium", "large"])),
    )
        .prop_map(|(source, auto_select, kind, latency, volume)| Routing {
            data_source: source.map(str::to_owned),
            auto_select,
            data_kind: kind.map(str::to_owned),
            latency: latency.map(str::to_owned),
            volume: volume.map(str::to_owned),
            ..Routing::default()
        })
}

fn any_candidates() -> impl Strategy<Value = Vec<(&'static str, &'static str, u64, bool)>> {
    let one = (
        prop::sample::select(TYPES.to_vec()),
        0_u64..3,
        any::<bool>(),
    );
    prop::collection::vec(one, 0..5).prop_map(|kinds| {
        let names = [LOCAL, "a", "b", "c", "d"];
        let one = |(name, (kind, load, answers))| (name, kind, load, answers);
        names.into_iter().zip(kinds).map(one).collect()
    })
}

fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
    let kind = proptest::option::of(prop::sample::select(DATA_KINDS.to_vec()));
    let source = prop::sample::select(vec!["a", "b", "redis", "mysql", "sqlite", "gone"]);
    let rule = (kind, source).prop_map(|(kind, source)| Rule {
        when: When {
            data_kind: kind.map(str::to_owned),
            ..When::default()
        },
        source: source.to_owned(),
    });
    prop::collection::vec(rule, 0..6)
}

proptest! {
    /// Never a source that cannot do the operation, never an explicit source overridden, the same
    /// choice twice, each other connection with its reason, and no refusal where something would do.
    #[test]
    fn a_choice_is_always_sound(
        routing in any_routing(),
        there in any_candidates(),
        rules in any_rules(),
        at in 0..ACTIONS.len(),
    ) {
        let action = &ACTIONS[at];
        let candidates: Vec<Candidate<'_>> = there
            .iter()
            .map(|&(name, kind, load, answers)| Candidate { name, kind, load, answers })
            .collect();
        let context = json::parse("{}");
        let wanted = wanted(&routing, action, &context);
        let able = |kind: &str| action.sources.is_empty() || action.sources.contains(&kind);
        let kind_of = |name: &str| there.iter().find(|one| one.0 == name).map(|one| one.1);
        match choose(&wanted, &rules, &candidates) {
            Ok(route) => {
                let kind = kind_of(route.source).unwrap();
                prop_assert!(able(kind));
                if let Some(named) = &routing.data_source {
                    prop_assert!(named == route.source || (kind_of(named).is_none() && named == kind));
                    prop_assert!(matches!(route.by, By::Name | By::Type));
                } else {
                    prop_assert!(routing.auto_select);
                }
                for (name, ..) in &there {
                    let reasons = route.passed_over.iter().filter(|one| one.source == *name).count();
                    prop_assert_eq!(reasons, usize::from(*name != route.source));
                }
                prop_assert_eq!(&choose(&wanted, &rules, &candidates).unwrap(), &route);
            }
            Err(none) => {
                let could = candidates.iter().any(|one| able(one.kind));
                prop_assert!(routing.data_source.is_some() || !routing.auto_select || !could, "{none:?}");
            }
        }
    }

    /// What is fallen back to can do the operation, answers, and was not tried.
    #[test]
    fn a_fallback_is_always_sound(there in any_candidates(), rules in any_rules(), at in 0..ACTIONS.len()) {
        let action = &ACTIONS[at];
        let candidates: Vec<Candidate<'_>> = there
            .iter()
            .map(|&(name, kind, load, answers)| Candidate { name, kind, load, answers })
            .collect();
        let (routing, context) = (Routing { auto_select: true, ..Routing::default() }, json::parse("{}"));
        let wanted = wanted(&routing, action, &context);
        if let Ok(route) = fall_back(&wanted, &rules, &candidates, &["a"]) {
            let found = there.iter().find(|one| one.0 == route.source).unwrap();
            prop_assert!(found.3 && found.0 != "a");
            prop_assert!(action.sources.is_empty() || action.sources.contains(&found.1));
        }
    }
}
