//! What runs say, for finding a run by the words of a message in whatever language it is read.

use std::sync::OnceLock;

use flowkeep_core::Sentences;

use crate::{Catalogue, Tongue};

/// The codes of what runs say: messages of the engine, and why attempts fail.
const CODES: &[&str] = &[
    "agent_capability_unknown",
    "agent_too_large",
    "agent_twice",
    "agent_without_id",
    "answer_field_empty",
    "answer_field_unknown",
    "answer_item_unknown",
    "answer_not_ticked",
    "attempt_fault",
    "blob_unreadable",
    "child_not_succeeded",
    "child_too_deep",
    "column_missing",
    "condition_not_an_expression",
    "context_missing",
    "cycle",
    "database_not_read",
    "definition_invalid",
    "duplicate_id",
    "expression_beside_numbered",
    "expression_empty",
    "expression_in_sql_quotes",
    "expression_incomplete",
    "expression_index",
    "expression_missing",
    "expression_no_output",
    "expression_not_before",
    "expression_not_closed",
    "expression_not_output",
    "expression_not_true_or_false",
    "expression_number",
    "expression_too_long",
    "expression_types",
    "expression_unknown_root",
    "expression_unreadable",
    "fallback_cycle",
    "field_not_list",
    "field_not_object",
    "field_not_text",
    "field_not_whole_number",
    "field_not_words",
    "field_too_large",
    "field_too_small",
    "file_disk_full",
    "file_failed",
    "folder_not_made",
    "folder_unreachable",
    "http_broken_off",
    "http_header_wrong",
    "http_method_wrong",
    "http_not_ready",
    "http_redirect_elsewhere",
    "http_silent",
    "http_status",
    "http_unreachable",
    "http_url_wrong",
    "in_part",
    "key_exists",
    "key_twice",
    "marked_failed",
    "no_choice",
    "no_connection",
    "output_in_file",
    "output_not_written",
    "output_too_large",
    "parameter_missing",
    "parameter_unknown",
    "path_is_folder",
    "path_is_link",
    "path_is_special",
    "path_missing",
    "path_outside",
    "program_failed",
    "program_killed",
    "program_lines_left_out",
    "program_missing",
    "program_not_allowed",
    "program_not_started",
    "program_words_wrong",
    "record_missing",
    "rejected",
    "run_attempt_left",
    "run_attempt_lost",
    "run_broken_off_again",
    "run_cancelled",
    "run_clock_ahead",
    "run_clock_back",
    "run_done_again",
    "run_failed",
    "run_fallback_called",
    "run_fallback_stood_in",
    "run_goes_on_without",
    "run_input_given",
    "run_no_agent",
    "run_not_readable",
    "run_secret_locked",
    "run_sent_back",
    "run_stops",
    "run_succeeded",
    "run_task_failed",
    "run_text_damaged",
    "run_too_many_rounds",
    "run_undo_failed",
    "run_undoes",
    "run_waits_for_operator",
    "several_ways",
    "source_broke",
    "source_busy",
    "source_damaged",
    "source_failed",
    "source_full",
    "source_is_flowkeep",
    "source_read_only",
    "source_unfit",
    "source_unreachable",
    "sql_args",
    "sql_failed",
    "sql_one_statement",
    "sql_other_file",
    "sql_query_writes",
    "steps_not_run",
    "table_missing",
    "table_without_key",
    "timeout",
    "unknown_action",
    "unknown_reference",
    "workflow_empty",
    "workflow_unknown",
];

/// Their sentences.
pub(crate) fn sentences() -> &'static Sentences {
    static SENTENCES: OnceLock<Sentences> = OnceLock::new();
    SENTENCES.get_or_init(|| {
        let tongues = [Tongue::English, Tongue::Chinese].map(Catalogue::new);
        let said = CODES.iter().flat_map(|code| {
            let entries = tongues.iter().filter_map(|tongue| tongue.entry(code));
            entries.map(move |entry| (*code, entry))
        });
        Sentences::new(said)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Refusals of what somebody wants: they are told to whoever wants it, and stand in no run.
    const REFUSALS: &[&str] = &[
        "run_answer_does_not_fit",
        "run_brought_in",
        "run_has_ended",
        "run_has_not_ended",
        "run_is_being_cancelled",
        "run_is_not_paused",
        "run_no_earlier_task",
        "run_no_such_way",
        "run_not_an_earlier_task",
        "run_not_read_now",
        "run_request_failed",
        "run_request_unknown",
        "run_send_back_interrupted",
        "run_task_not_waiting",
        "run_unknown_task",
        "trust_required",
    ];

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn whatever_the_engine_says_is_found_by_its_words() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut files = Vec::new();
        for part in ["engine/src", "core/src/run"] {
            sources(&crates.join(part), &mut files);
        }
        let catalogue = Catalogue::new(Tongue::English);
        let mut said = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            let pieces: Vec<&str> = text.split('"').collect();
            for (index, piece) in pieces.iter().enumerate().skip(1).step_by(2) {
                let made = pieces[index - 1].trim_end().ends_with("Message::new(");
                if (made || piece.starts_with("run_")) && catalogue.has(piece) {
                    said.insert((*piece).to_owned());
                }
            }
        }
        assert!(said.len() > 100, "only {} codes found", said.len());
        let known =
            |code: &String| CODES.contains(&code.as_str()) || REFUSALS.contains(&code.as_str());
        said.retain(|code| !known(code));
        assert!(said.is_empty(), "not among CODES: {said:?}");
        for code in CODES {
            assert!(catalogue.has(code), "nobody can say {code}");
        }
    }
}
