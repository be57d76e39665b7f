//! The value goes and nothing beside it, whatever else stands in the file: in each row `⟦…⟧` stands around what has to
//! go.

use rstest::rstest;

use super::tests_exact::assert_exactly;
use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
const JSON: Option<Format> = Some(Format::Json);
/// A file with another ending.
const OTHER: Option<Format> = None;

#[rstest]
#[case::and(
    "#!/bin/bash\nHOST=db.local\nPORT=5432\nexport PGPASSWORD=⟦jj4z9wert⟧ && pg_dump -h $HOST -p $PORT app > /backup/app.sql\n"
)]
#[case::alone("#!/bin/sh\nexport API_TOKEN=⟦ii1z9wert⟧ && run --all\n")]
#[case::words("#!/bin/sh\nexport API_TOKEN=⟦hunter⟧ OTHER=word\n")]
#[case::called("#!/bin/sh\nPGPASSWORD=⟦hunter⟧ psql -h db\n")]
#[case::no_shell("PASSWORD=⟦ii2z9wert⟧; run\n")]
#[case::pipe("run --password=⟦ii3z9wert⟧ --user a | tee x\n")]
#[case::option_of_letters("run --password=⟦hunter⟧ --user a | tee x\n")]
#[case::called_alone("PGPASSWORD=⟦jj4z9wert⟧ psql -h db\n")]
#[case::exported("export TOKEN=⟦hunter⟧;run\n")]
#[case::together("export TOKEN=⟦hunter⟧&&run\nexport TOKEN=⟦hunter⟧|tee x\n")]
#[case::either("DB_PASSWORD=⟦hunter⟧ || exit 1\nA=1\n")]
#[case::waiting("DB_PASSWORD=⟦hunter⟧ run & wait\n")]
#[case::made("FROM a\nRUN make --token=⟦ii5z9wert⟧ all && make install\n")]
#[case::made_with_more("FROM a\nENV A b\nRUN make --token=⟦ii5z9wert⟧ all && make install\n")]
#[case::batch("@set PASSWORD=⟦gg4z9wert⟧&& echo ok\n")]
#[case::batch_call("set DB_PASSWORD=⟦gg5z9wert⟧&&call run.bat\n")]
#[case::batch_loud(
    "@echo off\nset DB_PASSWORD=⟦two words⟧& call run.bat\n@SET TOKEN=⟦hunter⟧| more\n"
)]
#[case::batch_machine("setx TOKEN ⟦hunter9⟧ /M\n")]
#[case::query("#!/bin/sh\nset -e\ncurl https://h/x?api_key=⟦gg7z9wert⟧\\&user=a\n")]
#[case::query_alone("curl https://h/x?api_key=⟦gg7z9wert⟧\\&user=a\n")]
#[case::address(
    "server {\n  location / {\n    proxy_pass http://user:⟦hunter⟧@back:80/;\n  }\n}\n"
)]
#[case::address_alone("proxy_pass http://user:⟦hunter⟧@back:80/;\n")]
#[case::address_with_sign(
    "registry=https://bob:⟦hunter⟧@registry.example.org/@scope/pkg\nother=https://bob:⟦p@ss/w⟧@h/x\n"
)]
#[case::upstream(
    "server {\n  proxy_pass http://back1;\n  proxy_pass back1;\n  fastcgi_pass unix:/run/a1.sock;\n}\n"
)]
#[case::settings(
    "A=1\nDB_PASSWORD=⟦a&b=1⟧\nTOKEN=⟦one;two9⟧\npassword=⟦two words⟧\npassword = ⟦a | b⟧\n"
)]
fn a_shell_goes_on_behind_a_key(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

/// What stands in other lines is nothing to a line.
#[rstest]
#[case("export PGPASSWORD=⟦jj4z9wert⟧ && pg_dump -h a\n")]
#[case("PASSWORD=⟦ii2z9wert⟧; run\n")]
#[case("run --password=⟦ii3z9wert⟧ --user a | tee x\n")]
#[case("RUN make --token=⟦ii5z9wert⟧ all && make install\n")]
#[case("set DB_PASSWORD=⟦gg5z9wert⟧&&call run.bat\n")]
#[case("curl https://h/x?api_key=⟦gg7z9wert⟧\\&user=a\n")]
#[case("proxy_pass http://user:⟦hunter⟧@back:80/;\n")]
fn a_line_is_masked_alike_beside_any_other(#[case] line: &str) {
    for beside in [
        "",
        "#!/bin/sh\n",
        "A=1\n",
        "A=1\nB=2\nC=3\nD=4\nE=5\n",
        "FROM a\n",
        "# one\n",
        "echo ok\n",
        "[part]\n",
        "if x; then\n  y\nfi\n",
    ] {
        assert_exactly(OTHER, &format!("{beside}{line}"));
        assert_exactly(OTHER, &format!("{line}{beside}"));
    }
}

#[rstest]
#[case("environment:\n- POSTGRES_PASSWORD=⟦ggBz9wert⟧\n- POSTGRES_USER=app\n")]
#[case("environment:\n- API_TOKEN=⟦ggBz9wert⟧\n- LOG_LEVEL=info\n")]
#[case("environment: ['DB_PASSWORD=⟦abcd1234x⟧', MODE=prod]\n")]
#[case("a: [[DB_PASSWORD=⟦abcd1234x⟧, MODE=prod], ['password: x', MODE=prod]]\n")]
#[case("args: [--password, ⟦Value1⟧]\nb: [password, ⟦Value1⟧]\n")]
fn of_a_list_of_two_the_second_is_named_by_a_name_alone(#[case] text: &str) {
    assert_exactly(YAML, text);
}

#[rstest]
#[case("<u>jdbc:mysql://h/db?user=a&amp;password=⟦gg2z9wert⟧&amp;ssl=true&amp;tz=UTC</u>\n")]
#[case("<u>https://h/x?password=⟦gg2z9wert⟧&amp;ssl=true</u>\n")]
#[case("<a><add c=\"Server=x;Password=⟦gg3&amp;z9wert⟧;Database=y\"/></a>\n")]
#[case("<a><add c=\"Server=x;Password=⟦gg3&#38;z9wert⟧\"/></a>\n")]
fn a_sign_of_markup_is_of_the_key_or_ends_it(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

/// Names of keys that are elsewhere, of what is done with them, and of what is shown.
#[rstest]
#[case(
    "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: password\n    remoteRef: {key: prod/db, property: password}\n"
)]
#[case(
    "volumes:\n- name: a\n  secret: {secretName: app, items: [{key: password, path: pw.txt}]}\n- projected:\n    sources:\n    - secret:\n        name: app\n        items:\n        - key: password\n          path: pw.txt\n          mode: 256\n"
)]
#[case(
    "auth:\n  existingSecret: app-secret\n  secretKeys: {adminPasswordKey: postgres-password, userPasswordKey: password}\n  existingSecretPasswordKey: redis-password\n  password: ⟦hunter⟧\n"
)]
#[case("passwordEncoder: bcrypt\npassword_hashing: argon\npassword: ⟦bcrypt⟧\n")]
#[case("label_password: 请输入密码\nlabel: {x: y}\n")]
#[case("waits_password: 等待“{name}”的密码\nother_password: Waiting for {name} here\n")]
#[case("secretKey: ⟦hunter22⟧\nsecret: {a: ⟦hunter22⟧}\nexisting_password: ⟦hunter⟧\n")]
fn names_of_what_is_elsewhere_stay(#[case] text: &str) {
    assert_exactly(YAML, text);
}

