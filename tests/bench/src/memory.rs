//! The most memory each long command has, with few and with many documents.

use std::fmt::Write as _;

use anyhow::Result;

use crate::Extent;
use crate::measure::{mebibytes, peak};
use crate::workshop::{Workshop, text};

pub(crate) fn peaks(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let few = measured(workshop, extent.documents)?;
    let many = measured(workshop, extent.many)?;
    let mut table = format!(
        "Most memory, in MiB (aim: flat)\n  {:<24}{:>10}{:>10}{:>9}\n",
        "documents", extent.documents, extent.many, "ratio"
    );
    for ((what, few), (_, many)) in few.into_iter().zip(many) {
        let ratio = mebibytes(many) / mebibytes(few.max(1));
        writeln!(
            table,
            "  {what:<24}{:>10.1}{:>10.1}{ratio:>9.2}",
            mebibytes(few),
            mebibytes(many)
        )?;
    }
    Ok(table)
}

fn measured(workshop: &mut Workshop, documents: usize) -> Result<[(&'static str, u64); 5]> {
    let filled = workshop.filled(documents)?;
    let (into, empty, fresh) = (
        workshop.fresh("backups"),
        workshop.fresh("empty"),
        workshop.fresh("empty"),
    );
    let backup = text(&filled.backup)?;
    let run = |data: &std::path::Path, words: &[&str]| peak(&mut workshop.flowkeep(data, words));
    let peaks = [
        (
            "db backup",
            run(&filled.data, &["db", "backup", "-o", text(&into)?])?,
        ),
        (
            "db verify",
            run(&filled.data, &["db", "verify", "-i", backup])?,
        ),
        ("db restore", run(&empty, &["db", "restore", "-i", backup])?),
        (
            "flow import",
            run(&fresh, &["flow", "import", text(&filled.files)?])?,
        ),
        ("flow list", run(&filled.data, &["flow", "list"])?),
    ];
    for folder in [into, empty, fresh] {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(peaks)
}
