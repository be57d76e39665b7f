//! When another source stands in for one that is down, and what becomes of a write it took
//! (requirement 002; decisions, 002: 降级).
//!
//! A fallen write is kept and done at the source it was meant for once that answers. Then the record
//! there is looked at first: what was done already is not done twice, and what somebody else changed
//! meanwhile is not overwritten unasked.
//!
//! Absent on purpose: which source stands in ([`route::fall_back`](super::route::fall_back)),
//! reaching one, and keeping what fell. Why it is so: `docs/decisions/0009-fallback.md`.

use super::Routing;
use super::action::Action;
use crate::{Message, Value, json};

/// What a failure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The source is not there; nothing of the operation reached it.
    Down,
    /// The source is there and cannot do it now, or lets nobody in: somebody has to see to it, or it
    /// passes.
    Unable,
    /// The source or the operation: that shows in whether the source does anything else.
    Doubtful,
    /// Somebody else is at the same record; that passes, and says nothing of any other.
    Taken,
    /// The operation is at fault, not the source.
    Refused,
}

/// Codes of sources that are not there. A write that had begun is none of them: it says
/// `server_cut_writing`.
const DOWN: [&str; 8] = [
    "server_unknown",
    "server_refused",
    "server_silent",
    "server_silent_tls",
    "server_hung_up",
    "server_unreachable",
    "server_cut",
    "source_unreachable",
];

/// Codes that speak of the whole source: a wrong password, a certificate nobody vouches for or a
/// full disk are not "down", as another source would hide what somebody has to mend. The last two
/// are about our own database.
const UNABLE: [&str; 36] = [
    "server_cut_writing",
    "server_full",
    "server_not_ready",
    "server_read_only",
    "server_refuses",
    "server_shuns_us",
    "server_untrusted",
    "server_named_otherwise",
    "server_certificate_expired",
    "server_certificate_wrong",
    "server_tls_failed",
    "server_wants_tls",
    "server_without_tls",
    "ca_unreadable",
    "ca_empty",
    "login_refused",
    "login_refused_nameless",
    "login_expired",
    "database_missing",
    "database_refused",
    "database_unknown",
    "records_without_database",
    "elasticsearch_none",
    "no_connection",
    "secret_missing",
    "source_broke",
    "source_busy",
    "source_damaged",
    "source_failed",
    "source_full",
    "source_is_flowkeep",
    "source_read_only",
    "source_slow",
    "source_without_password",
    "database_not_read",
    "attempt_fault",
];

/// Codes for what a source says in words of its own, or of some of what it has: they do not tell
/// whether anything else would go through.
const DOUBTFUL: [&str; 5] = [
    "sql_failed",
    "redis_failed",
    "redis_cluster",
    "elasticsearch_failed",
    "right_missing",
];

/// Codes for a record that somebody else has at the moment, or changed between looking and writing.
const TAKEN: [&str; 4] = [
    "key_exists",
    "record_missing",
    "rows_locked",
    "record_behind",
];

/// Codes that blame what was asked for.
const REFUSED: [&str; 19] = [
    "table_missing",
    "table_without_key",
    "column_missing",
    "key_twice",
    "index_name_wrong",
    "output_too_large",
    "blob_unreadable",
    "source_unfit",
    "sql_args",
    "sql_local_file",
    "sql_one_statement",
    "sql_other_file",
    "sql_query_writes",
    "elasticsearch_path_wrong",
    "http_method_wrong",
    "redis_unfit",
    "redis_words",
    "parameter_missing",
    "unknown_action",
];

impl Failure {
    /// What an error of this code says; a code that has no place is in doubt.
    pub fn of(code: &str) -> Self {
        Self::placed(code).unwrap_or(Self::Doubtful)
    }

    /// What an error of this code says, where it has a place: all that a source can give have one.
    pub fn placed(code: &str) -> Option<Self> {
        let places: [(&[&str], Self); 5] = [
            (&DOWN, Self::Down),
            (&UNABLE, Self::Unable),
            (&DOUBTFUL, Self::Doubtful),
            (&TAKEN, Self::Taken),
            (&REFUSED, Self::Refused),
        ];
        let mut places = places.into_iter();
        let found = places.find(|(codes, _)| codes.contains(&code));
        found.map(|(_, failure)| failure)
    }
}

/// Whether another source may stand in for one that answered an operation with this error: the task
/// allows it, the source is down, and the operation only reads (`reads`) or is one of the portable
/// records. SQL that writes, or a command, means nothing to another source, and the tables of another
/// database are not the ones that were to be described. That a new record has a key of its own is for
/// the caller to know.
pub fn may_fall_back(routing: &Routing, action: &Action, reads: bool, code: &str) -> bool {
    routing.allow_fallback
        && action.name != "sql.describe"
        && (reads || action.name.starts_with("record."))
        && Failure::of(code) == Failure::Down
}

