//! For the unit tests of this crate.

use std::path::Path;
use std::sync::Arc;

use crate::{Api, Face, NoPlaces, OpenOptions};

/// How the command line opens a data folder.
pub(crate) fn options(data_dir: &Path) -> OpenOptions {
    OpenOptions {
        data_dir: Some(data_dir.to_owned()),
        face: Face::Cli,
        places: Arc::new(NoPlaces),
    }
}

/// A data folder, opened so.
pub(crate) fn open(data_dir: &Path) -> Api {
    Api::open(options(data_dir)).unwrap()
}
