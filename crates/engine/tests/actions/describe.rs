//! `sql.describe` and `table_list.read` on SQLite.
#![cfg(unix)]

use flowkeep_core::connection::Secret;
use flowkeep_engine::actions::{Caps, Done, Mask};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::attempts::Place;

const SHOP: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, photo BLOB, note TEXT DEFAULT 'none');
    CREATE UNIQUE INDEX by_name ON customers (name);
    CREATE TABLE orders (a INT, b INT, customer INTEGER REFERENCES customers ON DELETE CASCADE,
        total REAL, twice REAL GENERATED ALWAYS AS (total * 2), PRIMARY KEY (b, a));
    CREATE VIEW big AS SELECT a, total FROM orders WHERE total > 100;
    INSERT INTO customers VALUES (1, 'Anna', x'0102', NULL), (2, '茶', NULL, 'x'), (3, '', NULL, 'x');
    INSERT INTO orders(a, b, customer, total) VALUES (1, 1, 1, 12.5), (2, 1, 2, NULL)";

fn read(place: &Place, file: &str) -> String {
    std::fs::read_to_string(place.folder().join(file)).unwrap()
}

fn files(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.folder()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn tables_are_written_with_all_that_their_database_knows() {
    let place = Place::with(SHOP);
    let tables = json!({"tables": ["Customers", "main.orders", "big", "Customers"]});
    let mut output = place.output("sql.describe", tables).await;
    let times = ["began", "ended"].map(|key| output.as_object_mut().unwrap().remove(key).unwrap());
    assert!(times.iter().all(|at| at.as_str().unwrap().ends_with('Z')));
    let bytes = |file: &str| json!({"path": file, "bytes": read(&place, file).len()});
    let table = |name: &str, (columns, rows): (u64, u64)| {
        let (ddl, detail) = (format!("{name}.ddl"), format!("{name}_detail.md"));
        json!({"table": name, "columns": columns, "rows": rows,
            "ddl_bytes": read(&place, &ddl).len(), "ddl": ddl,
            "detail_bytes": read(&place, &detail).len(), "detail": detail})
    };
    assert_eq!(
        output,
        json!({"source": "local", "samples": 0, "left_out": [],
            "tables": [table("Customers", (4, 3)), table("main.orders", (5, 2)), table("big", (2, 0))],
            "files": [bytes("metadata.txt"), bytes("filename_mapping.txt")]})
    );
    assert_eq!(
        read(&place, "Customers.ddl"),
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, photo BLOB, note TEXT DEFAULT 'none');\n\
         CREATE UNIQUE INDEX by_name ON customers (name);\n"
    );
    let customers = read(&place, "Customers_detail.md");
    for told in [
        "# customers\n",
        "- Rows · 行数: 3\n",
        "- Primary key · 主键: `id`\n",
        "| `id` | `INTEGER` | no · 否 | 0 |  | primary key · 主键; numbered · 自动编号 |\n",
        "| `photo` | `BLOB` | yes · 是 | 2 |  |  |\n",
        "| `note` | `TEXT` | yes · 是 | 1 | `'none'` |  |\n",
        "- `by_name`: `name`; unique · 唯一\n",
    ] {
        assert!(customers.contains(told), "{told}\n{customers}");
    }
    let orders = read(&place, "main.orders_detail.md");
    for told in [
        "- Primary key · 主键: `b`, `a`\n",
        "| `twice` | `REAL` | yes · 是 | 1 |  | computed · 计算得出 |\n",
        "- `customer` → `customers`; on update · 更新时 NO ACTION; on delete · 删除时 CASCADE\n",
    ] {
        assert!(orders.contains(told), "{told}\n{orders}");
    }
    assert!(read(&place, "big_detail.md").contains("view · 视图"));
    assert!(read(&place, "metadata.txt").contains("\nbig\tview\t2\t0\t\n"));
    assert!(
        read(&place, "filename_mapping.txt")
            .contains("\nmain.orders -> main.orders.ddl, main.orders_detail.md\n")
    );
}

#[tokio::test]
async fn values_are_told_only_where_they_are_asked_for_and_no_longer_than_that() {
    let place = Place::with(SHOP);
    let long = "长".repeat(500);
    let database = place.database();
    database
        .execute("UPDATE customers SET note = ?1 WHERE id = 3", [&long])
        .unwrap();
    place
        .output("sql.describe", json!({"tables": ["customers"]}))
        .await;
    let told = read(&place, "customers_detail.md");
    assert!(
        !told.contains("Anna") && !told.contains("Samples"),
        "{told}"
    );

    let asked = json!({"tables": ["customers"], "samples": 2});
    place.output("sql.describe", asked).await;
    let told = read(&place, "customers_detail.md");
    for row in [
        "| `name` | `TEXT` | no · 否 | 0 |  |  | `Anna`, `茶` |\n",
        "| `photo` | `BLOB` | yes · 是 | 2 |  |  | binary · 二进制 (2 B) |\n",
    ] {
        assert!(told.contains(row), "{row}\n{told}");
    }
    let asked = json!({"tables": ["customers"], "samples": 20});
    place.output("sql.describe", asked).await;
    let told = read(&place, "customers_detail.md");
    let cut = format!("`{}` … (cut, 500 characters", "长".repeat(80));
    assert!(told.contains(&cut) && !told.contains(&long), "{told}");
    assert!(told.contains("`茶`, empty text · 空文本 |"), "{told}");

    let asked = json!({"tables": ["customers"], "samples": 21});
    let code = place.code("sql.describe", asked).await;
    assert_eq!(code, "field_above");
}

