//! What expressions give, and that no text whatever makes them panic.

use std::borrow::Cow;

use flowkeep_core::run::expression::{
    Bound, Fault, Lookup, Masked, bind, condition, evaluate, first_case, references,
};
use flowkeep_core::{Document, Format, Message, Value};
use proptest::prelude::*;
use rstest::rstest;

use crate::play::id;

struct Given {
    load: Value,
    context: Value,
}

fn json(text: &str) -> Value {
    let document = Document::parse(Format::Json, text.to_owned()).unwrap();
    document.value().clone()
}

fn given() -> Given {
    Given {
        load: json(
            r#"{"rows": [{"n": 3, "big": 18446744073709551617, "f": 1.50}], "ok": true,
                "名字": "订单", "none": null, "u": 18446744073709551615}"#,
        ),
        context: json(
            r#"{"day": "2024-05-01", "n": 3.0, "list": [1, "a"], "own": "${context.day}"}"#,
        ),
    }
}

impl Lookup for Given {
    fn output(&self, task: &str) -> Option<Cow<'_, Value>> {
        ["load", "my-task", "检查"]
            .contains(&task)
            .then_some(Cow::Borrowed(&self.load))
    }

    fn context(&self) -> Cow<'_, Value> {
        Cow::Borrowed(&self.context)
    }

    fn secret(&self, name: &str) -> Result<String, Fault> {
        match name {
            "KEY" => Ok("s3cret".to_owned()),
            "LOCKED" => Err(Fault::SecretLocked(name.to_owned())),
            _ => Err(Fault::Wrong(Message::new("no_secret"))),
        }
    }
}

fn of(text: &str) -> Result<Value, Fault> {
    evaluate(&Value::String(text.to_owned()), &given())
}

fn code(fault: Fault) -> String {
    match fault {
        Fault::Wrong(message) => message.code,
        Fault::SecretLocked(name) => format!("locked {name}"),
    }
}

#[rstest]
#[case::plain("plain $ {x} }", r#""plain $ {x} }""#)]
#[case::lone_keeps_its_type("${tasks.load.output.rows[0].n}", "3")]
#[case::spelling_is_kept("${tasks.load.output.rows[0].f}", "1.50")]
#[case::large_number_passes("${tasks.load.output.rows[0].big}", "18446744073709551617")]
#[case::object(
    "${tasks.load.output.rows}",
    r#"[{"n": 3, "big": 18446744073709551617, "f": 1.50}]"#
)]
#[case::null("${tasks.load.output.none}", "null")]
#[case::white_space("${ context.day }", r#""2024-05-01""#)]
#[case::spelled_in_text(
    "n=${context.n} ${tasks.load.output.ok}${tasks.load.output.none}",
    r#""n=3.0 true""#
)]
#[case::two("${context.day}${context.day}", r#""2024-05-012024-05-01""#)]
#[case::list_in_text("x ${context.list}", r#""x [1, \"a\"]""#)]
#[case::escaped("$${context.day}", r#""${context.day}""#)]
#[case::dollar_before_escaped("$$${context.day}", r#""$${context.day}""#)]
#[case::value_is_not_read_again("${context.own}", r#""${context.day}""#)]
#[case::hyphen("${tasks.my-task.output.ok}", "true")]
#[case::chinese("${tasks.检查.output.名字}", r#""订单""#)]
#[case::secret("Bearer ${secret.KEY}", r#""Bearer s3cret""#)]
#[case::whole_and_fraction_compare("${tasks.load.output.rows[0].n == context.n}", "true")]
#[case::beyond_signed("${tasks.load.output.u > 9223372036854775807}", "true")]
#[case::and_or_not(
    "${!(context.n < 3) && (context.day == '2024-05-01' || false)}",
    "true"
)]
#[case::braces_in_quotes("${context.day == '}'}", "false")]
#[case::quote_in_quotes(r"${'a\'b' == context.day}", "false")]
#[case::negative("${-1.5 < context.n}", "true")]
#[case::null_is_null("${tasks.load.output.none == null}", "true")]
#[case::other_types_are_not_equal("${context.day == 3}", "false")]
#[case::lists_compare("${context.list == context.list}", "true")]
#[case::false_decides("${false && context.nothing == 1}", "false")]
#[case::true_decides("${context.nothing == 1 || true}", "true")]
#[case::literal("${'x'}", r#""x""#)]
fn what_an_expression_gives(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(of(text).map_err(code), Ok(json(expected)));
}

