//! `session`: the configuration that work is kept with, as people and scripts reach it.

use std::fs;

use crate::flowkeep::{Flowkeep, keys, text, tree as files};

/// A tree of configuration files; the path of the one it begins with.
fn tree(flowkeep: &Flowkeep) -> String {
    for (path, content) in [
        (
            "configs/workflows/orders.yaml",
            "llm_client: big\ntool_set: office\n",
        ),
        ("configs/tool-sets/office.yaml", "tools: [sum, gone]\n"),
        ("configs/tools/sum.yaml", "name: sum\n"),
        ("configs/llms/provider/north/big.yaml", "api_key: ${KEY}\n"),
        ("configs/llms/provider/north/common.yaml", "timeout: 1\n"),
    ] {
        let path = flowkeep.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    text(&flowkeep.path("configs/workflows/orders.yaml"))
}

#[test]
fn a_preview_tells_what_belongs_to_a_configuration_and_what_is_missing() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    flowkeep.done(&["flow", "list"]);
    let all = || {
        let kept = files(&flowkeep.data()).into_iter();
        let names: Vec<_> = kept.map(|(name, _)| name).collect();
        (files(&flowkeep.path("configs")), names)
    };
    let before = all();
    let (exit, found) = flowkeep.json(&["session", "preview", &config]);
    assert_eq!(exit, 3, "{found}");
    assert_eq!(
        keys(&found),
        [
            "root",
            "config",
            "strategy",
            "status",
            "bytes",
            "files",
            "missing",
            "ambiguous",
            "unparsed",
            "unread",
            "left_out"
        ]
    );
    assert_eq!(found["status"], "partial");
    assert_eq!(found["strategy"], "standard");
    assert_eq!(found["config"], "workflows/orders.yaml");
    assert_eq!(
        keys(&found["files"][0]),
        ["kind", "path", "sha256", "bytes"]
    );
    let paths: Vec<_> = found["files"].as_array().unwrap().iter().collect();
    let paths: Vec<_> = paths
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    let expected = [
        "tool-sets/office.yaml",
        "tools/sum.yaml",
        "workflows/orders.yaml",
    ];
    assert_eq!(paths, expected);
    let missing = &found["missing"][0];
    assert_eq!(missing["reference"], "gone");
    assert_eq!(missing["from"], "tool-sets/office.yaml");
    assert_eq!(missing["pointer"], "/tools/1");
    assert_eq!(found["left_out"][0]["path"], "llms/provider/north/big.yaml");
    assert_eq!(found["left_out"][0]["why"], "kind");

    let words = ["session", "preview", &config, "--strategy", "minimal"];
    let found = flowkeep.done(&words);
    assert_eq!(found["status"], "complete");
    assert_eq!(found["files"].as_array().unwrap().len(), 1);
    let words = ["session", "preview", &config, "--strategy", "comprehensive"];
    let (exit, found) = flowkeep.json(&words);
    assert_eq!((exit, found["files"].as_array().unwrap().len()), (3, 5));
    let said = flowkeep.say(&["session", "preview", &config]);
    assert!(
        said.out.contains("names “gone”, which is not there"),
        "{}",
        said.out
    );
    assert_eq!(
        all(),
        before,
        "nothing of it is kept, and nothing was changed"
    );
}

#[test]
#[cfg(unix)]
fn a_root_may_be_called_as_the_link_that_leads_to_it() {
    let flowkeep = Flowkeep::new();
    tree(&flowkeep);
    let release = flowkeep.path("release-7");
    fs::rename(flowkeep.path("configs"), &release).unwrap();
    fs::write(
        release.join("workflows/orders.yaml"),
        "inherits_from: configs/workflows/one.yaml\nextends: release-7/workflows/two.yaml\n",
    )
    .unwrap();
    for name in ["one", "two"] {
        fs::write(release.join(format!("workflows/{name}.yaml")), "a: 1\n").unwrap();
    }
    std::os::unix::fs::symlink("release-7", flowkeep.path("configs")).unwrap();
    let config = text(&flowkeep.path("configs/workflows/orders.yaml"));
    let real = text(&release.join("workflows/orders.yaml"));
    let root = text(&flowkeep.path("configs"));
    for words in [
        &["session", "preview", &config][..],
        &["session", "preview", &config, "--root", &root],
        &["session", "preview", &real, "--root", &root],
    ] {
        let found = flowkeep.done(words);
        assert_eq!(found["files"].as_array().unwrap().len(), 3, "{found}");
    }
    let (exit, found) = flowkeep.json(&["session", "preview", &real]);
    assert_eq!(
        (exit, &found["missing"][0]["pointer"]),
        (3, &"/inherits_from".into())
    );
}

#[test]
fn what_is_no_configuration_is_refused_with_the_next_step() {
    let flowkeep = Flowkeep::new();
    let config = tree(&flowkeep);
    let alone = flowkeep.file("alone.yaml", "a: 1");
    let refused = |words: &[&str]| {
        let (exit, error) = flowkeep.json(words);
        assert_eq!(exit, 1, "{error}");
        error["error"].clone()
    };
    let error = refused(&["session", "preview", &alone]);
    assert_eq!(error["code"], "config_no_root");
    assert_eq!(error["hints"].as_array().unwrap().len(), 1);
    let root = text(&flowkeep.path("configs"));
    let error = refused(&["session", "preview", &alone, "--root", &root]);
    assert_eq!(error["code"], "config_outside_root");
    let error = refused(&["session", "preview", &config, "--strategy", "most"]);
    assert_eq!(error["code"], "strategy_unknown");
    assert_eq!(error["fields"]["known"], "minimal, standard, comprehensive");
}
