//! What has to go and what has to stay, in the formats in which people write it.

use rstest::rstest;

use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
const JSON: Option<Format> = Some(Format::Json);
const MARKDOWN: Option<Format> = Some(Format::Markdown);
/// A file with another ending.
const OTHER: Option<Format> = None;

/// Every `Satz` in these is a secret, with or without a digit and what else makes it look like a key.
#[rstest]
// A name is a list of words.
#[case::word_behind(
    YAML,
    "DB_PASSWORD_PROD: Satz\npassword_prod: Satz\npasswordProd: Satz\npassword-prod: Satz\n"
)]
#[case::more_behind(
    YAML,
    "mysql_root_password_value: Satz\npasswd_root: Satz\npasswortDB: Satz\nsecret_prod: Satz\n"
)]
#[case::key_behind(
    YAML,
    "OPENAI_API_KEY_PROD: Satz\napi_key_openai: Zq9Satz7\ntoken_github: Zq9Satz7\n"
)]
#[case::in_environment(
    OTHER,
    "DB_PASSWORD_PROD=Satz\nOPENAI_API_KEY_PROD=Satz\ntoken_github=Zq9Satz7\n"
)]
#[case::cut_otherwise(
    YAML,
    "PassWord: Satz\nPass_word: Satz\npass word: Satz\nPASS-WORD: Satz\n"
)]
#[case::cut_in_json(
    JSON,
    r#"{"PassWord": "Satz", "Pass_word": "Satz", "pass word": "Satz", "API Key": "Satz"}"#
)]
#[case::wide(
    YAML,
    "ｐａｓｓｗｏｒｄ: Satz\nＰａｓｓＷｏｒｄ＿ＤＢ: Satz\nＤＢ＿ＴＯＫＥＮ: Satz\n"
)]
#[case::wide_alone(YAML, "ｐａｓｓｗｏｒｄ: Satz\n")]
#[case::chinese(YAML, "密码_生产: Satz\n数据库密码（生产）: Satz\n密码1: Satz\n")]
#[case::chinese_in_settings(OTHER, "密码_生产=Satz\n数据库密码（生产）=Satz\n")]
#[case::option(YAML, "args: [--password-prod=Satz, --db-password, Satz]\n")]
#[case::option_in_text(YAML, "run: |\n  connect --password-prod=Satz\n  ok\n")]
#[case::java(
    YAML,
    "keystore_pass: Satz\nstorepass: Satz\nkeypass: Satz\nrequirepass: Satz\npsw: Satz\n"
)]
#[case::java_options(YAML, "command: keytool -storepass Satz -keypass Satz\n")]
#[case::redis(OTHER, "port 6379\nbind 127.0.0.1\nrequirepass Satz\n")]
#[case::any_pass(YAML, "gateway_pass: Zq9Satz7\n")]
#[case::chinese_credential(YAML, "凭证: Satz\n访问凭据: Satz\n")]
#[case::tongues(
    YAML,
    "contraseña: Satz\nsenha: Satz\nпароль: Satz\nПароль: Satz\nパスワード: Satz\n비밀번호: Satz\nmot de passe: Satz\n"
)]
#[case::tongues_in_settings(
    OTHER,
    "contraseña=Satz\nsenha=Satz\nпароль=Satz\nパスワード=Satz\n비밀번호=Satz\nmot de passe=Satz\n"
)]
#[case::credentials_in_list(OTHER, "credentials = [\"Zq9Satz7\"]\nsecret_keys = [\"Satz\"]\n")]
#[case::decomposed(YAML, "contrasen\u{303}a: Satz\n")]
#[case::keys(YAML, "keys: {openai: Zq9Satz7}\n")]
#[case::keys_in_json(JSON, r#"{"keys": {"openai": "Zq9Satz7", "north": "orders"}}"#)]
#[case::several(
    YAML,
    "passwords: {prod: Satz}\nsecrets:\n- Satz\ncredentials: {prod: Satz}\n"
)]
#[case::several_by_name(YAML, "passwords_prod: {a: Satz}\ntokens: {a: Satz}\n")]
// What stands around it.
#[case::pair(YAML, "a: [password, Satz]\nb: [[token, Satz], [x, y]]\n")]
#[case::pair_of_lines(YAML, "- - password\n  - Satz\n- - user\n  - bob\n")]
#[case::header(
    YAML,
    "headers:\n- {name: Authorization, value: Basic Satz}\n- {name: Authorization, value: 'Bearer Satz'}\n"
)]
#[case::header_of_its_own(YAML, "headers: {Authorization: Basic Satz}\n")]
#[case::short(YAML, "- {k: DB_PASSWORD, v: Satz}\n")]
#[case::default(
    YAML,
    "password: ${DB:-Satz}\nurl: ${DB_PASSWORD:-Satz}\nspring: ${DB_PASSWORD:Satz}\nshell: ${PW:=Satz}\n"
)]
#[case::default_in_text(YAML, "run: |\n  PW=${DB_PASSWORD:-Satz}\n  ok\n")]
#[case::default_in_settings(OTHER, "DB_PASSWORD=${DB:-Satz}\nX=1\n")]
#[case::default_in_program(OTHER, "#!/bin/sh\nset -e\nPW=${DB_PASSWORD:-Satz}\necho $PW\n")]
#[case::curl(
    YAML,
    "run: curl --user bob:Satz https://h\nalso: curl -u 'bob:Satz' https://h\nargs: [-u, 'bob:Satz']\n"
)]
#[case::curl_in_program(
    OTHER,
    "#!/bin/sh\nset -e\ncurl --user bob:Satz https://h\ncurl -u \"bob:Satz\" https://h\n"
)]
#[case::behind(
    YAML,
    "password: Satz # old: Satz\ntoken: Satz # was Zq9Satz7 until 2024\n"
)]
#[case::behind_in_settings(OTHER, "password = Satz # old: Satz\nx = 1\n")]
#[case::in_script(YAML, "run: |\n  export DB_PASSWORD_PROD=Zq9Satz7\n  ok\n")]
#[case::in_prose(
    MARKDOWN,
    "```\nexport DB_PASSWORD_PROD=Zq9Satz7\npassword_prod: Zq9Satz7\n```\n"
)]
#[case::in_shell(
    OTHER,
    "#!/bin/sh\nset -e\nexport DB_PASSWORD_PROD=Satz\nX=1 API_KEY=Satz run ok\n"
)]
#[case::connection(
    OTHER,
    "<c><add name=\"db\" connectionString=\"Server=x;Password=Satz;User=bob\"/></c>\n"
)]
#[case::below_names(
    YAML,
    "params: {password: Satz, headers: {Authorization: Bearer Satz}}\nfields: [{password: Satz}]\nproperties: {password: Satz}\nmessages: [{password: Satz}]\n"
)]
// Other formats.
#[case::toml_section(
    OTHER,
    "[passwords]\nprod = \"Satz\"\n\n[db.credentials]\npin = 'Satz'\nuser = \"bob\"\n\n[secrets]\na.b = \"Satz\"\n"
)]
#[case::ini_section(OTHER, "[credentials]\nprod = Satz\n\n[other]\nx = north\n")]
#[case::toml_lines(OTHER, "a = 1\npassword = \"\"\"Satz\"\"\"\ntoken = '''\nSatz\n'''\n")]
#[case::toml_list(
    OTHER,
    "api_keys = [\"Satz\", 'Satz']\npasswords = [\n  \"Satz\",\n  \"Satz\", # one\n]\n"
)]
#[case::toml_entries(
    OTHER,
    "[[env]]\nname = \"DB_PASSWORD\"\nvalue = \"Satz\"\n\n[[env]]\nvalue = 'Satz'\nname = 'API_KEY'\n\n[[env]]\nname = \"X\"\nvalue = \"north\"\n"
)]
#[case::toml_table(OTHER, "db = { user = \"bob\", password = \"Satz\" }\n")]
#[case::toml_parts(
    OTHER,
    "[secrets.prod]\nvalue = \"Satz\"\n\n[db]\npassword.prod = \"Satz\"\n"
)]
#[case::ini_pass(OTHER, "[smtp]\nuser = bob\npass = Satz\n")]
#[case::python_lines(OTHER, "import x\npassword = \"\"\"Satz\"\"\"\nx.go(password)\n")]
#[case::xml(
    OTHER,
    "<?xml version=\"1.0\"?>\n<a><password>Satz</password>\n<db:password enc=\"no\">\n  Satz\n</db:password></a>\n"
)]
#[case::xml_entry(
    OTHER,
    "<configuration>\n<add key=\"Password\" value=\"Satz\"/>\n<add value='Satz' key='ApiKey' />\n<x password=\"Satz\"/>\n</configuration>\n"
)]
#[case::xml_property(
    OTHER,
    "<beans><property name=\"password\">Satz</property><property name=\"password\" value=\"Satz\"/></beans>\n"
)]
#[case::plist(
    OTHER,
    "<plist><dict><key>password</key><string>Satz</string><key>user</key><string>bob</string></dict></plist>\n"
)]
#[case::markdown_bold(
    MARKDOWN,
    "# Login\n\n- **Password:** Satz\n- **API Key**: `Zq9Satz7`\n\n**Password:** Satz\n"
)]
#[case::markdown_columns(
    MARKDOWN,
    "| user | password |\n|---|---|\n| bob | Satz |\n| eve | `Satz` |\n"
)]
#[case::markdown_rows(
    MARKDOWN,
    "| Field | Value |\n|:--|--:|\n| User | bob |\n| **Password** | Satz |\n"
)]
#[case::chinese_prose(MARKDOWN, "初始密码 Zq9Satz7，请修改。\n")]
#[case::chinese_text(YAML, "说明: 初始密码 Zq9Satz7\n")]
#[case::csv(OTHER, "user,password,age\nbob,Satz,12\neve,\"Satz, Satz\",13\n")]
#[case::csv_semicolons(OTHER, "user;Passwort\nbob;Satz\n")]
#[case::csv_tabs(OTHER, "user\tpassword\r\nbob\tSatz\r\n")]
#[case::csv_rows(OTHER, "key,value\nuser,bob\npassword,Satz\n")]
#[case::sql(
    OTHER,
    "CREATE USER bob IDENTIFIED BY 'Satz';\nALTER ROLE bob WITH PASSWORD 'Satz';\nset password for bob = password('Satz');\n"
)]
#[case::sql_with(
    OTHER,
    "CREATE USER 'bob'@'%' IDENTIFIED WITH mysql_native_password BY 'Satz';\n"
)]
#[case::sql_in_step(
    YAML,
    "sql: |\n  CREATE USER bob IDENTIFIED BY 'Satz';\n  ALTER ROLE bob PASSWORD 'Satz';\n"
)]
fn what_is_a_key_goes(#[case] format: Option<Format>, #[case] text: &str) {
    let found = masked(format, text.as_bytes()).expect(text);
    let left = String::from_utf8(found.bytes).unwrap();
    assert!(!left.contains("Satz") && !left.contains("Zq9"), "{left}");
    assert!(!found.is_whole, "{left}");
    assert_eq!(masked(format, left.as_bytes()), None, "{left}");
    assert_eq!(left.lines().count(), text.lines().count(), "{left}");
    for word in ["bob", "user", "north", "ok", "x", "name", "password"] {
        assert_eq!(left.contains(word), text.contains(word), "{word} {left}");
    }
    if let Some(format) = format {
        let document = Document::parse(format, text.to_owned()).unwrap();
        assert!(contains_key(&document), "{text}");
    }
}

