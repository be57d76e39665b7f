//! `session restore --in-place`: files of a session, back where they were.

use std::fmt::Display;
use std::io::{self, Write as _};

use flowkeep_api::types::{
    SessionInPlaceFile, SessionInPlaceInput, SessionInPlacePlan, SessionPutInPlace,
    SessionRestoreInput, SessionRestored, SessionUse,
};
use flowkeep_api::{Api, AppError, Catalogue, session_in_place, session_recovery};
use flowkeep_core::visible;

use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;
use crate::session_restore::in_the_copy;

pub(crate) fn run(
    api: &Api,
    output: &Output,
    wanted: SessionInPlaceInput,
    is_look: bool,
) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let (id, source) = (wanted.id.clone(), wanted.wanted);
    let plan = session_in_place::plan(api, wanted.clone(), &progress)?;
    if is_look {
        drop(progress);
        output.print(&plan, |catalogue, out| planned(catalogue, out, &plan))?;
        return Ok(outcome(plan.complete));
    }
    let restored = put(api, &plan, (id, source, wanted.snapshot), &progress);
    drop(progress);
    let restored = restored?;
    output.print(&restored, |catalogue, out| {
        in_the_copy(catalogue, out, &restored)?;
        match &restored.in_place {
            Some(done) => told(catalogue, out, (&plan, &restored), done),
            None => Ok(()),
        }
    })?;
    Ok(outcome(restored.complete))
}

fn put(
    api: &Api,
    plan: &SessionInPlacePlan,
    (id, wanted, snapshot): (String, Option<SessionUse>, Option<String>),
    progress: &Shown,
) -> Result<SessionRestored, AppError> {
    let wanted = SessionRestoreInput {
        id,
        wanted,
        snapshot,
        to: None,
        in_place: Some(plan.stamp),
        make_masked: None,
        resume: None,
        without_keys: None,
        copy: None,
        copy_path: None,
        trust: None,
        shown: None,
    };
    session_recovery::restore(api, wanted, progress)
}

fn outcome(is_complete: bool) -> Outcome {
    if is_complete {
        Outcome::Done
    } else {
        Outcome::InPart
    }
}

fn planned(catalogue: &Catalogue, out: &mut Out, plan: &SessionInPlacePlan) -> io::Result<()> {
    for file in &plan.files {
        let said = act(catalogue, file);
        writeln!(out, "{}", catalogue.labelled(&visible(&file.path), &said))?;
    }
    users(catalogue, out, plan)?;
    let count = |act: &str| plan.files.iter().filter(|file| file.act == act).count();
    let (makes, replaces) = (count("makes"), count("replaces"));
    let fields: [(&str, &dyn Display); 3] = [
        ("makes", &makes),
        ("replaces", &replaces),
        ("folder", &visible(&plan.root)),
    ];
    let said = catalogue.sentence("cli_session_in_place_would", &fields);
    writeln!(out, "{said}")
}

fn act(catalogue: &Catalogue, file: &SessionInPlaceFile) -> String {
    let said = match &file.reason {
        Some(why) => {
            let why = catalogue.say(why);
            let fields: [(&str, &dyn Display); 1] = [("why", &why)];
            catalogue.sentence(&format!("cli_session_in_place_{}", file.act), &fields)
        }
        None => catalogue.word(&format!("session_in_place_{}", file.act)),
    };
    if file.holds_keys && file.act == "replaces" {
        let keys = catalogue.word("session_in_place_keys");
        [said, keys].join(&catalogue.word("clause_separator"))
    } else {
        said
    }
}

/// Which other sessions work with the files.
fn users(catalogue: &Catalogue, out: &mut Out, plan: &SessionInPlacePlan) -> io::Result<()> {
    plan.used_by.iter().try_for_each(|user| {
        let fields: [(&str, &dyn Display); 2] =
            [("name", &visible(&user.name)), ("count", &user.files)];
        let said = catalogue.sentence("cli_session_in_place_user", &fields);
        writeln!(out, "{said}")
    })
}

fn told(
    catalogue: &Catalogue,
    out: &mut Out,
    (plan, restored): (&SessionInPlacePlan, &SessionRestored),
    done: &SessionPutInPlace,
) -> io::Result<()> {
    for left in &done.left {
        let why = catalogue.say(&left.reason);
        let fields: [(&str, &dyn Display); 1] = [("why", &why)];
        let said = catalogue.sentence("cli_session_in_place_left", &fields);
        writeln!(out, "{}", catalogue.labelled(&visible(&left.path), &said))?;
    }
    users(catalogue, out, plan)?;
    let fields: [(&str, &dyn Display); 3] = [
        ("written", &done.written.len()),
        ("same", &done.same.len()),
        ("folder", &visible(&plan.root)),
    ];
    let said = catalogue.sentence("cli_session_in_place_done", &fields);
    writeln!(out, "{said}")?;
    if let Some(begins_with) = &done.begins_with {
        let fields: [(&str, &dyn Display); 1] = [("path", &visible(begins_with))];
        let said = catalogue.sentence("cli_session_in_place_begins", &fields);
        writeln!(out, "{said}")?;
    }
    if let Some(other) = &restored.passed_over {
        let fields: [(&str, &dyn Display); 2] = [
            ("path", &visible(&restored.overlay)),
            ("other", &visible(other)),
        ];
        let said = catalogue.sentence("cli_session_in_place_other_copy", &fields);
        writeln!(out, "{said}")?;
    }
    if let Some(whole) = &done.kept_whole {
        let fields: [(&str, &dyn Display); 1] = [("path", &visible(whole))];
        let said = catalogue.sentence("cli_session_in_place_whole", &fields);
        writeln!(out, "{said}")?;
    }
    match &done.before {
        Some(before) => {
            let fields: [(&str, &dyn Display); 2] =
                [("session", &plan.session_id), ("snapshot", before)];
            let said = catalogue.sentence("cli_session_in_place_before", &fields);
            writeln!(out, "{said}")
        }
        None => Ok(()),
    }
}
