//! What goes and what stays, to the letter: in each row `⟦…⟧` stands around what has to go, and nothing else may.

use rstest::rstest;

use super::check::Kind;
use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
const JSON: Option<Format> = Some(Format::Json);
const MARKDOWN: Option<Format> = Some(Format::Markdown);
/// A file with another ending.
const OTHER: Option<Format> = None;

/// Where the secrets of a row stand.
const MARKS: [char; 2] = ['⟦', '⟧'];

/// Whether a text is these pieces with a mask between each two, however that is spelled.
fn is_of(text: &str, pieces: &[&str]) -> bool {
    const SPELLED: [&str; 3] = [MASK, "\"<masked>\"", "&lt;masked&gt;"];
    let Some((first, others)) = pieces.split_first() else {
        return text.is_empty();
    };
    text.strip_prefix(first).is_some_and(|rest| {
        let mut behind = SPELLED.iter().filter_map(|mask| rest.strip_prefix(mask));
        (others.is_empty() && rest.is_empty()) || behind.any(|rest| is_of(rest, others))
    })
}

/// Asserts that exactly what is marked goes.
pub(super) fn assert_exactly(format: Option<Format>, marked: &str) {
    let text = marked.replace(MARKS, "");
    let found = masked(format, text.as_bytes());
    let is_whole = found.as_ref().is_some_and(|found| found.is_whole);
    let spans = found.iter().flat_map(|found| &found.places);
    let mut shown = text.clone();
    for place in spans.rev() {
        shown.insert(place.span.end, MARKS[1]);
        shown.insert(place.span.start, MARKS[0]);
    }
    assert_eq!(shown, marked);
    let left = found.map_or_else(
        || text.clone(),
        |found| String::from_utf8(found.bytes).unwrap(),
    );
    let kept: Vec<&str> = marked.split(MARKS).step_by(2).collect();
    assert!(is_of(&left, &kept), "{left}");
    assert!(!is_whole);
    let kind = Kind::of(&text).filter(|_| format.is_none());
    assert!(kind.is_none_or(|kind| kind.is_of(&left)), "{kind:?} {left}");
    assert_eq!(masked(format, left.as_bytes()), None, "{left}");
    if let Some(Ok(document)) = format.map(|format| Document::parse(format, text.clone())) {
        assert_eq!(contains_key(&document), text != marked, "{text}");
    }
}

