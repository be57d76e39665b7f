//! A path as a value of a statement (`ATTACH`, `VACUUM INTO`), byte for byte: a folder's name need
//! not be Unicode.

use std::path::PathBuf;

use rusqlite::ToSql;
use rusqlite::types::ToSqlOutput;
#[cfg(unix)]
use rusqlite::types::ValueRef;

/// A path to bind.
#[derive(Debug, Clone)]
pub(crate) struct PathValue(pub(crate) PathBuf);

impl ToSql for PathValue {
    #[cfg(unix)]
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use std::os::unix::ffi::OsStrExt as _;
        let bytes = self.0.as_os_str().as_bytes();
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(bytes)))
    }

    #[cfg(not(unix))]
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.to_string_lossy().into_owned()))
    }
}
