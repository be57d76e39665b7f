//! `sql.describe` on `MariaDB`.

use serde_json::json;

use super::{place, root, run, shop};

pub(super) async fn tables_are_described(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE d_customers (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL COMMENT 'who | 谁',
            photo LONGBLOB, born DATE, active BIT(1), extra JSON, UNIQUE by_name (name)) COMMENT 'Who buys';
         CREATE TABLE d_orders (a INT, b INT, customer INT, total DECIMAL(9,2) DEFAULT 1.50,
            twice DECIMAL(9,2) AS (total * 2) VIRTUAL, note TEXT, PRIMARY KEY (b, a),
            CONSTRAINT who FOREIGN KEY (customer) REFERENCES d_customers (id) ON DELETE SET NULL);
         CREATE VIEW d_big AS SELECT a, total FROM d_orders WHERE total > 100",
    )
    .await;
    run(
        &shop,
        "INSERT INTO d_customers VALUES (1, 'Anna', x'0102', '2000-01-31', b'1', '{\"a\": 1}'), (2, '茶', NULL, NULL, NULL, NULL);
         INSERT INTO d_orders (a, b, customer, total, note) VALUES (1, 1, 1, 12.5, REPEAT('x', 5000)), (2, 1, NULL, DEFAULT, '')",
    )
    .await;
    let read = |file: &str| std::fs::read_to_string(shop.folder().join(file)).unwrap();
    let asked = json!({"tables": ["d_customers", "shop.d_orders", "d_big"], "samples": 5});
    let output = shop.output("sql.describe", asked).await;
    assert_eq!(output["left_out"], json!([]));
    assert_eq!(output["tables"][1]["rows"], 2);
    let ddl = read("d_customers.ddl");
    assert!(
        ddl.starts_with("CREATE TABLE `d_customers`") && ddl.ends_with(";\n"),
        "{ddl}"
    );
    let customers = read("d_customers_detail.md");
    for told in [
        "\nWho buys\n",
        "| `id` | `int(11)` | no · 否 | 0 |  | primary key · 主键; numbered · 自动编号 | `1`, `2` |\n",
        "| `name` | `varchar(40)` | no · 否 | 0 |  | who \\| 谁 | `Anna`, `茶` |\n",
        "| `photo` | `longblob` | yes · 是 | 1 |  |  | binary · 二进制 (2 B) |\n",
        "| `born` | `date` | yes · 是 | 1 |  |  | `2000-01-31` |\n",
        "| `active` | `bit(1)` | yes · 是 | 1 |  |  | binary · 二进制 (1 B) |\n",
        "- `by_name`: `name`; unique · 唯一\n",
    ] {
        assert!(customers.contains(told), "{told}\n{customers}");
    }
    let orders = read("shop.d_orders_detail.md");
    for told in [
        "- Primary key · 主键: `b`, `a`\n",
        "| `total` | `decimal(9,2)` | yes · 是 | 0 | `1.50` |  | `12.50`, `1.50` |\n",
        "computed · 计算得出: `` `total` * 2 ``",
        "(cut, 5000 characters",
        "- `customer` → `d_customers` (`id`); on update · 更新时 RESTRICT; on delete · 删除时 SET NULL\n",
    ] {
        assert!(orders.contains(told), "{told}\n{orders}");
    }
    assert!(read("d_big.ddl").contains("VIEW `d_big`"));
    assert!(read("d_big_detail.md").contains("view · 视图"));

    // The same without values: nothing of them is in any file.
    let asked = json!({"tables": ["d_customers", "d_orders"]});
    shop.output("sql.describe", asked).await;
    let told = read("d_customers_detail.md");
    assert!(
        !told.contains("Anna") && !told.contains("2000-01-31"),
        "{told}"
    );
}

pub(super) async fn names_of_tables_are_never_part_of_a_statement(port: u16) {
    let shop = shop(port);
    let names = [
        "d `x`; DROP TABLE d_kept; --",
        "d/e f",
        "D_Case",
        "d_case",
        "d.o.t",
    ];
    run(&shop, "CREATE TABLE d_kept (a INT)").await;
    for name in names {
        let quoted = name.replace('`', "``");
        run(
            &shop,
            &format!("CREATE TABLE `{quoted}` (`a ``b` INT, KEY `k``1` (`a ``b`))"),
        )
        .await;
    }
    let asked = json!({"tables": names, "samples": 1});
    let output = shop.output("sql.describe", asked).await;
    assert_eq!(output["left_out"], json!([]));
    assert_eq!(output["tables"].as_array().unwrap().len(), names.len());
    let files = std::fs::read_dir(shop.folder()).unwrap().count();
    assert_eq!(files, names.len() * 2 + 2);
    shop.output("sql.describe", json!({"tables": ["d_kept"]}))
        .await;

    // On this server a table has its name in these capitals and no others.
    let output = shop
        .output("sql.describe", json!({"tables": ["d_kept", "D_KEPT"]}))
        .await;
    assert_eq!(
        output["left_out"],
        json!([{"table": "D_KEPT", "why": "table_missing"}])
    );
}

pub(super) async fn what_may_not_be_read_is_left_out_and_a_view_cannot_write(port: u16) {
    let root = place(&root(port));
    run(
        &root,
        "CREATE DATABASE d_other; CREATE TABLE d_other.t (a INT)",
    )
    .await;
    let code = root.code("sql.describe", json!({"tables": ["t"]})).await;
    assert_eq!(code, "records_without_database");
    let output = root
        .output("sql.describe", json!({"tables": ["d_other.t"]}))
        .await;
    assert_eq!(output["tables"][0]["table"], "d_other.t");

    let shop = shop(port);
    for sql in [
        "CREATE TABLE d_log (a INT)",
        "CREATE TABLE d_fine (a INT)",
        "CREATE FUNCTION d_write() RETURNS INT BEGIN INSERT INTO d_log VALUES (1); RETURN 1; END",
        "CREATE VIEW d_writes AS SELECT d_write() AS a FROM d_fine",
    ] {
        run(&shop, sql).await;
    }
    run(&shop, "INSERT INTO d_fine VALUES (1)").await;
    let asked = json!({"tables": ["d_other.t", "d_fine", "d_writes"], "samples": 1});
    let output = shop.output("sql.describe", asked).await;
    let left_out = output["left_out"].as_array().unwrap();
    let names: Vec<_> = left_out
        .iter()
        .map(|one| one["table"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["d_other.t", "d_writes"]);
    assert_eq!(
        super::rows(&shop, "SELECT count(*) AS n FROM d_log").await,
        json!([{"n": 0}])
    );
}