/// A write that another source took.
#[derive(Debug, Clone, Copy)]
pub struct Fallen<'a> {
    /// What it changes.
    pub change: Change<'a>,
    /// The key of its record, which the definition gave.
    pub key: &'a Value,
    /// The record at the source that took it, before it did.
    pub before: Option<&'a Value>,
    /// Whether a person said that it goes before what is there.
    pub insists: bool,
}

/// What a write changes.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// A new record.
    Add {
        /// Its columns.
        values: &'a [(String, Value)],
    },
    /// Columns of a record.
    Update {
        /// The columns to change.
        values: &'a [(String, Value)],
    },
    /// Takes the record out.
    Delete,
}

/// What is done about a fallen write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is there already.
    Done,
    /// The record is added.
    Add,
    /// Its columns are changed.
    Update,
    /// It is taken out.
    Delete,
    /// A person decides; why.
    Ask(Message),
}

impl Fallen<'_> {
    /// What is done about it, by the record that is at its own source now.
    pub fn next(&self, there: Option<&Value>) -> Next {
        let ask = |code: &str| Next::Ask(Message::new(code));
        let another = there.is_some_and(|there| !self.is_of_key(there));
        match (self.change, there) {
            (Change::Delete, None) => Next::Done,
            (Change::Add { .. }, None) => Next::Add,
            (Change::Add { .. }, Some(_)) if another && !self.insists => ask("fallen_taken"),
            (_, Some(_)) if another && !self.insists => ask("fallen_changed"),
            (Change::Add { values } | Change::Update { values }, Some(there))
                if self.has(there, values) =>
            {
                Next::Done
            }
            (Change::Add { .. } | Change::Update { .. }, Some(_)) if self.insists => Next::Update,
            (Change::Add { .. }, Some(_)) => ask("fallen_taken"),
            (Change::Update { values }, Some(there)) => {
                let columns = values.iter().map(|(name, _)| name);
                let before = self.before.map(|before| {
                    let was = |name: &String| (name.clone(), column(before, name).clone());
                    columns.map(was).collect::<Vec<_>>()
                });
                match before {
                    Some(before) if self.has(there, &before) => Next::Update,
                    _ => ask("fallen_changed"),
                }
            }
            (Change::Update { .. }, None) if self.insists => Next::Add,
            (Change::Update { .. }, None) => ask("fallen_gone"),
            (Change::Delete, Some(_)) if self.insists => Next::Delete,
            (Change::Delete, Some(there)) => match self.before.and_then(Value::as_object) {
                Some(before) if self.has(there, before) => Next::Delete,
                Some(_) => ask("fallen_changed"),
                None => ask("fallen_unseen"),
            },
        }
    }

    /// Whether the key stands in the record as it was given. A source may find another one by it: the
    /// text `007` where keys are numbers, `A` where letters of either case are alike.
    fn is_of_key(&self, record: &Value) -> bool {
        let mut members = record.as_object().unwrap_or_default().iter();
        members.any(|(_, value)| value.as_word() == self.key.as_word() || value.is_same(self.key))
    }

    /// Whether a record has all of these. Sources call the key what they like, so it is left out.
    fn has(&self, record: &Value, values: &[(String, Value)]) -> bool {
        let is_key = |name: &str, value: &Value| {
            ["id", "_id"].contains(&name) && value.as_word() == self.key.as_word()
        };
        let mut values = values.iter().filter(|(name, value)| !is_key(name, value));
        values.all(|(name, value)| is_alike(value, column(record, name)))
    }
}

/// A column of a record, as the source spells it; what it does not have is `null`.
fn column<'r>(record: &'r Value, wanted: &str) -> &'r Value {
    let members = record.as_object().unwrap_or_default();
    let in_either_case = || {
        let mut members = members.iter();
        members.find(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let exactly = members.iter().find(|(name, _)| name == wanted);
    let found = exactly.or_else(in_either_case);
    found.map_or(&Value::Null, |(_, value)| value)
}

/// Whether two sources mean the same by these: some keep numbers and truths as texts or numbers,
/// and lists and objects as their JSON.
fn is_alike(one: &Value, other: &Value) -> bool {
    if one.is_same(other) {
        return true;
    }
    let told = |bool: bool| if bool { "1" } else { "0" };
    match (one, other) {
        (Value::Bool(truth), Value::Number(number))
        | (Value::Number(number), Value::Bool(truth)) => number == told(*truth),
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => {
            let is_number = text.parse::<f64>().is_ok();
            is_number && Value::Number(text.clone()).is_same(&Value::Number(number.clone()))
        }
        (Value::String(text), whole @ (Value::Array(_) | Value::Object(_)))
        | (whole @ (Value::Array(_) | Value::Object(_)), Value::String(text)) => {
            json::parse(text).is_same(whole)
        }
        _ => false,
    }
}
