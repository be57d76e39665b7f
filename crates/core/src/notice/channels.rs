//! The ways on which a notice leaves: what is written down of each. Passwords, and the address of a
//! webhook (it carries a key), are secrets and stand elsewhere.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A way on which notices leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The desktop of whoever is at the desk.
    Desktop,
    /// E-mail.
    Mail,
    /// A group chat or a program, by HTTP.
    Webhook,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Desktop, Self::Mail, Self::Webhook];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }

    /// The channel of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// What its secret is kept as: the password, or the address; nothing for the desktop.
    pub const fn secret(self) -> Option<&'static str> {
        match self {
            Self::Desktop => None,
            Self::Mail => Some("notice/mail"),
            Self::Webhook => Some("notice/webhook"),
        }
    }

    /// What the key that signs its messages is kept as, where it has one.
    pub const fn signing(self) -> Option<&'static str> {
        match self {
            Self::Desktop | Self::Mail => None,
            Self::Webhook => Some("notice/webhook-signing"),
        }
    }
}

/// Notices on the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desktop {
    /// Whether they are shown.
    pub on: bool,
}

impl Default for Desktop {
    fn default() -> Self {
        Self { on: true }
    }
}

/// How what is said to a mail server is kept from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// It begins in the open and goes on encrypted, or not at all (mostly port 587).
    #[default]
    Starttls,
    /// Encrypted from the first byte (mostly port 465).
    Tls,
    /// In the open, the password too (mostly port 25).
    None,
}

/// E-mail, without its password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Mail {
    /// Whether notices leave this way.
    pub on: bool,
    /// The mail server: a name or an IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: Security,
    /// Who logs in; nobody does without a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub user: Option<String>,
    /// Whom the mails are from: an address, or `Name <address>`.
    pub from: String,
    /// Who gets them.
    pub to: Vec<String>,
    /// The absolute path of a file (PEM) with the authorities that may vouch for the server, instead
    /// of the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ca: Option<String>,
}

/// What is wrong with a description of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFault {
    /// It names no server.
    Host,
    /// It names no port.
    Port,
    /// It says not whom the mails are from.
    From,
    /// It says not who gets them.
    To,
}

impl Mail {
    /// The same without blanks around words and without what is empty.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        let text = |text: String| text.trim().to_owned();
        let given = |text: Option<String>| {
            text.map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        (self.host, self.from) = (text(self.host), text(self.from));
        (self.user, self.ca) = (given(self.user), given(self.ca));
        self.to = self.to.into_iter().map(text).collect();
        self.to.retain(|to| !to.is_empty());
        self
    }

    /// What is missing, so that nothing could be sent.
    pub fn fault(&self) -> Option<MailFault> {
        let is_address = |text: &str| text.contains('@') && !text.contains(['\r', '\n']);
        if self.host.is_empty() || self.host.contains(char::is_whitespace) {
            Some(MailFault::Host)
        } else if self.port == 0 {
            Some(MailFault::Port)
        } else if !is_address(&self.from) {
            Some(MailFault::From)
        } else if self.to.is_empty() || !self.to.iter().all(|to| is_address(to)) {
            Some(MailFault::To)
        } else {
            None
        }
    }

    /// What leads to its receivers.
    pub(super) fn way(&self) -> String {
        let on = true;
        let whole = Self { on, ..self.clone() };
        serde_json::to_string(&whole).unwrap_or_default()
    }

    /// Whether a password that was given for this one may be said to the other: the same server and
    /// name, spoken to no more openly.
    pub fn shares_password_with(&self, other: &Self) -> bool {
        let way = |mail: &Self| {
            let server = (mail.host.clone(), mail.port, mail.security);
            (server, mail.user.clone(), mail.ca.clone())
        };
        way(self) == way(other)
    }
}

/// Whose bodies a webhook reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WebhookForm {
    /// 企业微信, a robot of a group.
    Wecom,
    /// 钉钉, a robot of a group.
    Dingtalk,
    /// 飞书 or Lark, a robot of a group.
    Feishu,
    /// Any program: plain JSON.
    #[default]
    Json,
}

impl WebhookForm {
    /// Whether its messages can be signed with a key.
    pub const fn signs(self) -> bool {
        matches!(self, Self::Dingtalk | Self::Feishu)
    }
}

/// A webhook, without its address: it carries a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Webhook {
    /// Whether notices leave this way.
    pub on: bool,
    /// Whose bodies it reads.
    pub form: WebhookForm,
    /// The part of the address that is no secret: `qyapi.weixin.qq.com`.
    pub host: String,
}

impl Webhook {
    /// What leads to its receivers; the address itself is bound by the version of its secret.
    pub(super) fn way(&self) -> String {
        let on = true;
        let whole = Self { on, ..self.clone() };
        serde_json::to_string(&whole).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            on: true,
            host: "smtp.example.com".to_owned(),
            port: 587,
            from: "Flowkeep <ops@example.com>".to_owned(),
            to: vec!["ada@example.com".to_owned()],
            ..Mail::default()
        }
    }

    #[test]
    fn a_description_that_could_send_nothing_is_known() {
        assert_eq!(mail().fault(), None);
        let with = |change: fn(&mut Mail)| {
            let mut changed = mail();
            change(&mut changed);
            changed.tidied().fault()
        };
        assert_eq!(
            with(|mail| mail.host = " ".to_owned()),
            Some(MailFault::Host)
        );
        assert_eq!(with(|mail| mail.port = 0), Some(MailFault::Port));
        assert_eq!(
            with(|mail| mail.from = "ops".to_owned()),
            Some(MailFault::From)
        );
        assert_eq!(
            with(|mail| mail.to = vec![" ".to_owned()]),
            Some(MailFault::To)
        );
        let injected = |mail: &mut Mail| mail.to = vec!["a@b.c\r\nBcc: x@y.z".to_owned()];
        assert_eq!(with(injected), Some(MailFault::To));
    }

    #[test]
    fn a_password_is_for_one_server_and_one_name() {
        let other = Mail {
            host: "elsewhere.example.com".to_owned(),
            ..mail()
        };
        assert!(!mail().shares_password_with(&other));
        let open = Mail {
            security: Security::None,
            ..mail()
        };
        assert!(!mail().shares_password_with(&open));
        let more = Mail {
            to: vec!["bob@example.com".to_owned()],
            ..mail()
        };
        assert!(mail().shares_password_with(&more));
    }
}
