//! One message on each way, to real servers on this machine: that it arrives, and the sentence for
//! why it does not.
#![cfg(test)]

use flowkeep_core::connection::Secret;
use flowkeep_core::notice::webhook::Words;
use flowkeep_core::notice::{Mail, Security, WebhookForm};
use flowkeep_engine::notices::{Outgoing, Way, WaySecrets, try_way};
use flowkeep_test_servers::{Authority, Door, Mailbox, Webhook};
use serde_json::{Value, json};

struct Ground {
    authority: Authority,
    folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        let authority = Authority::new();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), &authority.root).unwrap();
        Self { authority, folder }
    }

    fn mail(&self, port: u16, security: Security) -> Mail {
        let ca = self.folder.path().join("ca.pem");
        Mail {
            on: true,
            host: "localhost".to_owned(),
            port,
            security,
            user: None,
            from: "Flowkeep <ops@example.com>".to_owned(),
            to: vec!["ada@example.com".to_owned()],
            ca: Some(ca.to_str().unwrap().to_owned()),
        }
    }
}

fn message() -> Outgoing {
    let words = Words {
        title: "运行失败：夜间检查".to_owned(),
        text: "The disk is full.\n磁盘已满。".to_owned(),
    };
    Outgoing::new(words, json!([{"kind": "failed"}]))
}

fn mailed(mail: Mail, password: Option<&str>) -> Result<(), String> {
    let secret = password.map(Secret::new);
    let secrets = WaySecrets {
        secret,
        signing: None,
    };
    let sent = try_way(&Way::Mail(mail, secrets), &message(), 0);
    sent.map(|but| assert_eq!(but, None)).map_err(|why| {
        assert!(!format!("{why:?}").contains("hunter2"), "{why:?}");
        why.code
    })
}

fn posted(form: WebhookForm, address: &str, signing: Option<&str>, now: i64) -> Result<(), String> {
    let secrets = WaySecrets {
        secret: Some(Secret::new(address)),
        signing: signing.map(Secret::new),
    };
    let sent = try_way(&Way::Webhook(form, secrets), &message(), now);
    sent.map(|but| assert_eq!(but, None)).map_err(|why| {
        assert!(!format!("{why:?}").contains("0123456789"), "{why:?}");
        why.code
    })
}

#[test]
fn a_mail_goes_out_in_the_open_with_starttls_and_with_tls() {
    let ground = Ground::new();
    let doors = [
        (Door::Open, Security::None),
        (Door::starttls(&ground.authority), Security::Starttls),
        (Door::tls(&ground.authority), Security::Tls),
    ];
    for (door, security) in doors {
        let mailbox = Mailbox::locked(door, "ops", "hunter2");
        let mut mail = ground.mail(mailbox.port, security);
        mail.user = Some("ops".to_owned());
        assert_eq!(mailed(mail, Some("hunter2")), Ok(()), "{security:?}");
        let came = mailbox.next();
        assert!(came.contains("To: ada@example.com"), "{came}");
        assert!(!came.contains("夜间检查"), "the subject is encoded: {came}");
    }
}

