//! Notices on a real database, under a clock that the tests set, to a real mail server and a real
//! receiver of webhooks on this machine.

use std::sync::Mutex;

use flowkeep_core::notice::webhook::Words;
use flowkeep_core::notice::{Mail, Notices, Security, Webhook as Hook, WebhookForm};
use flowkeep_core::run::{Head, Phase, Question, RunState, Status, TaskId, TaskState};
use flowkeep_core::{Document, Format, RunId};
use flowkeep_host::testing::TestClock;
use flowkeep_host::{Keys, SecretsFile};
use flowkeep_store::{DeliveryState, NewRun, RunWrite, StoreOptions};
use flowkeep_test_servers::{Door, Mailbox, Webhook};

use super::*;

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_secs(30);

const MINUTE: u32 = 60_000;
const DAY: u32 = 24 * 60 * MINUTE;
const TASKS: &str = r#"{"tasks": [{"id": "a", "action": "manual"}]}"#;

/// Says the workflows.
#[derive(Default)]
struct Plain(Mutex<Vec<usize>>);

impl Wording for Plain {
    fn words(&self, notices: &[Notice]) -> Words {
        self.0.lock().unwrap().push(notices.len());
        let names: Vec<_> = notices
            .iter()
            .filter_map(|one| one.workflow.clone())
            .collect();
        Words {
            title: format!("{} things", notices.len()),
            text: names.join(" "),
        }
    }
}

struct Place {
    store: Arc<Store>,
    clock: Arc<TestClock>,
    secrets: Arc<SecretsFile>,
    told: Arc<Plain>,
    sender: Sender,
    leave: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::at(1_000_000));
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::clone(&clock) as _,
        });
        let store = Arc::new(store.unwrap());
        let keys = Keys::in_folder(folder.path().join("keys"));
        let secrets = SecretsFile::new(folder.path(), keys, Arc::clone(&clock) as _);
        let secrets = Arc::new(secrets);
        let told = Arc::new(Plain::default());
        let (leave, left) = watch::channel(false);
        let options = SenderOptions {
            store: Arc::clone(&store),
            secrets: Arc::clone(&secrets) as _,
            clock: Arc::clone(&clock) as _,
            wording: Arc::clone(&told) as _,
            channels: vec![Channel::Mail, Channel::Webhook],
            epoch: None,
        };
        Self {
            sender: Sender::new(options, left).unwrap(),
            leave,
            store,
            clock,
            secrets,
            told,
            _folder: folder,
        }
    }

    /// Somebody here describes a channel.
    fn set(&self, notices: Notices, channel: Channel, secret: Option<&str>) {
        let version = secret.map(|secret| {
            let name = channel.secret().unwrap();
            self.secrets.set(name, secret).unwrap()
        });
        let set = move |tx: &flowkeep_store::Tx<'_>| {
            tx.set_notices(&notices)?;
            let way = notices.way(channel);
            tx.confirm_channel(channel, way.as_deref(), (version.as_deref(), None))
        };
        self.store.write::<_, StoreError>(set).unwrap();
    }

    fn hook(&self, to: &Webhook) {
        let address = to.address("/send?key=0123456789");
        let hook = Hook {
            on: true,
            form: WebhookForm::Wecom,
            host: "127.0.0.1".to_owned(),
        };
        let notices = Notices {
            webhook: Some(hook),
            ..Notices::default()
        };
        self.set(notices, Channel::Webhook, Some(&address));
    }

    fn mail(&self, mailbox: &Mailbox, to: &[&str]) {
        let mail = Mail {
            on: true,
            host: "localhost".to_owned(),
            port: mailbox.port,
            security: Security::None,
            from: "ops@example.com".to_owned(),
            to: to.iter().map(|to| (*to).to_owned()).collect(),
            ..Mail::default()
        };
        let notices = Notices {
            mail: Some(mail),
            ..Notices::default()
        };
        self.set(notices, Channel::Mail, None);
    }

    fn run(&self, name: &str, status: Status, phase: Phase) -> RunId {
        self.run_of(name, false, status, phase)
    }

    fn run_of(&self, name: &str, child: bool, status: Status, phase: Phase) -> RunId {
        let definition = Document::parse(Format::Json, TASKS.to_owned()).unwrap();
        let definition = flowkeep_core::run::Definition::read(definition.value()).unwrap();
        let new = NewRun {
            workflow_id: (!child).then(|| name.to_owned()),
            ..NewRun::of(name, TASKS)
        };
        let at = Moment(self.clock.now().0);
        let written = self.store.write::<_, StoreError>(move |tx| {
            let (row, id) = tx.add_run(&new)?;
            let head = Head {
                status,
                ..RunState::new(id, &definition).head
            };
            let mut state = TaskState::default();
            (state.phase, state.attempts) = (phase, 1);
            let task = TaskId("a".to_owned());
            let mut writes = Vec::new();
            if matches!(state.phase, Phase::Asking { .. }) {
                writes.push(RunWrite::Asks {
                    task: task.clone(),
                    attempt: 1,
                    question: Question::Work,
                });
            }
            writes.push(RunWrite::Task(task, Box::new(state)));
            writes.push(RunWrite::Head(Box::new(head)));
            // A round whose commit was not heard of is written again.
            tx.write_run(row, id, at, &writes)?;
            tx.write_run(row, id, at, &writes)?;
            Ok(id)
        });
        written.unwrap()
    }

    fn fails(&self, name: &str) {
        self.run(name, Status::Failed, Phase::Failed);
    }

    /// Ends a run whatever it waits for.
    fn end(&self, run: RunId) {
        let at = Moment(self.clock.now().0);
        let kept = self.store.run(run).unwrap().unwrap();
        let mut head = Head::new(run);
        head.status = Status::Cancelled;
        let writes = [RunWrite::Head(Box::new(head))];
        let ended = self
            .store
            .write::<_, StoreError>(move |tx| tx.write_run(kept.row, run, at, &writes));
        ended.unwrap();
    }

    fn look(&mut self) {
        self.sender.look().unwrap();
    }

    fn states(&self) -> BTreeMap<&'static str, usize> {
        let mut states = BTreeMap::new();
        for one in self.store.notices(false, 1_000).unwrap() {
            if one.channel != Channel::Desktop {
                *states.entry(one.state.as_str()).or_default() += 1;
            }
        }
        states
    }

    fn reason(&self) -> Message {
        let unsent = self.store.notices(true, 1).unwrap().remove(0);
        unsent.reason.unwrap()
    }
}

