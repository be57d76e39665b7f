//! Keys are found, told and taken out.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

pub(super) fn document(format: Format, text: &str) -> Document {
    Document::parse(format, text.to_owned()).expect(text)
}

#[rstest]
#[case(r#"{"password": "hunter22"}"#, true)]
#[case(r#"{"db": {"dbPassword": 12345}}"#, true)]
#[case(r#"{"headers": {"X-Api-Key": "0123456789"}}"#, true)]
#[case(r#"{"headers": {"Authorization": "Bearer abcdef0123"}}"#, true)]
#[case(r#"{"api_keys": ["0123456789"]}"#, true)]
#[case(r#"{"url": "mysql://root:pa55@db/x"}"#, true)]
#[case(r#"{"url": "mysql://root:p/a#5@db/x"}"#, true)]
#[case(r#"{"note": "use sk-abcdefghij0123456789KLMN here"}"#, true)]
#[case(r#"{"note": "curl -H 'Authorization: Bearer abcdef0123'"}"#, true)]
#[case(r#"{"api_key": "${OPENAI_API_KEY}"}"#, false)]
#[case(r#"{"password": "${secret.DB}"}"#, false)]
#[case(r#"{"password": ""}"#, false)]
#[case(r#"{"password": "<masked>"}"#, false)]
#[case(r#"{"max_tokens": 2000, "token_counter": "openai_gpt4"}"#, false)]
#[case(r#"{"stop_tokens": ["<|end|>", "@@@@"]}"#, false)]
#[case(r#"{"key": "stage_1", "primary_key": "id"}"#, false)]
#[case(
    r#"{"url": "postgresql://postgres:REDACTED@192.0.2.1:6432/db"}"#,
    false
)]
#[case(r#"{"url": "https://example.com/a:b@c"}"#, false)]
#[case(r#"{"url": "http://localhost:8080/users/@me"}"#, false)]
#[case(r#"{"Authorization": "Bearer ${secret.API}"}"#, false)]
#[case(r#"{"text": "The password is hunter22, as always."}"#, true)]
#[case(r#"{"text": "log in with Password: `hunter22`"}"#, true)]
#[case(r#"{"text": "登录密码是hunter22，请保密"}"#, true)]
#[case(r#"{"text": "密码：hunter22"}"#, true)]
#[case(r#"{"text": "mysql --password=hunter22 -u root"}"#, true)]
#[case(r#"{"arguments": "{\"password\": \"hunter22\"}"}"#, true)]
#[case(r#"{"text": "the api key is a1b2c3d4e5"}"#, true)]
#[case(r#"{"pw": "hunter22"}"#, true)]
#[case(r#"{"db_pw": "hunter"}"#, true)]
#[case(r#"{"smtpPass": "hunter"}"#, true)]
#[case(r#"{"Passwort": "geheim"}"#, true)]
#[case(r#"{"password2": "hunter"}"#, true)]
#[case(r#"{"API_KEY_1": "hunter"}"#, true)]
#[case(r#"{"passphrase": "correct horse battery staple"}"#, true)]
#[case(r#"{"密码": "hunter"}"#, true)]
#[case(r#"{"数据库口令": "hunter"}"#, true)]
#[case(r#"{"密码": "请输入登录密码", "令牌1": "至少8位"}"#, false)]
#[case(r#"{"text": "注意密码：不要向用户索要"}"#, false)]
#[case(r#"{"pass": "deploy", "on_pass": "step_2", "bypass": "never"}"#, false)]
#[case(r#"{"pwm": "3000", "密码长度": "12345"}"#, false)]
#[case(r#"{"text": "The PW is: hunter22"}"#, true)]
#[case(r#"{"text": "das Passwort ist egal, Passwort: hunter22"}"#, true)]
#[case(r#"{"text": "steps upw: 12345678"}"#, false)]
#[case(r#"{"text": "\"password\": \"at least 8 characters\""}"#, false)]
#[case(r#"{"text": "\"token\": \"a string of 32 hex characters\""}"#, false)]
#[case(r#"{"text": "**Password**: **min. 8 chars**"}"#, false)]
#[case(r#"{"text": "\"password\": \"correct horse8\""}"#, true)]
#[case(r#"{"text": "\"password\": \"hunter22 as it always was\""}"#, true)]
#[case(r#"{"text": "the passphrase is \"correct horse battery 9\""}"#, true)]
#[case(r#"{"text": "数据库pw：hunter22"}"#, true)]
#[case(r#"{"text": "登入密碼為hunter22，請保密"}"#, true)]
#[case(r#"{"text": "\"password\": \"\", \"user\": \"user1\""}"#, false)]
#[case(r#"{"text": "{\"password\":\"\",\"user\":\"user1\"}"}"#, false)]
#[case(r#"{"text": "The password is <masked>."}"#, false)]
#[case(r#"{"text": "Is the password right? Ask on floor 12."}"#, false)]
#[case(r#"{"text": "the token is on page 12; a token: 4096"}"#, false)]
#[case(r#"{"text": "密码为8位以上"}"#, false)]
#[case(r#"{"text": "password=${PASSWORD1}"}"#, false)]
fn keys_are_told_from_placeholders(#[case] text: &str, #[case] expected: bool) {
    let document = document(Format::Json, text);
    assert_eq!(contains_key(&document), expected, "{text}");
    assert_eq!(!places(&document).is_empty(), expected, "{text}");
}