#[rstest]
#[case::blanks(YAML, "command: connect --password \"⟦two words here⟧\" db\n")]
#[case::single(YAML, "command: connect --password '⟦two words⟧' --user bob\n")]
#[case::signed(YAML, "command: connect --password='⟦two words⟧' db\n")]
#[case::open(YAML, "command: connect --password \"⟦two words⟧\n")]
#[case::open_in_json(JSON, r#"{"command": "连接 --password '⟦两个 词语🔑⟧"}"#)]
#[case::letters(
    YAML,
    "command: 连接 --password “⟦两 个⟧” --password \"⟦两个 词语 x⟧\" 然后\n"
)]
#[case::one_behind_another(YAML, "command: a --password \"⟦one two⟧\" --token \"⟦a b c d⟧\" -v\n")]
#[case::in_program(OTHER, "#!/bin/sh\nset -e\nconnect --password=\"⟦two words⟧\" db\n")]
#[case::put_together(
    OTHER,
    "os.system(\"connect --password \" + word + \" db\")\nprint(\"done\")\n"
)]
#[case::put_together_in_shell(OTHER, "CMD=\"connect --password \"$PW\necho \"done\"\n")]
#[case::open_in_program(OTHER, "connect --password \"⟦two words9⟧\necho \"done\"\n")]
#[case::in_prose(MARKDOWN, "Run `connect --password='⟦two words9⟧' db` now.\n")]
fn what_is_quoted_behind_an_option_goes(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

#[rstest]
#[case::values(
    YAML,
    "密码: ⟦苹果树12345⟧\n口令: ⟦苹果树⟧\n数据库密码: '⟦芝麻开门⟧'\na: {密码: ⟦新年快乐2024⟧}\n"
)]
#[case::values_in_json(
    JSON,
    r#"{"密码": "⟦苹果树⟧", "口令": "⟦苹果树12345⟧", "密钥": "⟦苹果@树1⟧"}"#
)]
#[case::below(YAML, "密码:\n  生产: ⟦苹果树⟧\n  测试: ⟦苹果树1⟧\n  说明: 苹果树\n")]
#[case::settings(OTHER, "口令=⟦苹果树12345⟧\n数据库密码=⟦苹果树⟧\nx=1\n")]
#[case::prose(
    MARKDOWN,
    "登录信息\n\n密码：⟦苹果树⟧\n密码: ⟦苹果树12345⟧\n- 口令 = ⟦苹果树⟧，请保密。\n- **密码**：⟦苹果树⟧\n"
)]
#[case::said(
    MARKDOWN,
    "密码是“⟦苹果树12345⟧”，口令为⟦苹果树9⟧。密码：⟦hunter22⟧请保密。\n密码：「⟦苹果树⟧」。\n"
)]
#[case::text(
    OTHER,
    "登录信息如下。\n密码：⟦苹果树⟧\n密码: ⟦苹果树12345⟧，请保密\n口令是⟦hunter22⟧。\n"
)]
#[case::text_in_value(
    YAML,
    "说明: 用户 bob，密码：⟦苹果树12345⟧。\n备注: |\n  密码：⟦苹果树⟧\n  结束\n"
)]
#[case::broken(YAML, "a: : 1\n密码: ⟦苹果树12345⟧\n口令：⟦苹果树⟧\n")]
#[case::comment(YAML, "# 密码：⟦苹果树12345⟧\na: 1\n")]
#[case::goes_on(YAML, "密码: ⟦hunter22，请保密⟧\nb: 1\n")]
#[case::table(
    MARKDOWN,
    "| 名称 | 值 |\n|---|---|\n| 用户 | bob |\n| 密码 | ⟦苹果树⟧ |\n"
)]
#[case::instructions(
    YAML,
    "密码: 请联系管理员\n口令: 由管理员保管\n登录密码: 至少8位\n密码2: 8位以上数字\n密钥: 苹果树\n"
)]
#[case::more_instructions(
    YAML,
    "密码: 与数据库相同的密码\n口令: 未设置\n密码1: 必填\n密码3: 字符串\n密码4: 默认为空，可修改\n密码5: 数据库密码\n"
)]
#[case::instructions_in_prose(
    MARKDOWN,
    "密码：请联系管理员\n\n密码由管理员保管。密码：必填。密码: 2024年修改\n密码是什么？密码：至少 8 位\n密码：用于登录系统\n"
)]
#[case::instructions_in_text(
    OTHER,
    "密码由管理员保管。\n密码：请联系管理员\n密码：至少8位\n口令：自动生成\n"
)]
#[case::program(
    OTHER,
    "import x\nt = {'密码': '请输入密码', 'b': \"密码：{}\".format(x1)}\nraise E(f\"密码错误: {n1}\")\n"
)]
fn chinese_words_go_and_instructions_stay(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

#[rstest]
#[case::fence(
    MARKDOWN,
    "```sh\nmysql --password ⟦hunter⟧ db\nmysql --password ⟦hunter2⟧\n```\n"
)]
#[case::inline(
    MARKDOWN,
    "Run `mysql --password ⟦hunter⟧ db` and `x --token ⟦hunter2⟧`.\n"
)]
#[case::prompt(MARKDOWN, "Then:\n\n    $ mysql --password ⟦hunter⟧ db\n")]
#[case::said(MARKDOWN, "connect with --password ⟦hunter2⟧ to it\n")]
#[case::shell(
    OTHER,
    "#!/bin/sh\nset -e\nmysql --password ⟦hunter⟧ \\\n  --user bob \\\n  --token ⟦Huntersatz⟧ db\nX=1 run --password ⟦hunter⟧\n"
)]
#[case::docker(
    OTHER,
    "FROM x\nRUN mysql --password ⟦hunter⟧ db && x\nCMD [\"run\", \"--password\", \"⟦hunter⟧\"]\n"
)]
#[case::make(
    OTHER,
    "all: x\n\t@mysql --password ⟦hunter⟧ db\n\tsudo run --token ⟦hunter22⟧\n"
)]
#[case::any_field(
    YAML,
    "start: mysql --password ⟦hunter⟧ db\nbefore: |\n  apt install x\n  mysql --password ⟦hunter⟧ db\n"
)]
#[case::any_field_in_json(
    JSON,
    r#"{"postinstall": "mysql --password ⟦hunter⟧ db", "x": "run --token '⟦hunter⟧'"}"#
)]
#[case::any_field_in_toml(OTHER, "[tasks]\nstart = \"mysql --password ⟦hunter⟧ db\"\n")]
#[case::short(
    OTHER,
    "#!/bin/sh\nmysql -u root -p⟦hunter⟧ db\nmysqldump -p'⟦two words⟧' db\nredis-cli -h h -a ⟦hunter⟧ ping\nsshpass -p ⟦hunter⟧ ssh x\nsshpass -p⟦hunter⟧ ssh x\ndocker login -u bob -p ⟦hunter⟧ h\ncurl -u bob:⟦hunter⟧ h\n"
)]
#[case::short_in_value(
    YAML,
    "run: |\n  mysql -p⟦hunter⟧ db\n  mysql \\\n    -u root \\\n    -p⟦hunter⟧ db\nx: sshpass -p \"⟦two words⟧\" ssh\n"
)]
#[case::short_in_list(
    YAML,
    "command: [redis-cli, -a, ⟦hunter⟧]\nargs: [sshpass, -p, '⟦hunter⟧', ssh]\n"
)]
#[case::short_in_prose(
    MARKDOWN,
    "Run `mysql -uroot -p⟦hunter⟧ db`.\n\n```\nredis-cli -a ⟦hunter⟧ ping\n```\n"
)]
#[case::listed(
    OTHER,
    "a = 1\nargs = [\"--password\", \"⟦hunter⟧\"]\ncommand = ['sshpass', '-p', '⟦hunter⟧', 'ssh']\n"
)]
#[case::listed_in_program(
    OTHER,
    "import x\nx.run([\"mysql\", \"--password\", \"⟦hunter⟧\", \"db\"])\n"
)]
#[case::joined_in_list(
    YAML,
    "test: [CMD, mysqladmin, ping, '-p⟦hunter⟧']\nargs: [mysql, -p, db]\nx: [ls, -path]\n"
)]
#[case::comment(YAML, "# mysql --password ⟦hunter2⟧ db\na: 1\n")]
#[case::described(
    MARKDOWN,
    "Use --password to log in, or --token with it. The --password option is new.\n\n`--password PASSWORD` asks. `tool --password <password> --token TOKEN`\n\n```\n  --password TEXT  The password of the user\n  --token TOKEN    asks\nusage: x --password PASSWORD\ntool --password-stdin registry1.example.com --no-password area51\n```\n"
)]
#[case::parsed(
    OTHER,
    "import x\np.add_argument(\"--password\", help=\"pass --password when asked\")\np.add_argument(\"--token\", \"-t\", dest=\"token\")\n@click.option(\"--password\", \"password\", prompt=True)\n@click.option('--token', 'api_token')\n# use --password with care\n"
)]
#[case::given_otherwise(
    OTHER,
    "#!/bin/sh\ndocker build --secret id=npm1,src=./x .\nx --password \"$PW\" --token $(cat /run/t1) --password-file /run/p1\nmysql -p db\nmysql -p\"$PW\" -P 3306 db\nredis-cli -a ${REDIS_PW1} ping\nmysqldump -p${PW} db\n"
)]
#[case::told_of(
    YAML,
    "description: use --password to log in\nnote: The --token option\nhelp: pass --password and --token here\n"
)]
#[case::given(
    OTHER,
    "#!/bin/sh\nhelm install x --set auth.password=⟦hunter⟧ --set-string db.password='⟦two words⟧'\nkubectl create secret generic x --from-literal=password=⟦hunter⟧\njava -Ddb.password=⟦hunter⟧ -Dx=hunter -jar x\nPGPASSWORD=⟦hunter⟧ psql\n"
)]
#[case::given_in_value(
    YAML,
    "run: |\n  kubectl create secret generic x --from-literal=password=⟦hunter⟧\n  PGPASSWORD=⟦hunter⟧ psql\n  docker run -e DB_PASSWORD=⟦hunter⟧ x\n  export DB_PASSWORD=⟦hunter⟧\n  f(a, PASSWORD=word, TOKEN=$T)\n  TOKEN=$(cat x)\n"
)]
#[case::given_in_prose(
    MARKDOWN,
    "```\nPGPASSWORD=⟦hunter⟧ psql\ndocker run -e DB_PASSWORD=⟦hunter⟧ x\nexport DB_PASSWORD=⟦hunter⟧\n```\n\nDB_PASSWORD=here\n"
)]
fn what_stands_behind_an_option_goes(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

#[rstest]
#[case::shell(
    OTHER,
    "#!/bin/sh\nset -e\nPW=\"${DB_PASSWORD:-⟦hunter⟧}\"\nA=${DB_PASSWORD-⟦hunter⟧}\nPASSWORD=${DB:-⟦hunter⟧}\nX=${A:-${DB_PASSWORD:-⟦hunter⟧}}\n: ${API_KEY:=⟦hunter⟧}\n"
)]
#[case::yaml(
    YAML,
    "PW: \"${DB_PASSWORD:-⟦hunter2⟧}\"\nx: ${DB_PASSWORD:-⟦hunter2⟧}\nPASSWORD: ${DB:-⟦hunter⟧}\npassword: ${DB-⟦hunter⟧}\nb: '${DB_PASSWORD-}'\n"
)]
#[case::settings(
    OTHER,
    "PW=\"${DB_PASSWORD:-⟦hunter2⟧}\"\nA=${DB_PASSWORD:-⟦hunter⟧}\nPASSWORD=${DB:-⟦hunter⟧}\nPASSWORD2=${DB-⟦hunter⟧}\n"
)]
#[case::prose(
    MARKDOWN,
    "```\nPW=\"${DB_PASSWORD:-⟦hunter2⟧}\"\n```\n`${DB_PASSWORD:-⟦hunter2⟧}` or `${DB_PASSWORD:?is needed 1}`\n"
)]
#[case::value(
    JSON,
    r#"{"run": "PW=${DB_PASSWORD:-⟦hunter2⟧} go\nX=${API_TOKEN:-⟦hunter22⟧}"}"#
)]
#[case::names(
    YAML,
    "a: ${db-password}\nb: ${spring-token}\npassword: ${db-password}\nc: ${DB_HOST-localhost}\n"
)]
fn of_a_variable_the_default_goes(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

#[rstest]
#[case::compose(
    YAML,
    "services:\n  a:\n    secrets:\n    - db_password\n    - tls-cert\n    - source: api_token\n      target: db_password\n      uid: '10333'\nsecrets:\n  db_password:\n    file: ./x\n  api_token:\n    environment: API_TOKEN\n"
)]
#[case::compose_and_a_secret(YAML, "secrets:\n- db_password\n- ⟦hunter2hunter⟧\n- ⟦Geheim⟧\n")]
#[case::numbers(
    YAML,
    "token: 3600\naccess_token: 86400\nmax_tokens: 4096\napi_key: ⟦12345678⟧\npassword: ⟦3600⟧\npin_secret: ⟦3600⟧\n"
)]
#[case::schema(
    YAML,
    "token: '#/components/schemas/Token'\ntoken2: {$ref: '#/components/schemas/Token'}\ncredentials: {profile: default, pin: ⟦hunter⟧}\n"
)]
#[case::settings(
    OTHER,
    "max_tokens=4096\npassword_policy=strict\ntokenizer=cl100k_base\ntoken=3600\ntoken_limit=12\n"
)]
#[case::prose(
    MARKDOWN,
    "max_tokens: 4096, password_policy: strict, tokenizer: cl100k_base, token: 3600\n\n```js\nconst password = 'Password used to generate key';\n```\n"
)]
#[case::program(
    OTHER,
    "import x\nf(max_tokens=4096, password_policy=\"strict\", tokenizer=\"cl100k_base\", token=3600)\n"
)]
#[case::json(JSON, r#"{"max_tokens": 4096, "password_policy": "strict", "tokenizer": "cl100k_base", "token": 3600, "credentials": {"profile": "default"}}"#)]
#[case::query(
    YAML,
    "url: https://h/x?access_token=⟦abcd1234⟧&limit=10\nother: 'https://h/x?a=1&api_key=⟦abcd1234⟧&limit=10#x'\n"
)]
#[case::query_in_settings(
    OTHER,
    "URL=https://h/x?access_token=⟦abcd1234⟧&limit=10\nPASSWORD=⟦a&b=1⟧\n"
)]
#[case::query_in_prose(
    MARKDOWN,
    "See https://h/x?access_token=⟦abcd1234⟧&limit=10 and https://h/x?api_key=⟦abcd1234⟧&limit=10.\n"
)]
#[case::query_in_program(
    OTHER,
    "import x\nu = \"https://h/x?api_key=⟦abcd1234⟧&limit=10\"\ncurl https://h/?token=⟦abcd1234⟧&a=1\n"
)]
#[case::table(
    OTHER,
    "db = { user = \"bob\", pass = \"⟦hunter⟧\", port = 3306 }\nx = { pass = \"⟦hunter⟧\" }\ncredentials = { pin = '⟦hunter⟧', user = 'bob' }\nt = { pass = \"deploy\", fail = \"ask\" }\n"
)]
fn what_goes_is_no_more_than_the_secret(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

#[rstest]
#[case::insert(
    OTHER,
    "INSERT INTO users (name, password, note) VALUES ('bob', '⟦hunter⟧', N'x'), (N'eve', N'⟦hun''ter⟧', 'password');\nINSERT INTO t (a, b) VALUES ('hunter', 'x');\n"
)]
#[case::insert_lines(
    OTHER,
    "insert ignore into `db`.`users`\n  (`id`, `user_password`, `token`)\nvalues\n  (1, MD5('⟦hun,ter)⟧'), '⟦abcd⟧'),\n  (2, :password, ?),\n  (3, NULL, ⟦12345678⟧);\n"
)]
#[case::update(
    OTHER,
    "UPDATE t SET password = '⟦hunter⟧', note = N'abc' WHERE id = 1;\nUPDATE t SET [password]=N'⟦hun''ter⟧', x = 'y';\n"
)]
#[case::in_value(
    YAML,
    "sql: |\n  UPDATE t SET password = '⟦hunter⟧', x = 1;\n  INSERT INTO users (name, password) VALUES ('a', '⟦Huntersatz⟧');\n"
)]
#[case::in_json(JSON, r#"{"sql": "INSERT INTO users (name, password) VALUES ('a', '⟦hunter⟧')", "b": "CREATE USER a IDENTIFIED BY '⟦hunter⟧'"}"#)]
#[case::users(
    OTHER,
    "CREATE USER a IDENTIFIED BY '⟦hun''ter⟧';\nCREATE LOGIN a WITH PASSWORD = N'⟦hunter⟧';\nALTER USER a PASSWORD '⟦hun''ter⟧';\nCREATE USER a IDENTIFIED BY ⟦hunter⟧;\n"
)]
#[case::in_prose(
    MARKDOWN,
    "```sql\nINSERT INTO users (name, password) VALUES ('a', '⟦hunter⟧');\nALTER USER a IDENTIFIED BY '⟦hunter⟧';\n```\n"
)]
#[case::described(
    MARKDOWN,
    "Users are identified by name. INSERT INTO users (name, password) VALUES (?, :password).\n"
)]
#[case::others(
    OTHER,
    "INSERT INTO t (name, note) VALUES (N'hunter', N'two words');\nUPDATE t SET note = N'hunter' WHERE a = 'hunter';\nSELECT * FROM t WHERE note = N'x';\n"
)]
#[case::letters(OTHER, "import x\npassword = b'⟦hunter⟧'\ntoken = f\"⟦Huntersatz⟧\"\n")]
fn statements_are_masked_in_their_quotes(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

#[rstest]
#[case::below(
    "<a><credentials><pin>⟦hunter⟧</pin><user>bob</user>\n<more><code> ⟦hunter⟧ </code></more></credentials><pin>hunter</pin></a>\n"
)]
#[case::several(
    "<a><secrets><secret name=\"db\">⟦hunter⟧</secret><add key=\"x\" value=\"⟦hunter⟧\"/><file>./hunter</file></secrets><x>hunter</x></a>\n"
)]
#[case::beside(
    "<a><property><name>DB_PASSWORD</name><value>⟦hunter⟧</value></property><property><name>x</name><value>hunter</value></property></a>\n"
)]
#[case::apart(
    "<a>\n<property>\n<name>password</name>\n<description>of bob</description>\n<value>\n⟦hunter⟧\n</value>\n</property>\n<context-param><param-name>apiKey</param-name><param-value>⟦hunter⟧</param-value></context-param></a>\n"
)]
#[case::entry(
    "<a><property name=\"password\" value=\"⟦hunter⟧\"/><password><![CDATA[⟦hun <ter>]⟧]]></password><secrets><a><![CDATA[⟦hunter⟧]]></a></secrets></a>\n"
)]
#[case::open("<a><secrets><b>⟦hunter⟧<c>⟦hunter⟧</secrets><d>hunter</d></a>\n")]
#[case::program(
    "fn f() -> Option<Token> {\n  g::<Self>(1, \"hunter\")\n}\nimpl<T> X<Secret> for Y {\n  fn a<B>(b: Vec<C>) {}\n}\n"
)]
#[case::names(
    "<a><credentials><provider>hunter</provider><type>basic</type></credentials><tokens><max>12345</max></tokens><secretsPolicy><x>strict</x></secretsPolicy></a>\n"
)]
fn what_is_within_a_tag_of_secrets_goes(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case::bare("[secrets]\n⟦hunter⟧\n⟦hunter2⟧\n\n[other]\nx = 1\n")]
#[case::bare_beside("[db.credentials]\nuser = bob\n⟦hunter⟧\n")]
#[case::goes_on("password=⟦hun\\\n  ter2⟧\nx=1\n")]
#[case::goes_on_at_once("password = ⟦hu\\\nn\\\nter⟧\nx=1\ntoken=⟦hunter⟧\n")]
#[case::spelled("\\u5bc6\\u7801=⟦hunter⟧\nx\\u0070=1\n")]
#[case::others("path=C:\\x\\\nnote=two\\\n  words\n[files]\nx = 1\n")]
fn settings_are_read_as_they_are_written(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

/// A private key, with `@` for what stands in none of the files of this program.
const PEM: &str = "-----BEGIN @-----\nMIIEabc0123\nxyz+/09==\n-----END @-----";

/// Of what stands beside a private key only what is secret goes.
#[rstest]
#[case::in_quotes("USER=bob\nPASS=⟦hunter22⟧\nKEY=\"⟦PEM⟧\"\nX=1\n")]
#[case::bare("USER=bob\nPASS=⟦hunter⟧\nKEY=⟦PEM⟧\nX=1\n")]
#[case::alone("PASS=⟦hunter22⟧\n⟦PEM⟧\nX=1\n")]
#[case::behind("KEY=⟦PEM⟧\nPASS=⟦hunter⟧\nlimit=12\n")]
#[case::in_shell("#!/bin/sh\nset -e\nPASS=⟦hunter22⟧\ncat <<E\n⟦PEM⟧\nE\nrun ok\n")]
#[case::counted("#!/bin/sh\nPASS=0\nFAIL=0\ncat <<E\n⟦PEM⟧\nE\nPASS=$((PASS + 1))\n")]
#[case::tested("FAIL=3\nPASS=deploy_now\nKEY=⟦PEM⟧\n")]
fn beside_a_private_key_only_secrets_go(#[case] text: &str) {
    let pem = PEM.replace('@', &["PRIVATE", "KEY"].join(" "));
    assert_exactly(OTHER, &text.replace("PEM", &pem));
}
