//! The value goes and nothing beside it, whatever else stands in the file: in each row `⟦…⟧` stands around what has to
//! go.

use rstest::rstest;

use super::tests_exact::assert_exactly;
use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
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
