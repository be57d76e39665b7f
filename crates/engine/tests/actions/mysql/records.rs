//! `record.*`.

use serde_json::{Value as Json, json};

use super::{place, root, rows, run, shop};
use crate::attempts::Place;

pub(super) async fn records(port: u16) {
    let shop = shop(port);
    run(&shop, "CREATE TABLE orders (id VARCHAR(20) PRIMARY KEY, name TEXT, amount DECIMAL(9,2), at DATETIME)").await;
    let add = json!({"table": "orders", "key": "d", "values": {"name": "订单", "Amount": 5, "at": "2026-01-31 08:00:00"}});
    assert_eq!(
        shop.output("record.add", add.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(shop.code("record.add", add).await, "key_exists");
    let one = json!({"table": "orders", "key": "d"});
    let record = |amount: f64| json!({"record": {"id": "d", "name": "订单", "amount": amount, "at": "2026-01-31 08:00:00"}});
    assert_eq!(shop.output("record.get", one.clone()).await, record(5.0));
    let change = json!({"table": "orders", "key": "d", "values": {"amount": 6.5}});
    assert_eq!(
        shop.output("record.update", change.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(
        shop.output("record.update", change.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(shop.output("record.get", one.clone()).await, record(6.5));
    for (key, name) in [
        ("c", Json::Null),
        ("a", json!("Tea 100%")),
        ("b", json!("red tea")),
    ] {
        let add = json!({"table": "orders", "key": key, "values": {"name": name, "amount": 2}});
        shop.output("record.add", add).await;
    }
    found(&shop).await;
    assert_eq!(
        shop.output("record.delete", one.clone()).await,
        json!({"deleted": true})
    );
    assert_eq!(
        shop.output("record.delete", one.clone()).await,
        json!({"deleted": false})
    );
    assert_eq!(
        shop.output("record.get", one).await,
        json!({"record": null})
    );
    assert_eq!(shop.code("record.update", change).await, "record_missing");
    run(
        &shop,
        "CREATE TABLE loose (n INT); CREATE TABLE two (a INT, b INT, PRIMARY KEY (a, b))",
    )
    .await;
    for (table, code) in [
        ("missing", "table_missing"),
        ("loose", "table_without_key"),
        ("two", "table_without_key"),
    ] {
        assert_eq!(
            shop.code("record.find", json!({"table": table})).await,
            code
        );
    }
    let odd = json!({"table": "orders", "where": {"none": 1}});
    assert_eq!(shop.code("record.find", odd).await, "column_missing");
    let nowhere = place(&root(port));
    assert_eq!(
        nowhere
            .code("record.find", json!({"table": "orders"}))
            .await,
        "records_without_database"
    );
}

/// Of the records above, by what they hold.
async fn found(shop: &Place) {
    let keys = |found: Json| -> Vec<String> {
        let records = found["records"].as_array().unwrap().iter();
        records
            .map(|record| record["id"].as_str().unwrap().to_owned())
            .collect()
    };
    for (how, expected) in [
        (json!({}), vec!["a", "b", "c", "d"]),
        (json!({"where": {"amount": 2}}), vec!["a", "b", "c"]),
        (json!({"where": {"amount": "2"}}), vec!["a", "b", "c"]),
        (json!({"where": {"amount": "none"}}), vec![]),
        (json!({"where": {"amount": 2, "name": null}}), vec!["c"]),
        (json!({"where": {"at": "2026-01-31 08:00:00"}}), vec!["d"]),
        (json!({"where": {"name": "x' OR 1=1 --"}}), vec![]),
        (json!({"limit": 2}), vec!["a", "b"]),
        (json!({"limit": 0}), vec![]),
    ] {
        let mut how = how;
        how["table"] = json!("orders");
        let found = shop.output("record.find", how.clone()).await;
        assert_eq!(keys(found), expected, "{how}");
    }
    for (text, expected) in [
        ("TEA", vec!["a", "b"]),
        ("100%", vec!["a"]),
        ("1_0", vec![]),
        ("单", vec!["d"]),
        ("2", vec![]),
        ("\\", vec![]),
    ] {
        let found = shop
            .output("record.search", json!({"table": "orders", "text": text}))
            .await;
        assert_eq!(keys(found), expected, "{text}");
    }
}

pub(super) async fn keys_are_made_once_or_numbered(port: u16) {
    let mut shop = shop(port);
    run(&shop, "CREATE TABLE made (id CHAR(26) PRIMARY KEY, v INT); CREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY, v INT)").await;
    let add = json!({"table": "made", "values": {"v": 1}});
    let key = shop.output("record.add", add.clone()).await["key"].clone();
    key.as_str().unwrap().parse::<ulid::Ulid>().unwrap();
    // The same doing again, as after a crash before its end was written down.
    assert_eq!(shop.output("record.add", add.clone()).await["key"], key);
    "01J/task/1".clone_into(&mut shop.key);
    assert_ne!(shop.output("record.add", add).await["key"], key);
    let count = rows(&shop, "SELECT COUNT(*) AS n FROM made").await;
    assert_eq!(count, json!([{"n": 2}]));

    let add = |values: Json| json!({"table": "numbered", "values": values});
    assert_eq!(
        shop.output("record.add", add(json!({"v": 1}))).await,
        json!({"key": 1})
    );
    assert_eq!(
        shop.output("record.add", add(json!({}))).await,
        json!({"key": 2})
    );
    assert_eq!(
        shop.output("record.add", add(json!({"id": 20}))).await,
        json!({"key": 20})
    );
    assert_eq!(
        shop.code("record.add", add(json!({"id": 20}))).await,
        "key_exists"
    );
    let other = json!({"table": "numbered", "key": 2, "values": {"id": 30}});
    assert_eq!(shop.code("record.update", other).await, "key_twice");
    let record = shop
        .output("record.get", json!({"table": "numbered", "key": 20}))
        .await;
    assert_eq!(record, json!({"record": {"id": 20, "v": null}}));
}

pub(super) async fn texts_are_the_same_letter_by_letter(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE letters (id VARCHAR(9) CHARACTER SET latin1 PRIMARY KEY, t VARCHAR(9))",
    )
    .await;
    for (key, text) in [("b", "tea"), ("a", "Tea"), ("C", "tea ")] {
        shop.output(
            "record.add",
            json!({"table": "letters", "key": key, "values": {"t": text}}),
        )
        .await;
    }
    let all = shop
        .output("record.find", json!({"table": "letters"}))
        .await;
    assert_eq!(
        all["records"],
        json!([{"id": "C", "t": "tea "}, {"id": "a", "t": "Tea"}, {"id": "b", "t": "tea"}])
    );
    let tea = shop
        .output(
            "record.find",
            json!({"table": "letters", "where": {"t": "tea"}}),
        )
        .await;
    assert_eq!(tea["records"], json!([{"id": "b", "t": "tea"}]));
    let upper = shop
        .output("record.get", json!({"table": "letters", "key": "B"}))
        .await;
    assert_eq!(upper, json!({"record": null}));
}

pub(super) async fn names_are_never_part_of_a_statement(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE `a``b` (`k``x` VARCHAR(9) PRIMARY KEY, `v; --` TEXT)",
    )
    .await;
    let add = json!({"table": "a`b", "key": "1", "values": {"v; --": "x"}});
    shop.output("record.add", add).await;
    let find = json!({"table": "a`b", "where": {"v; --": "x"}});
    let found = shop.output("record.find", find).await;
    assert_eq!(found["records"], json!([{"k`x": "1", "v; --": "x"}]));
}
