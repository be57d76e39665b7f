//! Channels as they are described, tried and kept, in a process that may be about to end.

use std::net::TcpListener;

use flowkeep_core::Message;
use flowkeep_core::notice::{Channel, Notice, NoticeKind};
use flowkeep_core::run::Moment;
use flowkeep_store::{FailedTry, StoreError};
use serde_json::{Value, json};

use crate::ownership::EngineLock;
use crate::testing::open;
use crate::{Api, AppError};

fn call(api: &Api, name: &str, input: Value) -> Result<Value, AppError> {
    let answer = crate::call(api, name, input, &crate::Silent)?;
    Ok(serde_json::from_str(&answer).unwrap())
}

fn channel_of(api: &Api, channel: &str) -> Value {
    let shown = call(api, "notice_channels", json!({})).unwrap();
    let mut channels = shown["channels"].as_array().unwrap().iter();
    channels
        .find(|one| one["channel"] == channel)
        .unwrap()
        .clone()
}

/// Nobody listens there.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/robot", listener.local_addr().unwrap())
}

#[test]
fn what_is_refused_leaves_the_secrets_as_they_were() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let described = json!({"channel": "webhook", "form": "dingtalk", "on": true,
        "secret": "https://oapi.dingtalk.com/robot/send?access_token=1", "signing": "SECfirst"});
    call(&api, "notice_set", described).unwrap();
    let signing = Channel::Webhook.signing().unwrap();
    let before = api.secrets.get(signing).unwrap().unwrap();
    // As a restore leaves it: it leads elsewhere, and the address is not known here.
    let mut others = api.store.notice_channels().unwrap().0;
    others.webhook.as_mut().unwrap().host = "elsewhere".to_owned();
    let put = api
        .store
        .write::<_, StoreError>(move |tx| tx.set_notices(&others));
    put.unwrap();
    let given = json!({"channel": "webhook", "on": true, "signing": "SECsecond"});
    let refused = call(&api, "notice_set", given).unwrap_err();
    assert_eq!(refused.code, "notice_invalid");
    let after = api.secrets.get(signing).unwrap().unwrap();
    assert_eq!(
        (after.version, after.value.as_str()),
        (before.version, "SECfirst")
    );
}

#[test]
fn of_a_secret_that_is_given_anew_the_one_before_is_kept_no_longer() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let address = |key: u32| format!("https://oapi.dingtalk.com/robot/send?access_token={key}");
    for key in 1..=3 {
        let described = json!({"channel": "webhook", "form": "dingtalk", "on": true,
            "secret": address(key), "signing": format!("SEC{key}")});
        call(&api, "notice_set", described).unwrap();
    }
    let (_, record) = api.store.notice_channels().unwrap();
    let record = &record[&Channel::Webhook];
    for (name, version, value) in [
        (Channel::Webhook.secret(), &record.secret, address(3)),
        (
            Channel::Webhook.signing(),
            &record.signing,
            "SEC3".to_owned(),
        ),
    ] {
        let kept = api.secrets.get(name.unwrap()).unwrap().unwrap();
        assert_eq!(
            (Some(&kept.version), kept.value.as_str()),
            (version.as_ref(), value.as_str())
        );
        assert!(kept.earlier.is_empty());
    }
    // A key that is taken away is gone; the address stays.
    let unsigned = json!({"channel": "webhook", "signing": ""});
    call(&api, "notice_set", unsigned).unwrap();
    assert!(
        api.secrets
            .get(Channel::Webhook.signing().unwrap())
            .unwrap()
            .is_none()
    );
    let shown = channel_of(&api, "webhook");
    assert_eq!(
        (&shown["with_secret"], &shown["with_signing"]),
        (&json!(true), &json!(false))
    );
}

#[test]
fn a_secret_that_its_channel_no_longer_uses_is_kept_no_longer() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let kept = |name: Option<&str>| api.secrets.get(name.unwrap()).unwrap();
    let mail = json!({"channel": "mail", "on": true, "host": "localhost", "port": 25,
        "user": "ops", "from": "ops@example.com", "to": ["ada@example.com"], "secret": "hunter22"});
    call(&api, "notice_set", mail).unwrap();
    assert!(kept(Channel::Mail.secret()).is_some());
    let nobody = json!({"channel": "mail", "user": ""});
    call(&api, "notice_set", nobody).unwrap();
    assert!(kept(Channel::Mail.secret()).is_none());
    assert_eq!(channel_of(&api, "mail")["with_secret"], false);
    let hook = json!({"channel": "webhook", "on": true, "form": "dingtalk",
        "secret": "https://oapi.dingtalk.com/robot/send?access_token=1", "signing": "SEC1"});
    call(&api, "notice_set", hook).unwrap();
    let unsigned = json!({"channel": "webhook", "form": "wecom"});
    call(&api, "notice_set", unsigned).unwrap();
    assert!(kept(Channel::Webhook.signing()).is_none());
    assert!(kept(Channel::Webhook.secret()).is_some());
}

