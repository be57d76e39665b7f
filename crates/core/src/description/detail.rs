//! `<table>_detail.md`: a table for people and for programs that read prose.

use std::fmt::Write as _;

use super::{Column, Table, TableKind};
use crate::visible_whole;

/// The text of a table's `_detail.md`.
pub fn detail(table: &Table) -> String {
    let mut text = format!("# {}\n\n", line(&table.name));
    if let Some(comment) = told(table.comment.as_deref()) {
        push(&mut text, format_args!("{}\n\n", line(comment)));
    }
    facts(&mut text, table);
    columns(&mut text, table);
    keys(&mut text, table);
    text
}

fn facts(text: &mut String, table: &Table) {
    let kind = match table.kind {
        TableKind::Table => "table · 表",
        TableKind::View => "view · 视图",
    };
    push(text, format_args!("- Kind · 类型: {kind}\n"));
    push(text, format_args!("- Rows · 行数: {}\n", table.rows));
    push(
        text,
        format_args!("- Columns · 字段数: {}\n", table.columns.len()),
    );
    if !table.primary_key.is_empty() {
        let key = names(&table.primary_key);
        push(text, format_args!("- Primary key · 主键: {key}\n"));
    }
}

fn columns(text: &mut String, table: &Table) {
    let sampled = table
        .columns
        .iter()
        .any(|column| !column.samples.is_empty());
    text.push_str("\n## Columns · 字段\n\n");
    text.push_str(
        "| Column · 字段 | Type · 类型 | Null · 可空 | Nulls · 空值数 | Default · 默认值 | Notes · 说明 |",
    );
    text.push_str(if sampled {
        " Samples · 示例 |\n"
    } else {
        "\n"
    });
    text.push_str("|---|---|---|---|---|---|");
    text.push_str(if sampled { "---|\n" } else { "\n" });
    for column in &table.columns {
        let null = if column.nullable {
            "yes · 是"
        } else {
            "no · 否"
        };
        let default = column.default.as_deref().map(code).unwrap_or_default();
        let (name, holds) = (code(&column.name), code(&column.holds));
        let notes = notes(table, column);
        push(
            text,
            format_args!(
                "| {name} | {holds} | {null} | {} | {default} | {notes} |",
                column.nulls
            ),
        );
        if sampled {
            push(text, format_args!(" {} |", samples(column)));
        }
        text.push('\n');
    }
}

fn notes(table: &Table, column: &Column) -> String {
    let mut notes = Vec::new();
    if table.primary_key.contains(&column.name) {
        notes.push("primary key · 主键".to_owned());
    }
    if column.numbered {
        notes.push("numbered · 自动编号".to_owned());
    }
    if let Some(generated) = &column.generated {
        notes.push(match generated.trim() {
            "" => "computed · 计算得出".to_owned(),
            from => format!("computed · 计算得出: {}", code(from)),
        });
    }
    if let Some(comment) = told(column.comment.as_deref()) {
        notes.push(line(comment));
    }
    notes.join("; ")
}

