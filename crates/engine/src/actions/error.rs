//! Why an attempt failed.

use flowkeep_core::Message;

/// Why an attempt failed: what to tell, and whether another try could help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message.code)]
pub struct ActionError {
    /// Code and fields; `retry.on` of a task speaks of the code.
    pub message: Message,
    /// Whether another try cannot help: what was asked for is wrong, not the moment.
    pub permanent: bool,
    /// Whether what was asked for may have been done all the same: the way to it was cut while it
    /// worked.
    pub unsure: bool,
}

impl ActionError {
    /// What may pass by itself, or by somebody's doing elsewhere.
    pub const fn passing(message: Message) -> Self {
        Self {
            message,
            permanent: false,
            unsure: false,
        }
    }

    /// What stays until the definition is changed.
    pub const fn lasting(message: Message) -> Self {
        Self {
            message,
            permanent: true,
            unsure: false,
        }
    }

    /// What may have been done or not, and nobody can tell from here.
    pub const fn unsure(message: Message) -> Self {
        Self {
            message,
            permanent: false,
            unsure: true,
        }
    }
}
