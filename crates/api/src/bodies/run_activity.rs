//! What Activity says of what people want of a run.

use flowkeep_core::run::{Decision, Definition, TaskId};
use flowkeep_engine::Wanted;

/// What Activity calls the task that was decided about, with where its work went and why.
pub(super) fn about(all: &Definition, task: &TaskId, decision: &Decision) -> Option<String> {
    let name = |id: &TaskId| Some(all.task(id)?.name.clone());
    let mut words = name(task)?;
    if let Decision::SendBack { to, reason } = decision {
        words = format!("{words} → {}", name(to)?);
        if let Some(reason) = reason {
            let line: Vec<_> = reason.split_whitespace().collect();
            words = format!("{words}: {}", line.join(" "));
        }
    }
    Some(words)
}

/// What Activity calls it.
pub(super) fn operation_of(wanted: &Wanted) -> &'static str {
    match wanted {
        Wanted::Cancel => "run_cancel",
        Wanted::Pause => "run_pause",
        Wanted::Resume | Wanted::ResumeWith { .. } => "run_resume",
        Wanted::Answer { decision, .. } => match decision {
            Decision::Approve { .. } => "run_approve",
            Decision::SendBack { .. } => "run_send_back",
            Decision::Rerun => "run_rerun",
            Decision::Done => "run_done",
            Decision::Failed => "run_failed",
        },
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::{Document, Format};

    use super::*;

    #[test]
    fn work_that_is_sent_back_is_told_with_where_to_and_why() {
        let text = r#"{"name": "w", "stages": [{"id": "a", "name": "Extract"}, {"id": "b"}]}"#;
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        let all = Definition::read(document.value()).unwrap();
        let told = |decision| about(&all, &TaskId::from("b"), &decision).unwrap();
        let back = |reason: Option<&str>| Decision::SendBack {
            to: TaskId::from("a"),
            reason: reason.map(str::to_owned),
        };
        assert_eq!(told(Decision::Done), "b");
        assert_eq!(told(back(None)), "b → Extract");
        assert_eq!(
            told(back(Some("It is\nshort."))),
            "b → Extract: It is short."
        );
    }
}