/// Keys of all shapes, put together here so that none stands in the text of this program.
fn keys() -> Vec<String> {
    let letters = "abcdefghij0123456789KLMNOPQRSTUVWX";
    let beginnings = [
        ["s", "k-"],
        ["sk-", "ant-api03-"],
        ["AK", "IA"],
        ["AI", "za"],
        ["gh", "p_"],
        ["github", "_pat_"],
        ["gl", "pat-"],
        ["xo", "xb-"],
        ["h", "f_"],
        ["x", "ai-"],
    ];
    let keys = beginnings.map(|beginning| format!("{}{letters}", beginning.concat()));
    let token = format!("{}{letters}.{letters}.{letters}", ["e", "yJ"].concat());
    keys.into_iter().chain([token]).collect()
}

fn pem() -> String {
    let mark = |word: &str| format!("-----{word} RSA {}-----", ["PRIVATE", "KEY"].join(" "));
    format!("{}\nMIIEabc0123\nxyz+/09==\n{}", mark("BEGIN"), mark("END"))
}

#[test]
fn keys_of_every_shape_are_found_wherever_they_stand() {
    for key in keys() {
        for (format, text) in [
            (Format::Json, format!(r#"{{"a": ["see {key}, please"]}}"#)),
            (Format::Json, format!(r#"{{"{key}": 1}}"#)),
            (Format::Yaml, format!("a: {key}\nb: x\n")),
            (
                Format::Yaml,
                format!("a: |\n  one\n  {key}\n\n  two\nb: x\n"),
            ),
            (Format::Yaml, format!("a: >-\n  one\n  {key} two\nb: x\n")),
            (Format::Yaml, format!("a: {{b: '{key}', c: [\"{key}\"]}}\n")),
            (Format::Yaml, format!("a: x # {key}\n# old: {key}\nb: x\n")),
            (
                Format::Markdown,
                format!("---\na: {key}\n---\nSee `{key}`.\n"),
            ),
            (
                Format::Markdown,
                format!("---\na: {{{{ x: {key}\n---\nText\n"),
            ),
        ] {
            let document = document(format, &text);
            assert!(contains_key(&document), "{text}");
            let found = masked(Some(format), text.as_bytes()).expect(&text);
            let expected = text.replace(&key, MASK);
            assert_eq!(String::from_utf8(found.bytes).unwrap(), expected);
            assert!(!found.is_whole);
            assert_eq!(found.places.len(), text.matches(&key).count());
            assert_eq!(masked(Some(format), expected.as_bytes()), None);
        }
    }
}

/// Where a key stood: pointer, line, what told it.
pub(super) type Stood = (Option<String>, u32, &'static str);

/// What is left of a text, and where its keys stood.
pub(super) fn left(format: Format, text: &str) -> (String, Vec<Stood>, bool) {
    let found = masked(Some(format), text.as_bytes()).expect(text);
    let left = String::from_utf8(found.bytes).unwrap();
    assert_eq!(masked(Some(format), left.as_bytes()), None, "{left}");
    let places = found.places.into_iter();
    let places = places.map(|place| (place.pointer, place.line, place.kind.as_str()));
    (left, places.collect(), found.is_whole)
}

#[rstest]
#[case::comment_behind("password: hunter22 # mine\n", "password: <masked> # mine\n")]
#[case::quotes("password: \"hunter22\"\n", "password: \"<masked>\"\n")]
#[case::single_quotes("a:\n- password: 'hunter''22'\n", "a:\n- password: '<masked>'\n")]
#[case::number(
    "db:\n  dbPassword: 12345\n  x: 1\n",
    "db:\n  dbPassword: <masked>\n  x: 1\n"
)]
#[case::flow(
    "{user: x, password: hunter22, b: [1]}",
    "{user: x, password: <masked>, b: [1]}"
)]
#[case::block("token: |\n  hunter22\nb: 1\n", "token: |\n  <masked>\nb: 1\n")]
#[case::block_strip("token: |-\n  hunter22\n\nb: 1\n", "token: |-\n  <masked>\n\nb: 1\n")]
#[case::block_indent("token: >2-\n   hunter22\nb: 1\n", "token: >2-\n   <masked>\nb: 1\n")]
#[case::next_line("token:\n  hunter22\nb: 1\n", "token:\n  <masked>\nb: 1\n")]
#[case::tag("token: !!str 12345678\n", "token: !!str <masked>\n")]
#[case::anchor("token: &t hunter22\nb: *t\n", "token: &t <masked>\nb: *t\n")]
#[case::alias("a: &t hunter22\ntoken: *t\n", "a: &t <masked>\ntoken: *t\n")]
#[case::list(
    "api_keys:\n- one1one1\n- ${TWO}\n",
    "api_keys:\n- <masked>\n- ${TWO}\n"
)]
#[case::windows(
    "\u{feff}a: 1\r\npassword: hunter22\r\nb: 2\r\n",
    "\u{feff}a: 1\r\npassword: <masked>\r\nb: 2\r\n"
)]
#[case::url(
    "url: mysql://root:p@ss/w#1@db/x # y\n",
    "url: mysql://root:<masked>@db/x # y\n"
)]
#[case::urls(
    "u: redis://a:b1@h,redis://c:d2@i\n",
    "u: redis://a:<masked>@h,redis://c:<masked>@i\n"
)]
#[case::header(
    "h: ['Authorization: Bearer abc123def']\n",
    "h: ['Authorization: Bearer <masked>']\n"
)]
#[case::authorization("Authorization: Basic abc123==\n", "Authorization: Basic <masked>\n")]
#[case::comment(
    "# password: hunter22\n# the password: required\na: 1\n",
    "# password: <masked>\n# the password: required\na: 1\n"
)]
#[case::escaped("password: \"hunt\\u0065r22\"\n", "password: \"<masked>\"\n")]
#[case::chinese_name(
    "数据库密码: hunter\n说明: 密码长度\n",
    "数据库密码: <masked>\n说明: 密码长度\n"
)]
#[case::chinese_comment("# 密码是：hunter22，保密\na: 1\n", "# 密码是：<masked>，保密\na: 1\n")]
#[case::chinese_text(
    "# 密码：至少8位\n# 注意密码：不要向用户索要1\n密码: 请输入登录密码\n口令: hunter22\n",
    "# 密码：至少8位\n# 注意密码：不要向用户索要1\n密码: 请输入登录密码\n口令: <masked>\n"
)]
#[case::phrase("passphrase: one two three\nb: 1\n", "passphrase: <masked>\nb: 1\n")]
#[case::sentence(
    "password: 'Mein langer Satz' # mine\nb: 1\n",
    "password: '<masked>' # mine\nb: 1\n"
)]
#[case::folded(
    "a:\n  password: >\n    Mein langer\n    Satz\n\n  b: 1\n",
    "a:\n  password: >\n    <masked>\n\n  b: 1\n"
)]
#[case::block_sentence(
    "password: |-\n  Mein langer\n  Satz\nb: 1\n",
    "password: |-\n  <masked>\nb: 1\n"
)]
#[case::below(
    "password:\n  primary: geheim # one\n  others:\n  - 'zwei'\n  - geheim3\n  length: 12\nb: 1\n",
    "password:\n  primary: <masked> # one\n  others:\n  - '<masked>'\n  - <masked>\n  length: 12\nb: 1\n"
)]
#[case::beside(
    "env:\n- name: DB_PASSWORD\n  value: geheim\n- {name: X, value: geheim}\n",
    "env:\n- name: DB_PASSWORD\n  value: <masked>\n- {name: X, value: geheim}\n"
)]
#[case::options(
    "args: [--password, geheim, --user, me, --token=geheim]\n",
    "args: [--password, <masked>, --user, me, --token=<masked>]\n"
)]
#[case::alias_of_more(
    "a: &x {one: geheim, id: north}\npassword: *x\n",
    "a: &x {one: <masked>, id: north}\npassword: *x\n"
)]
#[case::said_twice(
    "a: admin1, whose password is admin1\n",
    "a: <masked>, whose password is <masked>\n"
)]
#[case::chinese(
    "说明: 密码\npassword: 密码一二三\n",
    "说明: 密码\npassword: <masked>\n"
)]
fn yaml_is_the_same_but_for_its_keys(#[case] text: &str, #[case] expected: &str) {
    let (left, places, is_whole) = left(Format::Yaml, text);
    assert_eq!(left, expected);
    assert!(!places.is_empty() && !is_whole);
}

