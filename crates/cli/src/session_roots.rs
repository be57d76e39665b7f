//! `session roots`, `session relink`, `session link`: where configurations are.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use flowkeep_api::types::{
    ChosenPlace, ConfigRoot, ConfigRootAddInput, ConfigRootList, ConfigRootRef, Nothing,
    SessionLinkInput, SessionRelinkInput, SnapshotSecrets,
};
use flowkeep_api::{Api, AppError, Catalogue, config_roots, path_text, settings};
use flowkeep_core::visible;

use crate::args::given_path;
use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;
use crate::sessions::{outcome, tell_snapshot};

#[derive(Debug, Args)]
pub(crate) struct Roots {
    #[command(subcommand)]
    deed: Option<RootsDeed>,
}

#[derive(Debug, Subcommand)]
enum RootsDeed {
    Add {
        #[arg(id = "config_root_path", value_name = "PATH", value_parser = given_path())]
        path: PathBuf,
    },
    Remove {
        #[arg(id = "config_root_path", value_name = "PATH", value_parser = given_path())]
        path: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Relink {
    #[arg(id = "config_root_old", value_name = "OLD", value_parser = given_path())]
    old: PathBuf,
    #[arg(id = "config_root_new", value_name = "NEW", value_parser = given_path())]
    new: PathBuf,
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Link {
    #[arg(id = "session_id", value_name = "ID")]
    id: String,
    #[arg(id = "session_config", value_name = "CONFIG", value_parser = given_path())]
    config: PathBuf,
    #[arg(id = "session_root", long = "root", value_name = "DIR", value_parser = given_path())]
    root: Option<PathBuf>,
}

/// A path as the list has it: whole, and through no links where it is there.
fn listed(path: &Path) -> String {
    let real = path.canonicalize().or_else(|_| std::path::absolute(path));
    path_text(&real.unwrap_or_else(|_| path.to_owned()))
}

pub(crate) fn roots(api: &Api, output: &Output, asked: Roots) -> Result<Outcome, AppError> {
    let is_added = matches!(asked.deed, Some(RootsDeed::Add { .. }));
    let found = match asked.deed {
        None => config_roots::list(api, Nothing {})?,
        Some(RootsDeed::Add { path }) => {
            let path = ChosenPlace::Path(path);
            config_roots::add(api, ConfigRootAddInput { path })?
        }
        Some(RootsDeed::Remove { path }) => {
            let path = listed(&path);
            config_roots::remove(api, ConfigRootRef { path })?
        }
    };
    output.print(&found, |catalogue, out| table(catalogue, out, &found))?;
    if is_added && !output.is_json() {
        let chosen = settings::show(api, Nothing {})?;
        if chosen.snapshot_secrets == SnapshotSecrets::Masked {
            output.remark("cli_config_root_masked");
        }
    }
    Ok(Outcome::Done)
}

fn table(catalogue: &Catalogue, out: &mut Out, found: &ConfigRootList) -> io::Result<()> {
    if found.items.is_empty() {
        return writeln!(out, "{}", catalogue.word("config_roots_none"));
    }
    found.items.iter().try_for_each(|root| {
        let said = told(catalogue, root);
        writeln!(out, "{}", catalogue.labelled(&visible(&root.path), &said))
    })
}

fn told(catalogue: &Catalogue, root: &ConfigRoot) -> String {
    let fields: [(&str, &dyn Display); 1] = [("count", &root.sessions)];
    let mut said = vec![catalogue.sentence("cli_config_root_sessions", &fields)];
    said.push(catalogue.word(if root.listed {
        "config_root_listed"
    } else {
        "config_root_met"
    }));
    if root.state != "there" {
        said.push(catalogue.word(&format!("config_root_{}", root.state)));
    }
    said.join(&catalogue.word("clause_separator"))
}

pub(crate) fn relink(api: &Api, output: &Output, asked: Relink) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let wanted = SessionRelinkInput {
        path: listed(&asked.old),
        to: ChosenPlace::Path(asked.new),
        dry_run: Some(asked.dry_run),
    };
    let relinked = config_roots::relink(api, wanted, &progress);
    drop(progress);
    let relinked = relinked?;
    let is_refused = asked.dry_run && relinked.gone > 0 && relinked.found + relinked.changed == 0;
    output.print(&relinked, |catalogue, out| {
        let fields: [(&str, &dyn Display); 4] = [
            ("sessions", &relinked.sessions),
            ("found", &relinked.found),
            ("changed", &relinked.changed),
            ("gone", &relinked.gone),
        ];
        writeln!(
            out,
            "{}",
            catalogue.sentence("cli_session_relinked_files", &fields)
        )?;
        let key = if is_refused {
            "cli_session_relink_nothing"
        } else if asked.dry_run {
            "cli_session_relink_looked"
        } else {
            "cli_session_relinked"
        };
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    Ok(if is_refused {
        Outcome::InPart
    } else {
        Outcome::Done
    })
}

pub(crate) fn link(api: &Api, output: &Output, asked: Link) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let wanted = SessionLinkInput {
        id: asked.id,
        config: ChosenPlace::Path(asked.config),
        root: asked.root.map(ChosenPlace::Path),
    };
    let linked = config_roots::link(api, wanted, &progress);
    drop(progress);
    let linked = linked?;
    output.print(&linked, |catalogue, out| {
        let key = match &linked.snapshot {
            Some(snapshot) => {
                tell_snapshot(catalogue, out, snapshot)?;
                "cli_session_linked"
            }
            None => "cli_session_linked_bare",
        };
        let (config, root) = (visible(&linked.config), visible(&linked.root));
        let fields: [(&str, &dyn Display); 2] = [("config", &config), ("folder", &root)];
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    Ok(match &linked.snapshot {
        Some(snapshot) => outcome(snapshot.status),
        None => Outcome::InPart,
    })
}