#[rstest]
#[case(
    "password.encoder=org.x.BCrypt\nlabel.password=Password\nmessage.password=Enter it\nx.password=⟦hunter⟧\n"
)]
#[case("placeholder_password=Password\nlabel.api_key=Key\n")]
fn names_of_what_is_shown_stay(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case::map(
    "locals {\n  secrets = { one = \"⟦hunter⟧\", two = \"⟦geheim⟧\" }\n  tokens = {\n    ci = \"⟦bbQ8z9wert⟧\"\n  }\n  tags = { one = \"hunter\" }\n}\n"
)]
#[case::map_of_program(
    "import x\ncredentials = {'user': 'bob', 'pin': '⟦hunter⟧'}\nx = {'pin': 'hunter'}\n"
)]
#[case::function(
    "resource \"a\" \"b\" {\n  password = base64encode(\"⟦hunter⟧\")\n  x = base64encode(\"hunter\")\n}\n"
)]
#[case::property(
    "<a><property name=\"password\"><value>⟦hunter⟧</value></property><property name=\"x\"><value>hunter</value></property></a>\n"
)]
#[case::setting(
    "<a>\n<setting name=\"Password\" serializeAs=\"String\">\n <value>⟦hunter⟧</value>\n</setting>\n</a>\n"
)]
#[case::joined(
    "#!/bin/sh\nset -e\nPASSWORD2='⟦it'\\''s aaQEz9⟧' run\nDB_PASS='⟦a'\\''b9cdefg⟧'\nA='b'\n"
)]
#[case::joined_alone("PASSWORD2='⟦it'\\''s aaQEz9⟧'\nB='c'\n")]
#[case::over_lines("export   TOKEN='⟦eeE\nz9wert⟧'\nA=1\n")]
#[case::built("FROM a\nENV A b\nONBUILD ENV SECRET ⟦hunter⟧\nRUN x\n")]
#[case::login_written(
    "#!/bin/sh\nset -e\necho \"machine g login l password ⟦hunter⟧\" > ~/.netrc\necho 'root:⟦hunter⟧' | chpasswd\nhtpasswd -bc f ada ⟦hunter⟧\nhtpasswd -c f ada\nhtpasswd -nb ada ⟦hunter⟧\n"
)]
#[case::one_line("server { set $password \"⟦hunter⟧\"; set $x \"hunter\"; }\nlocation / {\n}\n")]
#[case::redis(
    "port 6379\nprimaryauth ⟦hunter⟧\nsentinel sentinel-pass ⟦hunter⟧\ntls-key-file-pass ⟦hunter⟧\nsentinel monitor a b 1 2\n"
)]
#[case::batch(
    "@echo off\ncmdkey /add:srv /user:bob /pass:⟦hunter⟧\nschtasks /create /tn x /ru bob /rp ⟦hunter⟧\nreg add HKLM\\x /v Password /t REG_SZ /d ⟦hunter⟧ /f\nreg add HKLM\\x /v Mode /d hunter /f\nosql -S s -U bob -P⟦hunter⟧ -i a.sql\nosql -U bob -P ⟦hunter⟧\npsexec \\\\s -u bob -p ⟦hunter⟧ cmd\n"
)]
#[case::section("[api]\nurl=x\nkey=⟦bbQ8z9wert⟧\n[sort]\nkey=bbQ8z9wert\n")]
#[case::basic("BASIC_AUTH=ada:⟦hunter⟧\nA=1\n")]
fn other_ways_to_give_a_key_are_known(#[case] text: &str) {
    assert_exactly(OTHER, text);
}

