//! Files of earlier tools, in the folder that `FLOWKEEP_SAMPLES` names: what is ours is recognised, what
//! cannot be read says where, and all that is imported comes back as it was, also by way of a backup and
//! an empty data folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::flowkeep::{Flowkeep, text, tree};
use crate::tokens::tokens;

/// Folders of which every file is a document of ours.
const OURS: [&str; 4] = ["workflows", "roadmaps", "rules", "templates"];

/// The noun for a kind.
fn noun(kind: &str) -> &str {
    if kind == "workflow" { "flow" } else { kind }
}

/// What `show` and `export` give equals the file.
fn check(flowkeep: &Flowkeep, item: &Value) {
    let word = |key: &str| item[key].as_str().unwrap();
    let (noun, id) = (noun(word("kind")), word("id"));
    let came = std::fs::read_to_string(word("path")).unwrap();
    let shown = flowkeep.say(&["--json", noun, "show", id]).out;
    if Path::new(word("path"))
        .extension()
        .is_some_and(|end| end == "json")
    {
        assert_eq!(tokens(&shown), tokens(&came), "{item}");
    } else {
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["raw"].as_str(), Some(came.as_str()), "{item}");
    }
    let out = text(&flowkeep.path("out"));
    flowkeep.done(&[noun, "export", id, "-o", &out, "--force"]);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), came, "{item}");
}

/// What `log show` gives has all that the file says.
fn check_logged(flowkeep: &Flowkeep, item: &Value) {
    let word = |key: &str| item[key].as_str().unwrap();
    let shown = flowkeep.done(&["log", "show", word("id")]);
    let came = std::fs::read_to_string(word("path")).unwrap();
    let came: Value = serde_json::from_str(&came).unwrap();
    for (key, value) in came.as_object().unwrap() {
        assert_eq!(&shown[key], value, "{key} of {item}");
    }
}

#[test]
#[ignore = "FLOWKEEP_SAMPLES has to name a folder with files of earlier tools"]
fn every_sample_is_recognised_and_comes_back_as_it_was() {
    let samples = std::env::var_os("FLOWKEEP_SAMPLES").unwrap();
    let samples = Path::new(&samples).canonicalize().unwrap();
    let flowkeep = Flowkeep::new();
    let (exit, result) = flowkeep.json(&["flow", "import", &text(&samples)]);
    assert!(exit == 0 || exit == 3, "{result}");
    let items = result["items"].as_array().unwrap();
    let files = tree(&samples);
    assert_eq!(items.len(), files.len(), "each file is told of once");
    let done = |action: &'static str| items.iter().filter(move |item| item["action"] == action);

    let mut ours = 0;
    for (name, _) in &files {
        if !OURS.contains(&name.split('/').next().unwrap()) {
            continue;
        }
        let path = text(&samples.join(name));
        let item = items.iter().find(|item| item["path"] == path).unwrap();
        assert_eq!(item["action"], "imported", "{item}");
        ours += 1;
    }
    assert!(ours >= OURS.len(), "{} has {ours}", samples.display());
    for item in done("failed") {
        assert!(item["line"].as_u64() > Some(0), "{item}");
        assert!(item["column"].as_u64() > Some(0), "{item}");
    }

    let (logged, imported): (Vec<_>, Vec<_>) =
        done("imported").partition(|item| item["kind"] == "log");
    for item in &imported {
        check(&flowkeep, item);
    }
    assert!(!logged.is_empty(), "another program recorded executions");
    for item in logged {
        check_logged(&flowkeep, item);
    }
    let folder = text(&flowkeep.backup("backups"));
    let empty = Flowkeep::new();
    let restored = empty.done(&["db", "restore", "-i", &folder]);
    assert_eq!(restored["imported"], imported.len());
    for item in &imported {
        check(&empty, item);
    }
}

/// What a file takes: files, bytes, whether all is there, what is missing, what cannot be read as YAML.
type Taken<'a> = (
    &'a str,
    &'a str,
    usize,
    u64,
    &'a str,
    &'a [&'a str],
    &'a [(&'a str, u64)],
);

