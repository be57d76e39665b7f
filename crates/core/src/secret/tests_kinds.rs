//! A masked file is still one of its kind.

use std::fmt::Write as _;

use proptest::prelude::*;
use quick_xml::events::Event;
use rstest::rstest;

use super::check::Kind;
use super::*;

#[rstest]
#[case::text(
    "<a><password>geheim</password></a>\n",
    "<a><password>&lt;masked&gt;</password></a>\n"
)]
#[case::attribute(
    "<a><add key=\"Password\" value='geheim'/></a>\n",
    "<a><add key=\"Password\" value='&lt;masked&gt;'/></a>\n"
)]
#[case::data(
    "<a><password><![CDATA[geheim]]></password></a>\n",
    "<a><password><![CDATA[<masked>]]></password></a>\n"
)]
#[case::in_program(
    "x = \"<password>geheim</password>\"\n",
    "x = \"<password>&lt;masked&gt;</password>\"\n"
)]
#[case::server(
    "<VirtualHost *:80>\nSetEnv API_KEY geheim\n</VirtualHost>\n",
    "<VirtualHost *:80>\nSetEnv API_KEY \"<masked>\"\n</VirtualHost>\n"
)]
#[case::environment(
    "PASSWORD=geheim\nexport API_KEY='geheim'\nX=1 # secret=geheim2\n",
    "PASSWORD=\"<masked>\"\nexport API_KEY='<masked>'\nX=1 # secret=\"<masked>\"\n"
)]
#[case::shell(
    "#!/bin/sh\nset -e\nconnect --password=geheim1 --token abcd1234 \"--password=geheim2\"\nmysql -pgeheim\ncurl https://u:pa55@h/\necho \"a\nPASSWORD=geheim1\n\"\n",
    "#!/bin/sh\nset -e\nconnect --password=\"<masked>\" --token \"<masked>\" \"--password=<masked>\"\nmysql -p\"<masked>\"\ncurl https://u:\"<masked>\"@h/\necho \"a\nPASSWORD=<masked>\n\"\n"
)]
#[case::call(
    "#!/bin/sh\nx=\"$(run --password=geheim1 | head)\"\necho \"a $(run --token geheim1) --password=geheim1\"\n",
    "#!/bin/sh\nx=\"$(run --password=\"<masked>\" | head)\"\necho \"a $(run --token \"<masked>\") --password=<masked>\"\n"
)]
#[case::call_of_an_image(
    "FROM a\nRUN X=\"$(mysql -pgeheim1 app)\" run\n",
    "FROM a\nRUN X=\"$(mysql -p\"<masked>\" app)\" run\n"
)]
#[case::call_in_a_text(
    "import x\nrun(\"$(run --password=geheim1)\")\n",
    "import x\nrun(\"$(run --password=<masked>)\")\n"
)]
#[case::python(
    "password = 12345678\nx = \"don't\"\n",
    "password = \"<masked>\"\nx = \"don't\"\n"
)]
#[case::batch(
    "set PASSWORD=geheim\nset \"API_KEY=geheim\"\n",
    "set PASSWORD=\"<masked>\"\nset \"API_KEY=<masked>\"\n"
)]
fn what_stands_for_a_key_is_a_text_there(#[case] text: &str, #[case] expected: &str) {
    let found = masked(None, text.as_bytes()).expect(text);
    let left = String::from_utf8(found.bytes).unwrap();
    assert_eq!(left, expected);
    assert_eq!(masked(None, left.as_bytes()), None);
}

/// What was kept before masks were spelled as files have texts is masked still.
#[rstest]
#[case("PASSWORD=<masked>\nx=1\n")]
#[case("<a><password><masked></password><b secret=\"<masked>\"/></a>\n")]
#[case("requirepass <masked>\nport 1\n")]
#[case("#!/bin/sh\nmysql -p<masked> -e x\nexport API_KEY=<masked>\n")]
fn what_was_masked_before_stays(#[case] text: &str) {
    assert_eq!(masked(None, text.as_bytes()), None);
}