#[rstest]
#[case::number(
    r#"{"dbPassword": 12345, "b": 1.50}"#,
    r#"{"dbPassword": "<masked>", "b": 1.50}"#
)]
#[case::escaped_quote(r#"{"password": "a\"b\"c1"}"#, r#"{"password": "<masked>"}"#)]
#[case::escaped_around(
    r#"{"url": "mysql:\/\/root:pa55@db"}"#,
    r#"{"url": "mysql:\/\/root:<masked>@db"}"#
)]
#[case::escaped_url(
    r#"{"url": "mysql://root:pa\u0035@db"}"#,
    r#"{"url": "mysql://root:<masked>@db"}"#
)]
#[case::escaped_word(
    r#"{"said": "the password is hun\u0074er22, ok"}"#,
    r#"{"said": "<masked>"}"#
)]
#[case::url_alone(
    r#"{"url": "mysql://root:1234@db"}"#,
    r#"{"url": "mysql://root:<masked>@db"}"#
)]
#[case::other_mail(
    r#"{"a":"see http://host:80","b":"x@y","token":"abcd"}"#,
    r#"{"a":"see http://host:80","b":"x@y","token":"<masked>"}"#
)]
#[case::spoken(
    r#"{"said": "the password is hunter22.\nAnd \"密码：abc123\"。", "b": 1.50}"#,
    r#"{"said": "the password is <masked>.\nAnd \"密码：<masked>\"。", "b": 1.50}"#
)]
#[case::told_in_json(
    r#"{"arguments": "{\"password\": \"hunter22\", \"user\": \"x\"}"}"#,
    r#"{"arguments": "{\"password\": \"<masked>\", \"user\": \"x\"}"}"#
)]
#[case::behind_what_is_none_in_json(
    r#"{"arguments": "{\"token\":null,\"password\":\"hunter22\"}"}"#,
    r#"{"arguments": "{\"token\":null,\"password\":\"<masked>\"}"}"#
)]
#[case::behind_a_number_in_json(
    r#"{"arguments": "{\"token\":12345678,\"password\":\"hunter22\"}"}"#,
    r#"{"arguments": "{\"token\":12345678,\"password\":\"<masked>\"}"}"#
)]
#[case::before_more_json(
    r#"{"arguments": "{\"pw\":12345678,\"user\":\"x\"}"}"#,
    r#"{"arguments": "{\"pw\":<masked>,\"user\":\"x\"}"}"#
)]
#[case::behind_none_in_python(
    r#"{"said": "{'token':None,'password':'hunter22'}"}"#,
    r#"{"said": "{'token':None,'password':'<masked>'}"}"#
)]
#[case::behind_a_placeholder(
    r#"{"said": "token=${T};password=hunter22"}"#,
    r#"{"said": "token=${T};password=<masked>"}"#
)]
#[case::pointer(
    r#"{"a/b": [{"password": "hunter22"}]}"#,
    r#"{"a/b": [{"password": "<masked>"}]}"#
)]
fn json_is_the_same_but_for_its_keys(#[case] text: &str, #[case] expected: &str) {
    let (left, places, is_whole) = left(Format::Json, text);
    assert_eq!(left, expected);
    assert!(!places.is_empty() && !is_whole);
}

