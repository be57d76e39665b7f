//! `session …`: the configuration that work is kept with.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Subcommand;
use flowkeep_api::types::{ChosenPlace, SessionPreview, SessionPreviewInput};
use flowkeep_api::{Api, AppError, Catalogue, sessions};

use flowkeep_core::visible;

use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;

#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    Preview {
        #[arg(id = "session_config", value_name = "CONFIG")]
        config: PathBuf,
        #[arg(id = "session_root", long = "root", value_name = "DIR")]
        root: Option<PathBuf>,
        #[arg(id = "session_strategy", long = "strategy", value_name = "STRATEGY")]
        strategy: Option<String>,
    },
}

pub(crate) fn run(api: &Api, output: &Output, verb: Session) -> Result<Outcome, AppError> {
    match verb {
        Session::Preview {
            config,
            root,
            strategy,
        } => {
            let wanted = SessionPreviewInput {
                config: ChosenPlace::Path(config),
                root: root.map(ChosenPlace::Path),
                strategy,
            };
            preview(api, output, wanted)
        }
    }
}

/// What is not complete leaves it done in part.
fn preview(api: &Api, output: &Output, wanted: SessionPreviewInput) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let found = sessions::preview(api, wanted, &progress);
    drop(progress);
    let found = found?;
    output.print(&found, |catalogue, out| tell(catalogue, out, &found))?;
    Ok(match found.status {
        "complete" => Outcome::Done,
        _ => Outcome::InPart,
    })
}

fn tell(catalogue: &Catalogue, out: &mut Out, found: &SessionPreview) -> io::Result<()> {
    for file in &found.files {
        let bytes = catalogue.sentence("cli_session_file", &[("file_bytes", &file.bytes)]);
        writeln!(out, "{}", catalogue.labelled(&visible(&file.path), &bytes))?;
    }
    let mut say =
        |path: &str, said: &str| writeln!(out, "{}", catalogue.labelled(&visible(path), said));
    for file in found.unparsed.iter().chain(&found.unread) {
        say(&file.path, &catalogue.say(&file.reason))?;
    }
    for missing in &found.missing {
        let key = match missing.looked {
            Some(_) => "cli_session_missing",
            None => "cli_session_outside",
        };
        let name = visible(&missing.reference);
        say(&missing.from, &catalogue.sentence(key, &[("name", &name)]))?;
    }
    for met in &found.ambiguous {
        let (name, files) = (visible(&met.reference), met.taken.join(", "));
        let fields: [(&str, &dyn std::fmt::Display); 2] = [("name", &name), ("files", &files)];
        say(
            &met.from,
            &catalogue.sentence("cli_session_ambiguous", &fields),
        )?;
    }
    let fields: [(&str, &dyn std::fmt::Display); 3] = [
        ("count", &found.files.len()),
        ("file_bytes", &found.bytes),
        ("left_out", &found.left_out.len()),
    ];
    let key = format!("cli_session_{}", found.status);
    writeln!(out, "{}", catalogue.sentence(&key, &fields))
}
