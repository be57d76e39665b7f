use super::*;

#[test]
fn a_name_is_no_markup() {
    assert_eq!(escaped("<b>A & B</b>"), "&lt;b&gt;A &amp; B&lt;/b&gt;");
}

/// A desktop of the test's own: a bus that `dbus-run-session` starts, and a service on it that keeps
/// what it is to show.
#[cfg(all(unix, not(target_os = "macos")))]
#[expect(
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "what is made of the interface uses all there is of it"
)]
mod needs_session_bus {
    use std::collections::HashMap;
    use std::process::Command;
    use std::sync::mpsc::{Sender, channel};

    use zbus::zvariant::OwnedValue;

    use super::*;

    const INSIDE: &str = "FLOWKEEP_TEST_INSIDE_A_SESSION";

    struct Screen(Sender<(String, String, String)>);

    #[zbus::interface(name = "org.freedesktop.Notifications")]
    impl Screen {
        fn get_capabilities(&self) -> Vec<String> {
            vec!["body".to_owned(), "body-markup".to_owned()]
        }

        #[expect(clippy::too_many_arguments, reason = "so it is specified")]
        fn notify(
            &self,
            app: String,
            _replaces: u32,
            _icon: String,
            title: String,
            body: String,
            _actions: Vec<String>,
            _hints: HashMap<String, OwnedValue>,
            _stays: i32,
        ) -> u32 {
            self.0.send((app, title, body)).unwrap();
            1
        }
    }

    #[test]
    #[ignore = "dbus-run-session has to be there"]
    fn a_line_comes_to_the_screen() {
        if std::env::var_os(INSIDE).is_some() {
            return inside();
        }
        let this = std::env::current_exe().unwrap();
        let name = "desktop::tests::needs_session_bus::a_line_comes_to_the_screen";
        let session = Command::new("dbus-run-session")
            .arg("--")
            .arg(this)
            .args(["--exact", name, "--ignored", "--nocapture"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&session.stdout).into_owned();
        assert!(session.status.success(), "{session:?}");
        assert!(said.contains("1 passed"), "{said}");
    }

    fn inside() {
        assert!(
            DesktopNotices::reach().is_none(),
            "nothing shows notices yet"
        );
        let (shown, screen) = channel();
        let _desktop = zbus::blocking::connection::Builder::session()
            .unwrap()
            .name("org.freedesktop.Notifications")
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", Screen(shown))
            .unwrap()
            .build()
            .unwrap();
        let desktop = DesktopNotices::reach().unwrap();
        desktop.show("Run failed: A & B", "Why: <nothing>").unwrap();
        let line = ("Flowkeep", "Run failed: A & B", "Why: &lt;nothing&gt;");
        let came = screen.recv_timeout(PATIENCE).unwrap();
        assert_eq!((came.0.as_str(), came.1.as_str(), came.2.as_str()), line);
    }
}