#[test]
fn places_are_told_by_pointer_line_and_what_tells_them() {
    let text = "a:\n  - url: db://u:pa55@h\n    password: hunter22\n# token: abc123\n";
    let (_, places, _) = left(Format::Yaml, text);
    let url = (Some("/a/0/url".to_owned()), 2, "url");
    let password = (Some("/a/0/password".to_owned()), 3, "name");
    assert_eq!(places, [url, password, (None, 4, "name")]);
}

#[test]
fn private_keys_go_from_their_first_to_their_last_line() {
    let indented = pem().replace('\n', "\n    ");
    let yaml = format!("a:\n  key: |\n    {indented}\n  b: 1\n");
    assert_eq!(
        left(Format::Yaml, &yaml).0,
        "a:\n  key: |\n    <masked>\n  b: 1\n"
    );
    let commented = pem().replace('\n', "\n# ");
    let yaml = format!("# {commented}\nb: 1\n");
    assert_eq!(left(Format::Yaml, &yaml).0, "# <masked>\nb: 1\n");
    let json = format!(r#"{{"k": "{}\n"}}"#, pem().replace('\n', "\\n"));
    assert_eq!(left(Format::Json, &json).0, r#"{"k": "<masked>\n"}"#);
    let cut = pem().split_off(3).replace("-----END", "-----");
    let yaml = format!("k: |\n  --{}\nb: 1\n", cut.replace('\n', "\n  "));
    assert!(!left(Format::Yaml, &yaml).0.contains("MII"));
}

#[rstest]
#[case(
    "a: 1\npassword: hunter22\nb: : :\n",
    "a: 1\npassword: <masked>\nb: : :\n"
)]
#[case(
    "{\"password\": \"hun\\\"ter22\", \"b\": ]",
    "{\"password\": \"<masked>\", \"b\": ]"
)]
#[case(
    "a: : {password: hunter22, c: 1}\n",
    "a: : {password: <masked>, c: 1}\n"
)]
#[case(
    "a: : 1\ntoken: |\n  hunter22\nb: 1\n",
    "a: : 1\ntoken: |\n  <masked>\nb: 1\n"
)]
#[case("a: : 1\ntoken:\n  hunter22\n", "a: : 1\ntoken:\n  <masked>\n")]
#[case(
    "a: : 1\npassphrase: one two three\nb: 1\n",
    "a: : 1\npassphrase: <masked>\nb: 1\n"
)]
#[case("a: : 1\n口令：hunter\n", "a: : 1\n口令：<masked>\n")]
#[case(
    "a: : 1\npassword: Mein langer Satz # x\nb: 1\n",
    "a: : 1\npassword: <masked> # x\nb: 1\n"
)]
#[case(
    "a: : 1\npassword: 'Mein langer Satz'\nb: 1\n",
    "a: : 1\npassword: '<masked>'\nb: 1\n"
)]
#[case(
    "a: : 1\n- password: >\n    Mein langer\n    Satz\n  b: 1\n",
    "a: : 1\n- password: >\n    <masked>\n  b: 1\n"
)]
#[case(
    "a: : 1\npassword:\n  primary: geheim\n  other: geheim2\nb: 1\ntoken: abcd\n",
    "a: : 1\npassword:\n  <masked>\nb: 1\ntoken: <masked>\n"
)]
#[case(
    "a: : 1\npassword:\n  type: string\n  description: the one\nuser: x\ntoken:\nb: abcd\npw: abcd\n",
    "a: : 1\npassword:\n  type: string\n  description: the one\nuser: x\ntoken:\nb: abcd\npw: <masked>\n"
)]
#[case(
    "a: : 1\n密码: 请输入登录密码\n# 密码：至少8位\n# 注意密码：不要向用户索要1\n密码: \"请输入\"\n密码: hunter22\n",
    "a: : 1\n密码: 请输入登录密码\n# 密码：至少8位\n# 注意密码：不要向用户索要1\n密码: \"请输入\"\n密码: <masked>\n"
)]
#[case(
    "a: : 1\n数据库密码：hunter，请保密\n",
    "a: : 1\n数据库密码：<masked>，请保密\n"
)]
#[case(
    "a: : 1\n  Authorization: Bearer abc123\n",
    "a: : 1\n  Authorization: Bearer <masked>\n"
)]
#[case(
    "a: : 1\nurl: db://u:pa55@h # x\n",
    "a: : 1\nurl: db://u:<masked>@h # x\n"
)]
fn what_cannot_be_understood_is_masked_by_words_and_shapes(
    #[case] text: &str,
    #[case] expected: &str,
) {
    Document::parse(Format::Yaml, text.to_owned()).unwrap_err();
    let (left, places, is_whole) = left(Format::Yaml, text);
    assert_eq!(left, expected);
    assert!(!is_whole && places.iter().all(|place| place.0.is_none()));
}

