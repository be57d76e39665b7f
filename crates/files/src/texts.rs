//! The texts of a file on two sides, for people who compare them.

use flowkeep_core::{Encoding, Message, decode};

/// Nobody compares more than this by looking at it.
pub(crate) const TEXT_LIMIT: u64 = 1 << 20;

/// The texts of one file on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedTexts {
    /// As it was then; nothing where there was no such file.
    pub then: Option<String>,
    /// As it is on the other side.
    pub now: Option<String>,
    /// How the bytes of then spell it.
    pub then_encoding: Option<Encoding>,
    /// How those on the other side do.
    pub now_encoding: Option<Encoding>,
    /// Why there are none: it is no text, or a long one.
    pub reason: Option<Message>,
}

/// A text, and how its bytes spell it; or why there is none.
pub(crate) type Text = Result<(String, Encoding), Message>;

impl ComparedTexts {
    /// Of two sides, of which one may have no such file.
    pub(crate) fn of(then: Option<Text>, now: Option<Text>) -> Self {
        match (then.transpose(), now.transpose()) {
            (Err(why), _) | (_, Err(why)) => Self {
                then: None,
                now: None,
                then_encoding: None,
                now_encoding: None,
                reason: Some(why),
            },
            (Ok(then), Ok(now)) => {
                let (then, then_encoding) = then.unzip();
                let (now, now_encoding) = now.unzip();
                Self {
                    then,
                    now,
                    then_encoding,
                    now_encoding,
                    reason: None,
                }
            }
        }
    }
}

/// The text that bytes spell.
pub(crate) fn text(bytes: &[u8]) -> Text {
    if bytes.is_empty() {
        return Ok((String::new(), Encoding::Utf8));
    }
    let (text, encoding) = decode(bytes).ok_or_else(|| Message::new("not_ours_binary"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    Ok((text, encoding))
}