/// What mail programs know a mail by.
fn name_of(mail: &str) -> &str {
    let head = mail.lines().find(|line| line.starts_with("Message-ID: "));
    head.unwrap()
}

const WELL: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

#[test]
fn each_failure_is_told_once_and_a_child_of_another_run_is_not() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    place.fails("nightly");
    place.run_of("child", true, Status::Failed, Phase::Failed);
    place.run("well", Status::Succeeded, Phase::Succeeded);
    place.look();
    place.look();
    let posted = receiver.next();
    assert_eq!(posted.target, "/send?key=0123456789");
    let body: serde_json::Value = serde_json::from_str(&posted.body).unwrap();
    assert_eq!(body["text"]["content"], "1 things\nnightly");
    assert!(receiver.is_empty());
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
}

#[test]
fn what_was_before_it_was_switched_on_is_not_told() {
    let mut place = Place::new();
    place.fails("before");
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    place.look();
    assert!(receiver.is_empty());
    assert_eq!(place.states(), BTreeMap::new());
}

#[test]
fn what_came_with_a_restore_sends_nothing_until_somebody_confirms_it() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    place.fails("before");
    // The setting is another's: it leads elsewhere, and nobody here has said so.
    let mut notices = place.store.notice_channels().unwrap().0;
    notices.webhook.as_mut().unwrap().host = "elsewhere".to_owned();
    let others = notices.clone();
    let put = place
        .store
        .write::<_, StoreError>(move |tx| tx.set_notices(&others));
    put.unwrap();
    place.fails("nightly");
    place.look();
    assert!(receiver.is_empty());
    assert_eq!(
        place.states(),
        BTreeMap::from([("pending", 1)]),
        "what was for the one of before; the other is not even kept for later"
    );
    place.hook(&receiver);
    place.clock.pass(MINUTE);
    place.look();
    assert!(receiver.next().body.contains("before"));
}

#[test]
fn a_password_that_is_just_being_entered_anew_gives_up_nothing() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    place.fails("nightly");
    // It stands in its file, and its row is still to be written.
    let name = Channel::Webhook.secret().unwrap();
    place.secrets.set(name, "http://127.0.0.1:1/").unwrap();
    place.look();
    assert_eq!(place.reason().code, "notice_secret_other");
    assert_eq!(place.states(), BTreeMap::from([("pending", 1)]));
    place.secrets.remove(name).unwrap();
    place.clock.pass(MINUTE);
    place.look();
    assert_eq!(place.reason().code, "notice_secret_other");
    place.hook(&receiver);
    place.look();
    assert!(receiver.next().body.contains("nightly"));
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
}

