//! Every screen and dialog, in both languages and themes and at two sizes, with much data and with none:
//! for whoever looks whether anything is cut or cheap. Nothing of it is committed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, drop_on_window};
use serde_json::{Value, json};

use flowkeep_e2e::configs::{self, Configs};

use crate::{
    connections, earlier_tool, fallen, folders, notices, office, people, runs, sheets, worn,
};

/// How many times the office's workflows are there, and how often one of them ran.
const BRANCHES: usize = 40;
const RUNS: usize = 90;
/// Workflows that fail and that ask.
const TROUBLES: usize = 8;

const SIZES: [(&str, &str); 2] = [("1280", "800"), ("1024", "700")];

/// A screen: how its picture is called, where it is, what is pressed there (selectors), what is there then.
pub(super) struct Screen {
    name: &'static str,
    address: String,
    press: &'static [&'static str],
    /// What is dropped there.
    dropped: Vec<PathBuf>,
    drawn: &'static str,
}

pub(super) fn screen(name: &'static str, address: &str, drawn: &'static str) -> Screen {
    Screen {
        name,
        address: address.to_owned(),
        press: &[],
        dropped: Vec::new(),
        drawn,
    }
}

pub(super) fn pressed(
    name: &'static str,
    address: &str,
    press: &'static [&'static str],
    drawn: &'static str,
) -> Screen {
    Screen {
        press,
        ..screen(name, address, drawn)
    }
}

/// Takes all of them, or those in whose names one of these words stands; the folder has one for each
/// amount of data.
///
/// # Errors
/// When a screen does not come.
pub(super) async fn shoot(folder: &Path, words: &[String]) -> Result<()> {
    let wanted = |screen: &Screen| {
        words.is_empty() || words.iter().any(|word| screen.name.contains(word.as_str()))
    };
    for (language, spoken) in [(Language::English, "en"), (Language::Chinese, "zh")] {
        if words.is_empty() || words.iter().any(|word| word == worn::WORD) {
            worn::shoot(language, &folder.join("worn"), spoken).await?;
        }
        if words.is_empty() || words.iter().any(|word| word == sheets::WORD) {
            sheets::shoot(language, &folder.join("sheets"), spoken).await?;
        }
        let is_alone = |word: &String| word == worn::WORD || word == sheets::WORD;
        if words.iter().any(is_alone) {
            continue;
        }
        let desk = Desk::with_screen(language, 1320, 860).await?;
        let window = Window::open(&desk).await?;
        let mut screens = everywhere();
        screens.push(screen("restore-none", "/backup/restore", "page-title"));
        screens.retain(wanted);
        look(&window, &screens, &folder.join("none"), spoken).await?;
        window.close().await?;
        let (import, send) = match language {
            Language::English => ("Customer import", "Send the orders"),
            Language::Chinese => ("客户数据导入", "发送订单"),
        };
        let broken = configs::broken_off(&desk, send).await?;
        let window = Window::open(&desk).await?;
        window.shown("dialog-start").await?;
        let sheet = folder.join(format!("start-sheet-{spoken}.png"));
        window.picture(&sheet).await?;
        window.call("start_seen", &json!({})).await?;
        let more = fill(&desk, &window, language).await?;
        let runs = with_people(&desk, language).await?;
        connections::make(&desk, &window).await?;
        fallen::make(&desk, &window).await?;
        notices::make(&window).await?;
        let made = folders::make(&window, language, desk.folder()).await?;
        let sessions = configs::make(&desk, import)?;
        let mut screens = everywhere();
        screens.extend(more);
        screens.extend(with_connections());
        screens.extend(with_notices());
        screens.extend(with_folders(&made));
        screens.extend(about_folders(&made));
        screens.extend(with_sessions(&sessions, &broken));
        screens.extend(with_kept(&sessions));
        screens.extend(runs);
        screens.retain(wanted);
        look(&window, &screens, &folder.join("much"), spoken).await?;
        window.close().await?;
    }
    Ok(())
}