const TURBO: &[&str] = &["openai-gpt3.5-turbo"];
const WEATHER: (&str, u64) = ("tools/weather.yaml", 24);
const REVIEW: (&str, u64) = ("workflows/human_review.yaml", 152);
const TOGETHER: (&str, u64) = ("workflows/collaborative.yaml", 192);

/// What the groups of agents name.
const DEFAULT: &[&str] = &["basic", "gpt-3.5-turbo"];
const ANALYST: &[&str] = &[
    "openai-gpt3.5-turbo",
    "chart_generator",
    "csv_reader",
    "dashboard_builder",
    "data_cleaner",
    "plot_creator",
    "statistical_analyzer",
];
const ADVANCED: &[&str] = &[
    "openai-gpt3.5-turbo",
    "code_parser",
    "complexity_analyzer",
    "directory_browser",
    "file_reader",
    "file_writer",
    "syntax_checker",
];

const WORKFLOWS: [&str; 4] = [
    "workflows/collaborative.yaml",
    "workflows/human_review.yaml",
    "workflows/plan_execute.yaml",
    "workflows/react.yaml",
];

const TAKEN: &[Taken<'_>] = &[
    ("workflows/react", "minimal", 1, 2043, "complete", &[], &[]),
    (
        "workflows/react",
        "standard",
        4,
        3808,
        "partial",
        &[],
        &[WEATHER],
    ),
    (
        "workflows/react",
        "comprehensive",
        19,
        13825,
        "partial",
        TURBO,
        &[WEATHER],
    ),
    (
        "workflows/plan_execute",
        "minimal",
        1,
        3609,
        "complete",
        &[],
        &[],
    ),
    (
        "workflows/plan_execute",
        "standard",
        4,
        5374,
        "partial",
        &[],
        &[WEATHER],
    ),
    (
        "workflows/plan_execute",
        "comprehensive",
        19,
        15391,
        "partial",
        TURBO,
        &[WEATHER],
    ),
    (
        "workflows/human_review",
        "minimal",
        1,
        4548,
        "partial",
        &[],
        &[REVIEW],
    ),
    (
        "workflows/human_review",
        "standard",
        4,
        6313,
        "partial",
        &[],
        &[WEATHER, REVIEW],
    ),
    (
        "workflows/human_review",
        "comprehensive",
        19,
        16330,
        "partial",
        TURBO,
        &[WEATHER, REVIEW],
    ),
    (
        "workflows/collaborative",
        "minimal",
        1,
        5786,
        "partial",
        &[],
        &[TOGETHER],
    ),
    (
        "workflows/collaborative",
        "standard",
        1,
        5786,
        "partial",
        &[],
        &[TOGETHER],
    ),
    (
        "workflows/collaborative",
        "comprehensive",
        16,
        15803,
        "partial",
        TURBO,
        &[TOGETHER],
    ),
    ("agents/default", "standard", 1, 267, "complete", &[], &[]),
    (
        "agents/default",
        "comprehensive",
        13,
        5794,
        "partial",
        DEFAULT,
        &[],
    ),
    (
        "agents/data_analyst",
        "comprehensive",
        20,
        12794,
        "partial",
        ANALYST,
        &[],
    ),
    ("agents/advanced", "standard", 1, 281, "complete", &[], &[]),
    (
        "agents/advanced",
        "comprehensive",
        20,
        12777,
        "partial",
        ADVANCED,
        &[],
    ),
];