#[test]
fn a_storm_is_a_few_messages() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    for number in 0..40 {
        place.fails(&number.to_string());
    }
    place.look();
    assert_eq!(*place.told.0.lock().unwrap(), [40], "all at once in one");
    for number in 0..40 {
        place.fails(&number.to_string());
        place.look();
    }
    assert_eq!(
        place.told.0.lock().unwrap().len(),
        pace::MOST,
        "no more in this minute"
    );
    place.clock.pass(MINUTE);
    place.look();
    let told: usize = place.told.0.lock().unwrap().iter().sum();
    assert_eq!(told, 80, "nothing is lost");
    assert_eq!(place.told.0.lock().unwrap().len(), pace::MOST + 1);
}

#[test]
fn a_question_is_told_once_and_not_after_it_was_answered() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    let asking = || Phase::Asking { deadline: None };
    place.run("asks", Status::Waiting, asking());
    place.look();
    place.look();
    assert!(receiver.next().body.contains("asks"));
    // One that is cancelled before anybody was told asks nobody any more.
    place.run("over", Status::Cancelled, asking());
    place.look();
    assert!(receiver.is_empty());
    let secret = "shop".to_owned();
    place.run("locked", Status::Waiting, Phase::Locked { secret });
    place.look();
    assert!(receiver.next().body.contains("locked"));
    // The engine lets its task go on a moment later, or is not even at work yet.
    place.secrets.set("mail", "1234").unwrap();
    let secret = "mail".to_owned();
    place.run("entered", Status::Waiting, Phase::Locked { secret });
    place.look();
    assert!(receiver.is_empty());
    assert_eq!(place.states(), BTreeMap::from([("sent", 2)]));
}

#[test]
fn what_does_not_arrive_is_tried_again_and_said() {
    let mut place = Place::new();
    let receiver = Webhook::answering(503, "busy");
    place.hook(&receiver);
    place.fails("nightly");
    place.look();
    receiver.next();
    assert_eq!(place.reason().code, "webhook_status");
    place.look();
    assert!(receiver.is_empty(), "it rests");
    receiver.answer(200, WELL);
    place.clock.pass(MINUTE);
    place.look();
    receiver.next();
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
    assert_eq!(place.store.count_notices().unwrap().1, 0);
}

#[test]
fn a_refusal_behind_a_good_status_is_said_and_not_repeated_unasked() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, r#"{"errcode":93000,"errmsg":"invalid key"}"#);
    place.hook(&receiver);
    place.fails("nightly");
    place.look();
    receiver.next();
    let reason = place.reason();
    assert_eq!(reason.code, "webhook_refused");
    assert_eq!(reason.fields["said"], "invalid key");
    assert!(!format!("{reason:?}").contains("0123456789"), "{reason:?}");
    place.clock.pass(2 * 60 * MINUTE);
    place.look();
    assert!(receiver.is_empty());
    assert_eq!(place.states(), BTreeMap::from([("failed", 1)]));
    // Somebody mends it and has it tried again.
    receiver.answer(200, WELL);
    let again = place
        .store
        .write::<_, StoreError>(|tx| tx.retry_notices(None));
    assert_eq!(again.unwrap(), 1);
    place.look();
    receiver.next();
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
}

#[test]
fn a_day_of_silence_is_given_up_and_seen() {
    let mut place = Place::new();
    let receiver = Webhook::answering(500, "");
    place.hook(&receiver);
    place.fails("nightly");
    for _ in 0..40 {
        place.look();
        place.clock.pass(60 * MINUTE);
    }
    assert_eq!(place.states(), BTreeMap::from([("failed", 1)]));
    // While nobody was at work nothing was tried either.
    place.fails("later");
    place.clock.pass(2 * DAY);
    place.look();
    assert_eq!(place.reason().code, "notice_too_late");
    let late = place.store.notices(true, 10).unwrap();
    assert!(late.iter().all(|one| one.state == DeliveryState::Failed));
}

