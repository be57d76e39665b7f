//! What the system says of a file, as something a person is told. The system's own words are in
//! `detail`, for whoever looks for the cause; no sentence shows them.

use std::io::{Error, ErrorKind};

use flowkeep_core::Message;
use zip::result::ZipError;

/// Why a file could not be read or written.
pub fn io_reason(error: &Error) -> Message {
    /// `EIO`, and `ERROR_CRC` of Windows: what was asked for is on a part that cannot be read.
    const FAULTS: [i32; 2] = [5, 23];
    let fault = if cfg!(windows) { FAULTS[1] } else { FAULTS[0] };
    let code = match error.kind() {
        ErrorKind::NotFound => "file_missing",
        ErrorKind::PermissionDenied => "file_forbidden",
        ErrorKind::ReadOnlyFilesystem => "disk_read_only",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "disk_full",
        ErrorKind::IsADirectory => "file_is_folder",
        ErrorKind::NotADirectory => "path_not_a_folder",
        ErrorKind::FileTooLarge => "file_too_large_there",
        ErrorKind::ResourceBusy => "file_of_own_data",
        ErrorKind::InvalidFilename => "file_name_impossible",
        _ if error.raw_os_error() == Some(fault) => "disk_fault",
        _ => "file_unreadable",
    };
    Message::new(code).with("detail", error)
}

/// Why nothing can be written into a folder.
pub fn write_reason(error: &Error) -> Message {
    match error.kind() {
        ErrorKind::PermissionDenied => Message::new("folder_forbidden").with("detail", error),
        _ => io_reason(error),
    }
}

/// Why an archive, or an entry of one, could not be read.
pub(crate) fn zip_reason(error: &ZipError) -> Message {
    let code = match error {
        ZipError::Io(error)
            if !matches!(
                error.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::InvalidData
            ) =>
        {
            return io_reason(error);
        }
        ZipError::UnsupportedArchive(text) if *text == ZipError::PASSWORD_REQUIRED => {
            "zip_has_password"
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            "zip_unsupported"
        }
        _ => "zip_damaged",
    };
    Message::new(code).with("detail", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_its_own_words_and_the_systems_stay_in_detail() {
        for (kind, code) in [
            (ErrorKind::PermissionDenied, "file_forbidden"),
            (ErrorKind::StorageFull, "disk_full"),
            (ErrorKind::ReadOnlyFilesystem, "disk_read_only"),
            (ErrorKind::TimedOut, "file_unreadable"),
        ] {
            let reason = io_reason(&kind.into());
            assert_eq!(reason.code, code);
            assert!(!reason.fields["detail"].is_empty());
        }
        let password = ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED);
        assert_eq!(zip_reason(&password).code, "zip_has_password");
        let cut = ZipError::Io(ErrorKind::UnexpectedEof.into());
        assert_eq!(zip_reason(&cut).code, "zip_damaged");
    }

    #[cfg(unix)]
    #[test]
    fn a_fault_of_the_disk_is_told_as_one() {
        assert_eq!(io_reason(&Error::from_raw_os_error(5)).code, "disk_fault");
    }
}
