//! Looking at the configuration that a piece of work would be kept with. Nothing is changed. What touches
//! disks is done apart, as in `folders`.

use flowkeep_core::configuration::{Ambiguous, ConfigPath, LeftOut, Missing};
use flowkeep_files::configuration::{
    Begin, ConfigurationError, Entry, Found, Keys, Look, Unread, Wish, look,
};
use flowkeep_files::snapshots::manifest::TreeMasked;
use flowkeep_host::path_text;

use super::settings;
use super::strategies::{kinds, patterns, strategy};
use crate::apart::apart_for;
use crate::types::{
    Nothing, SessionAmbiguous, SessionFile, SessionLeftOut, SessionMasked, SessionMissing,
    SessionPreview, SessionPreviewInput, SessionUnread, Settings, SnapshotSecrets,
};
use crate::{Api, AppError, Progress};

/// What tool set `default` stands for, as the tools of requirement 004 have it.
const DEFAULT_TOOL_SET: &str = "basic-tools";

/// Which files belong to a configuration, and what of it is missing or not understood.
///
/// # Errors
/// `strategy_unknown`, `config_missing`, `config_no_file`, `config_no_root`, `root_missing`,
/// `config_outside_root`, `configuration_too_large`, `cancelled`.
pub fn preview(
    api: &Api,
    input: SessionPreviewInput,
    progress: &dyn Progress,
) -> Result<SessionPreview, AppError> {
    let settings = settings::show(api, Nothing {})?;
    let mut strategy = strategy(&settings, input.strategy.as_deref())?;
    if let Some(words) = &input.kinds {
        strategy.kinds = kinds(words)?;
    }
    if let Some(exclude) = input.exclude {
        strategy.exclude = patterns(exclude)?;
    }
    let keys = match settings.snapshot_secrets {
        SnapshotSecrets::Masked => Keys::Masked,
        SnapshotSecrets::Encrypted => Keys::Encrypted,
    };
    let default_tool_set = default_tool_set(&settings);
    let config = api.path_of(&input.config)?;
    let root = input.root.as_ref().map(|root| api.path_of(root));
    let root = root.transpose()?;
    let name = strategy.name.clone();
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let wish = Wish {
            begin: Begin::File {
                config: &config,
                root: root.as_deref(),
            },
            strategy: &strategy,
            default_tool_set: &default_tool_set,
        };
        Ok(look(&wish, keys, steps))
    };
    let left = || AppError::new("cancelled");
    let found = apart_for(api.patience, progress, work, left, drop)??;
    Ok(told(found, name))
}

/// The tool set that `default` stands for.
pub(crate) fn default_tool_set(settings: &Settings) -> String {
    let set = settings.default_tool_set.clone();
    set.unwrap_or_else(|| DEFAULT_TOOL_SET.to_owned())
}

fn told(look: Look, strategy: String) -> SessionPreview {
    let config = look.entry.as_ref().and_then(Entry::file);
    let config = config.map(ToString::to_string).unwrap_or_default();
    let from = |from: Option<ConfigPath>| from.map_or_else(|| config.clone(), String::from);
    let missing = |missing: Missing| SessionMissing {
        reference: missing.reference.name,
        from: from(missing.from),
        pointer: missing.reference.pointer,
        looked: missing.looked,
        leads_out: missing.leads_out,
    };
    SessionPreview {
        root: path_text(&look.root),
        strategy,
        status: look.status.as_str(),
        bytes: look.files.iter().map(|file| file.bytes).sum(),
        files: look.files.into_iter().map(file).collect(),
        missing: look.missing.into_iter().map(missing).collect(),
        elsewhere: look.elsewhere.into_iter().map(missing).collect(),
        ambiguous: look
            .ambiguous
            .into_iter()
            .map(|met: Ambiguous| SessionAmbiguous {
                reference: met.reference.name,
                from: from(met.from),
                pointer: met.reference.pointer,
                taken: met.taken.into_iter().map(String::from).collect(),
            })
            .collect(),
        unparsed: look.unparsed.into_iter().map(unread).collect(),
        unread: look.unread.into_iter().map(unread).collect(),
        left_out: look.left_out.into_iter().map(left_out).collect(),
        config,
    }
}

fn file(file: Found) -> SessionFile {
    SessionFile {
        kind: file.kind.as_str().to_owned(),
        path: file.path.into(),
        sha256: file.sha256.to_string(),
        bytes: file.bytes,
        masked: !file.masked.is_empty(),
        masked_places: masked(file.masked),
    }
}

pub(super) fn masked(places: Vec<TreeMasked>) -> Vec<SessionMasked> {
    let told = |place: TreeMasked| SessionMasked {
        pointer: place.pointer,
        line: place.line,
        what: place.what,
    };
    places.into_iter().map(told).collect()
}

fn unread(file: Unread) -> SessionUnread {
    SessionUnread {
        path: file.path.into(),
        reason: file.reason,
    }
}

pub(super) fn left_out((path, why): (ConfigPath, LeftOut)) -> SessionLeftOut {
    SessionLeftOut {
        path: path.into(),
        why: match why {
            LeftOut::Kind => "kind",
            LeftOut::Pattern => "pattern",
        },
    }
}

impl From<ConfigurationError> for AppError {
    fn from(error: ConfigurationError) -> Self {
        let at = |code: &str, path: &std::path::Path| Self::new(code).with("path", path_text(path));
        match error {
            ConfigurationError::Missing(path) => at("config_missing", &path),
            ConfigurationError::NoFile(path) => at("config_no_file", &path),
            ConfigurationError::NoRoot(path) => at("config_no_root", &path).hint("name_root"),
            ConfigurationError::RootMissing(path) => at("root_missing", &path),
            ConfigurationError::OutsideRoot { config, root } => {
                at("config_outside_root", &config).with("root", path_text(&root))
            }
            ConfigurationError::TooMany { root, limit } => {
                at("configuration_too_large", &root).with("limit", limit)
            }
            ConfigurationError::Cancelled => Self::new("cancelled"),
            ConfigurationError::Io { path, source } => {
                Self::from(flowkeep_files::io_reason(&source)).with("path", path_text(&path))
            }
        }
    }
}