#[test]
fn what_somebody_has_tried_again_goes_out_however_old_it_is() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, r#"{"errcode":93000,"errmsg":"no such robot"}"#);
    place.hook(&receiver);
    place.fails("friday");
    place.look();
    receiver.next();
    // What nobody even tried in time is told of as well.
    place.fails("saturday");
    place.clock.pass(3 * DAY);
    place.look();
    assert!(receiver.is_empty());
    assert_eq!(place.states(), BTreeMap::from([("failed", 2)]));
    // On Monday somebody mends it.
    receiver.answer(200, WELL);
    let again = place
        .store
        .write::<_, StoreError>(|tx| tx.retry_notices(None));
    assert_eq!(again.unwrap(), 2);
    place.look();
    assert!(receiver.next().body.contains("friday"));
    assert!(receiver.next().body.contains("saturday"));
    assert_eq!(place.states(), BTreeMap::from([("sent", 2)]));
}

#[test]
fn what_came_too_late_says_nothing_of_the_channel() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    place.fails("nightly");
    place.clock.pass(2 * DAY);
    place.look();
    assert_eq!(place.reason().code, "notice_too_late");
    let (_, record) = place.store.notice_channels().unwrap();
    let record = &record[&Channel::Webhook];
    assert_eq!((record.used_at, &record.reason), (None, &None));
}

#[test]
fn a_page_in_between_is_tried_again() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, "<html>Sign in to the network</html>");
    place.hook(&receiver);
    place.fails("nightly");
    place.look();
    receiver.next();
    assert_eq!(place.reason().code, "webhook_stranger");
    receiver.answer(200, WELL);
    place.clock.pass(MINUTE);
    place.look();
    receiver.next();
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
}

#[test]
fn nothing_is_looked_at_before_it_is_due() {
    let mut place = Place::new();
    let receiver = Webhook::answering(503, "busy");
    place.hook(&receiver);
    let run = place.run("asks", Status::Waiting, Phase::Asking { deadline: None });
    place.look();
    receiver.next();
    place.end(run);
    // It is answered, and others write: until it is due it is left alone.
    place.look();
    assert_eq!(place.states(), BTreeMap::from([("pending", 1)]));
    place.clock.pass(MINUTE);
    place.look();
    assert!(receiver.is_empty());
    assert_eq!(place.states(), BTreeMap::new());
}

#[test]
fn one_who_has_left_takes_the_mails_from_nobody_else() {
    let mut place = Place::new();
    let mailbox = Mailbox::without("gone@example.com");
    place.mail(&mailbox, &["gone@example.com", "ada@example.com"]);
    place.fails("nightly");
    place.look();
    assert!(mailbox.next().contains("nightly"));
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
    let (_, record) = place.store.notice_channels().unwrap();
    let reason = record[&Channel::Mail].reason.clone().unwrap();
    assert_eq!(reason.code, "mail_left_out");
    assert_eq!(reason.fields["receivers"], "gone@example.com");
    assert_eq!(reason.fields["code"], "550");
}

#[test]
fn whom_the_server_puts_off_gets_it_later_and_the_others_once() {
    let mut place = Place::new();
    let mailbox = Mailbox::putting_off("bob@example.com");
    place.mail(&mailbox, &["ada@example.com", "bob@example.com"]);
    place.fails("nightly");
    place.look();
    let first = mailbox.next_mail();
    assert_eq!(first.to, ["ada@example.com"]);
    assert_eq!(place.states(), BTreeMap::from([("pending", 1)]));
    let reason = place.reason();
    assert_eq!(reason.code, "mail_put_off");
    assert_eq!(reason.fields["receivers"], "bob@example.com");
    // What comes meanwhile waits for nobody and goes to both.
    place.fails("weekly");
    place.look();
    let second = mailbox.next_mail();
    assert_eq!(second.to, ["ada@example.com", "bob@example.com"]);
    assert!(second.text.contains("weekly") && !second.text.contains("nightly"));
    place.clock.pass(MINUTE);
    place.look();
    let again = mailbox.next_mail();
    assert_eq!(again.to, ["bob@example.com"]);
    assert_eq!(name_of(&again.text), name_of(&first.text));
    assert_ne!(name_of(&again.text), name_of(&second.text));
    assert_eq!(place.states(), BTreeMap::from([("sent", 2)]));
    place.look();
    assert!(mailbox.is_empty());
}

