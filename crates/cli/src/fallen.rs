//! `source fallen` and `source settle`: what others took for a source that was down.

use std::io::{self, Write as _};

use flowkeep_api::types::{
    FallenInput, FallenKeep, FallenRow, FallenSettleAllInput, FallenSettleInput,
};
use flowkeep_api::{Api, AppError, Catalogue, fallen, run_changes};
use flowkeep_core::json::print;
use flowkeep_core::visible;

use crate::output::{Out, Outcome, Output, table};
use crate::sources::Keep;

/// What sources have yet to get: exit 3 where a person has to decide about some of it.
pub(crate) fn list(api: &Api, output: &Output, input: FallenInput) -> Result<Outcome, AppError> {
    let list = fallen::list(api, input)?;
    output.print(&list, |catalogue, out| {
        if list.items.is_empty() {
            return writeln!(out, "{}", catalogue.word("cli_fallen_none"));
        }
        writes(catalogue, out, &list.items)?;
        let shown = u32::try_from(list.items.len()).unwrap_or(u32::MAX);
        let more = list.total.saturating_sub(shown);
        if more > 0 {
            let more = catalogue.sentence("and_more", &[("count", &more)]);
            writeln!(out, "{more}")?;
        }
        if list.total > list.conflicts && run_changes::is_without_owner(api) {
            writeln!(out, "{}", catalogue.word("cli_fallen_no_engine"))?;
        }
        Ok(())
    })?;
    Ok(if list.conflicts > 0 {
        Outcome::InPart
    } else {
        Outcome::Done
    })
}

fn writes(catalogue: &Catalogue, out: &mut Out, found: &[FallenRow]) -> io::Result<()> {
    let rows = found.iter().map(|row| {
        let key = row.key.as_word();
        let key = key.map_or_else(|| print(&row.key), str::to_owned);
        let state = match row.conflict {
            Some(_) => "cli_fallen_asks",
            None => "cli_fallen_waits",
        };
        [
            visible(&row.id).into_owned(),
            visible(&row.source).into_owned(),
            row.action.clone(),
            visible(&row.table).into_owned(),
            visible(&key).into_owned(),
            catalogue.word(state),
        ]
    });
    let columns = ["id", "source", "action", "table", "key", "state"];
    table(catalogue, out, columns, rows)?;
    found
        .iter()
        .try_for_each(|row| reasons(catalogue, out, row))
}

/// Why a write is not done yet, and what a person has to decide between.
fn reasons(catalogue: &Catalogue, out: &mut Out, row: &FallenRow) -> io::Result<()> {
    for why in [&row.refused, &row.conflict].into_iter().flatten() {
        let why = catalogue.labelled(&visible(&row.id), &catalogue.say(why));
        writeln!(out, "{why}")?;
    }
    if row.conflict.is_none() {
        return Ok(());
    }
    let ours = row.ours.as_ref().map(print);
    let deletes = || catalogue.word("fallen_deletes");
    let ours = ours.or_else(|| (row.action == "record.delete").then(deletes));
    let theirs = row.theirs.as_ref().map(|there| {
        let none = || catalogue.word("fallen_nothing_there");
        Some(there)
            .filter(|there| !there.is_null())
            .map_or_else(none, print)
    });
    for (word, value) in [("cli_fallen_ours", ours), ("cli_fallen_theirs", theirs)] {
        let Some(value) = value else { continue };
        let value = visible(&value);
        let told = catalogue.sentence(word, &[("value", &value)]);
        writeln!(out, "  {told}")?;
    }
    Ok(())
}

pub(crate) fn settle_all(
    api: &Api,
    output: &Output,
    name: String,
    (waiting, keep): (bool, Keep),
) -> Result<Outcome, AppError> {
    let (keep, told) = match keep {
        Keep::Ours => (FallenKeep::Ours, "cli_fallen_settled_all_ours"),
        Keep::Theirs => (FallenKeep::Theirs, "cli_fallen_settled_all_theirs"),
    };
    let input = FallenSettleAllInput {
        name,
        waiting,
        keep,
    };
    let settled = fallen::settle_all(api, input)?;
    output.print(&settled, |catalogue, out| {
        let source = visible(&settled.source);
        let fields: [(&str, &dyn std::fmt::Display); 2] =
            [("source", &source), ("count", &settled.count)];
        writeln!(out, "{}", catalogue.sentence(told, &fields))
    })?;
    Ok(Outcome::Done)
}

pub(crate) fn settle(
    api: &Api,
    output: &Output,
    id: String,
    keep: Keep,
) -> Result<Outcome, AppError> {
    let (keep, told) = match keep {
        Keep::Ours => (FallenKeep::Ours, "cli_fallen_settled_ours"),
        Keep::Theirs => (FallenKeep::Theirs, "cli_fallen_settled_theirs"),
    };
    let settled = fallen::settle(api, FallenSettleInput { id, keep })?;
    output.print(&settled, |catalogue, out| {
        let source = visible(&settled.source);
        writeln!(out, "{}", catalogue.sentence(told, &[("source", &source)]))
    })?;
    Ok(Outcome::Done)
}
