//! The real keyring of a desktop, on a session bus of its own: `dbus-run-session` and
//! `gnome-keyring-daemon`.

use serde_json::json;

use crate::flowkeep::{Answer, Flowkeep};

/// Locks what the daemon has.
const LOCK: &str = "dbus-send --session --print-reply --dest=org.freedesktop.secrets \
    --type=method_call /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock \
    array:objpath:/org/freedesktop/secrets/collection/login >/dev/null";

/// Waits until the daemon is there: to whoever asks before, the bus gives another one, which is locked.
const THERE: &str = "until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true; \
    do sleep 0.05; done";

/// Runs lines of shell on a bus with an unlocked keyring. `$1` is the program.
fn at_a_desk(flowkeep: &Flowkeep, lines: &str) -> Answer {
    let script = format!(
        "set -e; export XDG_RUNTIME_DIR=$HOME; printf desk | \
         gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; {THERE}; {lines}"
    );
    // The program stands last, so that the shell knows it as its first argument.
    let before = ["dbus-run-session", "--", "sh", "-c", &script, "sh"];
    Answer::of(flowkeep.command_with(&before, &[]).output().unwrap())
}

#[test]
#[ignore = "dbus-run-session and gnome-keyring-daemon have to be there"]
fn the_key_is_in_the_keyring_and_a_locked_one_holds_nobody_up() {
    let flowkeep = Flowkeep::new();
    let lines = format!(
        "printf value | \"$1\" --json secret set mail; \"$1\" --json secret list; {LOCK}; \
         \"$1\" --json secret list || true"
    );
    let said = at_a_desk(&flowkeep, &lines);
    assert_eq!(said.code, 0, "{said:?}");
    let answers: Vec<serde_json::Value> = serde_json::Deserializer::from_str(&said.out)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(answers[0], json!({"name": "mail"}));
    assert_eq!(answers[1]["key"], "keyring");
    assert_eq!(answers[1]["items"][0]["name"], "mail");
    assert_eq!(answers[2]["error"]["code"], "secrets_locked");
    let keys = flowkeep.data().with_file_name(".config/flowkeep/keys");
    assert!(!keys.exists(), "no key lies in a file");

    // Without the desktop: at once, and with what to do.
    flowkeep.refused(&["secret", "list"], "secrets_unreachable");
    // Back at the desk it is there again.
    let said = at_a_desk(&flowkeep, "\"$1\" --json secret list");
    assert_eq!(said.code, 0, "{said:?}");
}