#[test]
fn whom_the_server_does_not_take_is_said_though_another_gets_it_later() {
    let mut place = Place::new();
    let (bob, gone) = ("bob@example.com", "gone@example.com");
    let mailbox = Mailbox::putting_off_without(bob, gone);
    place.mail(&mailbox, &["ada@example.com", bob, gone]);
    place.fails("nightly");
    place.look();
    assert_eq!(mailbox.next_mail().to, ["ada@example.com"]);
    assert_eq!(place.reason().code, "mail_put_off");
    place.clock.pass(MINUTE);
    place.look();
    assert_eq!(mailbox.next_mail().to, [bob]);
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
    let record = place.store.notice_channels().unwrap().1;
    let reason = record[&Channel::Mail].reason.clone().unwrap();
    assert_eq!(reason.code, "mail_left_out");
    assert_eq!(reason.fields["receivers"], gone);
}

#[test]
fn what_another_owner_sent_meanwhile_stays_sent() {
    let place = Place::new();
    let mailbox = Mailbox::open(Door::Open);
    place.mail(&mailbox, &["ada@example.com"]);
    place.fails("nightly");
    let waits = place
        .store
        .notices_waiting(Channel::Mail, Moment(i64::MAX), 10)
        .unwrap();
    let (notice, at) = (waits[0].notice, Moment(0));
    let marked = place.store.write::<_, StoreError>(move |tx| {
        tx.notices_went_out(Channel::Mail, &[notice], at, None)?;
        let why = Message::new("server_cut");
        let tried = [(notice, Some(at))];
        let failed = FailedTry {
            channel: Channel::Mail,
            tried: &tried,
            at,
            why: &why,
        };
        tx.notices_put_off(&failed, &["ada@example.com".to_owned()])
    });
    marked.unwrap();
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
}

#[test]
fn a_receiver_who_is_put_off_and_then_unknown_is_said_and_the_others_stay_spared() {
    let mut place = Place::new();
    let mailbox = Mailbox::putting_off("bob@example.com");
    place.mail(&mailbox, &["ada@example.com", "bob@example.com"]);
    place.fails("nightly");
    place.look();
    mailbox.next();
    let elsewhere = Mailbox::refusing("550 no such user");
    place.mail(&elsewhere, &["ada@example.com", "bob@example.com"]);
    place.look();
    assert_eq!(place.states(), BTreeMap::from([("failed", 1)]));
    assert_eq!(place.reason().code, "mail_refused");
    // Tried again by a person, it goes to him alone.
    place.mail(&mailbox, &["ada@example.com", "bob@example.com"]);
    let again = place
        .store
        .write::<_, StoreError>(|tx| tx.retry_notices(None));
    assert_eq!(again.unwrap(), 1);
    place.look();
    assert_eq!(mailbox.next_mail().to, ["bob@example.com"]);
}

#[test]
fn a_server_that_takes_its_time_for_the_answer_gets_one_mail() {
    let mut place = Place::new();
    let ready = Duration::from_secs(2);
    let mailbox = Mailbox::slow(ready);
    place.sender.patience = Patience {
        ready,
        answer: LONG,
    };
    place.mail(&mailbox, &["ada@example.com"]);
    place.fails("nightly");
    place.look();
    mailbox.next();
    assert_eq!(place.states(), BTreeMap::from([("sent", 1)]));
    place.clock.pass(MINUTE);
    place.look();
    assert!(mailbox.is_empty());
}

#[test]
fn a_mail_server_that_takes_its_time_holds_up_no_other_way() {
    let place = Place::new();
    let (mailbox, receiver) = (Mailbox::slow(10 * LONG), Webhook::answering(200, WELL));
    place.mail(&mailbox, &["ada@example.com"]);
    let mail = place.store.notice_channels().unwrap().0.mail;
    let address = receiver.address("/send?key=0123456789");
    let hook = Hook {
        on: true,
        form: WebhookForm::Wecom,
        host: "127.0.0.1".to_owned(),
    };
    let both = Notices {
        mail,
        webhook: Some(hook),
        ..Notices::default()
    };
    place.set(both, Channel::Webhook, Some(&address));
    let sender = NoticeSender::start(place.sender.options.clone()).unwrap();
    place.fails("nightly");
    mailbox.next();
    place.fails("weekly");
    assert!(receiver.next().body.contains("nightly"));
    assert!(receiver.next().body.contains("weekly"));
    drop(sender);
    let waiting = place.store.notices_due(Channel::Mail).unwrap();
    assert_eq!(
        waiting,
        Some(Moment(0)),
        "what was broken off is for the next"
    );
}

