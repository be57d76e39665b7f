//! A pipeline fills a task folder from a real database: the template that comes with Flowkeep is
//! filled in, a list of tables is dropped on its folder, and it runs twice. What the first run
//! wrote is found in the archive, compared, and put back in part; and neither a password nor a value is in any file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, drop_on_window};
use flowkeep_test_servers::MariaDb;
use serde_json::{Value, json};

/// What `anna` is let into the shop with.
const ANNA: &str = "opens-the-shop";

/// A value that must not leave the database.
const PRIVATE: &str = "Ada Lovelace";

const SHOP: &str = "
    CREATE DATABASE shop CHARACTER SET utf8mb4;
    CREATE USER anna@localhost IDENTIFIED BY 'opens-the-shop';
    GRANT SELECT, SHOW VIEW ON shop.* TO anna@localhost;
    USE shop;
    CREATE TABLE customers (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(60) NOT NULL COMMENT 'who buys',
        photo LONGBLOB, UNIQUE by_name (name)) COMMENT 'Customers · 客户';
    CREATE TABLE orders (number INT, line INT, customer INT, amount DECIMAL(9,2), twice DECIMAL(9,2) AS (amount * 2),
        PRIMARY KEY (number, line), CONSTRAINT who FOREIGN KEY (customer) REFERENCES customers (id));
    CREATE TABLE `服务区/一` (a INT);
    CREATE VIEW large AS SELECT number, amount FROM orders WHERE amount > 100;
    INSERT INTO customers (name) VALUES ('Ada Lovelace'), ('茶');
    INSERT INTO orders (number, line, customer, amount) VALUES (1, 1, 1, 12.5), (1, 2, 2, 250)";

fn ask_mariadb(desk: &Desk, server: &MariaDb, sql: &str) -> Result<()> {
    let port = format!("--port={}", server.port);
    let options = ["--no-defaults", "--host=127.0.0.1", "--user=root"];
    let words = ["--default-character-set=utf8mb4", &port, "--execute", sql];
    desk.run("mariadb", &[options.as_slice(), &words].concat())?;
    Ok(())
}

/// The files in a folder and what they say; folders are left out.
fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(found)
}

/// Fills in the template for the shop. The path of the folder that is made for it.
async fn use_template(window: &Window<'_>) -> Result<(String, String)> {
    window.click("nav-workflows").await?;
    window.click("new").await?;
    window.shown("offer-describe-database").await?;
    window.keep_picture("0-new.png").await?;
    window.click("offer-describe-database").await?;
    window.shown("template-connection").await?;
    window.choose("template-connection", "shop").await?;
    window.keep_picture("1-template.png").await?;
    window.click("template-make").await?;
    window.gone("dialog-template-use").await?;
    window.shown("run").await?;
    window.keep_picture("2-workflow.png").await?;
    let folders = window.call("folder_list", &json!({})).await?;
    let folder = &folders["items"][0];
    let text = |key: &str| Some(folder[key].as_str()?.to_owned());
    let id = text("id").context("a folder")?;
    Ok((id, text("path").context("its path")?))
}

