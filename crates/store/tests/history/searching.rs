//! `run list --text`: what a run says is found in the transaction that wrote it.

use flowkeep_core::run::{Level, Status, TaskId};
use flowkeep_core::{Message, RunId, search_words};
use flowkeep_store::{RunCount, RunFilter, RunHit, RunWrite, Said};

use crate::ground::{Ground, attempt, head, new_run};

fn found(ground: &Ground, text: &str, change: impl FnOnce(&mut RunFilter)) -> Vec<RunId> {
    let mut filter = RunFilter {
        words: Some(search_words(text)),
        limit: 50,
        ..RunFilter::default()
    };
    change(&mut filter);
    let page = ground.store.runs(&filter).unwrap();
    page.items.into_iter().map(|run| run.id).collect()
}

fn say(said: Said) -> RunWrite {
    RunWrite::Say {
        level: Level::Info,
        task: Some(TaskId("load".to_owned())),
        said,
    }
}

#[test]
fn messages_errors_and_what_a_run_was_started_with_are_searched() {
    let ground = Ground::new();
    let first = ground.run(
        "nightly",
        10,
        r#"{"customer":"华东分公司","job":"order_sync"}"#,
    );
    let second = ground.run("weekly", 20, "{}");
    let third = ground.add(new_run(None, "{}"), 30);
    ground.write(
        second,
        25,
        vec![
            say(Said::Line("用户密码错误，订单未写入".to_owned())),
            say(Said::Message(
                Message::new("run_sent_back").with("to", "OrderCheck"),
            )),
            attempt("load", 1, Status::Failed),
            head(second.1, Status::Failed),
        ],
    );
    let any = |_: &mut RunFilter| {};
    for (text, ids) in [
        ("密码", vec![second.1]),
        ("码", vec![second.1]),
        ("华东", vec![first.1]),
        ("sync", vec![first.1]),
        ("order", vec![second.1, first.1]),
        ("check", vec![second.1]),
        ("such table", vec![second.1]),
        ("密码 orders week", vec![second.1]),
        ("weekly 华东", vec![]),
        ("sql.query", vec![third.1]),
        ("!", vec![]),
    ] {
        assert_eq!(found(&ground, text, any), ids, "{text}");
    }
    let text = first.1.to_string();
    assert_eq!(found(&ground, &text, any), [first.1]);
    let failed = |filter: &mut RunFilter| filter.status = Some(Status::Failed);
    assert_eq!(found(&ground, "order", failed), [second.1]);
    let early = |filter: &mut RunFilter| filter.until = Some(15);
    assert_eq!(found(&ground, "order", early), [first.1]);
}

#[test]
fn pages_of_what_is_found_follow_each_other_and_are_counted() {
    let ground = Ground::new();
    let all: Vec<RunId> = (0..25)
        .map(|number| {
            let context = if number % 2 == 0 { "even" } else { "odd" };
            let run = ground.run("w", number * 10, &format!("{{\"n\":\"{context}\"}}"));
            ground.write(
                run,
                number * 10,
                vec![say(Said::Line("even more".to_owned()))],
            );
            run.1
        })
        .collect();
    let mut filter = RunFilter {
        words: Some(search_words("even more")),
        limit: 10,
        count: RunCount::All,
        ..RunFilter::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = ground.store.runs(&filter).unwrap();
        assert_eq!(page.total, Some(25));
        seen.extend(page.items.into_iter().map(|run| run.id));
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    assert!(seen.into_iter().eq(all.into_iter().rev()));
    filter.words = Some(search_words("odd"));
    assert_eq!(ground.store.runs(&filter).unwrap().total, Some(12));
}

#[test]
fn what_was_made_or_ended_since_a_moment_is_told() {
    let ground = Ground::new();
    let ended_since = ground.run("a", 10, "{}");
    let before = ground.run("b", 10, "{}");
    ground.end(before, 20, Status::Succeeded);
    let still_open = ground.run("c", 20, "{}");
    let made_since = ground.run("d", 30, "{}");
    ground.end(ended_since, 40, Status::Failed);
    let touched = RunFilter {
        touched_since: Some(30),
        limit: 9,
        count: RunCount::All,
        ..RunFilter::default()
    };
    let page = ground.store.runs(&touched).unwrap();
    let ids: Vec<_> = page.items.into_iter().map(|run| run.id).collect();
    assert_eq!(
        (page.total, ids),
        (Some(2), vec![made_since.1, ended_since.1])
    );
    let ended = ground.store.ended_since(20).unwrap();
    assert_eq!(ended, [(before.1, 20), (ended_since.1, 40)]);
    assert_eq!(
        ground.store.run(still_open.1).unwrap().unwrap().ended_at,
        None
    );
}

#[test]
fn the_texts_a_run_is_found_in_are_told() {
    let ground = Ground::new();
    let run = ground.run("w", 1_000, r#"{"customer": "alpha"}"#);
    let said = RunWrite::Say {
        level: Level::Info,
        task: Some("load".into()),
        said: Said::Line("beta was loaded".to_owned()),
    };
    ground.write(run, 1_000, vec![said, attempt("load", 1, Status::Failed)]);
    let hits = |text: &str| {
        let filter = RunFilter {
            words: Some(search_words(text)),
            limit: 9,
            ..RunFilter::default()
        };
        let page = ground.store.runs(&filter).unwrap();
        let told = page
            .items
            .into_iter()
            .flat_map(|run| run.hits)
            .map(|hit| match hit {
                RunHit::Facts { context } => context,
                RunHit::Message(line) => match line.said {
                    Said::Line(line) => line,
                    Said::Message(message) => message.code.clone(),
                },
                RunHit::Error { task, error } => format!("{}: {}", task.0, error.code),
            });
        told.collect::<Vec<_>>()
    };
    assert_eq!(hits("alpha"), [r#"{"customer": "alpha"}"#]);
    assert_eq!(hits("loaded"), ["beta was loaded"]);
    assert_eq!(hits("orders"), ["load: sql_failed"]);
    let both = hits("alpha beta");
    assert_eq!(both, [r#"{"customer": "alpha"}"#, "beta was loaded"]);
    assert!(hits("nothing").is_empty());
}