fn samples(column: &Column) -> String {
    let told = column.samples.iter().map(|sample| match &sample.text {
        None => format!("binary · 二进制 ({} B)", sample.length),
        Some(text) if text.is_empty() => "empty text · 空文本".to_owned(),
        Some(text) if sample.is_cut() => {
            let length = sample.length;
            format!(
                "{} … (cut, {length} characters · 已截断，共 {length} 个字符)",
                code(text)
            )
        }
        Some(text) => code(text),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn keys(text: &mut String, table: &Table) {
    if !table.foreign_keys.is_empty() {
        text.push_str("\n## Foreign keys · 外键\n\n");
    }
    for key in &table.foreign_keys {
        let there = if key.references.is_empty() {
            String::new()
        } else {
            format!(" ({})", names(&key.references))
        };
        push(
            text,
            format_args!(
                "- {} → {}{there}; on update · 更新时 {}; on delete · 删除时 {}\n",
                names(&key.columns),
                code(&key.table),
                line(&key.on_update),
                line(&key.on_delete)
            ),
        );
    }
    if !table.indexes.is_empty() {
        text.push_str("\n## Indexes · 索引\n\n");
    }
    for index in &table.indexes {
        let unique = if index.unique {
            "; unique · 唯一"
        } else {
            ""
        };
        let columns: Vec<_> = index
            .columns
            .iter()
            .map(|column| match column {
                Some(column) => code(column),
                None => "computed · 计算得出".to_owned(),
            })
            .collect();
        push(
            text,
            format_args!("- {}: {}{unique}\n", code(&index.name), columns.join(", ")),
        );
    }
}

/// Writing into a text cannot fail.
fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn told(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn names(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| code(name)).collect();
    quoted.join(", ")
}

/// Words of others within a line: nothing in them is markup, and none of them ends the line or the
/// cell of a table.
fn line(text: &str) -> String {
    let shown = visible_whole(text);
    let mut escaped = String::with_capacity(shown.len());
    for character in shown.chars() {
        if "\\`*_[]<>|#".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A name or a value as it is, between marks that do not stand in it.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let shown = visible_whole(text).replace('|', "\\|");
    let longest = shown
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let marks = "`".repeat(longest + 1);
    if longest > 0 || shown.trim() != shown {
        format!("{marks} {shown} {marks}")
    } else {
        format!("{marks}{shown}{marks}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ForeignKey, Index, Sample};
    use super::*;

    fn orders() -> Table {
        let column = |name: &str, holds: &str| Column {
            name: name.to_owned(),
            holds: holds.to_owned(),
            ..Column::default()
        };
        Table {
            name: "orders".to_owned(),
            kind: TableKind::Table,
            comment: Some("What was sold\n| 订单".to_owned()),
            ddl: String::new(),
            rows: 3,
            columns: vec![
                Column {
                    numbered: true,
                    ..column("id", "int(11)")
                },
                Column {
                    nullable: true,
                    nulls: 1,
                    default: Some("'a|b'".to_owned()),
                    comment: Some("a *note*".to_owned()),
                    ..column("na`me", "varchar(20)")
                },
                Column {
                    generated: Some("`a` + 1".to_owned()),
                    ..column("next", "int")
                },
            ],
            primary_key: vec!["id".to_owned()],
            foreign_keys: vec![ForeignKey {
                columns: vec!["a".to_owned(), "b".to_owned()],
                table: "other.t".to_owned(),
                references: vec!["x".to_owned(), "y".to_owned()],
                on_update: "CASCADE".to_owned(),
                on_delete: "NO ACTION".to_owned(),
            }],
            indexes: vec![Index {
                name: "by_name".to_owned(),
                unique: true,
                columns: vec![Some("name".to_owned()), None],
            }],
        }
    }

    #[test]
    fn a_table_is_told_with_all_that_is_known_and_nothing_in_it_is_markup() {
        let expected = "\
# orders

What was sold\\\\n\\| 订单

- Kind · 类型: table · 表
- Rows · 行数: 3
- Columns · 字段数: 3
- Primary key · 主键: `id`

## Columns · 字段

| Column · 字段 | Type · 类型 | Null · 可空 | Nulls · 空值数 | Default · 默认值 | Notes · 说明 |
|---|---|---|---|---|---|
| `id` | `int(11)` | no · 否 | 0 |  | primary key · 主键; numbered · 自动编号 |
| `` na`me `` | `varchar(20)` | yes · 是 | 1 | `'a\\|b'` | a \\*note\\* |
| `next` | `int` | no · 否 | 0 |  | computed · 计算得出: `` `a` + 1 `` |

## Foreign keys · 外键

- `a`, `b` → `other.t` (`x`, `y`); on update · 更新时 CASCADE; on delete · 删除时 NO ACTION

## Indexes · 索引

- `by_name`: `name`, computed · 计算得出; unique · 唯一
";
        assert_eq!(detail(&orders()), expected);
    }

    #[test]
    fn samples_are_told_only_where_there_are_some_and_say_what_is_missing_of_them() {
        let mut table = orders();
        for (text, length) in [
            (Some("Tea"), 3),
            (Some("Tea"), 3),
            (Some("long"), 3000),
            (Some(""), 0),
            (None, 12),
        ] {
            let text = text.map(str::to_owned);
            table.columns[1].sample(Sample { text, length });
        }
        let told = detail(&table);
        let row = told.lines().find(|line| line.contains("varchar")).unwrap();
        assert!(
            row.ends_with(
                "| `Tea`, `long` … (cut, 3000 characters · 已截断，共 3000 个字符), \
                 empty text · 空文本, binary · 二进制 (12 B) |"
            ),
            "{row}"
        );
        assert!(told.contains("|---|---|---|---|---|---|---|\n"));
    }

    #[test]
    fn a_view_without_anything_more_is_short() {
        let view = Table {
            kind: TableKind::View,
            comment: Some("  ".to_owned()),
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            ..orders()
        };
        let told = detail(&view);
        assert!(told.starts_with("# orders\n\n- Kind · 类型: view · 视图\n"));
        assert!(!told.contains("Primary key") && !told.contains("Indexes"));
    }
}
