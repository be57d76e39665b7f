//! `session key …`: the key to what is kept encrypted of configurations.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Subcommand;
use flowkeep_api::types::{ChosenPlace, ExportTo, Nothing, SessionSnapshot, SnapshotKeyFrom};
use flowkeep_api::{Api, AppError, Catalogue, snapshot_keys};
use flowkeep_core::visible;

use crate::args::given_path;
use crate::output::{Out, Outcome, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    Save {
        #[arg(id = "key_to", value_name = "FILE", value_parser = given_path())]
        to: PathBuf,
    },
    Add {
        #[arg(id = "key_from", value_name = "FILE", value_parser = given_path())]
        from: PathBuf,
    },
}

pub(crate) fn run(api: &Api, output: &Output, verb: Key) -> Result<Outcome, AppError> {
    match verb {
        Key::Save { to } => {
            let to = ChosenPlace::Path(to);
            let saved = snapshot_keys::save(api, ExportTo { to })?;
            output.print(&saved, |catalogue, out| {
                let path = visible(saved.files.first().map_or("", String::as_str));
                let fields: [(&str, &dyn Display); 1] = [("path", &path)];
                writeln!(out, "{}", catalogue.sentence("snapshot_key_saved", &fields))
            })?;
        }
        Key::Add { from } => {
            let from = ChosenPlace::Path(from);
            let added = snapshot_keys::add(api, SnapshotKeyFrom { from })?;
            output.print(&added, |catalogue, out| {
                let key = match added.added {
                    0 => "snapshot_key_known",
                    _ => "snapshot_key_added",
                };
                writeln!(out, "{}", catalogue.word(key))?;
                if added.in_use {
                    writeln!(out, "{}", catalogue.word("snapshot_key_in_use"))?;
                }
                Ok(())
            })?;
        }
    }
    Ok(Outcome::Done)
}

/// That snapshots are encrypted with a new key of which nobody has a copy, where they are.
pub(crate) fn remark_new(api: &Api, output: &Output) -> Result<(), AppError> {
    if !output.is_json() && snapshot_keys::show(api, Nothing {})?.is_another {
        output.remark("cli_session_key_another");
    }
    Ok(())
}

/// What comes first where a new key takes the place of one that is gone: to bring that in, or to save the new one.
pub(crate) fn remark_after_reset(api: &Api, output: &Output) -> Result<(), AppError> {
    if !output.is_json() && snapshot_keys::show(api, Nothing {})?.is_another {
        output.remark("cli_session_key_after_reset");
    }
    Ok(())
}

/// That a snapshot is encrypted, where it is.
pub(crate) fn tell(
    catalogue: &Catalogue,
    out: &mut Out,
    snapshot: &SessionSnapshot,
) -> io::Result<()> {
    if snapshot.encrypted {
        writeln!(out, "{}", catalogue.word("cli_session_encrypted"))?;
    }
    Ok(())
}