#[test]
#[ignore = "FLOWKEEP_SAMPLES has to name a folder with files of earlier tools"]
fn every_sample_configuration_takes_what_it_refers_to_and_says_what_is_missing() {
    let samples = std::env::var_os("FLOWKEEP_SAMPLES").unwrap();
    let configs = Path::new(&samples).join("configs");
    let flowkeep = Flowkeep::new();
    for &(config, strategy, files, bytes, status, missing, unparsed) in TAKEN {
        let place = text(&configs.join(format!("{config}.yaml")));
        let words = ["session", "preview", &place, "--strategy", strategy];
        let (exit, found) = flowkeep.json(&words);
        assert_eq!(exit, if status == "complete" { 0 } else { 3 }, "{found}");
        assert_eq!(found["status"], status);
        let list = |key: &str| found[key].as_array().unwrap().clone();
        let told = (list("files").len(), found["bytes"].as_u64().unwrap());
        assert_eq!(told, (files, bytes), "{config} {strategy}: {found:#}");
        let absent = list("missing");
        let absent: Vec<_> = absent
            .iter()
            .map(|item| item["reference"].as_str())
            .collect();
        let expected: Vec<_> = missing.iter().copied().map(Some).collect();
        assert_eq!(absent, expected, "{config} {strategy}");
        let broken = list("unparsed");
        assert_eq!(broken.len(), unparsed.len(), "{config} {strategy}");
        for (item, (path, line)) in broken.iter().zip(unparsed) {
            assert_eq!(item["path"], *path);
            let reason = item["reason"].as_str().unwrap();
            assert!(reason.starts_with(&format!("line {line}, ")), "{reason}");
        }
        let words = ["session", "create", &place, "--strategy", strategy];
        let (kept_exit, created) = flowkeep.json(&words);
        assert_eq!(kept_exit, exit, "{created}");
        let kept = &created["snapshot"];
        for key in [
            "status",
            "files",
            "missing",
            "ambiguous",
            "unparsed",
            "left_out",
            "bytes",
        ] {
            assert_eq!(kept[key], found[key], "{config} {strategy}: {key}");
        }
    }
    // Many of them, and each content once.
    let stats = flowkeep.done(&["session", "stats"]);
    assert_eq!(stats["snapshots"], TAKEN.len());
    let (original, stored) = (&stats["bytes_original"], &stats["bytes_stored"]);
    assert!(stored.as_u64() < original.as_u64(), "{stats}");
}

/// What a snapshot of each takes, what it lacks and why, to the letter.
#[test]
#[ignore = "FLOWKEEP_SAMPLES has to name a folder with files of earlier tools"]
fn each_sample_workflow_takes_these_files_under_each_strategy() {
    let samples = std::env::var_os("FLOWKEEP_SAMPLES").unwrap();
    let configs = Path::new(&samples).join("configs");
    let flowkeep = Flowkeep::new();
    let mut told = serde_json::Map::new();
    for workflow in WORKFLOWS {
        for strategy in ["minimal", "standard", "comprehensive"] {
            let place = text(&configs.join(workflow));
            let words = ["session", "preview", &place, "--strategy", strategy];
            let (_, mut found) = flowkeep.json(&words);
            let files = found["files"].as_array().unwrap().iter();
            let files = files.map(|file| {
                let word = |key: &str| file[key].as_str().unwrap();
                let (path, sha256) = (word("path"), word("sha256"));
                let bytes = &file["bytes"];
                Value::String(format!("{} {path} {bytes} {}", word("kind"), &sha256[..16]))
            });
            found["files"] = files.collect();
            found.as_object_mut().unwrap().remove("root");
            told.insert(format!("{workflow} {strategy}"), found);
        }
    }
    insta::assert_json_snapshot!("what_sample_workflows_take", told);
}

