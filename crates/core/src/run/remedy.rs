//! What a person can do about a failed attempt: the sentence says what is wrong, this where it is put right.
//!
//! Absent on purpose: whether a step can be taken as the run stands, and its words; faces know both.

use serde::Serialize;
use ts_rs::TS;

use crate::Message;
use crate::connection::LOCAL;

/// Something a person can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Change how the data source is reached, or with which password.
    EditConnection,
    /// Ask the data source whether it is well.
    TestConnection,
    /// See which data sources there are, and add one.
    OpenConnections,
    /// Change the rules that choose a data source.
    EditRules,
    /// Enter the secret.
    EnterSecret,
    /// Unlock the secrets.
    Unlock,
    /// See what is the matter with the secrets.
    OpenSecrets,
    /// Change the task in the workflow.
    EditTask,
    /// Give the task more time.
    AllowMoreTime,
    /// Let the task count such an end as done.
    AcceptIt,
    /// Run it again with other input.
    GiveInput,
    /// Look at the workflow that it starts.
    OpenWorkflow,
    /// Look at the run that is in the way, or that failed.
    OpenRun,
    /// Look at the task folder.
    OpenFolder,
    /// Make room: what is no longer needed is cleaned up.
    FreeSpace,
    /// Read what the task said.
    ReadMessages,
    /// Decide about writes that wait for their data source.
    SettleWrites,
    /// Save what the maintainers need.
    SaveDiagnostics,
    /// Run it again from this task on.
    RetryHere,
    /// Run it again without this task.
    SkipTask,
}

/// A remedy, and what it is applied to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct NextStep {
    /// What can be done.
    #[serde(rename = "do")]
    pub remedy: Remedy,
    /// The name or id of what it is done to; for a task, the field that is changed, such as `params.url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub of: Option<String>,
}

use Remedy::{
    AcceptIt, AllowMoreTime, EditConnection, EditRules, EditTask, EnterSecret, FreeSpace,
    GiveInput, OpenConnections, OpenFolder, OpenRun, OpenSecrets, OpenWorkflow, ReadMessages,
    RetryHere, SaveDiagnostics, SettleWrites, SkipTask, TestConnection, Unlock,
};

/// What helps against a failure of this code, the likeliest first. A code that is not known, as of a
/// newer version, may be the task's own fault or may pass.
pub fn remedies(code: &str) -> &'static [Remedy] {
    placed(code).unwrap_or(&[RetryHere, EditTask, SkipTask])
}

/// What helps against a failure of this code, where the code is known.
pub fn placed(code: &str) -> Option<&'static [Remedy]> {
    let mut groups = GROUPS.iter();
    let found = groups.find(|(codes, _)| codes.contains(&code));
    found.map(|(_, remedies)| *remedies)
}

/// All codes that are known.
pub fn known() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|(codes, _)| codes.iter().copied())
}