#[tokio::test]
async fn no_secret_of_the_attempt_reaches_a_file() {
    let mut place = Place::with(SHOP);
    place.mask = Mask::new(&[Secret::new("Anna")]);
    place
        .output(
            "sql.describe",
            json!({"tables": ["customers"], "samples": 5}),
        )
        .await;
    let told = read(&place, "customers_detail.md");
    assert!(!told.contains("Anna") && told.contains("`***`"), "{told}");
}

#[rstest]
#[case("order items")]
#[case("a/b")]
#[case("../up")]
#[case("say \"hi\" `now`")]
#[case("x'; DROP TABLE customers; --")]
#[case("CON")]
#[case("表.格")]
#[case("[a]")]
#[tokio::test]
async fn a_table_of_any_name_is_described_and_its_files_stay_in_the_folder(#[case] name: &str) {
    let place = Place::with(SHOP);
    let quoted = name.replace('"', "\"\"");
    let sql =
        format!("CREATE TABLE \"{quoted}\" (\"a \"\"b\" INT); CREATE INDEX i ON \"{quoted}\" (1)");
    place.database().execute_batch(&sql).unwrap();
    let asked = json!({"tables": [name], "samples": 1});
    let output = place.output("sql.describe", asked).await;
    assert_eq!(output["tables"][0]["table"], name);
    let files = files(&place);
    assert_eq!(files.len(), 4, "{files:?}");
    assert!(files.contains(&"metadata.txt".to_owned()));
    let named = |ends: &str| files.iter().any(|file| file.ends_with(ends));
    assert!(named(".ddl") && named("_detail.md"), "{files:?}");
    assert!(read(&place, "filename_mapping.txt").contains(name));
    let parent = std::fs::read_dir(place.root()).unwrap().count();
    assert_eq!(parent, 2, "the folder and the database");
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_and_the_others_are_described() {
    let place = Place::with(SHOP);
    place
        .database()
        .execute_batch(
            "CREATE TABLE base (a); CREATE VIEW broken AS SELECT a FROM base; DROP TABLE base",
        )
        .unwrap();
    let asked = json!({"tables": ["gone", "customers", "broken"]});
    let output = place.output("sql.describe", asked).await;
    assert_eq!(
        output["left_out"],
        json!([{"table": "gone", "why": "table_missing"}, {"table": "broken", "why": "sql_failed"}])
    );
    let told: Vec<_> = place
        .warnings()
        .into_iter()
        .map(|said| {
            (
                said.code,
                said.fields["table"].clone(),
                said.because.unwrap().code,
            )
        })
        .collect();
    let said = |table: &str, why: &str| ("describe_left_out".into(), table.into(), why.into());
    assert_eq!(
        told,
        [said("gone", "table_missing"), said("broken", "sql_failed")]
    );
    assert!(
        read(&place, "metadata.txt").ends_with("# Not described · 未能描述:\n# gone\n# broken\n")
    );

    let error = place
        .error("sql.describe", json!({"tables": ["gone"]}))
        .await;
    assert_eq!(error.message.code, "describe_none");
    assert_eq!(error.message.because.unwrap().code, "table_missing");
    for none in [json!([]), json!([""])] {
        let code = place.code("sql.describe", json!({"tables": none})).await;
        assert_eq!(code, "describe_no_tables");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_ends_it_and_nothing_is_written() {
    let place = Place::on(std::sync::Arc::new(
        flowkeep_engine::sources::Sqlite::new("away", "/none/such.db").unwrap(),
    ));
    let code = place
        .code("sql.describe", json!({"tables": ["a", "b"]}))
        .await;
    assert_eq!(code, "source_unreachable");
    assert!(files(&place).is_empty() && place.warnings().is_empty());
}

#[tokio::test]
async fn nothing_is_changed_in_the_database() {
    let place = Place::with(SHOP);
    let before = std::fs::read(place.root().join("local.db")).unwrap();
    let asked = json!({"tables": ["customers", "orders", "big"], "samples": 5});
    place.output("sql.describe", asked).await;
    assert_eq!(
        std::fs::read(place.root().join("local.db")).unwrap(),
        before
    );
}

#[tokio::test]
async fn it_stops_between_tables() {
    let place = Place::with(SHOP);
    place.stopper.soft();
    let asked = json!({"tables": ["customers", "orders"]});
    let done = place.attempt("sql.describe", asked).await.unwrap();
    assert_eq!(done, Done::Stopped { undone: true });
    assert!(files(&place).is_empty());
}

#[tokio::test]
async fn many_tables_are_described_and_what_is_told_of_them_may_be_a_file() {
    let mut place = Place::new();
    let names: Vec<_> = (0..300).map(|number| format!("t{number}")).collect();
    let tables = names.iter().map(|name| format!("CREATE TABLE {name} (a);"));
    let sql: Vec<_> = tables.collect();
    place.database().execute_batch(&sql.concat()).unwrap();
    place.caps = Caps {
        kept: 4_000,
        ..Caps::default()
    };
    let output = place.output("sql.describe", json!({"tables": names})).await;
    assert!(output["tables"].as_array().unwrap().len() < 300);
    let whole = std::fs::read_to_string(output["tables_file"]["path"].as_str().unwrap()).unwrap();
    assert_eq!(whole.lines().count(), 300);
    assert_eq!(files(&place).len(), 602);
    assert_eq!(read(&place, "metadata.txt").lines().count(), 304);
}

#[tokio::test]
async fn a_list_of_tables_is_read_as_people_write_it() {
    let place = Place::new();
    let list = "# 服务区\n表一, orders\ntwo words\n`two words`\norders\n";
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(list.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(place.folder().join("table_list.txt"), utf16).unwrap();
    let expected = json!({"path": "table_list.txt", "tables": ["表一", "orders", "two words"], "left_out":
        [{"line": 3, "text": "two words"}, {"line": 5, "text": "orders"}]});
    assert_eq!(place.output("table_list.read", json!({})).await, expected);
    let told: Vec<_> = place
        .warnings()
        .into_iter()
        .map(|said| (said.fields["line"].clone(), said.because.unwrap().code))
        .collect();
    let said = |line: &str, why: &str| (line.to_owned(), why.to_owned());
    assert_eq!(
        told,
        [
            said("3", "table_list_odd"),
            said("5", "table_list_repeated")
        ]
    );
}

#[rstest]
#[case::as_told(&["table_list.txt", "Table_List.TXT"], json!({}), "table_list.txt")]
#[case::in_capitals(&["Table_List.TXT"], json!({}), "Table_List.TXT")]
#[case::told_otherwise(&["Table_List.TXT"], json!({"path": "TABLE_LIST.txt"}), "Table_List.TXT")]
#[case::told_as_it_is(&["table_list.txt", "Table_List.TXT"], json!({"path": "Table_List.TXT"}), "Table_List.TXT")]
#[tokio::test]
async fn a_list_of_tables_is_found_however_it_is_spelled(
    #[case] there: &[&str],
    #[case] params: Json,
    #[case] expected: &str,
) {
    let place = Place::new();
    for name in there {
        std::fs::write(
            place.folder().join(name),
            format!("in_{name}").replace('.', "_"),
        )
        .unwrap();
    }
    let output = place.output("table_list.read", params).await;
    assert_eq!(output["path"], expected);
    assert_eq!(
        output["tables"],
        json!([format!("in_{expected}").replace('.', "_")])
    );
}

#[tokio::test]
async fn another_file_is_meant_as_it_is_spelled() {
    let place = Place::new();
    std::fs::write(place.folder().join("Mine.txt"), "orders").unwrap();
    let read = json!({"path": "mine.txt"});
    assert_eq!(place.code("table_list.read", read).await, "tables_missing");
}

#[rstest]
#[case::none(None, "tables_missing")]
#[case::empty(Some(b"# nothing yet\n".to_vec()), "tables_none")]
#[case::a_picture(Some(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()), "tables_unreadable")]
#[case::a_database(Some(vec![b'a'; 1_000_001]), "tables_too_long")]
#[tokio::test]
async fn a_list_without_tables_is_said(#[case] list: Option<Vec<u8>>, #[case] code: &str) {
    let place = Place::new();
    if let Some(list) = list {
        std::fs::write(place.folder().join("mine.txt"), list).unwrap();
    }
    let read = json!({"path": "mine.txt"});
    assert_eq!(place.code("table_list.read", read).await, code);
    let outside = json!({"path": "../mine.txt"});
    assert_eq!(place.code("table_list.read", outside).await, "path_outside");
}

#[tokio::test]
async fn what_is_no_text_becomes_json_in_a_file() {
    let place = Place::new();
    let text = json!({"connection": "shop", "tables": ["订单"], "none": [], "n": 1});
    let output = place
        .output(
            "file.write",
            json!({"path": "task_config.json", "text": text}),
        )
        .await;
    let written = read(&place, "task_config.json");
    assert_eq!(
        written,
        "{\n  \"connection\": \"shop\",\n  \"tables\": [\n    \"订单\"\n  ],\n  \"none\": [],\n  \"n\": 1\n}\n"
    );
    assert_eq!(output["bytes"], written.len());
    assert_eq!(serde_json::from_str::<Json>(&written).unwrap(), text);
    let code = place
        .code("file.write", json!({"path": "a", "text": null}))
        .await;
    assert_eq!(code, "parameter_missing");
}
