//! What files of servers, shells and other tools have: in each row `⟦…⟧` stands around what has to go.

use rstest::rstest;

use super::tests_exact::assert_exactly;
use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
const JSON: Option<Format> = Some(Format::Json);
const MARKDOWN: Option<Format> = Some(Format::Markdown);
/// A file with another ending.
const OTHER: Option<Format> = None;

#[rstest]
#[case::pods(
    "a: 1\n---\nspec:\n  env:\n  - name: DB_PASSWORD\n    value: ⟦Kube1a2b⟧\n  - name: MODE\n    value: fast12\n---\npassword: \"⟦Kube3c d4⟧\"\n"
)]
#[case::pair("spec: {env: [{name: DB_PASSWORD, value: ⟦geheim⟧}]}\n--- # next\na: geheim\n")]
#[case::secret(
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: geheim\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: geheim\nstringData:\n  other: ⟦geheim⟧\n  username: ⟦sunshine⟧\ndata:\n  a: ⟦Z2VoZWlt⟧\ntype: Opaque\n"
)]
#[case::one_secret("kind: Secret\nstringData: {other: ⟦geheim⟧, host: ⟦db.local⟧}\n")]
#[case::broken("a: [1\n---\nspec:\n  env:\n  - name: DB_PASSWORD\n    value: ⟦geheim⟧\n")]
#[case::broken_behind(
    "env:\n- name: API_KEY\n  value: ⟦geheim⟧\n---\nx: : 1\npassword: ⟦geheim⟧\n"
)]
#[case::broken_pair(
    "image: {{ .Values.image }}\nenv:\n- name: DB_PASSWORD\n  value: ⟦geheim⟧\n- name: MODE\n  value: fast12\n- value: ⟦geheim⟧\n  name: API_KEY\n"
)]
#[case::windows("a: 1\r\n---\r\npassword: ⟦geheim⟧\r\n---\r\nb: 2\r\n")]
#[case::ended("a: 1\n...\n%YAML 1.2\n---\npassword: ⟦geheim⟧\n...\n")]
#[case::block("a: |\n  x\n  --- \n  y\n---\npassword: |\n  ⟦one\n  two⟧\n---\n")]
#[case::twice(
    "password: ⟦geheim⟧\nenv:\n- {name: API_KEY, value: ⟦geheim⟧}\npassword: ⟦geheim2⟧\n"
)]
fn yaml_of_several_documents_is_read_as_such(#[case] text: &str) {
    assert_exactly(YAML, text);
}