/// Where one can go whatever is there.
fn everywhere() -> Vec<Screen> {
    vec![
        screen("overview", "/", "backup-card"),
        screen("workflows", "/workflows", "list-search"),
        screen("deleted", "/workflows?deleted=true", "list-search"),
        screen("runs", "/runs", "list-search"),
        screen("runs-timeline", "/runs?view=timeline", "history"),
        screen("runs-calendar", "/runs?view=calendar", "calendar-year"),
        screen("roadmaps", "/library/roadmap", "list-search"),
        screen("rules", "/library/rule", "list-search"),
        screen("templates", "/library/template", "list-search"),
        screen("backup", "/backup", "backup-now"),
        screen("folders", "/task-folders", "folder-new"),
        screen("sessions-none", "/sessions", "config-open"),
        pressed(
            "folder-new",
            "/task-folders",
            &["[data-testid=folder-new]"],
            "folder-create",
        ),
        screen("connections", "/connections", "connection-local"),
        screen("secrets", "/connections?tab=secrets", "secret-add"),
        pressed(
            "connection-new",
            "/connections",
            &["[data-testid=connection-add]", "[data-testid=kind-mysql]"],
            "connection-host",
        ),
        pressed(
            "connection-file",
            "/connections",
            &["[data-testid=connection-add]", "[data-testid=kind-sqlite]"],
            "connection-file",
        ),
        pressed(
            "secret-new",
            "/connections?tab=secrets",
            &["[data-testid=secret-add]"],
            "secret-value",
        ),
        screen("agents", "/connections?tab=agents", "agent-local"),
        screen("routing", "/connections?tab=rules", "rules-try"),
        pressed(
            "agent-new",
            "/connections?tab=agents",
            &["[data-testid=agent-add]"],
            "agent-name",
        ),
        pressed(
            "rule-new",
            "/connections?tab=rules",
            &["[data-testid=rule-add]"],
            "rule-source",
        ),
        screen("activity", "/activity", "list-search"),
        screen("settings", "/settings", "settings-history"),
        screen("help", "/help/getting-started", "page-title"),
        pressed(
            "new-workflow",
            "/workflows",
            &["[data-testid=new]"],
            "new-name",
        ),
        pressed(
            "new-template",
            "/workflows",
            &["[data-testid=new]", "[data-testid=offer-describe-database]"],
            "template-connection",
        ),
        pressed("search", "/", &["[data-testid=search]"], "palette-search"),
        pressed(
            "backup-dialog",
            "/backup",
            &["[data-testid=backup-now]"],
            "choose-backup-folder",
        ),
        pressed(
            "notice-mail",
            "/settings",
            &["[data-testid=notice-set-mail]"],
            "mail-host",
        ),
        pressed(
            "notice-webhook",
            "/settings",
            &["[data-testid=notice-set-webhook]"],
            "webhook-address",
        ),
        pressed(
            "diagnostics",
            "/settings",
            &["[data-testid=diagnostics]"],
            "diagnostics-save",
        ),
    ]
}

