//! Where a value ends, whatever finds it and whatever file it is in: in each row `⟦…⟧` stands around what has to go.

use rstest::rstest;

use super::tests_exact::assert_exactly;
use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
const JSON: Option<Format> = Some(Format::Json);
const MARKDOWN: Option<Format> = Some(Format::Markdown);
/// A file with another ending.
const OTHER: Option<Format> = None;

#[rstest]
#[case::called("y=`run --password=⟦gg3z9wert⟧`\n")]
#[case::called_within("y=$(run --password=⟦gg3z9wert⟧)\necho \"$(run --token=⟦gg3z9wert⟧)\"\n")]
#[case::pipe("TOKEN=⟦gg3z9wert⟧|cat\nrun --password=⟦gg3z9wert⟧|tee keep\n")]
#[case::file("run --password=⟦gg3z9wert⟧>out.log\nmysql --password=⟦gg3z9wert⟧<keep.sql\n")]
#[case::file_and_more("PASSWORD=⟦gg3z9wert⟧>f keep\n")]
#[case::option("run --token=⟦gg3z9wert⟧>keep\n")]
#[case::errors("run --token=⟦gg3z9wert⟧>/dev/null 2>&1\n")]
#[case::expression("sed -i \"s/password=.*/password=⟦gg3z9wert⟧/\" f && x\n")]
#[case::expression_of_others("sed -i 's|password: .*|password: ⟦gg3z9wert⟧|g' f\n")]
#[case::variable("PASS=⟦gg3z9wert⟧$SUFFIX\nDB_PASSWORD=⟦gg3z9wert⟧${SUFFIX}\n")]
#[case::make("all:\n\t@run --password=⟦gg3z9wert⟧|tee keep\n")]
#[case::batch(
    "@echo off\necho password=⟦gg3z9wert⟧>>app.conf\nrun --password=⟦gg3z9wert⟧>out.log\n"
)]
#[case::exported("TOKEN=⟦gg3z9wert⟧;export TOKEN\n  TOKEN=⟦gg3z9wert⟧;export TOKEN; run\n")]
#[case::signed("const string ApiKey = @\"⟦gg3z9wert⟧\";\n")]
#[case::raw("let password = r\"⟦gg3z9wert⟧\";\nlet token = b\"⟦gg3z9wert⟧\";\n")]
#[case::typed("const password: string = \"⟦gg3z9wert⟧\";\n")]
#[case::records("A=1\0DB_PASSWORD=⟦gg3z9wert⟧\0B=2\n")]
#[case::of_a_server("cache=h:6379,password=⟦gg3z9wert⟧,ssl=True,abortConnect=False\n")]
#[case::in_text(
    "log(\"connect with password=⟦gg3z9wert⟧ and more\")\nx(\"password=⟦gg3z9wert⟧\")\n"
)]
#[case::within_a_text("log(\"{\\\"password\\\": \\\"⟦gg3z9wert⟧\\\", \\\"a\\\": 1}\")\n")]
#[case::attribute("<c><b password=⟦gg3z9wert⟧></b><i a=1></c>\n")]
fn a_value_ends_where_something_else_begins(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

/// The same as one line of others, in whatever kind of file.
#[rstest]
#[case("y=`run --password=⟦gg3z9wert⟧`")]
#[case("run --password=⟦gg3z9wert⟧>out.log")]
#[case("run --password=⟦gg3z9wert⟧|tee keep")]
#[case("sed -i \"s/password=.*/password=⟦gg3z9wert⟧/\" f && x")]
#[case("{password=⟦gg3z9wert⟧} keep")]
#[case("[password=⟦gg3z9wert⟧] keep")]
#[case("(password=⟦gg3z9wert⟧) keep")]
#[case("jdbc:sqlserver://db:1433;password=⟦gg3z9wert⟧;encrypt=true")]
#[case("h:6379,password=⟦gg3z9wert⟧,ssl=True")]
fn it_ends_alike_in_any_file(#[case] line: &str) {
    for beside in [
        "",
        "#!/bin/sh\nset -e\n",
        "import x\n",
        "FROM a\n",
        "[part]\na=1\n",
    ] {
        assert_exactly(OTHER, &format!("{beside}{line}\n"));
    }
    assert_exactly(MARKDOWN, &format!("Run this:\n\n```sh\n{line}\n```\n"));
    assert_exactly(YAML, &format!("a: |\n  {line}\nb: 1\n"));
    assert_exactly(YAML, &format!("a:\n- '{line}'\n- keep\n"));
    assert_exactly(YAML, &format!("a: : 1\nb: '{line}'\n"));
    let marks = serde_json::json!({ "a": line, "b": 1 }).to_string();
    assert_exactly(JSON, &marks);
}

/// What is of a key stays of it.
#[rstest]
#[case(
    "PASSWORD=⟦a&b=1⟧\nTOKEN=⟦one;two9⟧\nA_PASSWORD=⟦ab|cd9ef⟧\nB_PASSWORD=⟦ab>cd9ef⟧\nC_PASSWORD=⟦a(b)c9⟧\n"
)]
#[case(
    "D_PASSWORD=⟦ab$cd9ef⟧\nE_PASSWORD=⟦ab)cd9]ef⟧\nF_PASSWORD=⟦a1,b2=c3⟧\nG_PASSWORD=⟦aB1$AB⟧\n"
)]
#[case("H_TOKEN=⟦abcd1234,efgh5678==⟧\nI_PASSWORD='⟦a;b|c>d`e⟧'\nJ_PASSWORD=⟦it's9wert⟧\n")]
fn a_sign_of_a_key_does_not_end_it(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

/// A text of YAML may have another language in it.
#[rstest]
#[case(
    "kind: ConfigMap\ndata:\n  a.xml: |\n    <c><a v=\"--password=⟦gg3z9wert⟧\"/><b keep=\"1\"/></c>\n"
)]
#[case(
    "kind: ConfigMap\ndata:\n  a.xml: |\n    <c><a>the password is ⟦gg3z9wert⟧</a><b>keep</b></c>\n    <d p=\"1\"/>\n"
)]
fn markup_in_a_text_goes_on_behind_a_key(#[case] text: &str) {
    assert_exactly(YAML, text);
}