#[test]
fn why_a_mail_did_not_arrive_is_said() {
    let ground = Ground::new();
    let refused = |code: &str| Err(code.to_owned());
    let starttls = Mailbox::locked(Door::starttls(&ground.authority), "ops", "right");
    let mail = ground.mail(starttls.port, Security::Starttls);
    let as_ops = Mail {
        user: Some("ops".to_owned()),
        ..mail.clone()
    };
    assert_eq!(
        mailed(as_ops.clone(), Some("hunter2")),
        refused("login_refused")
    );
    assert_eq!(mailed(as_ops, None), refused("mail_without_password"));
    assert_eq!(mailed(mail.clone(), None), refused("mail_refused"), "530");
    let unvouched = Mail {
        ca: None,
        ..mail.clone()
    };
    assert_eq!(mailed(unvouched, None), refused("server_untrusted"));
    let open = Mailbox::open(Door::Open);
    let wants = ground.mail(open.port, Security::Starttls);
    assert_eq!(mailed(wants, None), refused("mail_without_starttls"));
    let login = Mail {
        user: Some("ops".to_owned()),
        ..ground.mail(open.port, Security::None)
    };
    assert_eq!(
        mailed(login, Some("hunter2")),
        refused("mail_without_login")
    );
    let full = Mailbox::refusing("452 the mailbox is full");
    let full = ground.mail(full.port, Security::None);
    assert_eq!(mailed(full, None), refused("mail_refused"));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let nobody = ground.mail(port, Security::None);
    assert_eq!(mailed(nobody, None), refused("server_refused"));
    let unknown = Mail {
        host: "no-such-host.invalid".to_owned(),
        ..mail.clone()
    };
    assert_eq!(mailed(unknown, None), refused("server_unknown"));
    let odd = Mail {
        to: vec!["ada@".to_owned()],
        ..mail
    };
    assert_eq!(mailed(odd, None), refused("mail_address_wrong"));
    assert!(starttls.is_empty() && open.is_empty());
}

#[test]
fn each_robot_gets_its_body_and_its_signature() {
    let receiver = Webhook::answering(200, r#"{"errcode":0,"code":0}"#);
    let address = receiver.address("/robot/send?access_token=0123456789");
    let now = 1_700_000_000_123;
    let text = "运行失败：夜间检查\nThe disk is full.\n磁盘已满。";
    let came = |form, signing| {
        assert_eq!(posted(form, &address, signing, now), Ok(()));
        let posted = receiver.next();
        let body: Value = serde_json::from_str(&posted.body).unwrap();
        (posted.target, body)
    };
    let (target, body) = came(WebhookForm::Wecom, None);
    assert_eq!(target, "/robot/send?access_token=0123456789");
    assert_eq!(body["text"]["content"], text);
    let (target, body) = came(WebhookForm::Dingtalk, Some("this is secret"));
    assert_eq!(
        target,
        "/robot/send?access_token=0123456789&timestamp=1700000000123\
         &sign=W2RNhLVXZurCuMiewxzjoEaGqxhR%2FFQAkLiAHZh%2BPWY%3D"
    );
    assert_eq!(body["msgtype"], "text");
    let (target, body) = came(WebhookForm::Feishu, Some("this is secret"));
    assert_eq!(target, "/robot/send?access_token=0123456789");
    assert_eq!(body["content"]["text"], text);
    assert_eq!(body["timestamp"], "1700000000");
    assert!(body["sign"].is_string());
    let (_, body) = came(WebhookForm::Json, None);
    assert_eq!(body["notices"][0]["kind"], "failed");
}

#[test]
fn why_a_webhook_was_not_reached_is_said_without_its_address() {
    let refused = |code: &str| Err(code.to_owned());
    let receiver = Webhook::answering(404, "");
    let address = receiver.address("/send?key=0123456789");
    assert_eq!(
        posted(WebhookForm::Wecom, &address, None, 0),
        refused("webhook_status")
    );
    receiver.answer(200, r#"{"errcode":40001,"errmsg":"0123456789 is no key"}"#);
    assert_eq!(
        posted(WebhookForm::Wecom, &address, None, 0),
        Err("webhook_refused".to_owned())
    );
    receiver.answer(200, r#"{"code":19021,"msg":"sign match fail"}"#);
    assert_eq!(
        posted(WebhookForm::Feishu, &address, None, 0),
        refused("webhook_refused")
    );
    assert_eq!(posted(WebhookForm::Json, &address, None, 0), Ok(()));
    let wrong = posted(WebhookForm::Json, "qyapi.weixin.qq.com/0123456789", None, 0);
    assert_eq!(wrong, refused("webhook_address_wrong"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let nobody = format!("http://{nobody}/0123456789");
    assert_eq!(
        posted(WebhookForm::Json, &nobody, None, 0),
        refused("http_unreachable")
    );
}