/// Fills the catalog and the history; the screens that there are then besides.
async fn fill(desk: &Desk, window: &Window<'_>, language: Language) -> Result<Vec<Screen>> {
    let kept = desk.folder().join("Workflows");
    office::write(language, &kept, BRANCHES)?;
    for n in 0..BRANCHES {
        let roadmap = json!({"id": format!("year-{n}"), "title": format!("The year {n}"),
            "milestones": [{"name": "Spring"}, {"name": "Autumn"}]});
        fs::write(kept.join(format!("year-{n}.json")), roadmap.to_string())?;
        let rule = "description: Two people look at it\n---\nTwo people read every change.\n";
        let rule = format!("---\nname: Review {n}\n{rule}");
        fs::write(kept.join(format!("review-{n}.md")), rule)?;
    }
    desk.flowkeep(&["flow", "import", &kept.to_string_lossy()])?;
    let made = runs::make(desk, language, &desk.folder().join("Runs")).await?;
    for n in 0..TROUBLES {
        for (kind, context) in [
            (
                runs::nightly(language),
                json!({"day": "2026-11-20", "file": "missing.csv"}),
            ),
            (runs::report(language), json!({"month": "2026-10"})),
        ] {
            let mut workflow = kind;
            let id = format!("{}-{n}", workflow["id"].as_str().context("an id")?);
            workflow["name"] = json!(format!(
                "{} {n}",
                workflow["name"].as_str().context("a name")?
            ));
            workflow["id"] = json!(id);
            let text = json!({"text": workflow.to_string(), "format": "json"});
            window.call("flow_create", &text).await?;
            start(window, &id, &context).await?;
        }
    }
    for _ in 0..RUNS {
        let context = json!({"day": "2026-11-19", "file": "orders.csv"});
        start(window, "nightly", &context).await?;
    }
    // What runs changes with every second, and a picture wants rest.
    for run in desk.flowkeep(&["run", "list", "--status", "running"])?["items"]
        .as_array()
        .into_iter()
        .flatten()
    {
        // One that ends meanwhile is at rest as well.
        let _ = desk.flowkeep(&["run", "cancel", run["id"].as_str().context("an id")?]);
    }
    let many = json!({"text": runs::many_tasks().to_string(), "format": "json"});
    window.call("flow_create", &many).await?;
    let many = runs::start(desk, "many", &json!({})).await?;
    let closing = json!({"text": runs::closing(language).to_string(), "format": "json"});
    window.call("flow_create", &closing).await?;
    let closing = runs::start(desk, "closing", &json!({"amount": 1482})).await?;
    let backups = desk.folder().join("Backups");
    desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    desk.flowkeep(&["flow", "delete", "reconcile-1"])?;
    let files = earlier_tool(desk.folder())?;
    let mut screens = of_runs(&made.failed, &made.asking, &many);
    screens.push(screen(
        "run-graph-branches",
        &format!("/runs/{closing}?tab=graph"),
        "graph-lines",
    ));
    screens.extend([
        screen("workflow", "/workflows/nightly", "field-name"),
        screen(
            "workflow-task",
            "/workflows/nightly?at=tasks/2",
            "task-action",
        ),
        screen("workflow-text", "/workflows/nightly?tab=text", "page-title"),
        screen(
            "workflow-revisions",
            "/workflows/nightly?tab=revisions",
            "page-title",
        ),
        pressed(
            "start",
            "/workflows/nightly",
            &["[data-testid=run]"],
            "context-day",
        ),
        Screen {
            dropped: files,
            ..screen("import", "/workflows", "import-apply")
        },
        pressed(
            "restore",
            "/backup",
            &["[data-testid^=restore-0]"],
            "apply-restore",
        ),
    ]);
    Ok(screens)
}

/// What is to be seen of single runs.
fn of_runs(failed: &str, asking: &str, many: &str) -> Vec<Screen> {
    let failed = format!("/runs/{failed}");
    let asking = format!("/runs/{asking}");
    vec![
        screen("run", &failed, "task-panel-pack"),
        screen(
            "run-clock",
            &format!("{failed}?axis=clock&only=failed"),
            "filter-status",
        ),
        screen("run-many", &format!("/runs/{many}"), "task-t5"),
        screen("run-graph", &format!("{failed}?tab=graph"), "graph-panel"),
        screen(
            "run-graph-many",
            &format!("/runs/{many}?tab=graph&path=critical"),
            "graph-lines",
        ),
        screen(
            "run-messages",
            &format!("{failed}?tab=messages"),
            "run-messages",
        ),
        screen("run-data", &format!("{failed}?tab=data"), "page-title"),
        screen(
            "run-definition",
            &format!("{failed}?tab=definition"),
            "page-title",
        ),
        screen(
            "run-related",
            &format!("{failed}?tab=related"),
            "page-title",
        ),
        screen("question", &asking, "question"),
        pressed(
            "send-back",
            &asking,
            &["[data-testid=send-back]"],
            "send-back-reason",
        ),
        pressed(
            "retry",
            &failed,
            &["[data-testid=run-retry]"],
            "dialog-retry",
        ),
    ]
}