#[rstest]
#[case(
    "def f(token=None, api_key: str = key):\n    token = get_token()\n",
    None
)]
#[case("password = fetch(2)\ntoken: tok2vec[0]\n", None)]
#[case("API_KEY=hunter\nx=1\n", Some("API_KEY=\"<masked>\"\nx=1\n"))]
#[case("api_key = \"hunter\"\n", Some("api_key = \"<masked>\"\n"))]
#[case("password = abc123\n", Some("password = \"<masked>\"\n"))]
#[case(
    "# mail\n[smtp]\nuser = me\npassword = geheim # x\n\n[db]\npassword=Mein Satz\n",
    Some("# mail\n[smtp]\nuser = me\npassword = <masked> # x\n\n[db]\npassword=<masked>\n")
)]
#[case(
    "export DB_USER=me\nexport DB_PASSWORD='Mein Satz'\n",
    Some("export DB_USER=me\nexport DB_PASSWORD='<masked>'\n")
)]
#[case("db.password: geheim\n", Some("db.password: <masked>\n"))]
#[case(
    "{\"password\": \"Mein Satz\", \"a\": 1.50}\n",
    Some("{\"password\": \"<masked>\", \"a\": 1.50}\n")
)]
#[case(
    "import x\nask(\"Password: \")\nerrors = {\"password\": \"The password is wrong\"}\n",
    None
)]
fn of_a_program_only_what_is_written_down_is_masked(
    #[case] text: &str,
    #[case] expected: Option<&str>,
) {
    let found = masked(None, text.as_bytes());
    let left = found.map(|found| String::from_utf8(found.bytes).unwrap());
    assert_eq!(left.as_deref(), expected);
}