const GROUPS: [(&[&str], &[Remedy]); 29] = [
    (
        &HOW_IT_IS_REACHED,
        &[EditConnection, TestConnection, RetryHere],
    ),
    (
        &WHO_LOOKS_AFTER_IT,
        &[TestConnection, EditConnection, RetryHere],
    ),
    (&PASSES, &[RetryHere, TestConnection]),
    (
        &["server_cut_writing"],
        &[TestConnection, RetryHere, SkipTask],
    ),
    (&["no_connection"], &[OpenConnections, EditTask, RetryHere]),
    (&["no_choice"], &[EditTask, EditRules]),
    (
        &["source_unfit", "sql_other_file"],
        &[EditTask, OpenConnections],
    ),
    (
        &["password_missing", "source_without_password"],
        &[EditConnection, RetryHere],
    ),
    (&["secret_missing"], &[EnterSecret, RetryHere]),
    (&["secrets_locked"], &[Unlock, OpenSecrets, RetryHere]),
    (&SECRETS, &[OpenSecrets, RetryHere]),
    (&["timeout"], &[AllowMoreTime, RetryHere, SkipTask]),
    (
        &["http_status"],
        &[ReadMessages, EditTask, AcceptIt, RetryHere, SkipTask],
    ),
    (
        &["program_failed"],
        &[RetryHere, EditTask, AcceptIt, ReadMessages, SkipTask],
    ),
    (&["program_killed"], &[RetryHere, ReadMessages, EditTask]),
    (&OTHER_PLACES, &[RetryHere, EditTask, SkipTask]),
    (&WHAT_IT_ASKS, &[EditTask, RetryHere, SkipTask]),
    (&["context_missing"], &[GiveInput, EditTask]),
    (&["child_not_succeeded"], &[OpenRun, RetryHere, SkipTask]),
    (&["folder_in_use"], &[OpenRun, RetryHere]),
    (&OTHER_WORKFLOW, &[OpenWorkflow, EditTask, RetryHere]),
    (
        &["path_missing", "path_is_special"],
        &[OpenFolder, EditTask, RetryHere],
    ),
    (&TASK_FOLDER, &[OpenFolder, RetryHere]),
    (&NO_ROOM, &[FreeSpace, OpenFolder, RetryHere]),
    (
        &["record_behind"],
        &[SettleWrites, TestConnection, RetryHere],
    ),
    (
        &["key_exists", "record_missing"],
        &[EditTask, RetryHere, SkipTask],
    ),
    (&["database_not_read"], &[RetryHere, SaveDiagnostics]),
    (&["attempt_fault"], &[SaveDiagnostics, RetryHere, SkipTask]),
    (&["rejected", "marked_failed"], &[RetryHere, SkipTask]),
];

/// The connection says where the source is or who asks, and one of that is wrong.
const HOW_IT_IS_REACHED: [&str; 24] = [
    "ca_empty",
    "ca_unreadable",
    "database_missing",
    "database_unknown",
    "elasticsearch_none",
    "login_expired",
    "login_refused",
    "login_refused_nameless",
    "records_without_database",
    "redis_cluster",
    "server_certificate_wrong",
    "server_hung_up",
    "server_named_otherwise",
    "server_refused",
    "server_refuses",
    "server_silent_tls",
    "server_tls_failed",
    "server_unknown",
    "server_untrusted",
    "server_wants_tls",
    "server_without_tls",
    "source_damaged",
    "source_is_flowkeep",
    "source_unreachable",
];

/// The source is there, and whoever looks after it has to see to it.
const WHO_LOOKS_AFTER_IT: [&str; 12] = [
    "database_refused",
    "right_missing",
    "server_certificate_expired",
    "server_not_ready",
    "server_read_only",
    "server_shuns_us",
    "server_silent",
    "server_unreachable",
    "source_failed",
    "source_full",
    "source_read_only",
    "source_slow",
];

/// Others were in the way for a moment.
const PASSES: [&str; 5] = [
    "rows_locked",
    "server_cut",
    "server_full",
    "source_broke",
    "source_busy",
];

const SECRETS: [&str; 8] = [
    "secrets_busy",
    "secrets_damaged",
    "secrets_key_gone_credential",
    "secrets_key_gone_file",
    "secrets_key_gone_keyring",
    "secrets_newer",
    "secrets_not_read",
    "secrets_unreachable",
];

/// A server without a connection of ours, or a file: it may be well by now, or be named wrongly.
const OTHER_PLACES: [&str; 6] = [
    "file_failed",
    "http_broken_off",
    "http_not_ready",
    "http_silent",
    "http_unreachable",
    "program_not_started",
];