/// Lists of runs, and those of people and files.
async fn with_people(desk: &Desk, language: Language) -> Result<Vec<Screen>> {
    let people = people::make(desk, language).await?;
    Ok(vec![
        screen("runs-look", "/runs?needs=look", "list-search"),
        screen("runs-answer", "/runs?needs=answer", "list-search"),
        screen("workflow-runs", "/workflows/nightly?tab=runs", "page-title"),
        screen(
            "came-back",
            &format!("/runs/{}", people.sent_back),
            "came-back",
        ),
        screen(
            "stand-in",
            &format!("/runs/{}", people.stand_in),
            "stand-in",
        ),
        screen(
            "file",
            &format!("/runs/{}?task=write", people.file),
            "file-write",
        ),
        pressed(
            "start-stand-in",
            "/workflows/letter",
            &["[data-testid=run]"],
            "run-start",
        ),
    ])
}

/// What is asked about connections that are there.
fn with_connections() -> [Screen; 6] {
    [
        screen(
            "activity-secrets",
            "/activity?operation=secret_set",
            "list-search",
        ),
        pressed(
            "explain-source",
            "/workflows/orders?at=tasks/0",
            &["[data-testid=explain-source]"],
            "explanation",
        ),
        pressed(
            "connection-edit",
            "/connections",
            &["[data-testid=more-shop]", "[data-testid=menu-edit]"],
            "connection-host",
        ),
        pressed(
            "connection-refused",
            "/connections",
            &[
                "[data-testid=more-shop]",
                "[data-testid=menu-edit]",
                "[data-testid=connection-test]",
            ],
            "test-failed",
        ),
        pressed(
            "connection-remove",
            "/connections",
            &["[data-testid=more-shop]", "[data-testid=menu-remove]"],
            "dialog-remove-connection",
        ),
        pressed(
            "settle-all",
            "/",
            &["[data-testid=settle-all-archive]"],
            "dialog-settle-all",
        ),
    ]
}

/// What was told, and what could not be.
fn with_notices() -> [Screen; 5] {
    [
        pressed(
            "notices-mail",
            "/settings",
            &["[data-testid=notice-set-mail]"],
            "dialog-mail",
        ),
        pressed(
            "notices-robot",
            "/settings",
            &["[data-testid=notice-set-webhook]"],
            "dialog-webhook",
        ),
        screen("notices-unsent", "/", "notices-unsent"),
        pressed(
            "notices-tested",
            "/settings",
            &["[data-testid=notice-test-webhook]"],
            "tested-webhook",
        ),
        pressed(
            "notices-of-workflow",
            "/workflows/nightly?tab=runs",
            &["[data-testid=notices-own]"],
            "notice-kind-waiting",
        ),
    ]
}

/// A task folder: its files, its archives, its settings.
fn with_folders(made: &folders::Made) -> [Screen; 17] {
    let at = |more: &str| format!("/task-folders/{}{more}", made.earlier);
    [
        pressed(
            "folder-run",
            &format!("/runs/{}", made.archived),
            &["[data-testid=run-archive][aria-expanded=false]"],
            "run-archive-panel",
        ),
        screen(
            "folder-hindered",
            &format!("/runs/{}", made.hindered),
            "run-hindered",
        ),
        pressed(
            "folder-start",
            "/workflows/warehouse",
            &["[data-testid=run]"],
            "preflight-archive",
        ),
        Screen {
            dropped: vec![made.list.clone()],
            ..screen("folder-tables", &at(""), "table-dropped")
        },
        screen(
            "folder-unrecorded",
            &at("?tab=archives&archive=file_bak_20260205_081500"),
            "archive-panel",
        ),
        screen("folder-files", &at(""), "row-orders.ddl"),
        screen("folder-archives", &at("?tab=archives"), "archive-panel"),
        screen(
            "folder-earlier",
            &at("?tab=archives&archive=file_bak_20250721_122048"),
            "archive-panel",
        ),
        screen(
            "folder-broken",
            &at("?tab=archives&archive=file_bak_20260103_023001"),
            "archive-panel",
        ),
        screen("folder-settings", &at("?tab=settings"), "keep-name"),
        pressed(
            "folder-archive",
            &at(""),
            &["[data-testid=folder-archive]"],
            "archive-start",
        ),
        pressed(
            "folder-clean-up",
            &at("?tab=archives"),
            &["[data-testid=archives-clean-up]"],
            "clean-up-file_bak_20250721_122048",
        ),
        pressed(
            "folder-put-back",
            &at("?tab=archives"),
            &["[data-testid=archive-put-back]"],
            "put-back-start",
        ),
        pressed(
            "folder-put-back-few",
            &at("?tab=archives"),
            &[
                "[data-testid=archive-put-back]",
                "[data-testid=put-back-few]",
                "[data-testid=dialog-put-back] [data-testid=row-orders\\.ddl] label",
            ],
            "put-back-makes-way",
        ),
        pressed(
            "folder-put-back-earlier",
            &at("?tab=archives&archive=file_bak_20250721_120236"),
            &["[data-testid=archive-put-back]"],
            "put-back-start",
        ),
        pressed(
            "folder-compare",
            &at("?tab=archives"),
            &["[data-testid=archive-compare]"],
            "text-difference",
        ),
        pressed(
            "folder-check",
            &at("?tab=archives&archive=file_bak_20250721_120236"),
            &["[data-testid=archive-check]"],
            "check-failed",
        ),
    ]
}

