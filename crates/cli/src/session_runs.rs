//! The run of a session that a command has begun or let go on.

use std::io::{self, Write as _};

use clap::Args;
use flowkeep_api::{Api, AppError, Catalogue, run_changes};
use flowkeep_core::run::Status;

use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;
use crate::{runs, waiting};

/// What is asked of it.
#[derive(Debug, Args)]
pub(crate) struct Going {
    #[arg(long, requires = "session_goes")]
    pub(crate) trust: bool,
    #[arg(long, requires = "session_goes")]
    pub(crate) wait: bool,
}

impl Going {
    /// Waits for a run where how it stands is part of the one result that is printed.
    pub(crate) fn within(
        &self,
        api: &Api,
        output: &Output,
        run: Option<&String>,
    ) -> Result<Option<Status>, AppError> {
        let Some(id) = run.filter(|_| self.wait && output.is_json()) else {
            return Ok(None);
        };
        let progress = Shown::new(output.catalogue());
        let run = run_changes::wait(api, id, &progress);
        drop(progress);
        Ok(Some(run?.status))
    }

    /// Waits for a run, or says how one stands that nobody waits for, after what was done before is told. A
    /// command ends as the run did, or as one that waits for a person where this does; where it succeeded, as what was
    /// done `before`.
    pub(crate) fn after(
        &self,
        api: &Api,
        output: &Output,
        run: Option<&String>,
        ended: Option<Status>,
        before: Outcome,
    ) -> Result<Outcome, AppError> {
        let ended = match (run, ended) {
            (_, Some(ended)) if !self.wait && ended != Status::Waiting => Outcome::Done,
            (Some(id), _) if self.wait && !output.is_json() => runs::waited(api, output, id)?,
            (_, ended) => ended.map_or(Outcome::Done, runs::outcome),
        };
        Ok(match ended {
            Outcome::Done => before,
            ended => ended,
        })
    }
}

/// Names a run that a command has begun or let go on, and what it needs to go on.
pub(crate) fn tell(
    api: &Api,
    catalogue: &Catalogue,
    out: &mut Out,
    id: &str,
    status: Option<Status>,
) -> io::Result<()> {
    let fields: [(&str, &dyn std::fmt::Display); 1] = [("run", &id)];
    writeln!(out, "{}", catalogue.sentence("cli_session_run", &fields))?;
    let key = match status {
        Some(Status::Waiting) => {
            // How it waits is told by the run as well, should this not be read.
            let lines = waiting::told(api, catalogue, id).unwrap_or_default();
            return lines.iter().try_for_each(|line| writeln!(out, "{line}"));
        }
        Some(Status::Queued) if run_changes::is_without_owner(api) => "cli_run_stays_queued",
        Some(Status::Interrupted) if run_changes::is_without_owner(api) => "cli_run_goes_on_later",
        _ => return Ok(()),
    };
    writeln!(out, "{}", catalogue.word(key))
}