#[test]
fn a_password_is_kept_as_it_was_typed_and_an_address_without_blanks_around_it() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let kept = |name: Option<&str>| api.secrets.get(name.unwrap()).unwrap().unwrap().value;
    let mail = |user: &str, secret: &str| {
        json!({"channel": "mail", "host": "localhost", "port": 25, "user": user,
            "from": "ops@example.com", "to": ["ada@example.com"], "secret": secret})
    };
    call(&api, "notice_set", mail("ops", " hunter22 ")).unwrap();
    assert_eq!(kept(Channel::Mail.secret()).as_str(), " hunter22 ");
    let hook = json!({"channel": "webhook", "secret": " https://example.com/robot \n"});
    call(&api, "notice_set", hook).unwrap();
    let address = kept(Channel::Webhook.secret());
    assert_eq!(address.as_str(), "https://example.com/robot");
    // Nobody logs in with it.
    let refused = call(&api, "notice_set", mail("", "hunter22")).unwrap_err();
    assert_eq!(refused.fields["field"], "user");
}

#[test]
fn only_a_test_of_what_is_kept_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let described = json!({"channel": "webhook", "form": "json", "on": true, "secret": closed()});
    call(&api, "notice_set", described).unwrap();
    for typed in [json!({"secret": closed()}), json!({"form": "wecom"})] {
        let mut input = json!({"channel": "webhook"});
        input
            .as_object_mut()
            .unwrap()
            .extend(typed.as_object().unwrap().clone());
        let tested = call(&api, "notice_test", input).unwrap();
        assert_eq!(tested["ok"], false);
        assert_eq!(channel_of(&api, "webhook")["used_at"], Value::Null);
    }
    let tested = call(&api, "notice_test", json!({"channel": "webhook"})).unwrap();
    assert_eq!(tested["ok"], false);
    let shown = channel_of(&api, "webhook");
    assert_eq!(shown["error"], tested["error"]);
    assert_ne!(shown["used_at"], Value::Null);
}

#[test]
fn what_is_left_unsent_is_gone_and_stands_in_activity_once() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let described = json!({"channel": "webhook", "form": "json", "on": true, "secret": closed()});
    call(&api, "notice_set", described).unwrap();
    let at = Moment(api.clock.now().0);
    let noted = api.store.write::<_, StoreError>(move |tx| {
        tx.note("none/1", &Notice::new(NoticeKind::Backup, at))?;
        tx.note("none/2", &Notice::new(NoticeKind::Backup, at))?;
        let why = Message::new("webhook_without_address");
        tx.notices_failed(&FailedTry {
            channel: Channel::Webhook,
            tried: &[(1, None)],
            at,
            why: &why,
        })
    });
    noted.unwrap();
    let list = call(&api, "notice_list", json!({})).unwrap();
    let told = |list: &Value| (list["total"].clone(), list["unsent"].clone());
    assert_eq!(told(&list), (json!(2), json!(1)), "none of the screen's");
    let dismissed = || {
        let found = json!({"operation": "notices_dismiss"});
        let found = call(&api, "activity_list", found).unwrap();
        found["items"].as_array().unwrap().len()
    };
    for _ in 0..2 {
        let left = call(&api, "notice_dismiss", json!({})).unwrap();
        assert_eq!(told(&left), (json!(1), json!(0)));
        assert_eq!(dismissed(), 1);
    }
}

