//! What can go wrong, told by what the operator can do about it.

use flowkeep_core::Message;
use rusqlite::ErrorCode;

use crate::actions::ActionError;

/// Why an operation did not end well.
#[derive(Debug)]
pub(super) enum Fault {
    /// As SQLite says.
    Sqlite(rusqlite::Error),
    /// As we say.
    Action(ActionError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<ActionError> for Fault {
    fn from(error: ActionError) -> Self {
        Self::Action(error)
    }
}

impl Fault {
    /// What stays until the definition is changed.
    pub(super) fn lasting(message: Message) -> Self {
        Self::Action(ActionError::lasting(message))
    }

    /// Whether another program holds the file. Nothing was written then.
    pub(super) fn is_busy(&self) -> bool {
        matches!(
            self.code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }

    /// Whether a record of this key may be there already.
    pub(super) fn is_constraint(&self) -> bool {
        self.code() == Some(ErrorCode::ConstraintViolation)
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            Self::Action(_) => None,
        }
    }

    /// What the run says of it. The statement and its values are not told: they may hold secrets.
    pub(super) fn told(self, source: &str) -> ActionError {
        let code = self.code();
        let error = match self {
            Self::Action(error) => return error,
            Self::Sqlite(error) => error,
        };
        let message = match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Message::new("source_busy")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Message::new("source_read_only")
            }
            Some(ErrorCode::DiskFull) => Message::new("source_full"),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Message::new("source_damaged")
            }
            Some(ErrorCode::AuthorizationForStatementDenied) => {
                let message = Message::new("sql_other_file").with("source", source);
                return ActionError::lasting(message);
            }
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => {
                Message::new("source_failed").with("reason", reason(&error))
            }
            _ => Message::new("sql_failed").with("reason", reason(&error)),
        };
        ActionError::passing(message.with("source", source))
    }
}

/// The database's own words, without the statement.
fn reason(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}