/// What is said before something is done with a folder or in it, and after it could not be.
fn about_folders(made: &folders::Made) -> [Screen; 12] {
    let made_way = format!("/task-folders/{}?tab=archives", made.put_back);
    [
        pressed(
            "folder-forget",
            &format!("/task-folders/{}?tab=settings", made.earlier),
            &["[data-testid=folder-forget]"],
            "folder-forget-go",
        ),
        pressed(
            "folder-no-list",
            &format!("/workflows/{}", made.listless.0),
            &["[data-testid=run]"],
            "input-missing",
        ),
        screen(
            "folder-list-next",
            &format!("/workflows/{}", made.listless.0),
            "table-list-note",
        ),
        screen("workflow-empty", "/workflows/empty", "add-tasks"),
        screen(
            "folder-list-failed",
            &format!("/runs/{}?task=tables", made.listless.1),
            "open-task-folder",
        ),
        screen("folder-of-another", "/workflows/second", "trigger-note"),
        pressed(
            "folder-also-used",
            "/workflows/second",
            &["[data-testid=run]"],
            "run-folder-also",
        ),
        screen("folder-lost", "/workflows/lost", "trigger-note"),
        pressed(
            "folder-lost-run",
            "/workflows/lost",
            &["[data-testid=run]"],
            "run-problems",
        ),
        screen(
            "folder-left-out",
            &format!("/runs/{}?task=describe", made.left_out),
            "output-describe",
        ),
        screen("folder-made-way", &made_way, "archive-panel"),
        pressed(
            "folder-put-back-made-way",
            &made_way,
            &["[data-testid=archive-put-back]"],
            "put-back-start",
        ),
    ]
}

/// Sessions that can be taken up again, one of them with files that are not as they were.
fn with_sessions(made: &Configs, broken: &str) -> [Screen; 15] {
    let at = |session: &str, more: &str| format!("/sessions/{session}{more}");
    [
        screen("sessions", &at(&made.paused, ""), "source-snapshot"),
        pressed(
            "sessions-broken",
            &at(broken, ""),
            &["[data-testid=broken-done-send]"],
            "broken-answer-send",
        ),
        pressed(
            "sessions-kept",
            &at(&made.imported, "?tab=files"),
            &["[data-testid='show-kept-tools/weather.yaml']"],
            "dialog-file-difference",
        ),
        screen(
            "sessions-imported",
            &at(&made.imported, ""),
            "source-snapshot",
        ),
        screen(
            "sessions-snapshots",
            &at(&made.paused, "?tab=snapshots"),
            "snapshot-1",
        ),
        screen(
            "sessions-files",
            &at(&made.imported, "?tab=files"),
            "snapshot-choice",
        ),
        screen(
            "sessions-completed",
            "/sessions?which=completed",
            "sessions-space",
        ),
        pressed(
            "sessions-difference",
            &at(&made.paused, ""),
            &["[data-testid^=show-]"],
            "text-difference",
        ),
        pressed(
            "sessions-strategies",
            &at(&made.paused, ""),
            &["[data-testid=strategies]"],
            "strategy-save",
        ),
        pressed(
            "sessions-clean-up",
            &at(&made.paused, ""),
            &[
                "[data-testid=space-menu]",
                "[data-testid=menu-clean-up-snapshots]",
            ],
            "clean-up-snapshots-apply",
        ),
        pressed(
            "sessions-move-store",
            &at(&made.paused, ""),
            &["[data-testid=space-menu]", "[data-testid=menu-move-store]"],
            "move-store-pick",
        ),
        pressed(
            "sessions-scrub",
            &at(&made.paused, ""),
            &["[data-testid=space-menu]", "[data-testid=menu-scrub]"],
            "scrub-sound",
        ),
        pressed(
            "sessions-in-place",
            &at(&made.paused, ""),
            &["[data-testid=wizard-more]", "[data-testid=menu-in-place]"],
            "in-place-go",
        ),
        pressed(
            "sessions-forget",
            &at(&made.paused, ""),
            &["[data-testid=session-menu]", "[data-testid=menu-forget]"],
            "forget-export",
        ),
        pressed(
            "sessions-look",
            &at(&made.paused, ""),
            &["[data-testid=look-first]"],
            "dialog-restored",
        ),
    ]
}