/// A keyring may take seconds, in which another window or the command line changes the same channel.
#[test]
fn what_somebody_else_changed_meanwhile_is_not_written_over() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let address = |key: u32| format!("https://robot.example.com/send?key={key}");
    let described = |key| json!({"channel": "webhook", "secret": address(key), "on": true});
    call(&api, "notice_set", described(1)).unwrap();
    let secret = Channel::Webhook.secret().unwrap();
    let versions = || {
        let there = api.secrets.list().unwrap().into_iter();
        let mut of = there.filter(|one| one.name == secret);
        of.next().map_or(0, |one| one.versions.len())
    };
    let before = api.secrets.get(secret).unwrap().unwrap().version;
    let (begins, begun) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel();
    let refused = std::thread::scope(|threads| {
        let other = threads.spawn(|| {
            api.store.write::<_, StoreError>(move |tx| {
                begins.send(()).unwrap();
                released.recv().unwrap();
                let mut notices = tx.notice_settings()?;
                notices.webhook.as_mut().unwrap().on = false;
                tx.set_notices(&notices)
            })
        });
        begun.recv().unwrap();
        let ours = threads.spawn(|| call(&api, "notice_set", described(2)));
        while versions() < 2 {
            std::thread::yield_now();
        }
        release.send(()).unwrap();
        other.join().unwrap().unwrap();
        ours.join().unwrap().unwrap_err()
    });
    assert_eq!(refused.code, "notice_changed_meanwhile");
    assert_eq!(channel_of(&api, "webhook")["on"], false);
    let kept = api.secrets.get(secret).unwrap().unwrap();
    assert_eq!((kept.version, versions()), (before, 1));
}

#[test]
fn of_a_workflow_that_is_not_there_nothing_is_chosen() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let chosen = call(
        &api,
        "notice_choose",
        json!({"workflow": "typo", "kinds": []}),
    );
    assert_eq!(chosen.unwrap_err().code, "not_found");
    assert!(api.store.notice_channels().unwrap().0.workflows.is_empty());
}

#[test]
fn an_address_that_is_none_is_told_when_it_is_typed() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let described = |from: &str, to: &str| json!({"channel": "mail", "host": "localhost", "port": 25, "from": from, "to": [to]});
    for (from, to, field) in [
        ("Flowkeep <ops@example.com", "ada@example.com", "from"),
        ("ops@example.com", "ada@@example.com", "to"),
    ] {
        let refused = call(&api, "notice_set", described(from, to)).unwrap_err();
        assert_eq!(refused.fields["field"], field);
        assert_eq!(refused.because.unwrap().code, "mail_address_wrong");
    }
    let well = described("Flowkeep <ops@example.com>", "ada@example.com");
    call(&api, "notice_set", well).unwrap();
}

#[test]
fn a_mail_that_is_under_way_when_it_leaves_is_left_to_the_next() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let api = open(&data);
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let described = json!({"channel": "mail", "on": true, "host": "127.0.0.1", "port": port,
        "security": "none", "from": "ops@example.com", "to": ["ada@example.com"]});
    call(&api, "notice_set", described).unwrap();
    let task =
        json!({"id": "a", "action": "sql.query", "params": {"sql": "SELECT 1 FROM nowhere"}});
    let workflow = json!({"id": "w", "name": "W", "tasks": [task]}).to_string();
    let workflow = json!({"text": workflow, "format": "json"});
    call(&api, "flow_create", workflow).unwrap();
    assert!(api.run_engine().unwrap());
    call(&api, "run_start", json!({"workflow": "w"})).unwrap();
    let _mail = silent.accept().unwrap();
    api.leave();
    assert!(EngineLock::try_take(&data).unwrap().is_some());
    let whenever = Moment(i64::MAX);
    let waiting = api.store.notices_waiting(Channel::Mail, whenever, 10);
    let waiting = waiting.unwrap();
    assert_eq!((waiting.len(), waiting[0].tries), (1, 0));
}

#[test]
fn what_a_restore_brings_has_not_been_without_a_backup_here_since_it_was_written() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let began = {
        let api = open(&data);
        let began = api.clock.now().0;
        let workflow = json!({"id": "w", "name": "W", "tasks": []}).to_string();
        let workflow = json!({"text": workflow, "format": "json"});
        call(&api, "flow_create", workflow).unwrap();
        began
    };
    // It keeps the day on which it was written, elsewhere.
    let database = rusqlite::Connection::open(data.join("flowkeep.db")).unwrap();
    let old = "UPDATE document SET created_at = 1";
    assert_eq!(database.execute(old, []).unwrap(), 1);
    drop(database);
    let first = open(&data).store.first_document_at().unwrap().unwrap();
    assert!(first >= began, "{first} {began}");
}
