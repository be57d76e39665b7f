//! Brings people what they are to hear of: by e-mail, to a webhook, on the desktop.
//!
//! | part | does |
//! |---|---|
//! | [`NoticeSender`] | takes what waits in the database, one message after the other, and marks it |
//! | [`try_way`] | one message at once, for the Test button |
//! | `mail`, `webhook` | one message on one way, and the sentence for why it did not arrive |
//!
//! Absent on purpose: what is noticed and at what pace (`core::notice`), and words: whoever starts
//! this has a catalogue ([`Wording`]).

mod mail;
mod sender;
mod way;
mod webhook;

use flowkeep_core::Message;
use flowkeep_core::notice::Notice;
use flowkeep_core::notice::webhook::Words;
use serde_json::Value;

use crate::actions::ActionError;

pub use sender::{NoticeSender, SenderOptions};
pub use way::{Way, WaySecrets, host_of, is_mail_address, try_way};

/// Puts notices into words.
pub trait Wording: Send + Sync {
    /// One message for these: one notice, or many that come together.
    fn words(&self, notices: &[Notice]) -> Words;
}

/// A message that is ready to go out.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// For people.
    pub words: Words,
    /// For programs: the notices themselves.
    pub facts: Value,
    /// What mail programs know it by, so that they show once what comes twice.
    pub id: Option<String>,
    /// The addresses that have yet to get it; all of them unless told.
    pub receivers: Option<Vec<String>>,
}

impl Outgoing {
    /// A message for everybody.
    pub const fn new(words: Words, facts: Value) -> Self {
        Self {
            words,
            facts,
            id: None,
            receivers: None,
        }
    }

    /// What is told of these notices.
    pub fn of(wording: &dyn Wording, notices: &[Notice]) -> Self {
        let facts = serde_json::to_value(notices).unwrap_or_default();
        Self::new(wording.words(notices), facts)
    }
}

/// What became of a message that went out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Who does not get it, and why.
    pub left_out: Option<Message>,
    /// Who is to get it later.
    pub put_off: Option<PutOff>,
}

/// Receivers whom a mail server puts off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutOff {
    /// Their addresses.
    pub receivers: Vec<String>,
    /// Why.
    pub why: Message,
}

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// For people.
    pub message: Message,
    /// Whether another try cannot help before somebody changes something.
    pub lasting: bool,
}

impl NotSent {
    pub(crate) const fn passing(message: Message) -> Self {
        Self {
            message,
            lasting: false,
        }
    }

    pub(crate) const fn lasting(message: Message) -> Self {
        Self {
            message,
            lasting: true,
        }
    }
}

impl From<ActionError> for NotSent {
    fn from(error: ActionError) -> Self {
        Self {
            message: error.message,
            lasting: error.permanent,
        }
    }
}