#[test]
fn a_long_value_is_masked_to_its_end() {
    let long = "a1".repeat(5_000);
    for (text, expected) in [
        (
            format!("a: : 1\ntoken: {long}\nb: 1\n"),
            "a: : 1\ntoken: <masked>\nb: 1\n",
        ),
        (
            format!("a: : 1\ntoken: '{long}' # x\n"),
            "a: : 1\ntoken: '<masked>' # x\n",
        ),
        (
            format!("a: the token is {long}, yes\n"),
            "a: the token is <masked>, yes\n",
        ),
    ] {
        assert_eq!(left(Format::Yaml, &text).0, expected);
    }
}

#[test]
fn other_encodings_are_masked_too() {
    let text = "a: 1\npassword: hunter22\n";
    let expected = "a: 1\npassword: <masked>\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        masked(Some(Format::Yaml), &utf16).unwrap().bytes,
        expected.as_bytes()
    );
    // Letters of an unknown set stay as they are.
    let latin1 = [b"caf\xe9: 1\n", text.as_bytes()].concat();
    let left = masked(Some(Format::Yaml), &latin1).unwrap().bytes;
    assert_eq!(left, [b"caf\xe9: 1\n", expected.as_bytes()].concat());
    assert_eq!(masked(None, b"\x89PNG\r\n\0\0\xff\xfe"), None);
}