async fn run_it(window: &Window<'_>) -> Result<()> {
    window.click("nav-workflows").await?;
    window
        .shown_by(Locator::Css("[data-testid^=\"row-\"]"))
        .await?
        .click()
        .await?;
    window.click("run").await?;
    window.click("run-start").await?;
    // One of the tables is not there.
    window.run_comes_to("Succeeded, with a note").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_results_of_an_earlier_run_are_in_the_archive() -> Result<()> {
    let maria = MariaDb::start();
    let desk = Desk::new(Language::English).await?;
    ask_mariadb(&desk, &maria, SHOP)?;
    let list = desk.folder().join("tables.txt");
    fs::write(
        &list,
        "# the shop\ncustomers, orders\n`服务区/一`\nlarge\nnot_there\n",
    )?;
    let window = Window::open(&desk).await?;
    let at = format!("mysql://anna@127.0.0.1:{}/shop", maria.port);
    let connection = json!({"name": "shop", "type": "mysql", "url": at, "password": ANNA});
    window.call("source_add", &connection).await?;
    let (id, path) = use_template(&window).await?;
    let folder = Path::new(&path);

    // The list is dropped on its page, looked at and put there.
    window.click("nav-task-folders").await?;
    window.click(&format!("row-{id}")).await?;
    window.shown("folder-archive").await?;
    drop_on_window(&desk, &window, &[&list]).await?;
    window
        .text_of("table-names", |text| text.contains("服务区/一"))
        .await?;
    window.click("table-list-put").await?;
    window.gone("dialog-table-list").await?;

    run_it(&window).await?;
    window.click("task-describe").await?;
    window
        .text_of("output-describe", |text| text.contains("metadata.txt"))
        .await?;
    window.keep_picture("3-run.png").await?;
    let first = files(folder)?;
    let names: Vec<_> = first.keys().map(String::as_str).collect();
    let odd = names.iter().find(|name| name.starts_with("服务区-一-"));
    let odd = odd.context("files of a table with a slash in its name")?;
    let stem = odd.trim_end_matches(".ddl").trim_end_matches("_detail.md");
    let (odd_ddl, odd_detail) = (format!("{stem}.ddl"), format!("{stem}_detail.md"));
    let mut expected = vec![
        "customers.ddl",
        "customers_detail.md",
        "filename_mapping.txt",
        "large.ddl",
        "large_detail.md",
        "metadata.txt",
        "orders.ddl",
        "orders_detail.md",
        "table_list.txt",
        "task_config.json",
        "task_result.json",
        &odd_ddl,
        &odd_detail,
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    told(&first)?;

    // The database changes, and it runs again.
    ask_mariadb(&desk, &maria, "ALTER TABLE shop.orders ADD note TEXT")?;
    run_it(&window).await?;
    let second = files(folder)?;
    assert!(second["orders.ddl"].contains("`note` text") && !first["orders.ddl"].contains("note"));
    assert_eq!(second["customers.ddl"], first["customers.ddl"]);
    assert_eq!(second["customers_detail.md"], first["customers_detail.md"]);

    // What the first run wrote is in the archive, file by file.
    window.click("nav-task-folders").await?;
    window.click(&format!("row-{id}")).await?;
    window.click("tab-archives").await?;
    let archives = window.call("folder_archives", &json!({"id": id})).await?;
    let archive = archives["items"][0]["archive"]
        .as_str()
        .context("an archive")?;
    window.click(&format!("archive-{archive}")).await?;
    window
        .shown_by(Locator::Css(
            "[data-testid=\"archive-panel\"] [data-testid=\"row-orders.ddl\"]",
        ))
        .await?;
    window.keep_picture("4-archive.png").await?;
    let mut kept = files(&folder.join(archive))?;
    kept.remove("backup_info.json");
    assert_eq!(kept, first);

    one_comes_back(&desk, &window, &id, (folder, &first, &second)).await?;
    window.close().await
}

type Files = BTreeMap<String, String>;

/// The two runs are compared, and one file of the first is put back. Today's is archived first.
async fn one_comes_back(
    desk: &Desk,
    window: &Window<'_>,
    id: &str,
    (folder, first, second): (&Path, &Files, &Files),
) -> Result<()> {
    window.click("archive-compare").await?;
    window.click_in("dialog-compare", "row-orders.ddl").await?;
    window
        .text_of("text-difference", |text| text.contains("`note` text"))
        .await?;
    window.keep_picture("5-compare.png").await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    window.gone("dialog-compare").await?;
    window.click("archive-put-back").await?;
    window.click("put-back-few").await?;
    window.click_in("dialog-put-back", "row-orders.ddl").await?;
    window
        .text_of("put-back-makes-way", |text| text.contains("orders.ddl"))
        .await?;
    window.keep_picture("6-put-back.png").await?;
    window.click("put-back-start").await?;
    window
        .text_of("toast", |text| text.contains("1 file is back"))
        .await?;
    let now = files(folder)?;
    assert_eq!(now["orders.ddl"], first["orders.ddl"]);
    let others = |files: &Files| {
        let others = files.iter().filter(|(name, _)| *name != "orders.ddl");
        let others = others.map(|(name, text)| (name.clone(), text.clone()));
        others.collect::<Vec<_>>()
    };
    assert_eq!(others(&now), others(second));
    let archives = window.call("folder_archives", &json!({"id": id})).await?;
    let newest = archives["items"][0]["archive"].as_str();
    let made_way = newest.context("an archive")?;
    assert_eq!(
        files(&folder.join(made_way))?["orders.ddl"],
        second["orders.ddl"]
    );
    Ok(())
}

/// What the files of a run say, and what none of them says.
fn told(files: &BTreeMap<String, String>) -> Result<()> {
    for (name, text) in files {
        for secret in [ANNA, PRIVATE, "127.0.0.1", "/tmp"] {
            assert!(!text.contains(secret), "{name} tells {secret}\n{text}");
        }
    }
    let customers = &files["customers_detail.md"];
    assert!(customers.contains("who buys") && customers.contains("- Rows · 行数: 2"));
    assert!(files["orders_detail.md"].contains("- Primary key · 主键: `number`, `line`"));
    assert!(files["metadata.txt"].contains("# not_there\n"));
    let config: Value = serde_json::from_str(&files["task_config.json"])?;
    let asked = json!({"connection": "shop", "samples": 0, "table_list": "table_list.txt",
        "tables": ["customers", "orders", "服务区/一", "large", "not_there"]});
    assert_eq!(config, asked);
    let result: Value = serde_json::from_str(&files["task_result.json"])?;
    let left_out = json!([{"table": "not_there", "why": "table_missing"}]);
    assert_eq!(
        (&result["source"], &result["left_out"]),
        (&json!("shop"), &left_out)
    );
    for table in result["tables"].as_array().context("tables")? {
        for (file, bytes) in [("ddl", "ddl_bytes"), ("detail", "detail_bytes")] {
            let path = table[file].as_str().context("a path")?;
            assert_eq!(table[bytes], files[path].len(), "{path}");
        }
    }
    Ok(())
}