/// A file with a mask too many is useless when it is brought back.
#[rstest]
#[case::qualified(
    YAML,
    "forgot_password: /forgot\npassword_policy: strict99\npassword_min_length: 12345\nmax_tokens: 12345\ntoken_limit: 12345\ntoken_count: 12345\n"
)]
#[case::places(
    YAML,
    "password_file: /run/secrets/db\npassword_path: /run/db\ntoken_url: https://h/token\nsecret_name: db-prod-1\n"
)]
#[case::fields(
    YAML,
    "password_field: input7Password\npassword_hint: Hund\ntoken_type: Bearer99\npassword_label: Kennwort\npassword_required: always\npassword_enabled: always\ntoken_ttl: 86400\ntoken_expires: 86400\ntoken_expires_in: 86400\n"
)]
#[case::qualified_in_settings(
    OTHER,
    "forgot_password=/forgot\npassword_file=/run/secrets/db\nmax_tokens=12345\ntoken_url=https://h/token1\nsecret_name=db-prod-1\npassword_min_length=12345\n"
)]
#[case::chinese(
    YAML,
    "密码策略: strict99\n密码_长度: 12345\n忘记密码: /forgot99\n令牌数量: 12345\n最大令牌: 12345\n"
)]
#[case::unknown_behind(
    YAML,
    "token_strategy_x: sliding-window\ntoken_counter: openai_gpt4\ntoken_github: optional\nsecret_santa_token_x: anna\n"
)]
#[case::keys(YAML, "keys: {up: arrow_up, a: orders_2024, model: openai-gpt4}\n")]
#[case::passes(YAML, "first_pass: deploy\nmulti_pass: always\nlow_pass: 12000\n")]
#[case::types(
    YAML,
    "state_schema: {token: 'Optional[str]', password: str, secret: 'str | None', api_key: 'varchar(64)'}\n"
)]
#[case::types_beside(
    YAML,
    "- {name: token, value: integer}\n- {name: password, value: string}\n"
)]
#[case::modes(YAML, "credentials: include\nsecrets: inherit\n")]
#[case::labels(
    YAML,
    "labels: {password: Passwort, token: Token}\nmessages: {password: Kennwort}\n"
)]
#[case::slots(
    YAML,
    "secret: '{secret}'\npassword: user.password\ntoken: settings.api.token\napi_key: '%(api_key)s'\n"
)]
#[case::stores(
    YAML,
    "password: vault:secret/db\ntoken: op://work/db/token\nsecret: secrets.DB_PROD\n"
)]
#[case::names(
    YAML,
    "required: [password, email]\nfields: [password, name2]\na: [password, token]\nb: [secret, optional]\n"
)]
#[case::groups(
    YAML,
    "run: docker run --user 1000:1000 -u node:node x\nargs: [-u, '1000:1000']\n"
)]
#[case::defaults(
    YAML,
    "password: ${DB}\ntoken: ${API_KEY:?must be set now}\nx: ${MODEL:-gpt4}\nsecret: ${DB:-}\npw: ${env:DB_PASSWORD}\n"
)]
#[case::header(
    YAML,
    "headers: [{name: Authorization, value: 'Bearer ${T}'}, {name: Authorization, value: Bearer $TOKEN1}]\nauthorization: required for all users\n"
)]
#[case::slot_in_url(YAML, "url: https://h/bot{token}/send?token={token}&limit=10000\n")]
#[case::slot_in_text(MARKDOWN, "Call https://h/x?token={token}&limit=10000 and go on.\n")]
#[case::slot_in_program(
    OTHER,
    "import x\nurl = f\"https://h/x?token={token}&limit=10000\"\ngit = f'https://oauth2:{token}@h/x'\n"
)]
#[case::shell(
    OTHER,
    "#!/bin/sh\nset -e\nTOKEN=$(cat /run/token1)\nPASSWORD=`cat /run/pw1`\n: ${API_KEY:?must be set, see page 12}\ncurl -H \"Authorization: Bearer $TOKEN1\" https://h/x1\n"
)]
#[case::python(
    OTHER,
    "import cfg2\nconnect(secret=cfg2.secret)\nx = enc(token=\"cl100k\")\npassword = cfg2.get(\"db1\")\n"
)]
#[case::environment(
    OTHER,
    "TOKEN=$(cat /run/token1)\nPASSWORD=${DB}\nAPI_KEY=${K:?is needed 1}\n"
)]
#[case::toml(
    OTHER,
    "[passwords]\nmin_length = 12345\npolicy = \"strict\"\n\n[tokens]\nmax = 12345\n\n[[env]]\nname = \"X\"\nvalue = \"north1\"\n"
)]
#[case::xml(
    OTHER,
    "<a><passwordPolicy>strict99</passwordPolicy><password/><password></password><token>${T}</token><add key=\"Timeout\" value=\"12345\"/></a>\n"
)]
#[case::xml_schema(
    OTHER,
    "<s><element name=\"password\" type=\"xs:string\"/><label for=\"password\">Kennwort</label></s>\n"
)]
#[case::table(
    MARKDOWN,
    "| Name | Type | Required | Description |\n|---|---|---|---|\n| password | string | yes | The password of the user |\n| token_limit | 12345 | no | x |\n"
)]
#[case::described(
    MARKDOWN,
    "- **Password**: required\n- **Token:** string\n- **Password:** at least 8 characters\n密码 8 位以上\n密码 2024 年\n"
)]
#[case::csv(OTHER, "name,tokens,password_policy\nbob,12345,strict99\n")]
#[case::shell_names(
    OTHER,
    "f(PASSWORD=password, TOKEN=token)\nset -e\nPASSWORD_FILE=/run/secrets/db1\n"
)]
#[case::prose(
    MARKDOWN,
    "password-protected: area51x\npassword_policy: strict99\nmax_tokens: 12345\n"
)]
#[case::scanner(OTHER, "[tool.secret_scanner]\nmode = \"strict\"\n")]
#[case::messages(JSON, r#"{"secret_kept": "The secret is kept now.", "password_awaited": "等待密码", "secret_of_mail": "Address of the notices", "secrets": "None of them"}"#)]
#[case::features(
    OTHER,
    "[features]\nWin32_Security_Credentials = [\"Win32_Security\"]\nPublicKeyCredential = [\"Credential\"]\npassword = [\"zeroize\"]\n"
)]
#[case::paths(
    YAML,
    "private_key: /etc/ssl/private/server.key\npassword: /run/secrets/db\nsecret: $dir/private/pw.pem\n"
)]
#[case::permissions(
    YAML,
    "permissions: {id-token: write}\npublic_key_token: 6595b64144ccf1df\n"
)]
#[case::rust(
    MARKDOWN,
    "let x = hash_password::<Sha512>(a1);\nconst SERVER: Token = Token(12345);\ntoken: Option<i32>,\n"
)]
#[case::lexer(
    OTHER,
    "import re\nx = {\n  'token': [(r'\\{', Text, ('#pop9', 'x'))],\n}\ncolor = {Token: '#cccccc'}\n"
)]
#[case::windows(OTHER, "[keys]\nKP_2 = a;b;c;2\nup = arrow_2\n")]
#[case::ended(OTHER, "secret = # disable it 1\nx = 1\n")]
#[case::documented(
    OTHER,
    "def key() -> \"PrivateKey\":\n    \"\"\"\n    Makes a PrivateKey1.\n    \"\"\"\n"
)]
#[case::sql(
    OTHER,
    "CREATE TABLE t (password VARCHAR(64), token TEXT);\nSELECT password FROM t WHERE name = 'bob1';\nUPDATE t SET password = :password;\n"
)]
fn what_is_no_key_stays(#[case] format: Option<Format>, #[case] text: &str) {
    let found = masked(format, text.as_bytes());
    let left = found.map(|found| String::from_utf8(found.bytes).unwrap());
    assert_eq!(left, None);
    if let Some(format) = format {
        let document = Document::parse(format, text.to_owned()).unwrap();
        assert!(!contains_key(&document), "{text}");
    }
}
