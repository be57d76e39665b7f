//! Ways to give a key that are told surely: in each row `⟦…⟧` stands around what has to go.

use rstest::rstest;

use super::tests_exact::assert_exactly;
use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
const MARKDOWN: Option<Format> = Some(Format::Markdown);
/// A file with another ending.
const OTHER: Option<Format> = None;

#[rstest]
#[case::php("<?php\ndefine('DB_PASSWORD', '⟦KEY12abc9x⟧');\ndefine('DB_USER', 'KEY12abc9x');\n")]
#[case::python(
    "import x\nclass S:\n    db_password: str = \"⟦hunter⟧\"\n    token: Optional[str] = '⟦KEY12abc9x⟧'\n    mode: str = \"KEY12abc9x\"\n"
)]
#[case::kotlin(
    "val password: String = \"⟦hunter⟧\"\nprivate val apiKey: String? = \"⟦KEY12abc9x⟧\"\n"
)]
#[case::script(
    "export const token: string = \"⟦KEY12abc9x⟧\";\nfunction f(password: string, mode: string) {}\n"
)]
#[case::rust("let token: &str = \"⟦KEY12abc9x⟧\";\nconst PASSWORD: &'static str = \"⟦hunter⟧\";\n")]
#[case::make("TOKEN ?= ⟦KEY12abc9x⟧\nMODE ?= KEY12abc9x\nall:\n\techo $(TOKEN)\n")]
#[case::objects(
    "resource \"a\" \"b\" {\n  environment = [{ name = \"DB_PASSWORD\", value = \"⟦hunter⟧\" }, { name = \"MODE\", value = \"KEY12abc9x\" }]\n}\n"
)]
#[case::block(
    "resource \"a\" \"b\" {\n  environment {\n    name = \"API_TOKEN\"\n    value = \"⟦KEY12abc9x⟧\"\n  }\n  set_sensitive {\n    name  = \"db.password\"\n    value = \"⟦hunter⟧\"\n  }\n}\n"
)]
#[case::functions(
    "resource \"a\" \"b\" {\n  password = trimspace(\"⟦hunter⟧\")\n  token = var.t == \"\" ? \"⟦KEY12abc9x⟧\" : var.t\n  token = var.t != \"\" ? var.t : \"⟦KEY12abc9x⟧\"\n  a = { pass = base64encode(\"⟦KEY12abc9x⟧\") }\n  b = jsonencode({ pass = \"⟦KEY12abc9x⟧\" })\n  c = trimspace(\"KEY12abc9x\")\n}\n"
)]
#[case::function("password = trimspace(\"⟦hunter⟧\")\ntoken = made(\"hunter\")\n")]
#[case::chosen("token = var.t == \"\" ? \"⟦KEY12abc9x⟧\" : var.t\n")]
#[case::lines(
    "resource \"a\" \"b\" {\n  secret = <<EOT\n⟦KEY12abc9x⟧\nEOT\n  note = <<-EOT\n  KEY12abc9x\n  EOT\n}\n"
)]
#[case::kept("user.password={noop}⟦KEY12abc9x⟧\na.password={cipher}abcd1234\nb.password={token}\n")]
#[case::arguments(
    "<a><arg>--password</arg><arg>⟦hunter⟧</arg><arg>hunter</arg><arg>--mode</arg><arg>hunter</arg></a>\n"
)]
#[case::server(
    "server {\n  if ($http_x_auth_token != \"⟦KEY12abc9x⟧\") { return 403; }\n  if ($arg_token = ⟦KEY12abc9x⟧) { return 403; }\n  if ($host = KEY12abc9x) { return 403; }\n}\n"
)]
#[case::mapping(
    "map $http_apikey $ok {\n  default 0;\n  \"⟦KEY12abc9x⟧\" 1;\n  \"⟦KEY34abc9x⟧\" 1;\n}\nmap $host $a {\n  \"KEY12abc9x\" 1;\n}\n"
)]
#[case::cookie("server {\n  proxy_set_header Cookie \"auth=⟦KEY12abc9x⟧\";\n}\n")]
#[case::compared(
    "#!/bin/sh\ntest $TOKEN == ⟦KEY12abc9x⟧\n[ $TOKEN == ⟦KEY12abc9x⟧ ]\n[ \"$TOKEN\" = \"⟦KEY12abc9x⟧\" ]\n[ \"$TOKEN\" = \"$OTHER\" ]\n[ $MODE = KEY12abc9x ]\n"
)]
#[case::programs(
    "#!/bin/sh\nset -e\nvault login ⟦KEY12abc9x⟧\nvault login -method=userpass\naws configure set aws_secret_access_key ⟦KEY12abc9x⟧\naws configure set region KEY12abc9x\nprintf '%s' \"⟦KEY12abc9x⟧\" | docker login --password-stdin\nssh-keygen -t ed25519 -N ⟦KEY12abc9x⟧ -f k\n"
)]
#[case::windows(
    "@echo off\nnet user ada ⟦KEY12abc9x⟧ /add\nnet user ada * /add\nnet user ada /delete\n"
)]
#[case::netrc("machine h\nlogin bob\naccount ⟦KEY12abc9x⟧\npassword ⟦hunter⟧\n")]
#[case::haproxy(
    "userlist u\n  user ada insecure-password ⟦KEY12abc9x⟧\nlisten s\n  stats auth ada:⟦KEY12abc9x⟧\n"
)]
#[case::registry("_auth=⟦KEY12abc9x⟧\n//r.example.org/:_auth=⟦KEY12abc9x⟧\n")]
#[case::network("network={\n  ssid=\"KEY12abc9x\"\n  psk=\"⟦hunter22⟧\"\n}\n")]
#[case::signed("curl \"https://x.example.org/a?sv=1&sig=⟦KEY12abc9x%3D⟧&x=1\"\n")]
fn what_is_given_in_a_way_of_its_own_goes(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case(
    "kind: ConfigMap\ndata:\n  nginx.conf: |\n    server {\n      proxy_set_header X-Api-Key \"⟦KEY12abc9x⟧\";\n    }\n"
)]
#[case("data:\n  a.conf: |\n    proxy_set_header Authorization \"Basic ⟦KEY12abc9x⟧\"; keep on;\n")]
#[case("a: \"echo ⟦KEY12abc9x⟧ | docker login -u a --password-stdin && ls\"\n")]
#[case("user:\n  password: \"{noop}⟦KEY12abc9x⟧\"\n  other_password: \"{token}\"\n")]
#[case("url: https://x.example.org/a?sv=1&sig=⟦KEY12abc9x%3D⟧&x=1\n")]
#[case("a: &p hunter22\nb: {password: &q ⟦hunter22⟧, c_password: *q}\n")]
fn the_same_goes_in_the_texts_of_documents(#[case] text: &str) {
    assert_exactly(YAML, &text.replace("a: &p hunter22", "a: &p ⟦hunter22⟧"));
}