#[rstest]
#[case::spaced("x.y 1\nlong.secret=⟦Cc1c\\\n   Dd2d⟧\nz=1\n")]
#[case::names("mail.pwd ⟦Ee1e5⟧\nmail.password ⟦Ff2f6⟧\nx.y=1\n")]
#[case::words(
    "mail.password   ⟦geheim⟧\nmail.host mx.example.org\nx.y : 1\na.password : ⟦two words⟧\n"
)]
#[case::colon("mail.password: ⟦geheim⟧\nmail.user: bob\nmail.port 25\n")]
#[case::spaced_on("mail.password ⟦hun\\\n  ter⟧\nx.y=1\n")]
#[case::odd("a=1\nb=2\nc=3\nd=4\nwhat is this\nmail.password=⟦geheim⟧\n")]
#[case::include("a=1\nb=2\n!include other\nmail.password=⟦ge\\\nheim⟧\n")]
#[case::others("import x\npassword = given\ntoken = next_token\n")]
#[case::functions("def f():\n    password = given\ntoken = next_token\nx = 1\ny = 2\nz = 3\n")]
fn a_line_of_another_kind_takes_the_rules_from_no_other(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case::netrc("machine h login bob password ⟦Ab1b5⟧\n")]
#[case::netrc_words(
    "machine h login bob password ⟦geheim⟧ port 21\nmachine i\n  login eve\n  password ⟦geheim⟧\ndefault login anonymous password ⟦bob@example.org⟧\n"
)]
#[case::no_netrc(
    "machine learning with a password, geheim1\nthe machine login is password geheim1 here\n"
)]
#[case::docker(
    "FROM node:20\nENV API_KEY ⟦Qq1q5⟧\nENV DB_PASSWORD ⟦geheim⟧\nARG API_KEY=⟦Qq1q5⟧\nENV A=1 DB_PASSWORD=⟦geheim⟧\nENV PASSWORD_FILE /run/secrets/db1\nENV TOKEN ${TOKEN}\nRUN npm install\nCMD [\"node\", \"a.js\"]\n"
)]
#[case::nginx(
    "server {\n  location / {\n    proxy_set_header Authorization \"Bearer ⟦Ag1g5h6⟧\";\n    proxy_set_header X-Api-Key ⟦Ah1h5⟧;\n    proxy_set_header Host $host;\n    proxy_set_header Authorization $http_authorization;\n    fastcgi_param DB_PASSWORD ⟦geheim⟧;\n    set $api_key ⟦geheim⟧;\n    add_header X-Token-Type Bearer1;\n  }\n}\n"
)]
#[case::apache(
    "<VirtualHost *:80>\nSetEnv DB_PASSWORD ⟦geheim⟧\nRequestHeader set X-Api-Key \"⟦geheim⟧\"\n</VirtualHost>\n"
)]
#[case::haproxy("frontend a\n  http-request set-header X-Api-Key ⟦geheim⟧\n  bind :80\n")]
#[case::redis(
    "port 6379\nrequirepass ⟦geheim⟧\nmasterauth ⟦REDa1s2d3f4⟧\nuser default on >⟦REDz1x2c3⟧ ~* +@all\nuser eve off >⟦geheim⟧ nopass\nsentinel auth-pass main ⟦geheim⟧\n"
)]
#[case::accounts("user default on >⟦REDz1x2c3⟧ ~* &* +@all\nuser bob on #0123abcd ~x\n")]
#[case::redis_with_blocks("db {\n  x = 1\n}\nrequirepass ⟦geheim⟧\nmasterauth ⟦geheim⟧\n")]
#[case::batch(
    "@echo off\nset \"API_TOKEN=⟦BATc3d4⟧\"\nset DB_PASSWORD=⟦two words⟧ & echo ok\nset /p PASSWORD=Your password: \nset PASSWORD=%1\nset TOKEN=%TOKEN2%\nset TOKEN=!TOKEN2!\nsetx API_SECRET ⟦BATe5f6⟧\nsetx API_KEY \"⟦geheim⟧\" /M\nif \"%PASSWORD%\"==\"\" exit /b 1\n"
)]
#[case::terraform(
    "variable \"password\" {\n  type = string\n  default = \"⟦KEYu06tf1⟧\"\n}\nvariable \"db_password\" { default = \"⟦geheim⟧\" }\nvariable \"region\" {\n  default = \"geheim1\"\n}\nvariable \"token\" {\n  description = \"default = 1\"\n  default     = \"\"\n}\n"
)]
#[case::environment(
    "import os\nos.environ[\"DB_PASSWORD\"] = \"⟦geheim⟧\"\nos.environ['API_KEY']='⟦geheim⟧'\nos.environ.setdefault(\"DB_PASSWORD\", \"⟦geheim⟧\")\nos.putenv('API_KEY', '⟦geheim⟧')\nx = os.environ[\"DB_PASSWORD\"]\nfields[\"token\"] = next_token\n"
)]
#[case::php("<?php\n$config['db_password'] = '⟦geheim⟧';\n$x = $config['db_password'];\n")]
#[case::java(
    "System.setProperty(\"db.password\", \"⟦geheim⟧\");\nSystem.setProperty(\"db.name\", \"geheim\");\n"
)]
#[case::passwords(
    "# host:port:db:user:password\ndb:5432:x:bob:⟦KEYy14pg1⟧\n*:*:*:eve:⟦ge\\:heim⟧\n"
)]
#[case::group("root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000:geheim:/home/bob:/bin/sh\n")]
#[case::compiler("a.c:12:5:error:geheim1\nb.c:13:5: error: geheim\n")]
#[case::comparison(
    "assert password == expected1\nif token == value22 or secret != value33:\n    pass\nif password == \"⟦geheim⟧\":\n    go()\n"
)]
#[case::versions("requests==2.31.0\ntoken-cache==1.2.3\npassword-strength==0.0.3\n")]
#[case::one_password("db:5432:x:bob:⟦KEYy14pg1⟧\n")]
#[case::passwords_after_a_mark("\u{feff}db:5432:x:小王:⟦KEYy14pg1⟧\n")]
#[case::windows(
    "@echo off\nnet use Z: \\\\s\\x /user:bob ⟦BATg7h8⟧\nnet use Z: \\\\s\\x ⟦geheim⟧ /user:bob\nnet use Z: \\\\s\\x /persistent:no\n"
)]
#[case::powershell(
    "$a = ConvertTo-SecureString \"⟦PSHc3d4⟧\" -AsPlainText -Force\n$b = ConvertTo-SecureString \"a1b2\" -Key $k\nWrite-Host \"a\"\n"
)]
#[case::gradle(
    "signingConfigs { release { storePassword \"⟦KEYE29gr1⟧\"\n keyPassword '⟦KEYE30gr1⟧' } }\nlabel \"password1\"\nunexpectedToken \"x1y2z3\"\n"
)]
#[case::script(
    "const c = { apiKey: `⟦KEYr96js2⟧`, secret: `${x}1` };\nclient.setPassword(\"⟦KEYr98js4⟧\");\ngetPassword(\"db1x\");\nx = process.env.DB_PASS || \"⟦KEYr00js6⟧\";\ny = process.env.MODE || \"geheim1\";\n"
)]
#[case::requests(
    "import requests\nrequests.get(u, auth=(\"bob\", \"⟦KEYm72py6⟧\"))\nrequests.get(u, auth=(user, word))\nx = os.getenv(\"DB_PASSWORD\", \"⟦geheim⟧\")\ny = os.environ.get('MODE', 'geheim1')\n"
)]
#[case::piped(
    "#!/bin/sh\nset -e\necho ⟦KEYl66sh9⟧ | docker login --password-stdin\necho \"$PW\" | docker login --password-stdin\n"
)]
#[case::quotes("A='b'\nexport PASSWORD=$'⟦QUOh8⟧'\nMULTI_SECRET=\"⟦QUOi9\nQUOj0⟧\"\nX=1\n")]
#[case::open_quote("PASSWORD=\"⟦geheim⟧\nX=\"1\"\n")]
#[case::sentence_of_two(
    "Password reset\nToken v2\nsecret santa\npassword ⟦hunter22⟧\nToken sha256\nand more of this here.\n"
)]
#[case::programs(
    "#!/bin/sh\nset -e\nmosquitto_pub -h h -P ⟦geheim⟧ -t x\nsshpass -p ⟦geheim⟧ ssh h\ndocker login -u bob -p ⟦geheim⟧ h\nunzip -P ⟦geheim⟧ a.zip\ncqlsh -u bob -p ⟦geheim⟧\nopenssl enc -pass pass:⟦geheim⟧ -in a\nmkdir -p geheim\nmysql -p geheim\nssh -p geheim h\n"
)]
fn files_of_servers_and_shells_are_read_as_they_are_written(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case::application(r#"{"Jwt": {"Key": "⟦KEYA20app2⟧", "Issuer": "https://h/a1"}, "JwtSettings": {"key": "⟦a long one of words and more⟧"}, "Key": "orders22"}"#)]
#[case::twice(r#"{"pass\u0077ord": "⟦geheim⟧", "a": "geheim", "pass\u0077ord": "⟦geheim2⟧"}"#)]
#[case::broken(r#"{"pass\u0077ord": "⟦geheim⟧", "a": "geheim",}"#)]
#[case::comments(
    "{\n // comment \"password\": \"⟦KEYA18cmt1⟧\"\n \"a\": \"http://h/*x*/\", /* the password is ⟦hunter22⟧ */\n \"ConnectionStrings\": {\"Default\": \"Data Source=h;User ID=a;Pwd=⟦KEYA19app1⟧\"},\n \"Jwt\": {\"Key\": \"⟦KEYA20app2⟧\", \"SigningKey\":\"⟦KEYA21app3⟧\", \"password\": 12,},\n}\n"
)]
#[case::chances(r#"{"logprobs": {"token": "hello1", "top_logprobs": [{"token": "hello2", "logprob": -1.5}]}, "content": [{"token": "hello3", "logprob": -0.1, "bytes": null}]}"#)]
#[case::vault(r#"{"credentials": "vault", "token": "keystore", "password": "⟦sunshine⟧"}"#)]
fn json_of_other_tools_is_read_as_they_mean_it(#[case] text: &str) {
    assert_exactly(JSON, text);
}

