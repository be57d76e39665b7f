//! `metadata.txt` and `filename_mapping.txt`: what was described, and whose files are whose.

use std::fmt::Write as _;

use super::{Table, TableKind};
use crate::visible_whole;

/// What is told of all tables together. It keeps a line a table, whatever the tables hold.
#[derive(Debug, Default)]
pub struct Overview {
    /// What the data source is called here.
    pub source: String,
    /// How many sample values of a column were asked for.
    pub samples: u64,
    /// What was described.
    pub listed: Vec<Listed>,
    /// What was not.
    pub left_out: Vec<String>,
}

/// A table that was described.
#[derive(Debug)]
pub struct Listed {
    /// As it was asked for.
    pub table: String,
    /// What its files begin with.
    pub file: String,
    /// What it is.
    pub kind: TableKind,
    /// How many columns it has.
    pub columns: usize,
    /// How many rows it has.
    pub rows: u64,
    /// What its makers say of it.
    pub comment: String,
}

impl Listed {
    /// What the overview keeps of a table.
    pub fn of(table: &Table, asked: &str, file: &str) -> Self {
        Self {
            table: asked.to_owned(),
            file: file.to_owned(),
            kind: table.kind,
            columns: table.columns.len(),
            rows: table.rows,
            comment: table.comment.clone().unwrap_or_default(),
        }
    }

    /// The file with the statements that make it.
    pub fn ddl(&self) -> String {
        format!("{}.ddl", self.file)
    }

    /// The file that tells it.
    pub fn detail(&self) -> String {
        format!("{}_detail.md", self.file)
    }
}

impl Overview {
    /// The text of `metadata.txt`: columns with a tab between them.
    pub fn metadata(&self) -> String {
        let mut text = String::new();
        let mut push = |line: std::fmt::Arguments<'_>| {
            // Writing into a text cannot fail.
            let _ = writeln!(text, "{line}");
        };
        push(format_args!(
            "# Data source · 数据源: {}",
            visible_whole(&self.source)
        ));
        push(format_args!("# Tables · 表: {}", self.listed.len()));
        match self.samples {
            0 => push(format_args!("# Sample values · 示例值: none · 无")),
            most => push(format_args!(
                "# Sample values · 示例值: at most {most} a column · 每个字段最多 {most} 个"
            )),
        }
        push(format_args!(
            "# table · 表\tkind · 类型\tcolumns · 字段数\trows · 行数\tcomment · 说明"
        ));
        for listed in &self.listed {
            let kind = match listed.kind {
                TableKind::Table => "table",
                TableKind::View => "view",
            };
            push(format_args!(
                "{}\t{kind}\t{}\t{}\t{}",
                visible_whole(&listed.table),
                listed.columns,
                listed.rows,
                visible_whole(listed.comment.trim())
            ));
        }
        if !self.left_out.is_empty() {
            push(format_args!("# Not described · 未能描述:"));
        }
        for table in &self.left_out {
            push(format_args!("# {}", visible_whole(table)));
        }
        text
    }

    /// The text of `filename_mapping.txt`.
    pub fn mapping(&self) -> String {
        let mut text = "# table -> files · 表 -> 文件\n".to_owned();
        for listed in &self.listed {
            let table = visible_whole(&listed.table);
            let _ = writeln!(text, "{table} -> {}, {}", listed.ddl(), listed.detail());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overview() -> Overview {
        let listed = |table: &str, file: &str, comment: &str| Listed {
            table: table.to_owned(),
            file: file.to_owned(),
            kind: TableKind::Table,
            columns: 2,
            rows: 10,
            comment: comment.to_owned(),
        };
        Overview {
            source: "shop".to_owned(),
            samples: 0,
            listed: vec![
                listed("orders", "orders", "what\twas sold"),
                listed("a/b", "a-b-0123456789", ""),
            ],
            left_out: vec!["gone".to_owned()],
        }
    }

    #[test]
    fn all_tables_stand_in_the_metadata_and_no_value_breaks_a_line() {
        assert_eq!(
            overview().metadata(),
            "# Data source · 数据源: shop\n\
             # Tables · 表: 2\n\
             # Sample values · 示例值: none · 无\n\
             # table · 表\tkind · 类型\tcolumns · 字段数\trows · 行数\tcomment · 说明\n\
             orders\ttable\t2\t10\twhat\\twas sold\n\
             a/b\ttable\t2\t10\t\n\
             # Not described · 未能描述:\n\
             # gone\n"
        );
    }

    #[test]
    fn the_mapping_says_which_files_are_whose() {
        assert_eq!(
            overview().mapping(),
            "# table -> files · 表 -> 文件\n\
             orders -> orders.ddl, orders_detail.md\n\
             a/b -> a-b-0123456789.ddl, a-b-0123456789_detail.md\n"
        );
    }
}