#[test]
fn json_with_comments_has_a_text_for_a_number() {
    let text = "{\n  // mine\n  \"password\": 12345678,\n  \"api_key\": \"geheim\"\n}\n";
    let found = masked(Some(Format::Json), text.as_bytes()).unwrap();
    let left = String::from_utf8(found.bytes).unwrap();
    let expected = text
        .replace("12345678", "\"<masked>\"")
        .replace("geheim", "<masked>");
    assert_eq!(left, expected);
}

fn is_xml(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return true,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                if tag.attributes().any(|attribute| attribute.is_err()) {
                    return false;
                }
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// A name, which may be a secret's.
fn name() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "password",
        "api_key",
        "DB_PASSWORD",
        "token",
        "credentials",
        "secret",
        "mode",
        "note",
        "pass",
        "user",
        "max_tokens",
    ])
}

/// A value without signs that would need others before them.
fn value() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[A-Za-z0-9 _.:/@#;=!%+-]{0,24}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_masked_can_be_read_as_before(
        members in proptest::collection::vec((name(), value(), 0..1_000_000_000_u64), 1..6),
    ) {
        let mut xml = "<?xml version=\"1.0\"?>\n<all>\n".to_owned();
        let mut toml = String::new();
        let mut yaml = String::new();
        let mut json = serde_json::Map::new();
        for (at, (name, value, number)) in members.iter().enumerate() {
            writeln!(xml, "<{name}>{value}</{name}><add key=\"{name}\" value=\"{value}\" {name}='{value}'/>").unwrap();
            write!(toml, "[part{at}]\n{name} = \"{value}\"\nb = {{ {name} = '{value}', c = {number} }}\n[part{at}.a]\n{name} = {number}\n").unwrap();
            write!(yaml, "---\n{name}: \"{value}\"\na:\n- {{name: {name}, value: '{value}'}}\n- {name}: {number}\n").unwrap();
            json.insert(format!("{at}{name}"), serde_json::json!({*name: value, "value": number, "name": name}));
        }
        xml += "</all>\n";
        let json = serde_json::Value::Object(json).to_string();
        let left = |format, text: &str| {
            let found = masked(format, text.as_bytes());
            found.map_or_else(|| text.to_owned(), |found| String::from_utf8(found.bytes).unwrap())
        };
        prop_assert!(is_xml(&xml), "{}", xml);
        prop_assert!(is_xml(&left(None, &xml)), "{}", left(None, &xml));
        prop_assert!(toml.parse::<toml::Table>().is_ok(), "{}", toml);
        prop_assert!(left(None, &toml).parse::<toml::Table>().is_ok(), "{}", left(None, &toml));
        let left_in_json = left(Some(Format::Json), &json);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&left_in_json).is_ok(), "{}", left_in_json);
        let left_in_yaml = left(Some(Format::Yaml), &yaml);
        for part in left_in_yaml.split("---\n") {
            let is_read = part.is_empty() || Document::parse(Format::Yaml, part.to_owned()).is_ok();
            prop_assert!(is_read, "{}", left_in_yaml);
        }
    }

    /// A shell reads what it read before: nothing outside quotes is a sign for it.
    #[test]
    fn variables_are_masked_in_quotes(
        members in proptest::collection::vec((name(), "[A-Za-z0-9_.:/@+-]{1,24}", 0..3_usize), 1..6),
    ) {
        let lines = members.iter().map(|(name, value, quote)| {
            let quote = ["", "'", "\""][*quote];
            format!("export {name}={quote}{value}{quote}\n")
        });
        let text: String = lines.collect();
        if let Some(found) = masked(None, text.as_bytes()) {
            let left = String::from_utf8(found.bytes).unwrap();
            let outside: String = left.split(['\'', '"']).step_by(2).collect();
            prop_assert!(!outside.contains(['<', '>']), "{}", left);
        }
    }
}