#[test]
fn a_mail_that_may_come_twice_has_the_same_name_each_time() {
    let mut place = Place::new();
    let mailbox = Mailbox::slow(LONG);
    place.sender.patience = Patience {
        ready: LONG,
        answer: Duration::ZERO,
    };
    place.mail(&mailbox, &["ada@example.com"]);
    place.fails("nightly");
    place.look();
    assert_eq!(place.reason().code, "mail_unanswered");
    assert_eq!(place.states(), BTreeMap::from([("pending", 1)]));
    place.clock.pass(MINUTE);
    place.look();
    let (first, again) = (mailbox.next(), mailbox.next());
    assert_eq!(name_of(&first), name_of(&again));
}

#[test]
fn it_ends_though_a_name_is_still_looked_up() {
    let place = Place::new();
    let (release, asked) = channel::<()>();
    // As `getaddrinfo` does where the network is gone.
    place.sender.runtime.spawn_blocking(move || asked.recv());
    place.leave.send(true).unwrap();
    let (ends, ended) = channel::<()>();
    let sender = place.sender;
    std::thread::spawn(move || {
        sender.go();
        drop(ends);
    });
    assert_eq!(
        ended.recv_timeout(LONG),
        Err(RecvTimeoutError::Disconnected)
    );
    drop(release);
}

#[test]
fn what_a_crash_breaks_off_is_sent_once_more_and_never_lost() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    place.fails("nightly");
    // It goes out, and the process dies before it is marked.
    let (notices, known) = place.store.notice_channels().unwrap();
    let record = &known[&Channel::Webhook];
    let way = Way::kept(Channel::Webhook, &notices, record, &*place.secrets);
    let way = way.unwrap().unwrap();
    let outgoing = Outgoing::of(&*place.told, &[]);
    super::super::try_way(&way, &outgoing, 0).unwrap();
    receiver.next();
    place.look();
    receiver.next();
    place.look();
    assert!(receiver.is_empty());
}

#[test]
fn a_mail_arrives_with_its_words() {
    let mut place = Place::new();
    let authority = flowkeep_test_servers::Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, &authority.root).unwrap();
    let mailbox = Mailbox::locked(Door::starttls(&authority), "ops", "right");
    let mail = Mail {
        on: true,
        host: "localhost".to_owned(),
        port: mailbox.port,
        user: Some("ops".to_owned()),
        from: "Flowkeep <ops@example.com>".to_owned(),
        to: vec!["ada@example.com".to_owned(), "bob@example.com".to_owned()],
        ca: Some(ca.to_str().unwrap().to_owned()),
        ..Mail::default()
    };
    let notices = Notices {
        mail: Some(mail),
        ..Notices::default()
    };
    place.set(notices, Channel::Mail, Some("right"));
    place.fails("nightly");
    place.look();
    assert_eq!(
        place.states(),
        BTreeMap::from([("sent", 1)]),
        "{:?}",
        place.store.notices(true, 9)
    );
    let came = mailbox.next();
    for part in [
        "Subject: 1 things",
        "nightly",
        "ada@example.com",
        "bob@example.com",
    ] {
        assert!(came.contains(part), "{came}");
    }
}

#[test]
fn a_backup_that_has_grown_old_is_told_each_week_once() {
    let mut place = Place::new();
    let receiver = Webhook::answering(200, WELL);
    place.hook(&receiver);
    let put = place
        .store
        .write::<_, StoreError>(|tx| -> Result<(), StoreError> {
            let document = Document::parse(Format::Json, TASKS.to_owned()).unwrap();
            let summary = flowkeep_core::summarise(flowkeep_core::Kind::Workflow, &document, None);
            let id = tx.next_operation_id()?;
            let new = flowkeep_store::NewDocument {
                kind: flowkeep_core::Kind::Workflow,
                id: "w",
                document: &document,
                summary: &summary,
                example: false,
            };
            tx.put_document(&new, id, "ada")?;
            Ok(())
        });
    put.unwrap();
    let weeks = |place: &mut Place| {
        let now = place.sender.now();
        place.sender.tidy(now).unwrap();
        place
            .store
            .notices(false, 50)
            .unwrap()
            .iter()
            .filter(|one| one.channel == Channel::Webhook && one.content.kind == NoticeKind::Backup)
            .count()
    };
    assert_eq!(weeks(&mut place), 0);
    place.clock.pass(8 * DAY);
    assert_eq!(weeks(&mut place), 1);
    place.clock.pass(2 * DAY);
    assert_eq!(weeks(&mut place), 1);
    place.clock.pass(5 * DAY);
    assert_eq!(weeks(&mut place), 2);
}