#[test]
fn where_keys_are_not_to_be_told_from_what_is_around_them_that_goes_too() {
    let keys = keys();
    let (one, other) = (&keys[0], &keys[2]);
    let json = format!(r#"{{"a": {{"{one}": 1, "{other}": 2}}, "b": 1.50}}"#);
    // Two names would be one.
    let (text, places, is_whole) = left(Format::Json, &json);
    assert_eq!(
        (text.as_str(), is_whole),
        (r#"{"a": "<masked>", "b": 1.50}"#, true)
    );
    assert_eq!(places.len(), 2);
    let yaml = format!("a: # one\n  {one}: 1\n  {other}: 2\n\nb: 1\n");
    let (text, _, is_whole) = left(Format::Yaml, &yaml);
    assert_eq!(
        (text.as_str(), is_whole),
        ("a: # one\n  <masked>\n\nb: 1\n", true)
    );
    let (text, _, is_whole) = left(Format::Json, &format!(r#"{{"{one}": 1, "{other}": 2}}"#));
    assert_eq!((text.as_str(), is_whole), ("\"<masked>\"\n", true));
    let spelled = "a: &x \"hunt\\u0065r22\"\npassword: *x\n";
    let (text, _, is_whole) = left(Format::Yaml, spelled);
    assert_eq!((text.as_str(), is_whole), ("<masked>\n", true));
}

/// What a program wrote may be one line as long as its file, and somebody may have meant harm: each of these would
/// take hours if all of it were looked through for each of its parts.
#[test]
fn long_lines_are_gone_through_once() {
    let long = |part: &str| part.repeat((1 << 13) / part.len());
    let begin = format!("-----BEGIN {}-----", ["PRIVATE", "KEY"].join(" "));
    for part in [
        "a://b:c1",
        "token=",
        "token=$",
        "password=1)",
        "password is x",
        "\"token\":\"x\",",
        "authorization:",
        &begin,
        "# p",
        "key: ",
        "<a b=\"",
        "<key>",
        "<![CDATA[",
        "${A:-",
        "${PW:",
        "-u a:",
        "--token ",
        "mysql ",
        "mysql -u x ",
        "\"--token\",",
        "密码：苹",
        "insert into t (password) values ('x'),",
        "insert into t (password) values ('",
        "update t set password = 'x', ",
        "<secrets><a>",
        "<name>password</name>",
        "password = a\\\n",
        " --user=a:",
        "identified with ",
        "password('",
        "token = [\"",
        "password = '''",
        "| password |\n|-|\n",
        "pw,",
        "password_",
        "密码 ",
        "pw: abcd1 # ",
        "[keys]\n",
        "a.",
        "echo x --password-stdin ",
        "password=abc1234x,",
        "--password=x$ ",
        "password=(a[b{",
        "x=\"$(run -p1ab ",
        "a:b@tcp(",
    ] {
        let text = long(part);
        for format in [
            None,
            Some(Format::Yaml),
            Some(Format::Json),
            Some(Format::Markdown),
        ] {
            let _ = masked(format, text.as_bytes());
        }
    }
    let spaces = format!("a: \"{}{}\"\n", " ".repeat(1 << 15), "a=".repeat(1 << 14));
    let open = format!("a: 'x {}'\n", "password=\"x".repeat(1 << 12));
    for text in [spaces, open] {
        let _ = masked(Some(Format::Yaml), text.as_bytes());
    }
    let name = format!(
        "{}password: [{}]\n",
        "a".repeat(1 << 15),
        "1, ".repeat(1 << 13)
    );
    let _ = masked(Some(Format::Yaml), name.as_bytes());
    let aliases = format!("a: &x hunter22\nb:\n{}", "- password: *x\n".repeat(20_000));
    assert!(masked(Some(Format::Yaml), aliases.as_bytes()).is_some());
}

/// A document in which keys stand at some places.
#[derive(Debug, Clone)]
enum Tree {
    Plain(String),
    Number(u32),
    Secret(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        "[ -~]{0,12}".prop_map(Tree::Plain),
        "[\u{4e00}-\u{4e20}#:'\"|> \n]{0,8}".prop_map(Tree::Plain),
        any::<u32>().prop_map(Tree::Number),
        // Without what makes a placeholder of it.
        "[!-#%-z|~]{1,10}".prop_map(Tree::Secret),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            // None of these is a secret's name, as `pw` is.
            proptest::collection::vec(("[a-m]{1,4}", inner), 1..4).prop_map(Tree::Object),
        ]
    })
}

/// What stands in every secret and nowhere else.
const CANARY: &str = "Zq9Zq9Zq";

fn told(tree: &Tree, how: usize) -> serde_json::Value {
    match tree {
        Tree::Plain(text) => text.as_str().into(),
        Tree::Number(number) => (*number).into(),
        // The name of its object is the secret's, or it tells itself.
        Tree::Secret(rest) if how.is_multiple_of(4) => {
            format!("db://u:{CANARY}{}@h", rest.replace('@', "")).into()
        }
        Tree::Secret(_) if how % 4 == 1 => {
            format!("see {}{CANARY}0123456789abcdefgh\nok", ["s", "k-"].concat()).into()
        }
        Tree::Secret(rest) if how % 4 == 2 => {
            format!("The password is {CANARY}{rest}, and\n密码是{CANARY}1。").into()
        }
        Tree::Secret(rest) => serde_json::json!({ "password": format!("{CANARY}{rest}") }),
        Tree::List(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| told(item, how + at))
            .collect(),
        Tree::Object(members) => members
            .iter()
            .enumerate()
            .map(|(at, (key, value))| {
                // Nobody's key stands twice.
                (format!("{key}{at}"), told(value, how + at))
            })
            .collect(),
    }
}

fn assert_masked(format: Format, text: &str) {
    let before = document(format, text);
    let has_canary = text.contains(CANARY);
    assert!(!has_canary || contains_key(&before), "{text}");
    assert_eq!(contains_key(&before), !places(&before).is_empty(), "{text}");
    let Some(found) = masked(Some(format), text.as_bytes()) else {
        assert!(!has_canary, "{text}");
        return;
    };
    let left = String::from_utf8(found.bytes).unwrap();
    assert!(!left.contains(CANARY), "{text}\n{left}");
    let after = document(format, &left);
    assert!(!contains_key(&after), "{text}\n{left}");
    assert_eq!(
        masked(Some(format), left.as_bytes()),
        None,
        "{text}\n{left}"
    );
    assert!(!found.is_whole, "{text}\n{left}");
    assert_eq!(
        shape(before.value()),
        shape(after.value()),
        "{text}\n{left}"
    );
}

/// What a document says, without its texts.
fn shape(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(shape).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, value)| (key.clone(), shape(value)))
                .collect(),
        ),
        Value::String(_) => Value::Null,
        other => other.clone(),
    }
}