/// What was of its kind is so still, or only the least of a key went, or it is told.
#[rstest]
#[case(
    "a = 1\npassword = \"\"\"abc9\ndef\"\"\"\ntoken = \'\'\'abcd9wert1\'\'\'\n",
    Some(false)
)]
#[case("a = 1\n[b]\npassword = 12345678\nc = [1, 2]\n", Some(false))]
#[case("#!/bin/sh\nPASSWORD=abc`cat x9\n`def\n", Some(true))]
#[case("#!/bin/sh\nPASSWORD=hunter22\n", Some(false))]
#[case("#!/bin/sh\necho one\n", None)]
fn what_cannot_be_read_without_its_keys_is_told(
    #[case] text: &str,
    #[case] expected: Option<bool>,
) {
    let found = masked(None, text.as_bytes());
    assert_eq!(found.map(|found| found.is_unread), expected);
}

/// Lines of which some hold keys, each of a file that can be read.
fn lines() -> impl Strategy<Value = String> {
    let word = "[A-Za-z0-9+/=|;&<>(){}$`\\\\'.,-]{4,12}";
    let line = (name(), word, 0..6_usize).prop_map(|(name, word, how)| match how {
        0 => format!("{name}=\"{}\"\n", word.replace(['\\', '`', '$'], "-")),
        1 => format!("run --{name}='{}' && next\n", word.replace('\'', "-")),
        2 => format!("export {name}={word}\n"),
        3 => format!("x=`run --{name}={}` # y\n", word.replace(['`', '\\'], "-")),
        4 => format!("a {name}={word} | tee b\n"),
        _ => format!("<{name}>{}</{name}>\n", word.replace(['<', '&'], "-")),
    });
    proptest::collection::vec(line, 1..5).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_of_a_kind_is_so_without_its_keys_or_that_is_told(text in lines()) {
        for text in [format!("#!/bin/sh\n{text}"), format!("<a>{text}</a>\n"), text] {
            let Some(found) = masked(None, text.as_bytes()) else { continue };
            let left = String::from_utf8(found.bytes).unwrap();
            if let Some(kind) = Kind::of(&text).filter(|kind| !found.is_unread && !found.is_whole && kind.is_sure(&text)) {
                prop_assert!(kind.is_of(&left), "{:?} {} {}", kind, text, left);
            }
            prop_assert_eq!(masked(None, left.as_bytes()), None, "{}", left);
        }
    }
}

/// What a key ends with, which stands nowhere else.
const TAIL: &str = "Zq7xW9";

/// A key of letters and one sign that could end something.
fn key() -> impl Strategy<Value = String> {
    let sign = "[|<>;(){}\\[\\]'\"`$#@!,%&~\\\\]";
    let parts = ("[QXZ0-9]{4,6}", sign, "[QXZ0-9]{0,4}");
    parts.prop_map(|(begin, sign, end)| format!("{begin}{sign}{end}{TAIL}"))
}

/// Whether four signs of a key that stand beside each other are in a text.
fn is_left(key: &str, text: &str) -> bool {
    let signs: Vec<char> = key.chars().collect();
    signs
        .windows(4)
        .any(|four| text.contains(&four.iter().collect::<String>()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_left_of_a_key(
        key in key(),
        before in proptest::sample::select(vec!["", "echo it's\n", "msg=(a\n", "A=1\n", "#!/bin/sh\necho it's\n"]),
        name in proptest::sample::select(vec!["--password", "DB_PASSWORD", "--token"]),
    ) {
        let given = format!("{name}={key}");
        let json = serde_json::json!({ "args": ["run", given, "keep"] }).to_string();
        let yaml = format!("args:\n- run\n- {}\n- keep\n", serde_json::json!(given));
        let settings = format!("{before}DB_PASSWORD={key}\nkeep=1\n");
        let quoted = format!("{before}DB_PASSWORD='{}'\n", key.replace('\'', "-"));
        for (format, text) in [
            (Some(Format::Json), json),
            (Some(Format::Yaml), yaml),
            (None, settings),
            (None, quoted),
        ] {
            let found = masked(format, text.as_bytes());
            prop_assert!(found.is_some(), "{}", text);
            let left = String::from_utf8(found.unwrap().bytes).unwrap();
            prop_assert!(!is_left(&key, &left), "{} {}", text, left);
        }
    }
}