/// Whatever becomes of a file or a folder of theirs, they come back to their snapshot, byte for byte.
#[test]
#[ignore = "FLOWKEEP_SAMPLES has to name a folder with files of earlier tools"]
fn each_sample_workflow_comes_back_whatever_becomes_of_its_files() {
    let samples = std::env::var_os("FLOWKEEP_SAMPLES").unwrap();
    let original: BTreeMap<_, _> = tree(&Path::new(&samples).join("configs"))
        .into_iter()
        .collect();
    let flowkeep = Flowkeep::new();
    let root = flowkeep.path("configs");
    let lay_out = || {
        let _ = fs::remove_dir_all(&root);
        for (path, bytes) in &original {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    };
    let mut seen = BTreeSet::new();
    for workflow in WORKFLOWS {
        lay_out();
        let place = text(&root.join(workflow));
        let words = ["session", "create", &place, "--strategy", "comprehensive"];
        let (_, created) = flowkeep.json(&words);
        let id = created["session_id"].as_str().unwrap();
        let kept = created["snapshot"]["files"].as_array().unwrap();
        let kept: BTreeSet<_> = kept
            .iter()
            .map(|file| file["path"].as_str().unwrap())
            .collect();
        let folders = kept
            .iter()
            .filter_map(|path| Some(path.rsplit_once('/')?.0));
        let folders: BTreeSet<_> = folders.collect();
        let comes_back = |what: &str, gone: &dyn Fn(&str) -> bool| {
            let restored = flowkeep.done(&["session", "restore", id]);
            assert_eq!(
                restored["source"], "snapshot",
                "{workflow}, {what}: {restored}"
            );
            let overlay = Path::new(restored["overlay"].as_str().unwrap());
            for path in &kept {
                let back = fs::read(overlay.join(path)).unwrap();
                assert_eq!(back, original[*path], "{workflow}, {what}: {path}");
            }
            let differ = restored["differences"].as_array().unwrap().iter();
            let differ = differ.map(|one| one["path"].as_str().unwrap());
            // A folder that is taken with all its files has one more where one was renamed.
            let differ: BTreeSet<_> = differ.filter(|path| kept.contains(path)).collect();
            let expected: BTreeSet<_> = kept.iter().copied().filter(|path| gone(path)).collect();
            assert_eq!(differ, expected, "{workflow}, {what}");
        };
        for path in &kept {
            let file = root.join(path);
            let bytes = &original[*path];
            let changes: [(&str, &dyn Fn()); 5] = [
                ("deleted", &|| fs::remove_file(&file).unwrap()),
                ("changed", &|| {
                    fs::write(&file, [bytes, &b"# more\n"[..]].concat()).unwrap();
                }),
                ("cut", &|| {
                    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
                }),
                ("emptied", &|| fs::write(&file, "").unwrap()),
                ("renamed", &|| {
                    fs::rename(&file, file.with_extension("old")).unwrap();
                }),
            ];
            for (what, change) in changes {
                // What several have is looked at once in each way.
                if seen.insert((path.to_string(), what)) {
                    change();
                    comes_back(&format!("{path} {what}"), &|one| one == *path);
                    lay_out();
                }
            }
        }
        for folder in folders {
            fs::remove_dir_all(root.join(folder)).unwrap();
            let below = format!("{folder}/");
            comes_back(&format!("{folder} deleted"), &|one| one.starts_with(&below));
            lay_out();
        }
    }
}

#[test]
#[ignore = "FLOWKEEP_SAMPLES has to name a folder with files of earlier tools"]
fn every_sample_session_comes_in_with_the_configuration_it_names() {
    let samples = std::env::var_os("FLOWKEEP_SAMPLES").unwrap();
    let samples = Path::new(&samples).canonicalize().unwrap();
    let flowkeep = Flowkeep::new();
    let folder = text(&samples.join("sessions"));
    let found = flowkeep.done(&["session", "import", &folder]);
    let count = tree(&samples.join("sessions")).len();
    assert!(count > 0, "{folder} is empty");
    assert_eq!(found["imported"], count, "{found}");
    for item in found["items"].as_array().unwrap() {
        let show = flowkeep.done(&["session", "show", item["id"].as_str().unwrap()]);
        assert_eq!(
            (&show["name"], &show["status"], &show["stated_status"]),
            (
                &"react_workflow".into(),
                &"interrupted".into(),
                &"active".into()
            )
        );
        assert_eq!(show["stated_created_at"]["has_zone"], false, "{show}");
        let kept = &show["snapshots"][0];
        assert_eq!(
            (&kept["status"], kept["files"].as_array().unwrap().len()),
            (&"partial".into(), 4)
        );
        let state: Value = serde_json::from_str(show["state"].as_str().unwrap()).unwrap();
        assert_eq!(state["max_iterations"], 10);
    }
    assert_eq!(
        flowkeep.done(&["session", "import", &folder])["unchanged"],
        count
    );
}