/// What the task asks for cannot be done, wherever it is asked.
const WHAT_IT_ASKS: [&str; 56] = [
    "blob_unreadable",
    "child_too_deep",
    "column_missing",
    "describe_no_tables",
    "describe_none",
    "elasticsearch_failed",
    "elasticsearch_path_wrong",
    "expression_beside_numbered",
    "expression_empty",
    "expression_in_sql_quotes",
    "expression_incomplete",
    "expression_index",
    "expression_missing",
    "expression_no_output",
    "expression_not_closed",
    "expression_not_output",
    "expression_not_true_or_false",
    "expression_number",
    "expression_too_long",
    "expression_types",
    "expression_unknown_root",
    "expression_unreadable",
    "field_above",
    "field_not_list",
    "field_not_object",
    "field_not_text",
    "field_not_whole_number",
    "field_not_words",
    "http_header_wrong",
    "http_method_wrong",
    "http_redirect_elsewhere",
    "http_url_wrong",
    "index_name_wrong",
    "input_missing",
    "key_twice",
    "output_too_large",
    "parameter_missing",
    "path_is_folder",
    "path_is_link",
    "path_outside",
    "program_missing",
    "program_not_allowed",
    "program_words_wrong",
    "redis_failed",
    "redis_unfit",
    "redis_words",
    "secret_for_child",
    "sql_args",
    "sql_failed",
    "sql_local_file",
    "sql_one_statement",
    "sql_query_writes",
    "table_missing",
    "table_without_key",
    "unknown_action",
    "workflow_unknown",
];

/// The workflow that the task starts cannot start as it is.
const OTHER_WORKFLOW: [&str; 5] = [
    "definition_invalid",
    "folder_ambiguous",
    "folder_unknown",
    "run_unknown_task",
    "trust_required",
];

/// What lies on a disk that may be full.
const NO_ROOM: [&str; 3] = ["file_disk_full", "folder_not_made", "output_not_written"];

const TASK_FOLDER: [&str; 6] = [
    "folder_gone",
    "folder_unreachable",
    "tables_missing",
    "tables_none",
    "tables_too_long",
    "tables_unreadable",
];

/// What can be done about a failed attempt, the likeliest first. `used` is the data source that it used.
/// A step is left out where what it would be done to is not known.
pub fn next_steps(error: &Message, used: Option<&str>) -> Vec<NextStep> {
    // What is only said of many is told by what was in the way of the first.
    let cause = error.because.as_deref();
    let cause = cause.filter(|why| error.code == "describe_none" && placed(&why.code).is_some());
    let error = cause.unwrap_or(error);
    // Where it names a workflow, that is the one a task starts, and what stops it has to be put right there.
    let of_other = error.fields.contains_key("workflow") && !IN_THE_TASK.contains(&&*error.code);
    let code = if of_other {
        OTHER_WORKFLOW[0]
    } else {
        &error.code
    };
    let steps = remedies(code).iter();
    let steps = steps.filter_map(|&remedy| {
        let field = |name: &str| error.fields.get(name).cloned();
        let named = |of: Option<String>| of.map(Some);
        let of = match remedy {
            EditConnection => named(source(error, used).filter(|name| name != LOCAL))?,
            TestConnection => named(source(error, used))?,
            EnterSecret => named(field("secret"))?,
            OpenRun => named(field("run"))?,
            OpenWorkflow => named(field("workflow"))?,
            EditTask => task_field(error),
            AllowMoreTime => Some("timeout".to_owned()),
            AcceptIt => Some("params.accept".to_owned()),
            _ => None,
        };
        Some(NextStep { remedy, of })
    });
    steps.collect()
}

/// Why another workflow does not start that is put right in the task that starts it.
const IN_THE_TASK: [&str; 2] = ["input_missing", "workflow_unknown"];

fn source(error: &Message, used: Option<&str>) -> Option<String> {
    let named = error.fields.get("source").map(String::as_str);
    named.or(used).map(str::to_owned)
}