#[rstest]
#[case("${context.day", "expression_not_closed")]
#[case("${context.day == '}", "expression_not_closed")]
#[case("${ }", "expression_empty")]
#[case("${ENV}", "expression_unknown_root")]
#[case("${env.HOME}", "expression_unknown_root")]
#[case("${secret}", "expression_incomplete")]
#[case("${tasks}", "expression_incomplete")]
#[case("${tasks.load}", "expression_not_output")]
#[case("${tasks.load.status}", "expression_not_output")]
#[case("${context.list[x]}", "expression_index")]
#[case("${context.list[-1]}", "expression_index")]
#[case("${context.n + 1}", "expression_unreadable")]
#[case("${context.n ? 1 : 2}", "expression_unreadable")]
#[case("${1 in [1]}", "expression_unknown_root")]
#[case("${size(context.list)}", "expression_unknown_root")]
#[case("${context.list.map(x)}", "expression_unknown_root")]
#[case("${context.list.size()}", "expression_unreadable")]
#[case("${context.n = 3}", "expression_unreadable")]
#[case("${context.day context.day}", "expression_unreadable")]
#[case("${tasks.other.output.x}", "expression_no_output")]
#[case("${context.nothing}", "context_missing")]
#[case("${context.nothing.at.all}", "context_missing")]
#[case("${context.list[2]}", "expression_missing")]
#[case("${context.day.x}", "expression_missing")]
#[case("${true && context.nothing == 1}", "context_missing")]
#[case("${context.day < 3}", "expression_types")]
#[case("${!context.n}", "expression_types")]
#[case("${tasks.load.output.rows[0].big == 1}", "expression_number")]
#[case("${secret.NONE}", "no_secret")]
#[case("${secret.LOCKED}", "locked LOCKED")]
#[case("${secret.LOCKED == 'x'}", "locked LOCKED")]
fn what_is_wrong_has_a_name(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(of(text).map_err(code), Err(expected.to_owned()));
}

#[test]
fn what_is_missing_is_named_as_far_as_it_goes() {
    let Err(Fault::Wrong(message)) = of("${tasks.load.output.rows[0].x.y.z}") else {
        panic!("it is not there");
    };
    assert_eq!(message.fields["path"], "tasks.load.output.rows[0].x");
}

#[test]
fn values_at_any_depth_are_evaluated_and_keys_are_not() {
    let params = json(r#"{"${context.n}": ["${context.n}", {"a": "<${context.n}>", "b": 1.0}]}"#);
    let expected = json(r#"{"${context.n}": [3.0, {"a": "<3.0>", "b": 1.0}]}"#);
    assert_eq!(evaluate(&params, &given()), Ok(expected));
}

#[test]
fn a_masked_lookup_shows_no_secret() {
    let text = Value::String("Bearer ${secret.KEY} ${context.day}".to_owned());
    let shown = evaluate(&text, &Masked(given())).unwrap();
    assert_eq!(shown.as_str(), Some("Bearer •••••• 2024-05-01"));
}

#[rstest]
#[case("${context.n == 3}", Ok(true))]
#[case(" ${tasks.load.output.ok} ", Ok(true))]
#[case("${context.n}", Err("expression_not_true_or_false"))]
#[case("${context.n} ", Err("expression_not_true_or_false"))]
#[case("${context.missing}", Err("context_missing"))]
fn conditions(#[case] text: &str, #[case] expected: Result<bool, &str>) {
    assert_eq!(
        condition(text, &given()).map_err(code),
        expected.map_err(str::to_owned)
    );
}

#[rstest]
#[case::first_that_holds(r#"[{"condition": "${context.n == 1}", "task": "x"}, {"condition": "${context.n == 3}", "task": "y"}, {"task": "z"}]"#, Ok(Some("y")))]
#[case::otherwise(
    r#"[{"condition": "${context.n == 1}", "task": "x"}, {"task": "z"}]"#,
    Ok(Some("z"))
)]
#[case::none(r#"[{"condition": false, "task": "x"}]"#, Ok(None))]
#[case::later_ones_are_not_looked_at(
    r#"[{"condition": true, "task": 1}, {"condition": "${context.zz}", "task": "y"}]"#,
    Ok(Some("1"))
)]
#[case::without_value(
    r#"[{"condition": "${context.zz}", "task": "y"}]"#,
    Err("context_missing")
)]
fn the_case_a_branch_takes(#[case] when: &str, #[case] expected: Result<Option<&str>, &str>) {
    let chosen = first_case(&json(when), &given()).map_err(code);
    assert_eq!(
        chosen,
        expected.map(|task| task.map(id)).map_err(str::to_owned)
    );
}

