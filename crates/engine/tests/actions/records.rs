//! `record.*` on SQLite.

use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::attempts::Place;

const ORDERS: &str = "CREATE TABLE orders (id TEXT PRIMARY KEY, name TEXT, amount, note BLOB);
    INSERT INTO orders VALUES ('b', '红茶', 2, NULL), ('a', 'Tea 100%', 1, x'00'), ('c', NULL, 2, 3)";

#[tokio::test]
async fn a_record_is_added_read_changed_and_deleted() {
    let place = Place::with(ORDERS);
    let add = json!({"table": "orders", "key": "d", "values": {"name": "订单", "Amount": 5}});
    assert_eq!(
        place.output("record.add", add.clone()).await,
        json!({"key": "d"})
    );
    let error = place.error("record.add", add).await;
    assert_eq!(
        (error.message.code.as_str(), error.permanent),
        ("key_exists", false)
    );

    let one = json!({"table": "orders", "key": "d"});
    let record = |amount: Json| {
        json!({"record":
        {"id": "d", "name": "订单", "amount": amount, "note": null}})
    };
    assert_eq!(
        place.output("record.get", one.clone()).await,
        record(json!(5))
    );
    let change = json!({"table": "orders", "key": "d", "values": {"amount": 6}});
    assert_eq!(
        place.output("record.update", change.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(
        place.output("record.get", one.clone()).await,
        record(json!(6))
    );

    assert_eq!(
        place.output("record.delete", one.clone()).await,
        json!({"deleted": true})
    );
    assert_eq!(
        place.output("record.delete", one.clone()).await,
        json!({"deleted": false})
    );
    assert_eq!(
        place.output("record.get", one).await,
        json!({"record": null})
    );
    assert_eq!(place.code("record.update", change).await, "record_missing");
}

#[tokio::test]
async fn a_record_that_is_too_large_is_in_a_file_and_not_called_missing() {
    let mut place = Place::with(ORDERS);
    let one = json!({"table": "orders", "key": "b"});
    place.caps.kept = 60;
    assert_eq!(
        place.output("record.get", one.clone()).await["record"]["name"],
        "红茶"
    );
    place.caps.kept = 20;
    let output = place.output("record.get", one).await;
    assert!(output.get("record").is_none(), "{output}");
    let file = std::fs::read_to_string(output["record_file"]["path"].as_str().unwrap()).unwrap();
    let whole: Json = serde_json::from_str(&file).unwrap();
    assert_eq!(whole["name"], "红茶");
}

#[tokio::test]
async fn a_made_key_is_a_ulid_and_adds_once_per_doing() {
    let mut place = Place::with(ORDERS);
    let add = json!({"table": "orders", "values": {"name": "new"}});
    let key = place.output("record.add", add.clone()).await["key"].clone();
    key.as_str().unwrap().parse::<ulid::Ulid>().unwrap();
    // The same doing again, as after a crash before its end was written down.
    assert_eq!(place.output("record.add", add.clone()).await["key"], key);
    place.key = "01J/task/1".to_owned();
    assert_ne!(place.output("record.add", add).await["key"], key);
    let find = json!({"table": "orders", "where": {"name": "new"}});
    let records = place.output("record.find", find).await;
    assert_eq!(records["records"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_can_be_the_databases_own_number_or_stand_among_the_values() {
    let place =
        Place::with("CREATE TABLE n (id INTEGER PRIMARY KEY, v); INSERT INTO n VALUES (7, 0)");
    let add = |values: Json| json!({"table": "n", "values": values});
    assert_eq!(
        place.output("record.add", add(json!({"v": 1}))).await,
        json!({"key": 8})
    );
    assert_eq!(
        place.output("record.add", add(json!({}))).await,
        json!({"key": 9})
    );
    assert_eq!(
        place.output("record.add", add(json!({"id": 20}))).await,
        json!({"key": 20})
    );
    assert_eq!(
        place.code("record.add", add(json!({"id": 20}))).await,
        "key_exists"
    );
    let other = json!({"table": "n", "key": 7, "values": {"id": 30}});
    for action in ["record.add", "record.update"] {
        assert_eq!(place.code(action, other.clone()).await, "key_twice");
    }
    let none = json!({"table": "n", "key": 7, "values": {}});
    assert_eq!(place.output("record.update", none).await, json!({"key": 7}));
}

#[rstest]
#[case(json!({}), &["a", "b", "c"])]
#[case(json!({"where": {"amount": 2}}), &["b", "c"])]
#[case(json!({"where": {"amount": 2, "name": null}}), &["c"])]
#[case(json!({"where": {"note": {"$blob": "AA=="}}}), &["a"])]
#[case(json!({"where": {"name": "x' OR 1=1 --"}}), &[])]
#[case(json!({"limit": 2}), &["a", "b"])]
#[case(json!({"limit": 0}), &[])]
#[tokio::test]
async fn records_are_found_in_the_order_of_the_key(#[case] how: Json, #[case] keys: &[&str]) {
    assert_eq!(found("record.find", how).await, keys);
}

#[rstest]
#[case("茶", &["b"])]
#[case("tea", &["a"])]
#[case("100%", &["a"])]
#[case("1_0", &[])]
#[case("c", &["c"])]
#[case("2", &[])]
#[tokio::test]
async fn a_text_is_searched_for_in_every_text(#[case] text: &str, #[case] keys: &[&str]) {
    assert_eq!(found("record.search", json!({"text": text})).await, keys);
    let first = keys.iter().take(1).copied().collect::<Vec<_>>();
    assert_eq!(
        found("record.search", json!({"text": text, "limit": 1})).await,
        first
    );
}

async fn found(action: &str, mut params: Json) -> Vec<String> {
    params["table"] = json!("orders");
    let output = Place::with(ORDERS).output(action, params).await;
    let records = output["records"].as_array().unwrap().iter();
    records
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect()
}

#[rstest]
#[case("nothing", "table_missing")]
#[case("orders; DROP TABLE orders", "table_missing")]
#[case("loose", "table_without_key")]
#[case("pair", "table_without_key")]
#[tokio::test]
async fn tables_without_a_key_of_one_column_have_no_records(
    #[case] table: &str,
    #[case] code: &str,
) {
    let place = Place::with(
        "CREATE TABLE orders (id PRIMARY KEY); CREATE TABLE loose (n);
         CREATE TABLE pair (a, b, PRIMARY KEY (a, b))",
    );
    assert_eq!(
        place.code("record.find", json!({"table": table})).await,
        code
    );
}

#[tokio::test]
async fn names_are_never_part_of_a_statement() {
    let place = Place::with(r#"CREATE TABLE "a""b" ("k""x" TEXT PRIMARY KEY, "v; --" TEXT)"#);
    let table = "a\"b";
    let add = json!({"table": table, "key": "1", "values": {"v; --": "x"}});
    place.output("record.add", add).await;
    let find = json!({"table": table, "where": {"v; --": "x"}});
    let found = place.output("record.find", find).await;
    assert_eq!(found["records"], json!([{"k\"x": "1", "v; --": "x"}]));
    let odd = json!({"table": table, "where": {"\" = 1 OR \"": 1}});
    assert_eq!(place.code("record.find", odd).await, "column_missing");
}
