//! An operator's data is on real servers: they are connected with a wrong password first, a workflow
//! is shown beforehand what it will meet, each choice of a server is explained, and neither a locked
//! keyring nor a server that is switched off costs more than time.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, drop_on_window, words};
use flowkeep_test_servers::{Authority, Front, MariaDb, OpenSearch};
use serde_json::{Value, json};

/// What `anna` is let into the shop with.
const ANNA: &str = "opens-the-shop";
/// What `ops` is let into the search with, and how that is sent.
const OPS: &str = "finds-the-tea";
const OPS_SENT: &str = "Basic b3BzOmZpbmRzLXRoZS10ZWE=";

/// What the server itself answers, asked around Flowkeep.
fn ask_mariadb(desk: &Desk, server: &MariaDb, sql: &str) -> Result<String> {
    let port = format!("--port={}", server.port);
    let said = desk.run(
        "mariadb",
        &[
            "--no-defaults",
            "--host=127.0.0.1",
            "--user=root",
            "--default-character-set=utf8mb4",
            "--skip-column-names",
            &port,
            "--execute",
            sql,
        ],
    )?;
    Ok(said.trim_end().to_owned())
}

/// What `OpenSearch` itself has under an address.
fn ask_opensearch(port: u16, path: &str) -> Result<Value> {
    let mut wire = TcpStream::connect(("127.0.0.1", port))?;
    write!(wire, "GET {path} HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    wire.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context(answer.clone())?;
    Ok(serde_json::from_str(body)?)
}

/// Presses Test in the dialog of a connection, until it says so.
async fn test_says(window: &Window<'_>, answer: &str, words: &str) -> Result<()> {
    window.click("connection-test").await?;
    window
        .text_of(answer, |text| text.contains(words))
        .await
        .map(drop)
}

/// Keeps what is in the dialog, and sees that the list says it answers.
async fn keep_connection(window: &Window<'_>, name: &str) -> Result<()> {
    window.click("connection-save").await?;
    window.gone("dialog-connection").await?;
    window
        .text_of(&format!("connection-{name}"), |text| {
            text.lines().any(|line| line == "answers")
        })
        .await
        .map(drop)
}

/// From an address with a password in it, which is the wrong one.
async fn connect_shop(window: &Window<'_>, port: u16) -> Result<()> {
    window.click("nav-connections").await?;
    window.click("connection-add").await?;
    window.click("kind-mysql").await?;
    let address = format!("mysql://anna:not-this-one@127.0.0.1:{port}/shop");
    window.fill("connection-address", &address).await?;
    window.fill("connection-name", "shop").await?;
    let refused = "“shop” does not let “anna” in with this password; check both";
    test_says(window, "test-failed", refused).await?;
    window.keep_picture("1-shop-refused.png").await?;
    window.fill("connection-password", ANNA).await?;
    test_says(window, "test-ok", "It answers: MariaDB").await?;
    keep_connection(window, "shop").await
}

/// From an address that is pasted before anything is chosen. Its server is vouched for by nobody this
/// machine knows.
async fn connect_finder(window: &Window<'_>, port: u16, root: &Path) -> Result<()> {
    window.click("connection-add").await?;
    let address = format!("https://ops@localhost:{port}");
    window.fill("connection-address", &address).await?;
    window.focus().await?;
    window.desk().press(&["ctrl+a", "ctrl+x", "ctrl+v"])?;
    window.fill("connection-name", "finder").await?;
    test_says(window, "test-failed", "Nobody this machine trusts vouches").await?;
    window.keep_picture("2-finder-untrusted.png").await?;
    window.click("tls-own").await?;
    window.click("connection-ca").await?;
    window
        .desk()
        .choose_in_dialog(&words("connection_ca_pick")?, root)
        .await?;
    window.fill("connection-password", "not-this-one").await?;
    let refused = "“finder” does not let “ops” in with this password; check both";
    test_says(window, "test-failed", refused).await?;
    window.fill("connection-password", OPS).await?;
    test_says(window, "test-ok", "It answers: OpenSearch").await?;
    window.keep_picture("3-finder-answers.png").await?;
    keep_connection(window, "finder").await?;
    window.keep_picture("4-connections.png").await
}

/// Books an order in the shop and lists it where it is searched. Which connections these are, only the
/// kinds of data say.
fn orders() -> Value {
    let order = json!({"table": "orders", "key": "${context.number}",
        "values": {"name": "${context.name}", "amount": 12.5}});
    json!({"id": "orders", "name": "Orders of the day", "tasks": [
        {"id": "table", "name": "Make the table", "action": "sql.execute", "dataSource": "shop",
         "params": {"sql": "CREATE TABLE IF NOT EXISTS orders \
            (id VARCHAR(30) PRIMARY KEY, name TEXT, amount DOUBLE)"}},
        {"id": "book", "name": "Book the order", "action": "record.add", "dataKind": "business",
         "dependsOn": ["table"], "params": order},
        {"id": "list", "name": "List it for the search", "action": "record.add",
         "dataKind": "search", "dependsOn": ["book"], "params": order},
        {"id": "find", "name": "Find it again", "action": "record.search", "dataKind": "search",
         "dependsOn": ["list"], "params": {"table": "orders", "text": "${context.name}"}}]})
}

/// Opens the sheet in which the workflow is started, with this order.
async fn run_sheet(window: &Window<'_>, number: &str, name: &str) -> Result<()> {
    window.click("nav-workflows").await?;
    window.click("row-orders").await?;
    window.click("run").await?;
    window.fill("context-number", number).await?;
    window.fill("context-name", name).await
}

/// What the sheet says before anything is done: the order, where each goes and why, what answers.
async fn preflight_tells(window: &Window<'_>) -> Result<()> {
    let told = window
        .text_of("preflight", |text| {
            text.lines().filter(|line| *line == "answers").count() == 4
        })
        .await?;
    let lines: Vec<_> = told.lines().collect();
    let mut rest = lines.iter();
    for expected in [
        ["Make the table", "shop", "named by the task"],
        ["Book the order", "shop", "rule 6"],
        ["List it for the search", "finder", "rule 7"],
        ["Find it again", "finder", "rule 7"],
    ] {
        for part in expected {
            ensure!(
                rest.any(|line| *line == part),
                "no {part} in its place: {told}"
            );
        }
    }
    // Which rule that is stands below each.
    let folded = Locator::Css("[data-testid=preflight] summary");
    for line in window.page.find_all(folded).await? {
        line.click().await?;
    }
    window
        .text_of("preflight", |text| {
            text.contains("shop: chosen for business data")
                && text.contains("finder: chosen for search")
        })
        .await?;
    window.keep_picture("5-preflight.png").await
}

/// What both servers have of an order.
fn kept(
    desk: &Desk,
    maria: &MariaDb,
    search: &OpenSearch,
    number: &str,
) -> Result<(String, Value)> {
    let sql = format!("SELECT name, amount FROM shop.orders WHERE id = '{number}'");
    let listed = ask_opensearch(search.port, &format!("/orders/_doc/{number}"))?;
    Ok((
        ask_mariadb(desk, maria, &sql)?,
        listed["_source"]["name"].clone(),
    ))
}

#[tokio::test]
#[ignore = "gnome-keyring-daemon has to be there"]
async fn needs_keyring_servers_are_connected_explained_run_on_and_unlocked() -> Result<()> {
    let maria = MariaDb::start();
    let search = OpenSearch::start();
    let authority = Authority::new();
    let door = Front::before(search.port, &authority, OPS_SENT);
    let desk = Desk::new(Language::English).await?.with_keyring().await?;
    let user = format!(
        "CREATE DATABASE shop CHARACTER SET utf8mb4; CREATE USER anna IDENTIFIED BY '{ANNA}'; GRANT ALL ON shop.* TO anna"
    );
    ask_mariadb(&desk, &maria, &user)?;
    let root = desk.folder().join("authority.pem");
    std::fs::write(&root, &authority.root)?;

    let window = Window::open_unasked(&desk).await?;
    connect_shop(&window, maria.port).await?;
    connect_finder(&window, door.port, &root).await?;

    let file = desk.workflow_file(&orders())?;
    drop_on_window(&desk, &window, &[Path::new(&file)]).await?;
    window.click("import-apply").await?;
    window.gone("dialog-import").await?;
    run_sheet(&window, "A-1", "红茶 red tea").await?;
    window
        .text_of("trust", |text| text.contains("Book the order"))
        .await?;
    preflight_tells(&window).await?;
    window.click("run-start").await?;
    window.run_comes_to("Succeeded").await?;
    for (task, why) in [
        ("table", "shop (named by the task)"),
        ("book", "shop (chosen for business data)"),
        ("list", "finder (chosen for search)"),
    ] {
        window.click(&format!("task-{task}")).await?;
        window
            .text_of(&format!("task-panel-{task}"), |text| text.contains(why))
            .await?;
    }
    window.keep_picture("6-run.png").await?;
    let booked = ("红茶 red tea\t12.5".to_owned(), json!("红茶 red tea"));
    assert_eq!(kept(&desk, &maria, &search, "A-1")?, booked);
    window.close().await?;

    // The next morning nobody has unlocked the keyring yet.
    desk.lock_keyring().await?;
    let window = Window::open_unasked(&desk).await?;
    run_sheet(&window, "A-2", "green tea").await?;
    window
        .text_of("secrets-locked", |text| {
            text.contains("The secrets are locked") && text.contains("4 tasks need it.")
        })
        .await?;
    window.keep_picture("7-preflight-locked.png").await?;
    window.click("run-start").await?;
    window.run_comes_to("Waiting").await?;
    let run = window.run_on_page().await?;
    window
        .text_of("task-table", |text| {
            text.contains("Waits for the password of “shop”")
        })
        .await?;
    let awaited = "1 task waits until the secrets are unlocked";
    window
        .text_of("secrets-awaited", |text| text.contains(awaited))
        .await?;
    window.keep_picture("8-run-waits.png").await?;
    window.click("nav-overview").await?;
    window
        .text_of("secrets-awaited", |text| text.contains(awaited))
        .await?;
    // It is told once.
    window.gone("waiting-for-you").await?;
    window.keep_picture("9-overview-locked.png").await?;
    window.click_in("secrets-awaited", "unlock").await?;
    desk.answer_keyring().await?;
    // It goes on by itself.
    window.gone("secrets-awaited").await?;
    window.click("nav-runs").await?;
    window.click(&format!("row-{run}")).await?;
    window.run_comes_to("Succeeded").await?;
    window.gone("secrets-awaited").await?;
    window.gone("run-warnings").await?;
    let booked = ("green tea\t12.5".to_owned(), json!("green tea"));
    assert_eq!(kept(&desk, &maria, &search, "A-2")?, booked);
    window.close().await
}

#[tokio::test]
async fn a_server_that_is_switched_off_in_mid_run_costs_nothing_but_time() -> Result<()> {
    let mut maria = MariaDb::start();
    let desk = Desk::new(Language::English).await?;
    let tables =
        "CREATE DATABASE shop; CREATE TABLE shop.orders (id VARCHAR(30) PRIMARY KEY, name TEXT)";
    ask_mariadb(&desk, &maria, tables)?;
    let url = format!("mysql://root@127.0.0.1:{}/shop", maria.port);
    desk.flowkeep(&["source", "add", "shop", "--type", "mysql", "--url", &url])?;
    let book = |key: &str| json!({"table": "orders", "key": key, "values": {"name": "tea"}});
    let retry = json!({"limit": 1000, "delay": 1000, "backoff": 1, "jitter": false});
    let workflow = json!({"id": "stock", "name": "Stock", "tasks": [
        {"id": "first", "name": "Book the first", "action": "record.add", "params": book("a")},
        {"id": "look", "name": "Look at it", "action": "manual", "dependsOn": ["first"]},
        {"id": "second", "name": "Book the second", "action": "record.add", "retry": retry,
         "dependsOn": ["look"], "params": book("b")}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let window = Window::open_unasked(&desk).await?;
    let started = desk.flowkeep(&["run", "start", "stock"])?;
    let run = started["run_id"].as_str().context("a run")?;
    window.click("nav-runs").await?;
    window.click(&format!("row-{run}")).await?;
    window.run_comes_to("Waiting").await?;

    maria.stop();
    window.click("approve").await?;
    // The tasks stand where they stay once nothing is asked any more.
    window.gone("question").await?;
    let silent = format!("Nothing answers at 127.0.0.1:{} (“shop”)", maria.port);
    window.click("task-second").await?;
    window
        .text_of("task-panel-second", |text| text.contains(&silent))
        .await?;
    window.keep_picture("10-run-server-off.png").await?;
    window.click("nav-overview").await?;
    window
        .text_of("sources-down", |text| text.contains(&silent))
        .await?;
    window.keep_picture("11-overview-server-off.png").await?;
    // Whoever would start another is told before.
    window.click("nav-workflows").await?;
    window.click("row-stock").await?;
    window.click("run").await?;
    window
        .text_of("source-silent", |text| text.contains(&silent))
        .await?;
    window
        .text_of("under-way", |text| text.contains("1 run of it goes on"))
        .await?;
    window.keep_picture("12-preflight-server-off.png").await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    window.gone("dialog-run").await?;

    maria.resume(&[]);
    window.click("nav-runs").await?;
    window.click(&format!("row-{run}")).await?;
    window.run_comes_to("Succeeded").await?;
    let booked = ask_mariadb(&desk, &maria, "SELECT id FROM shop.orders ORDER BY id")?;
    assert_eq!(booked, "a\nb");
    let shown = desk.flowkeep(&["run", "show", run])?;
    let attempts = shown["tasks"][2]["attempts"]
        .as_array()
        .context("attempts")?;
    let (last, before) = attempts.split_last().context("attempts")?;
    assert_eq!(last["status"], "succeeded", "{shown}");
    assert!(!before.is_empty(), "{shown}");
    for attempt in before {
        assert_eq!(attempt["error"]["code"], "server_refused", "{attempt}");
    }
    window.click("nav-overview").await?;
    window.gone("sources-down").await?;
    window.close().await
}