#[rstest]
#[case::between_its_own(
    "UPDATE t SET a = ?, b = ${context.n} WHERE id = ?",
    "[1, 2]",
    "UPDATE t SET a = ?, b = ? WHERE id = ?",
    "[1, 3.0, 2]"
)]
#[case::marks_in_quotes(
    "SELECT '?', \"?\", `?`, [?], ${context.day}, ?",
    "[1]",
    "SELECT '?', \"?\", `?`, [?], ?, ?",
    r#"["2024-05-01", 1]"#
)]
#[case::doubled_quote(
    "SELECT 'it''s ?', ?, ${context.n}",
    "[1]",
    "SELECT 'it''s ?', ?, ?",
    "[1, 3.0]"
)]
#[case::comments(
    "SELECT 1 -- ?\n, ? /* ? */, ${context.n} /*/ ? */",
    "[1]",
    "SELECT 1 -- ?\n, ? /* ? */, ? /*/ ? */",
    "[1, 3.0]"
)]
#[case::no_expression("SELECT ?1, :a", "[1, 2]", "SELECT ?1, :a", "[1, 2]")]
#[case::escaped("SELECT '$${x}'", "[]", "SELECT '${x}'", "[]")]
#[case::injection("SELECT ${tasks.load.output.名字}", "[]", "SELECT ?", r#"["订单"]"#)]
#[case::time_is_no_name("SELECT '10:30', ${context.n}", "[]", "SELECT '10:30', ?", "[3.0]")]
fn expressions_in_sql_are_bound(
    #[case] sql: &str,
    #[case] args: &str,
    #[case] expected: &str,
    #[case] bound: &str,
) {
    let args = json(args);
    let result = bind(sql, args.as_array().unwrap(), &given()).unwrap();
    let expected = Bound {
        sql: expected.to_owned(),
        args: json(bound).as_array().unwrap().to_vec(),
    };
    assert_eq!(result, expected);
}

#[rstest]
#[case("SELECT '${context.day}'", "expression_in_sql_quotes")]
#[case("SELECT 1 -- ${context.day}", "expression_in_sql_quotes")]
#[case("SELECT ?1, ${context.day}", "expression_beside_numbered")]
#[case("SELECT :a, ${context.day}", "expression_beside_numbered")]
fn sql_that_cannot_be_bound(#[case] sql: &str, #[case] expected: &str) {
    assert_eq!(
        bind(sql, &[], &given()).map_err(code),
        Err(expected.to_owned())
    );
}

#[test]
fn deep_nesting_is_refused_and_ends_no_process() {
    // Threads of a server have no more than this.
    let worker = std::thread::Builder::new().stack_size(1 << 20);
    let tried = worker.spawn(|| {
        for depth in [15, 100, 600] {
            for (open, close) in [
                ("(", ")"),
                ("!", ""),
                ("-", ""),
                ("true && (", ")"),
                ("[", "]"),
            ] {
                let text = format!("${{{}true{}}}", open.repeat(depth), close.repeat(depth));
                let _ = of(&text);
            }
        }
        of("${((((((((true))))))))}").map_err(code)
    });
    assert_eq!(tried.unwrap().join().unwrap(), Ok(Value::Bool(true)));
    let long = vec!["true"; 90].join(" && ");
    assert_eq!(
        of(&format!("${{{long}}}")).map_err(code),
        Ok(Value::Bool(true))
    );
    let too_long = format!("${{{}}}", vec!["true"; 500].join(" && "));
    assert_eq!(
        of(&too_long).map_err(code),
        Err("expression_too_long".to_owned())
    );
}

/// Pieces that make expressions, put together in any way.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("${".to_owned()),
        Just("}".to_owned()),
        Just("$${".to_owned()),
        Just("context.n".to_owned()),
        Just("tasks.load.output.rows[0]".to_owned()),
        Just("secret.KEY".to_owned()),
        Just(" && ".to_owned()),
        Just(" || !".to_owned()),
        Just(" == ".to_owned()),
        Just(" <= ".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("'x\\'".to_owned()),
        Just("\"".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("1e308".to_owned()),
        Just("0xff".to_owned()),
        Just("null".to_owned()),
        Just("[".to_owned()),
        "\\PC{0,3}",
    ];
    proptest::collection::vec(fragment, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_text_makes_an_expression_panic(text in fragments()) {
        let wrapped = format!("${{{text}}}");
        for text in [&text, &wrapped] {
            let first = of(text);
            prop_assert_eq!(&first, &of(text));
            let _ = condition(text, &given());
            let _ = bind(text, &[], &given());
            // What can be evaluated can be read.
            if first.is_ok() {
                prop_assert!(references(text).is_ok());
            }
        }
    }

    #[test]
    fn a_text_without_braces_stays_what_it_is(text in "[^{]*") {
        prop_assert_eq!(of(&text), Ok(Value::String(text)));
    }

    #[test]
    fn whole_numbers_compare_as_numbers(a: i64, b: i64) {
        let holds = |operator: &str| of(&format!("${{{a} {operator} {b}}}"));
        prop_assert_eq!(holds("<"), Ok(Value::Bool(a < b)));
        prop_assert_eq!(holds("=="), Ok(Value::Bool(a == b)));
        prop_assert_eq!(holds(">="), Ok(Value::Bool(a >= b)));
    }
}