#[rstest]
#[case("Log in with user ada and password ⟦KEY12abc9x⟧.\n")]
#[case("The default password (⟦KEY12abc9x⟧) must be changed.\n")]
#[case("Login: ada / ⟦KEY12abc9x⟧\n\nRoutes: in / out12345\n")]
#[case("Wifi: guest, pass: ⟦KEY12abc9x⟧\n\npass: 12 tests, pass: all of 12\n")]
#[case("The API key, ⟦KEY12abc9x⟧, expires in May.\n")]
#[case(
    "The password is base64-encoded. The password is sha256-hashed. The key is a 16-character word.\n"
)]
#[case("The password (at least 12 letters), the token (v2), and password rules.\n")]
fn what_people_say_in_other_words_is_understood(#[case] text: &str) {
    assert_exactly(MARKDOWN, text);
}

#[rstest]
#[case::scheme(
    "curl -H \"Authorization: Bearer ⟦KEY12abc9x⟧\" u\ncurl -H 'authorization: token ⟦KEY12abc9x⟧' u\nx({'Authorization': 'Basic ⟦KEY12abc9x⟧'})\n"
)]
#[case::scheme_of_a_server(
    "server {\n  proxy_set_header Authorization \"Basic ⟦KEY12abc9x⟧\";\n}\n"
)]
#[case::several("a.passwords=⟦KEY1abcd⟧,⟦KEY2abcd⟧\nb.c=1\n")]
#[case::encrypted("a.b=1\na.password=ENC[AES256_GCM,data:xx,iv:yy]\nb.password={cipher}0123abcd\n")]
fn no_more_than_the_key_goes(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case("headers:\n  Authorization: Bearer ⟦KEY12abc9x⟧\n  authorization: \"Basic ⟦KEY12abc9x⟧\"\n")]
#[case("password: ENC[AES256_GCM,data:xx,iv:yy,type:str]\n")]
#[case(
    "metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/auth-secret: basic-auth\n    x.io/auth-secret: ⟦KEY12abc9x⟧\n"
)]
fn names_schemes_and_what_is_encrypted_stay(#[case] text: &str) {
    assert_exactly(YAML, text);
}

#[test]
fn what_a_tag_says_is_elsewhere_stays() {
    for text in [
        "password: !vault app/db\n",
        "a: {api_key: !secret x_key1234}\n",
    ] {
        assert_eq!(masked(YAML, text.as_bytes()), None, "{text}");
    }
    assert!(masked(YAML, b"password: !str hunter22\n").is_some());
}