#[rstest]
#[case(
    "users:\n- name: a\n  user:\n    client-certificate-data: TFMwdExT\n    client-key-data: ⟦TFMwdExTMUNSVWRK⟧\n"
)]
#[case("auths:\n  h: {auth: ⟦Ym9iOmh1bnRlcg==⟧}\nother: {auth: OAuth2Client, x: basic}\n")]
#[case(
    "labels:\n- \"traefik.http.middlewares.x.basicauth.users=ada:⟦$$apr1$$abc$$def⟧\"\n- a=b\n- c=d\n"
)]
fn other_fields_of_keys_are_known(#[case] text: &str) {
    assert_exactly(YAML, text);
}

#[rstest]
#[case("Password for the db: ⟦bbQ8z9wert⟧\n")]
#[case("Password for the db (prod): ⟦bbQ8z9wert⟧\n")]
#[case("Use password ⟦ccQ5z9wert⟧ to log in. Use the password \"⟦ccQ6z9wert⟧\".\n")]
#[case("Use the token `⟦ccQ7z9wert⟧` for the API.\n")]
#[case(
    "Use password login1 for it. Use a token of 12 characters: it is safe. The token for step 2: done.\n"
)]
fn what_somebody_is_told_to_use_is_understood(#[case] text: &str) {
    assert_exactly(Some(Format::Markdown), text);
}

