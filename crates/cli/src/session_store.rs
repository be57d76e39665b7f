//! `session move-store`: the folder in which the contents of snapshots lie.

use std::fmt::Display;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use flowkeep_api::types::{ChosenPlace, SessionStoreMoveInput};
use flowkeep_api::{Api, AppError, session_store};
use flowkeep_core::visible;

use crate::output::{Outcome, Output};
use crate::progress::Shown;

#[derive(Debug, Args)]
pub(crate) struct MoveStore {
    /// The folder.
    #[arg(
        id = "store_to",
        value_name = "DIR",
        required_unless_present = "store_default"
    )]
    to: Option<PathBuf>,
    /// Back into the data folder.
    #[arg(id = "store_default", long = "default", conflicts_with = "store_to")]
    usual: bool,
    /// The old place is gone for good.
    #[arg(id = "store_lost", long = "lost")]
    lost: bool,
}

pub(crate) fn run(api: &Api, output: &Output, asked: MoveStore) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let wanted = SessionStoreMoveInput {
        to: asked.to.filter(|_| !asked.usual).map(ChosenPlace::Path),
        lost: Some(asked.lost),
    };
    let moved = session_store::move_to(api, wanted, &progress);
    drop(progress);
    let moved = moved?;
    output.print(&moved, |catalogue, out| {
        let left = moved
            .left
            .iter()
            .map(|path| ("cli_session_store_left", path));
        let unread = moved.unread.iter();
        let unread = unread.map(|path| ("cli_session_store_unread", path));
        for (key, path) in left.chain(unread) {
            let fields: [(&str, &dyn Display); 1] = [("path", &visible(path))];
            writeln!(out, "{}", catalogue.sentence(key, &fields))?;
        }
        if !moved.unread.is_empty() {
            writeln!(out, "{}", catalogue.word("cli_session_store_unread_next"))?;
        }
        let path = visible(&moved.store_dir);
        let fields: [(&str, &dyn Display); 3] = [
            ("path", &path),
            ("files", &moved.files),
            ("file_bytes", &moved.bytes),
        ];
        let key = if asked.lost && moved.files == 0 {
            "cli_session_store_given_up"
        } else {
            "cli_session_store_moved"
        };
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    Ok(if moved.left.is_empty() && moved.unread.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}