/// Whoever fills in the key where quotes mean nothing has it without some.
#[rstest]
#[case(
    "a.b=1\na.password=hunter22\nurl=jdbc:x://h;password=hunter22;ssl=1\n",
    "a.b=1\na.password=<masked>\nurl=jdbc:x://h;password=<masked>;ssl=1\n"
)]
#[case("[a]\nb=c\npassword=hunter22\n", "[a]\nb=c\npassword=<masked>\n")]
#[case(
    "[a]\nb=\"c\"\npassword=12345678\n",
    "[a]\nb=\"c\"\npassword=\"<masked>\"\n"
)]
#[case("A=b\nPASSWORD=hunter22\n", "A=b\nPASSWORD=\"<masked>\"\n")]
fn quotes_stand_around_a_mask_where_they_mean_something(
    #[case] text: &str,
    #[case] expected: &str,
) {
    let found = masked(None, text.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(found.bytes).unwrap(), expected);
    assert_eq!(masked(None, expected.as_bytes()), None);
}

/// A tag says where something is, not that none of it is written down here.
#[rstest]
#[case("Url: !Sub 'postgres://admin:⟦hunter22x⟧@${Host}/db'\n")]
#[case("password: !Sub ⟦hunter22x⟧\n")]
#[case("password: !Sub '⟦hunter22x-${Env}⟧'\n")]
#[case("cmd: !Sub run --password=⟦hunter22x⟧\n")]
#[case("Url: !include postgres://admin:⟦hunter22x⟧@h/db\n")]
#[case("a: !Env {password: ⟦hunter22x⟧}\n")]
#[case("password: !Sub '${Password}'\nb: !vault {path: a/b, at: kv2}\n")]
#[case("password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6638643965323633646262656665\n")]
fn texts_behind_a_tag_are_looked_at(#[case] text: &str) {
    assert_exactly(YAML, text);
}

#[test]
fn keys_behind_a_tag_are_told_by_their_shape() {
    let key = ["ghp", "0123456789abcdefABCDEF0123456789abcd"].join("_");
    let text = format!("key: !include ⟦{key}⟧\na: !Env ⟦{key}⟧\n");
    assert_exactly(YAML, &text);
}

/// What begins as people write who leave a key out may be one all the same.
#[rstest]
#[case(YAML, "password: ⟦changeme-please⟧\na: {password: ⟦changeme123⟧}\n")]
#[case(YAML, "password: ⟦your-password-1234⟧\ntoken: ⟦REDACTED9x⟧\n")]
#[case(
    YAML,
    "password: changeme\ntoken: your-token-here\napi_key: REDACTED\n"
)]
#[case(
    OTHER,
    "PASSWORD=⟦changeme!9Xk2⟧\nDB_PASSWORD=changeme\nTOKEN=your_token\n"
)]
#[case(
    YAML,
    "password: '⟦Zq7xwert9${env}⟧'\nb: {password: 'prod-${env}-password'}\n"
)]
fn what_begins_as_a_placeholder_may_be_a_key(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

#[rstest]
#[case(
    OTHER,
    "package a\nvar dsn = \"bob:⟦gg3z9wert⟧@tcp(h:3306)/db\"\nvar b = \"%s:%s@tcp(%s)/db\"\n"
)]
#[case(
    YAML,
    "dsn: bob:⟦gg3z9wert⟧@tcp(h:3306)/db\nother: 'bob:${PW}@tcp(h)/db'\n"
)]
#[case(OTHER, "DSN=bob:⟦gg3z9wert⟧@unix(/run/x)/db\nKEEP=1\n")]
#[case(
    OTHER,
    "import x\nprops.put(\"password\", \"⟦gg3z9wert⟧\");\nprops.put(\"user\", \"gg3z9wert\");\n"
)]
#[case(OTHER, "<?php\n$a = env('DB_PASSWORD', '⟦gg3z9wert⟧');\n")]
#[case(OTHER, "local x\nngx.set_header(\"X-Api-Key\", \"⟦gg3z9wert⟧\")\n")]
#[case(
    OTHER,
    "val x = 1\nval m = mapOf(\"password\" to \"⟦gg3z9wert⟧\", \"user\" to \"gg3z9wert\")\n"
)]
#[case(OTHER, "require 'x'\nENV[\"API_TOKEN\"] ||= \"⟦gg3z9wert⟧\"\n")]
#[case(
    OTHER,
    "#!/bin/sh\nhelm install r c --set-string auth.token=⟦gg3z9wert⟧,auth.user.name=keep,a[0]=b\n"
)]
fn what_programs_connect_with_goes(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}