#[rstest]
#[case::words("token,count\nhello1,12\nworld,13\ngoodbye2you,14\nhouse,15\n")]
#[case::keys("name,token\nbob,⟦Zq9hunter7⟧\neve,⟦Zq8hunter6⟧\n")]
#[case::keys_of_some("name,token\nbob,⟦Zq9hunter7⟧\neve,\n")]
#[case::passwords("name,password\nbob,⟦hello1⟧\neve,⟦world⟧\n")]
fn a_column_of_words_is_none_of_tokens(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case::before(
    "The root password is ⟦Vv1v5⟧. My password: ⟦Ww1w5⟧\nThe password is ⟦KEYd16word77⟧.\n"
)]
#[case::of_whom("The password for bob is ⟦Tt1t5⟧.\n\nThe password of the database is ⟦Uu1u5⟧.\n")]
#[case::more(
    "The password for the admin account on db1 is `⟦Tt1t5⟧`, the API key for h is ⟦Zq9hunter7⟧.\n"
)]
#[case::said("The password for bob was changed to ⟦Tt1t5⟧. Set the password to ⟦hunter22⟧.\n")]
#[case::kept(
    "The password is kept by anna2. The password for bob is in the vault2. The password of the database is required.\n"
)]
#[case::about(
    "The password for level 3 is not known. The password of 8 letters is too short. The password for bob is 8 characters long.\n"
)]
#[case::chinese(
    "数据库的密码是 ⟦Yy1y5⟧，root 的密码为 ⟦Zz1z5⟧。bob 用户的登录密码已改为 ⟦Tt1t55⟧。密码设置为“⟦Uu1u55⟧”。\n"
)]
#[case::chinese_kept("数据库的密码由 anna2 保管。密码是保密的，密码改为每 90 天更换。\n")]
fn what_people_say_of_passwords_is_understood(#[case] text: &str) {
    assert_exactly(MARKDOWN, text);
    assert_exactly(OTHER, text);
}
