//! A line on the screen of whoever is at the desk.
//!
//! On Linux it is asked of `org.freedesktop.Notifications` on the session's D-Bus, over the same
//! library that asks the keyring. What answers there may take for ever, so it is asked on a thread of
//! its own and given up after a few seconds.
//!
//! Absent on purpose: what is worth a line, and what follows when somebody presses it.

#[cfg(test)]
mod tests;

use std::sync::mpsc::channel;
use std::time::Duration;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the screen of this session.
#[derive(Debug, Clone)]
pub struct DesktopNotices {
    /// Whether texts are read as markup there.
    is_markup: bool,
}

impl DesktopNotices {
    /// The way to the screen; nothing where no session can be reached from here, or nothing shows
    /// notices in it.
    pub fn reach() -> Option<Self> {
        if !body::is_in_session() {
            return None;
        }
        let is_markup = asked(body::reads_markup).ok()?;
        Some(Self { is_markup })
    }

    /// Shows a title and a text.
    ///
    /// # Errors
    /// Why not.
    pub fn show(&self, title: &str, text: &str) -> Result<(), String> {
        let text = if self.is_markup {
            escaped(text)
        } else {
            text.to_owned()
        };
        let title = title.to_owned();
        asked(move || body::show(&title, &text))
    }
}

/// Asks on a thread of its own.
fn asked<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let (answer, heard) = channel();
    let begun = std::thread::Builder::new()
        .name("desktop".to_owned())
        .spawn(move || {
            // Whoever asked may have gone.
            let _ = answer.send(question());
        });
    begun.map_err(|error| error.to_string())?;
    let silent = |_| "no answer in time".to_owned();
    heard.recv_timeout(PATIENCE).map_err(silent)?
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// What a desktop calls us.
const NAME: &str = "Flowkeep";

#[cfg(all(unix, not(target_os = "macos")))]
mod body {
    use std::collections::HashMap;

    use zbus::blocking::Connection;
    use zbus::blocking::connection::Builder;
    use zbus::zvariant::Value;

    const SERVICE: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";

    fn told(error: zbus::Error) -> String {
        match error {
            zbus::Error::MethodError(name, Some(said), _) => format!("{name}: {said}"),
            other => other.to_string(),
        }
    }

    /// Whether this process was started in a session: what is found without being told may be
    /// another's.
    pub(super) fn is_in_session() -> bool {
        let told = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        told("DBUS_SESSION_BUS_ADDRESS") || told("XDG_RUNTIME_DIR")
    }

    /// Whoever owns the name and does not answer is given up, so that no thread waits for it for ever.
    fn session() -> Result<Connection, String> {
        let session = Builder::session().map_err(told)?;
        session
            .method_timeout(super::PATIENCE)
            .build()
            .map_err(told)
    }

    pub(super) fn reads_markup() -> Result<bool, String> {
        let session = session()?;
        let answer = session
            .call_method(Some(SERVICE), PATH, Some(SERVICE), "GetCapabilities", &())
            .map_err(told)?;
        let able: Vec<String> = answer.body().deserialize().map_err(told)?;
        Ok(able.iter().any(|word| word == "body-markup"))
    }

    pub(super) fn show(title: &str, text: &str) -> Result<(), String> {
        let session = session()?;
        let no_actions: Vec<&str> = Vec::new();
        let hints = HashMap::from([("desktop-entry", Value::from("flowkeep"))]);
        // Nothing is replaced, and how long it stays is the desktop's matter.
        let notice = (
            super::NAME,
            0_u32,
            "flowkeep",
            title,
            text,
            no_actions,
            hints,
            -1_i32,
        );
        let answer = session.call_method(Some(SERVICE), PATH, Some(SERVICE), "Notify", &notice);
        answer.map(|_| ()).map_err(told)
    }
}

#[cfg(any(windows, target_os = "macos"))]
mod body {
    pub(super) fn is_in_session() -> bool {
        true
    }

    pub(super) fn reads_markup() -> Result<bool, String> {
        Ok(false)
    }

    pub(super) fn show(title: &str, text: &str) -> Result<(), String> {
        let mut notice = notify_rust::Notification::new();
        let notice = notice.appname(super::NAME).summary(title).body(text);
        notice.show().map(|_| ()).map_err(|error| error.to_string())
    }
}
