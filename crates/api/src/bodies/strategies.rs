//! `session_strategies_list`, `session_strategies_set`, `session_strategies_reset`: which files of a configuration are kept.

use std::collections::BTreeSet;

use flowkeep_core::configuration::{ConfigKind, Strategy};
use serde_json::Value;

use super::settings;
use crate::types::{
    Nothing, OwnStrategy, Settings, StrategyList, StrategyRef, StrategyRow, StrategySetInput,
};
use crate::{Api, AppError};

/// The strategy that is taken where nobody names one.
const STANDARD: &str = "standard";

/// Where those are kept that somebody has changed.
const KEY: &str = "snapshot_strategies";

/// More patterns than anybody reads, and longer ones than any name.
const PATTERNS: usize = 100;
const PATTERN: usize = 500;

/// All strategies.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<StrategyList, AppError> {
    Ok(told(&settings::of(&api.store)?))
}

/// Changes what a strategy takes. Snapshots that are there stay as they are.
///
/// # Errors
/// `strategy_unknown`, `strategy_kind_unknown`, `strategy_pattern_unusable`.
pub fn set(api: &Api, input: StrategySetInput) -> Result<StrategyList, AppError> {
    let name = known(&input.name)?.name;
    let kinds = kinds(&input.kinds)?;
    let exclude = patterns(input.exclude)?;
    let own = OwnStrategy {
        kinds: kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        exclude,
    };
    keep(api, name, Some(own))
}

/// Lets a strategy be as it came.
///
/// # Errors
/// `strategy_unknown`.
pub fn reset(api: &Api, input: StrategyRef) -> Result<StrategyList, AppError> {
    let name = known(&input.name)?.name;
    keep(api, name, None)
}

fn keep(api: &Api, name: String, own: Option<OwnStrategy>) -> Result<StrategyList, AppError> {
    settings::keep_as(api, KEY, move |tx| {
        let before = settings::of_transaction(tx)?.snapshot_strategies;
        let mut after = before.clone();
        match own {
            Some(own) => after.insert(name, own),
            None => after.remove(&name),
        };
        let changed = after != before;
        if changed {
            let kept = serde_json::to_value(after).unwrap_or(Value::Null);
            tx.set_setting(KEY, &kept)?;
        }
        Ok(changed)
    })?;
    list(api, Nothing {})
}

/// The strategy of that name, or the usual one.
pub(crate) fn strategy(settings: &Settings, name: Option<&str>) -> Result<Strategy, AppError> {
    let name = name.or(settings.snapshot_strategy.as_deref());
    let factory = known(name.unwrap_or(STANDARD))?;
    Ok(as_it_is(settings, factory))
}

/// What a strategy takes now. What of a change this version cannot read does not count.
fn as_it_is(settings: &Settings, factory: Strategy) -> Strategy {
    let Some(own) = settings.snapshot_strategies.get(&factory.name) else {
        return factory;
    };
    match kinds(&own.kinds) {
        Ok(kinds) => Strategy {
            kinds,
            exclude: own.exclude.clone(),
            ..factory
        },
        Err(_) => factory,
    }
}

/// The strategy of that name, as it came.
///
/// # Errors
/// `strategy_unknown`.
pub(super) fn known(name: &str) -> Result<Strategy, AppError> {
    let mut all = Strategy::factory().into_iter();
    all.find(|strategy| strategy.name == name).ok_or_else(|| {
        let known: Vec<_> = Strategy::factory().map(|strategy| strategy.name).into();
        AppError::new("strategy_unknown")
            .with("name", name)
            .with("known", known.join(", "))
    })
}

pub(super) fn kinds(words: &[String]) -> Result<BTreeSet<ConfigKind>, AppError> {
    let kind = |word: &String| {
        let unknown = || AppError::new("strategy_kind_unknown").with("kind", word);
        ConfigKind::from_word(word).ok_or_else(unknown)
    };
    words.iter().map(kind).collect()
}

pub(super) fn patterns(patterns: Vec<String>) -> Result<Vec<String>, AppError> {
    let mut found = Vec::new();
    for pattern in patterns {
        let pattern = pattern.trim().to_owned();
        let is_usable =
            pattern.chars().count() <= PATTERN && !pattern.chars().any(char::is_control);
        if !is_usable || found.len() == PATTERNS {
            return Err(AppError::new("strategy_pattern_unusable")
                .with("pattern", pattern.chars().take(40).collect::<String>())
                .with("limit", PATTERNS));
        }
        if !pattern.is_empty() && !found.contains(&pattern) {
            found.push(pattern);
        }
    }
    Ok(found)
}