/// A word may go over the end of a line as a terminal has it.
#[rstest]
#[case("PASSWORD=abcd\rfoo|cat")]
#[case("PASSWORD=abcd1234\rfoo>out.log x")]
#[case("PASSWORD=abcd1234\rfoo<in")]
#[case("PASSWORD=abcd1234\r\n|cat")]
fn a_line_may_go_back_within_a_value(#[case] text: &str) {
    let json = serde_json::json!({ "a": text }).to_string();
    for (format, text) in [(JSON, json.as_str()), (OTHER, text), (YAML, text)] {
        let found = masked(format, text.as_bytes()).expect(text);
        let left = String::from_utf8(found.bytes).unwrap();
        assert!(!left.contains("abcd"), "{left}");
        if let Some(Ok(document)) = format.map(|format| Document::parse(format, text.to_owned())) {
            contains_key(&document);
        }
    }
}

/// What is closed may be so by chance; that is no reason to keep a part of a key.
#[rstest]
#[case("echo it's\nDB_PASSWORD=⟦Xk29'fLq81zz⟧\n")]
#[case("A=it's\nDB_PASSWORD=⟦abcd'Some-Long.Rest9876⟧\n")]
#[case("msg=(a\npassword=⟦Xk29mm)fLq81zz⟧\n")]
#[case("#!/bin/sh\necho it's\nDB_PASSWORD=⟦Xk29'fLq81zz⟧\n")]
fn no_part_of_a_key_is_left(#[case] marked: &str) {
    let text = marked.replace(['⟦', '⟧'], "");
    let found = masked(None, text.as_bytes()).unwrap();
    let left = String::from_utf8(found.bytes).unwrap();
    let kept: String = marked.split(['⟦', '⟧']).step_by(2).collect();
    assert_eq!(left.replace("\"<masked>\"", "").replace(MASK, ""), kept);
}

/// No shell reads the texts of a list.
#[rstest]
#[case(JSON, "{\"args\": [\"run\", \"--password=⟦Tr0u>b4dor99⟧\", \"keep\"]}")]
#[case(YAML, "args:\n- run\n- --password=⟦Tr0u>b4dor99⟧\n- keep\n")]
#[case(YAML, "environment:\n- DB_PASSWORD=⟦Tr0ub4dor>more1 x⟧\n- KEEP=1\n")]
#[case(YAML, "a: : 1\nargs:\n- --password=⟦Tr0u>b4dor99⟧\n- keep\n")]
#[case(
    OTHER,
    "args = [\"run\", \"--password=⟦Tr0u>b4dor99⟧\", \"--token=⟦Tr0u|b4dor99⟧\"]\n"
)]
#[case(OTHER, "run \\\n  --password=⟦Tr0u<b4dor99⟧ \\\n  --keep\n")]
fn a_text_of_a_list_goes_to_its_end(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}
