//! `folder tables`: the tables that the list of a folder names, and giving it another list.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use flowkeep_api::types::{
    ChosenPlace, FolderPutTableListInput, FolderRef, FolderTableListInput, FolderTables,
};
use flowkeep_api::{Api, AppError, Catalogue, folder_contents, folders};
use flowkeep_core::folder::DroppedName;
use flowkeep_core::{Message, visible};
use serde::Serialize;

use crate::args::given_path;
use crate::output::{Out, Outcome, Output};

#[derive(Debug, Args)]
pub(crate) struct Tables {
    #[arg(id = "folder_id", value_name = "ID")]
    id: String,
    #[arg(id = "tables_from", long = "from", value_name = "FILE", value_parser = given_path())]
    from: Option<PathBuf>,
    #[arg(long, requires = "tables_from")]
    dry_run: bool,
}

/// A list that was put into a folder, or would be.
#[derive(Serialize)]
struct Put<'a> {
    #[serde(flatten)]
    list: &'a FolderTables,
    /// Whether the folder had this very list.
    same: bool,
    /// What the list that was there is called now.
    kept_as: Option<String>,
}

pub(crate) fn tables(api: &Api, output: &Output, asked: Tables) -> Result<Outcome, AppError> {
    let Some(from) = asked.from else {
        let list = folder_contents::tables(api, FolderRef { id: asked.id })?;
        output.print(&list, |catalogue, out| match &list.path {
            None => writeln!(out, "{}", catalogue.word("cli_folder_no_tables")),
            Some(path) => {
                named(catalogue, out, &list)?;
                let found = catalogue.counted("cli_folder_tables", list.tables.len());
                writeln!(out, "{}", catalogue.labelled(&visible(path), &found))
            }
        })?;
        return Ok(Outcome::Done);
    };
    put(api, output, asked.id, from, asked.dry_run)
}

fn put(
    api: &Api,
    output: &Output,
    id: String,
    from: PathBuf,
    dry_run: bool,
) -> Result<Outcome, AppError> {
    let file = || ChosenPlace::Path(from.clone());
    let look = FolderTableListInput {
        id: id.clone(),
        from: file(),
    };
    let plan = folder_contents::table_list(api, look)?;
    if plan.names.is_empty() {
        let mut refused = AppError::new("table_list_unreadable");
        refused.because = Some(Box::new(Message::new("table_list_empty")));
        return Err(refused);
    }
    let same = plan.same;
    let (list, kept_as) = if dry_run {
        let would = FolderTables {
            id: folders::show(api, FolderRef { id })?.row.id,
            path: Some(from.to_string_lossy().into_owned()),
            encoding: Some(plan.encoding),
            tables: plan.names,
            dropped: plan.dropped,
        };
        (would, None)
    } else {
        let wanted = FolderPutTableListInput {
            id: id.clone(),
            from: file(),
            sha256: plan.sha256,
        };
        let put = folder_contents::put_table_list(api, wanted)?;
        let there = folder_contents::tables(api, FolderRef { id })?;
        (there, put.kept_as)
    };
    let put = Put {
        list: &list,
        same,
        kept_as,
    };
    output.print(&put, |catalogue, out| {
        named(catalogue, out, &list)?;
        let key = match (same, dry_run) {
            (true, _) => "cli_folder_tables_same",
            (false, true) => "cli_folder_tables_would",
            (false, false) => "cli_folder_tables_put",
        };
        writeln!(out, "{}", catalogue.counted(key, list.tables.len()))?;
        match &put.kept_as {
            None => Ok(()),
            Some(kept) => {
                let kept = visible(kept);
                let said = catalogue.sentence("cli_folder_tables_kept", &[("name", &kept)]);
                writeln!(out, "{said}")
            }
        }
    })?;
    // What is there twice is no loss; what is no name of a table is one.
    let is_odd = |dropped: &DroppedName| dropped.why.code == "table_list_odd";
    Ok(if list.dropped.iter().any(is_odd) {
        Outcome::InPart
    } else {
        Outcome::Done
    })
}

/// The tables, and what of the list is not taken as one.
fn named(catalogue: &Catalogue, out: &mut Out, list: &FolderTables) -> io::Result<()> {
    let mut tables = list.tables.iter();
    tables.try_for_each(|table| writeln!(out, "{}", visible(table)))?;
    list.dropped.iter().try_for_each(|dropped| {
        let line = catalogue.sentence("table_list_line", &[("line", &dropped.line)]);
        let entry = catalogue.labelled(&line, &visible(&dropped.text));
        let why = catalogue.say(&dropped.why);
        writeln!(out, "{}", catalogue.labelled(&entry, &why))
    })
}
