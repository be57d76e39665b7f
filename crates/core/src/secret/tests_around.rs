//! Keys are told by what stands around them, and what is none stays.

use rstest::rstest;

use super::tests::{document, left};
use super::*;

/// What stands around a value tells it, too, and all that is told so is gone.
#[rstest]
#[case::sentence(r#"{"password": "Mein langer Satz"}"#)]
#[case::bearer(r#"{"token": "Bearer Satz"}"#)]
#[case::pass_of_user(r#"{"user": "x", "pass": "Satz"}"#)]
#[case::pass_alone(r#"{"pass": "Satz"}"#)]
#[case::below(r#"{"password": {"primary": "Satz", "others": [{"a": "Satz"}, "Satz"]}}"#)]
#[case::below_plural(r#"{"apiKeys": {"one": "Satz", "other": ["Satz"]}}"#)]
#[case::below_chinese(r#"{"密码": {"生产": "Satz", "list": ["Satz"]}}"#)]
#[case::beside(r#"{"env": [{"name": "DB_PASSWORD", "value": "Satz"}]}"#)]
#[case::beside_key(r#"{"env": [{"Value": "Satz", "Key": "db-password"}]}"#)]
#[case::beside_chinese(r#"{"名称": "数据库密码", "值": "Satz"}"#)]
#[case::option(r#"{"args": ["--user", "x", "--password", "Satz"]}"#)]
#[case::option_signed(r#"{"args": ["--password=Satz", "-v"]}"#)]
#[case::option_in_command(r#"{"command": "mysql -u x --password Satz db"}"#)]
#[case::option_in_script(r#"{"text": "mysql \\\n --password='Satz satz' \n"}"#)]
#[case::variable(r#"{"environment": ["DB_PASSWORD=Satz satz", "X=1"]}"#)]
#[case::connection(r#"{"dsn": "Server=x;Password=Satz;Database=y"}"#)]
#[case::query(r#"{"url": "https://h/x?access_token=Satzsatz&a=1"}"#)]
#[case::tokens_by_name(r#"{"tokens": {"github": "Satzsatz"}}"#)]
#[case::mail_code(r#"{"邮箱授权码": "Satz"}"#)]
#[case::signing(r#"{"signing_key": "Satz"}"#)]
#[case::one_word(r#"{"userpw": "Satz"}"#)]
#[case::other_word(
    r#"{"mysqlpw": "Satz", "smtppass": "Satz", "PGPASSWORD": "Satz", "clientsecret": "Satz"}"#
)]
#[case::dollar(r#"{"password": "$Satz!23"}"#)]
#[case::none(r#"{"password": "None of Satz"}"#)]
#[case::credentials(r#"{"credentials": {"username": "me", "pin": "Satz"}}"#)]
#[case::pairs(r#"{"credential": [{"id": 1, "word": "Satz"}]}"#)]
fn keys_are_told_by_what_stands_around_them(#[case] text: &str) {
    let (left, places, is_whole) = left(Format::Json, text);
    assert!(!left.contains("atz") && !is_whole, "{left}");
    assert!(places.len() == text.matches("Satz").count().min(places.len()));
    assert!(contains_key(&document(Format::Json, text)));
    let as_yaml = masked(Some(Format::Yaml), text.as_bytes()).expect(text);
    assert!(!String::from_utf8(as_yaml.bytes).unwrap().contains("atz"));
}

/// A mask too many makes a file that is brought back useless.
#[rstest]
#[case::counts("max_tokens: 4096\nmax_token: 4096\ntoken_limit: 12000\nprompt_tokens: 12345\n")]
#[case::policy("password_policy: {min_length: 12, rotation_days: 36500}\n")]
#[case::schema(
    "password: {type: string, description: At least eight, minLength: 1234, format: password}\n"
)]
#[case::bounds(
    "password: {min_length: 1234, max_age_days: 36500, required: true, allow_empty: false}\n"
)]
#[case::reference("password: {env: DB_PASSWORD, file: /run/secrets/db}\n")]
#[case::references(
    "password: ${DB}\napi_key: os.environ/OPENAI_KEY\ntoken: env:TOKEN\nsecret: $SECRET\n"
)]
#[case::kubernetes("- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db, key: password}}\n")]
#[case::beside_reference(
    "- name: DB_PASSWORD\n  value: ${DB_PASSWORD}\n- name: orders\n  value: geheim\n"
)]
#[case::keys("key: orders\nprimary_key: id\nkeys: {a: orders}\nkeyword: north\n")]
#[case::words(
    "passthrough: true\ncompass: north\ntokenizer: gpt2\nauthor: Anna Schmidt\nbypass: never\n"
)]
#[case::tests("{pass: deploy_now, fail: ask_somebody}\n")]
#[case::counted_tests("{pass: 1234, failed: 1}\n")]
#[case::asked("has_password: yesterday\nrequire_token: always\nshow_password: never\n")]
#[case::switched("password: required\ntoken: optional\npassword_reset: true\nsecret: \"\"\n")]
#[case::described(
    "password: The password of the database user\ntoken: a string of 32 hex characters\n"
)]
#[case::required("required: [password, api_key]\n")]
#[case::signs("eos_token: end_of_text\nstop_token: Human\npad_token: '[PAD]'\n")]
#[case::step("get_token:\n  prompt: Say something\n  model: gpt2\n")]
#[case::steps("tasks:\n  secret:\n    command: echo 1\n    note: north\n")]
#[case::login("credentials: {username: somebody, host: example.org, port: 12345}\n")]
#[case::condition("condition: state.token==expected and password!=other\n")]
#[case::code("run: |\n  token = get_token()\n  connect(password=password)\n")]
#[case::options("args: [--password, --verbose, --token-file, /run/token, --password, '${DB}']\n")]
#[case::method("auth_method: api_key\nsecret_patterns: [abcd1234]\ntoken_counter: openai_gpt4\n")]
#[case::chinese("密码: 请输入登录密码\n密码长度: 12345\n")]
fn what_is_obviously_no_secret_stays(#[case] text: &str) {
    let found = masked(Some(Format::Yaml), text.as_bytes());
    let left = found.map(|found| String::from_utf8(found.bytes).unwrap());
    assert_eq!(left, None);
    assert!(!contains_key(&document(Format::Yaml, text)));
}

#[test]
fn a_quoted_secret_of_any_length_is_masked_whole() {
    let long = "Satz".repeat(500);
    let text = format!("connect --password=\"{long}\" and go on\n");
    let masked = masked(None, text.as_bytes()).expect("a key in it");
    let left = String::from_utf8(masked.bytes).unwrap();
    assert!(
        !left.contains("atz") && left.ends_with("and go on\n"),
        "{left}"
    );
}