fn told(settings: &Settings) -> StrategyList {
    let rows = Strategy::factory().into_iter().map(|factory| {
        let is_changed = settings.snapshot_strategies.contains_key(&factory.name);
        let now = as_it_is(settings, factory);
        StrategyRow {
            name: now.name,
            kinds: now
                .kinds
                .iter()
                .map(|kind| kind.as_str().to_owned())
                .collect(),
            exclude: now.exclude,
            is_changed,
        }
    });
    let chosen = settings.snapshot_strategy.clone();
    let items: Vec<_> = rows.collect();
    StrategyList {
        total: items.len(),
        items,
        chosen: chosen.unwrap_or_else(|| STANDARD.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::Silent;
    use crate::bodies::sessions;
    use crate::testing::open;
    use crate::types::{ChosenPlace, SessionPreviewInput};

    fn configuration(folder: &Path) -> PathBuf {
        for (path, text) in [
            ("tool-sets/office.yaml", "tools: [sum, sum_test]\n"),
            ("tools/sum.yaml", "name: sum\n"),
            ("tools/sum_test.yaml", "name: sum_test\n"),
            ("workflows/orders.yaml", "tool_set: office\n"),
        ] {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder.join("workflows/orders.yaml")
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// What would be kept; of a strategy that is only tried, with these kinds and patterns.
    fn taken(api: &Api, config: &Path, tried: Option<(&[&str], &[&str])>) -> Vec<String> {
        let (kinds, exclude) = tried.unzip();
        let input = SessionPreviewInput {
            config: ChosenPlace::Path(config.to_owned()),
            root: None,
            strategy: Some("standard".to_owned()),
            kinds: kinds.map(words),
            exclude: exclude.map(words),
        };
        let found = sessions::preview(api, input, &Silent).unwrap();
        let mut paths: Vec<_> = found.files.into_iter().map(|file| file.path).collect();
        paths.sort();
        paths
    }

    #[test]
    fn what_is_tried_changes_nothing_and_takes_just_what_it_takes_when_it_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(&folder.path().join("data"));
        let config = configuration(&folder.path().join("configs"));
        let usual = [
            "tool-sets/office.yaml",
            "tools/sum.yaml",
            "workflows/orders.yaml",
        ];
        assert_eq!(taken(&api, &config, None), usual);
        let kinds: &[&str] = &["workflows", "tool-sets", "tools"];
        for (kinds, exclude, expected) in [
            (
                kinds,
                &["sum.yaml"][..],
                &[usual[0], "tools/sum_test.yaml", usual[2]][..],
            ),
            (kinds, &["tools/*"], &[usual[0], usual[2]]),
            (&["workflows", "tool-sets"], &[], &[usual[0], usual[2]]),
        ] {
            let tried = taken(&api, &config, Some((kinds, exclude)));
            assert_eq!(tried, expected, "{kinds:?} {exclude:?}");
            assert_eq!(taken(&api, &config, None), usual);
            let input = StrategySetInput {
                name: "standard".to_owned(),
                kinds: words(kinds),
                exclude: words(exclude),
            };
            set(&api, input).unwrap();
            assert_eq!(taken(&api, &config, None), expected);
            let name = "standard".to_owned();
            reset(&api, StrategyRef { name }).unwrap();
        }
    }

    #[test]
    fn patterns_are_kept_once_without_what_stands_around_them() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path());
        let input = StrategySetInput {
            name: "minimal".to_owned(),
            kinds: words(&["workflows"]),
            exclude: words(&[" *.old ", "", "*.old", "a/*"]),
        };
        let listed = set(&api, input).unwrap();
        assert_eq!(listed.items[0].exclude, ["*.old", "a/*"]);
        assert_eq!(
            list(&open_again(api, folder.path()), Nothing {})
                .unwrap()
                .items[0]
                .exclude,
            ["*.old", "a/*"]
        );
    }

    fn open_again(api: Api, folder: &Path) -> Api {
        drop(api);
        open(folder)
    }
}