/// The same as YAML in its block form, with the texts as they are or in quotes.
fn yaml(value: &serde_json::Value, indent: usize, is_quoted: bool, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        serde_json::Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                out.extend(["\n", &pad, key, ":"]);
                yaml(value, indent + 2, is_quoted, out);
            }
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.extend(["\n", &pad, "-"]);
                yaml(item, indent + 2, is_quoted, out);
            }
        }
        serde_json::Value::String(text)
            if !is_quoted
                && text.lines().all(|line| !line.trim().is_empty())
                && !text.starts_with([' ', '\n'])
                && !text.is_empty() =>
        {
            let lines: Vec<_> = text.split('\n').collect();
            let end = format!("\n{pad}");
            out.extend([" |-", &end, &lines.join(&end)]);
        }
        other => out.extend([" ", &other.to_string()]),
    }
}

/// What stands around something that is told.
const TOLD: [(&str, &str); 16] = [
    ("The password is ", ", as always."),
    ("The password is '", "'."),
    ("the password is: \"", "\", yes"),
    ("password was `", "` (old)"),
    ("**Password**: **", "**"),
    ("**password is \"", "\"**"),
    ("`password`: ``", "``"),
    ("mysql --password=", " -u root"),
    ("passwort => ", ";"),
    ("PW: ", ""),
    ("密码是：", "，请保密"),
    ("密码是", "。"),
    ("口令为“", "”，请保密"),
    ("登录密码：「", "」"),
    ("**密码**：**", "**"),
    (r#"{\"passphrase\": \""#, r#"\", \"user\": \"x\"}"#),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_is_left_and_the_shape_stays(tree in trees(), how in 0_usize..4, is_quoted: bool, is_windows: bool) {
        let value = serde_json::json!({ "top": told(&tree, how), "end": 1 });
        assert_masked(Format::Json, &value.to_string());
        assert_masked(Format::Json, &serde_json::to_string_pretty(&value).unwrap());
        let mut text = String::from("# begins");
        yaml(&value, 0, is_quoted, &mut text);
        text.push('\n');
        if is_windows {
            text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        }
        if Document::parse(Format::Yaml, text.clone()).is_ok() {
            assert_masked(Format::Yaml, &text);
        }
    }

    /// What is told goes with all its signs, and nothing around it does.
    #[test]
    fn what_is_told_goes_as_a_whole(
        rest in "[A-Za-z0-9\"'*`@#%&+=_~^-]{0,8}",
        (before, behind) in proptest::sample::select(TOLD.to_vec()),
    ) {
        // There a shell goes on.
        prop_assume!(!rest.contains("&&"));
        let word = format!("Zq9{rest}k");
        let text = format!("Log in.\n{before}{word}{behind}\nThe end.");
        let expected = text.replace(&word, MASK);
        let found = masked(Some(Format::Markdown), text.as_bytes()).expect(&text);
        prop_assert_eq!(String::from_utf8(found.bytes).unwrap(), expected.clone());
        prop_assert_eq!(masked(Some(Format::Markdown), expected.as_bytes()), None);
        let json = serde_json::json!({ "said": text, "again": { "arguments": serde_json::json!({ "password": word }).to_string() } });
        for format in [Format::Json, Format::Yaml] {
            let found = masked(Some(format), json.to_string().as_bytes()).expect(&text);
            let left = String::from_utf8(found.bytes).unwrap();
            prop_assert!(!left.contains("Zq9"), "{}", left);
            prop_assert!(!found.is_whole, "{}", left);
        }
    }

    /// Whatever a text is, masking ends, and what is left has nothing to mask any more.
    #[test]
    fn every_text_can_be_masked(text in "([ -~\n]|password|密码是| is |[a-z]{4}[0-9]|: |token=|sk-|://|@|#|\\||-----BEGIN PRIVATE KEY-----|密|\\\\){0,40}") {
        for format in [None, Some(Format::Json), Some(Format::Yaml), Some(Format::Markdown)] {
            if let Some(found) = masked(format, text.as_bytes()) {
                prop_assert_eq!(masked(format, &found.bytes), None, "{:?} {}", format, String::from_utf8_lossy(&found.bytes));
                prop_assert!(found.places.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            }
        }
    }
}