/// A session that was only kept, where its configuration is, and the key to what is kept encrypted.
fn with_kept(made: &Configs) -> [Screen; 5] {
    let at = |more: &str| format!("/sessions/{}{more}", made.kept);
    [
        screen("sessions-roots", "/settings", "settings-roots"),
        screen("sessions-not-started", &at("?which=active"), "source-file"),
        screen("sessions-written-over", &at("?tab=snapshots"), "snapshot-2"),
        pressed(
            "sessions-key-now",
            "/settings",
            &[
                "[data-testid=secrets-masked]",
                "[data-testid=secrets-encrypted]",
            ],
            "dialog-save-key",
        ),
        pressed(
            "sessions-encryption",
            "/settings",
            &[
                "[data-testid=secrets-masked]",
                "[data-testid=secrets-encrypted]",
                "[data-testid=save-key-later]",
            ],
            "snapshot-key-save",
        ),
    ]
}

async fn start(window: &Window<'_>, workflow: &str, context: &Value) -> Result<()> {
    let start = json!({"workflow": workflow, "context": context});
    window.call("run_start", &start).await?;
    Ok(())
}

/// Moves to where it is on the screen: a page may be longer than the window.
async fn in_sight(window: &Window<'_>, css: &str) -> Result<()> {
    let script = "document.querySelector(arguments[0])?.scrollIntoView({block: 'nearest'})";
    window.page.execute(script, vec![json!(css)]).await?;
    Ok(())
}

/// Goes to every screen in every look.
pub(super) async fn look(
    window: &Window<'_>,
    screens: &[Screen],
    folder: &Path,
    spoken: &str,
) -> Result<()> {
    let desk = window.desk();
    for theme in ["light", "dark"] {
        let settings = json!({"theme": theme});
        window.call("settings_update", &settings).await?;
        for (width, height) in SIZES {
            let id = window.id().await?;
            desk.run("xdotool", &["windowsize", "--sync", &id, width, height])?;
            for screen in screens {
                let script = "location.hash = arguments[0]";
                window
                    .page
                    .execute(script, vec![json!(screen.address)])
                    .await?;
                for press in screen.press {
                    window.shown_by(Locator::Css(press)).await?;
                    in_sight(window, press).await?;
                    window.click_by(Locator::Css(press)).await?;
                }
                if !screen.dropped.is_empty() {
                    let dropped: Vec<_> = screen.dropped.iter().map(PathBuf::as_path).collect();
                    drop_on_window(desk, window, &dropped).await?;
                }
                window.shown(screen.drawn).await?;
                in_sight(window, &format!("[data-testid=\"{}\"]", screen.drawn)).await?;
                let name = format!("{}-{spoken}-{theme}-{width}.png", screen.name);
                window.picture(&folder.join(name)).await?;
                if !(screen.press.is_empty() && screen.dropped.is_empty()) {
                    window.focus().await?;
                    desk.press(&["Escape"])?;
                }
            }
        }
    }
    Ok(())
}