/// What stands in files of systems and programs, and is none.
#[rstest]
#[case("passwd:         files systemd\ngroup:          files systemd\nshadow: files\n")]
#[case(
    "def unix_getpass(prompt='Password: ', stream=None):\n    pass\nx = input(\"Password: \", 'hunter22')\n"
)]
#[case("<a>\n<match type=\"string\" value=\"-----BEGIN @-----\" offset=\"0\"/>\n<b/>\n</a>\n")]
#[case("import x\nif \"-----BEGIN @-----\" in text:\n    a = load_of(text, 'one', 2)\n")]
#[case("<a command=\"&quot;gs&quot; -sPDFPassword=%a&quot; -x\"/>\n")]
#[case("import x\nx = {\"input_token\": \"next_marker\", \"output_token\": \"NextMarker\"}\n")]
#[case("x=1\na 'quote' isn't one: password: '⟦hunter22⟧'\nimport y\n")]
fn what_programs_ask_for_and_look_for_stays(#[case] text: &str) {
    let text = text.replace('@', &["PRIVATE", "KEY"].join(" "));
    assert_exactly(OTHER, &text);
}

#[rstest]
#[case(
    "const KEY = \"⟦-----BEGIN @-----\\n\" +\n  \"MIIEabc0123xyzxyzxyz\\n\" +\n  \"-----END @-----⟧\";\nlet x = 1;\n"
)]
fn a_key_in_several_texts_goes_as_a_whole(#[case] text: &str) {
    let text = text.replace('@', &["PRIVATE", "KEY"].join(" "));
    assert_exactly(OTHER, &text);
}

/// What stands in a line with a quote of a word, and in one that is longer than a command, goes all the same.
#[test]
fn a_quote_that_is_not_closed_hides_no_key() {
    assert_exactly(
        OTHER,
        "x=1\nin the '90s, password: '⟦hunter22⟧'\nimport y\n",
    );
    let long = "a'b ".repeat(301);
    assert_exactly(
        OTHER,
        &format!("import x\n{long}password: '⟦hunter22⟧', y\n"),
    );
    let letters = "x".repeat(600);
    assert_exactly(
        OTHER,
        &format!("import x\nf('{letters}', password='⟦hunter22⟧')\n"),
    );
}

/// What stands among others in one text ends where the next one begins, in whatever file that is.
#[rstest]
#[case(JSON, r#"{"ConnectionStrings": {"Main": "Server=tcp:db,1433;User ID=sa;Password=⟦gg3z9wert⟧;Encrypt=True;Connection Timeout=30;"}}"#)]
#[case(
    OTHER,
    "spring.datasource.url=jdbc:sqlserver://db:1433;databaseName=x;password=⟦gg3z9wert⟧;encrypt=true;trust=false\n"
)]
#[case(
    YAML,
    "url: jdbc:sqlserver://db:1433;password=⟦gg3z9wert⟧;encrypt=true\n"
)]
#[case(OTHER, "DB=Uid=sa;Pwd=⟦gg3z9wert⟧;Encrypt=yes\n")]
#[case(YAML, "dsn: pgsql:host=h;password=⟦gg3z9wert⟧;dbname=d\n")]
#[case(OTHER, "[db]\ndsn = Server=x;Password=⟦gg3z9wert⟧;Timeout=3\n")]
#[case(OTHER, "var c = \"Server=x;Password=⟦gg3z9wert⟧;Timeout=3\";\n")]
fn one_of_several_in_a_text_ends_where_the_next_begins(
    #[case] format: Option<Format>,
    #[case] text: &str,
) {
    assert_exactly(format, text);
}

/// Markup ends a value as it ends all else.
#[rstest]
#[case("<c><a>the password is ⟦gg3z9wert⟧</a><b>keep</b></c>\n")]
#[case("<c><a><![CDATA[Password=⟦gg3z9wert⟧]]></a><b>keep</b></c>\n")]
#[case("<c><a><![CDATA[password: ⟦gg3z9wert⟧]]></a><b>keep</b></c>\n")]
#[case("<c><arg value=\"--password=⟦gg3z9wert⟧\"/><arg value=\"keep\"/></c>\n")]
#[case("<c><jvmArg>-Dpassword=⟦gg3z9wert⟧</jvmArg><b>keep</b></c>\n")]
fn markup_goes_on_behind_a_key(#[case] text: &str) {
    assert_exactly(OTHER, text);
}