/// The field of the task that a failure is about, where that is known.
fn task_field(error: &Message) -> Option<String> {
    let param = match error.code.as_str() {
        "no_connection" | "no_choice" | "source_unfit" => return Some("dataSource".to_owned()),
        "unknown_action" => return Some("action".to_owned()),
        "http_unreachable"
        | "http_url_wrong"
        | "http_redirect_elsewhere"
        | "http_status"
        | "http_silent"
        | "http_broken_off" => "url",
        "http_header_wrong" => "headers",
        "http_method_wrong" => "method",
        "program_missing"
        | "program_not_allowed"
        | "program_not_started"
        | "program_failed"
        | "program_killed" => "program",
        "path_missing"
        | "path_is_special"
        | "path_is_folder"
        | "path_is_link"
        | "path_outside"
        | "file_failed"
        | "elasticsearch_path_wrong" => "path",
        "sql_args"
        | "sql_failed"
        | "sql_local_file"
        | "sql_one_statement"
        | "sql_query_writes"
        | "sql_other_file"
        | "expression_in_sql_quotes"
        | "expression_beside_numbered" => "sql",
        "redis_failed" | "redis_unfit" => "command",
        "table_missing" | "table_without_key" | "index_name_wrong" => "table",
        "key_exists" | "record_missing" => "key",
        "describe_no_tables" | "describe_none" => "tables",
        "input_missing" | "secret_for_child" => "context",
        "workflow_unknown" => "workflow",
        _ => {
            let fields = ["param", "field", "where"];
            let named = fields.iter().find_map(|name| error.fields.get(*name))?;
            named.split(['.', '[']).next()?
        }
    };
    Some(format!("params.{param}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: &Message, used: Option<&str>) -> Vec<(Remedy, Option<String>)> {
        let steps = next_steps(error, used).into_iter();
        steps.map(|step| (step.remedy, step.of)).collect()
    }

    #[test]
    fn a_step_names_what_it_is_done_to() {
        let refused = Message::new("login_refused")
            .with("source", "orders")
            .with("user", "app");
        let orders = Some("orders".to_owned());
        assert_eq!(
            of(&refused, Some("other")),
            [
                (EditConnection, orders.clone()),
                (TestConnection, orders),
                (RetryHere, None)
            ]
        );
        let late = of(&Message::new("timeout"), None);
        assert_eq!(late[0], (AllowMoreTime, Some("timeout".to_owned())));
        let wrong = Message::new("expression_missing").with("where", "args[2]");
        assert_eq!(
            of(&wrong, None)[0],
            (EditTask, Some("params.args".to_owned()))
        );
        let path = Message::new("path_outside").with("path", "../x");
        assert_eq!(
            of(&path, None)[0],
            (EditTask, Some("params.path".to_owned()))
        );
    }

    #[test]
    fn what_a_step_would_be_done_to_has_to_be_known() {
        let full = Message::new("source_full");
        assert_eq!(of(&full, None), [(RetryHere, None)]);
        // The database of this computer cannot be reached in another way.
        assert_eq!(
            of(&full, Some(LOCAL)),
            [(TestConnection, Some(LOCAL.to_owned())), (RetryHere, None)]
        );
    }

    #[test]
    fn what_stops_another_workflow_is_put_right_there() {
        let stopped = Message::new("no_connection").with("workflow", "w1");
        assert_eq!(of(&stopped, None)[0], (OpenWorkflow, Some("w1".to_owned())));
        let unknown = Message::new("workflow_unknown").with("workflow", "w1");
        assert_eq!(
            of(&unknown, None)[0],
            (EditTask, Some("params.workflow".to_owned()))
        );
    }

    #[test]
    fn what_was_in_the_way_of_the_first_table_is_put_right() {
        let cause = Message::new("right_missing").with("source", "orders");
        let none = Message::new("describe_none").because(cause);
        assert_eq!(
            of(&none, None)[0],
            (TestConnection, Some("orders".to_owned()))
        );
        let odd = Message::new("describe_none").because(Message::new("of_a_newer_version"));
        assert_eq!(
            of(&odd, None)[0],
            (EditTask, Some("params.tables".to_owned()))
        );
    }

    #[test]
    fn no_code_stands_in_two_groups() {
        let mut seen = std::collections::BTreeSet::new();
        for code in known() {
            assert!(seen.insert(code), "{code}");
        }
    }
}
