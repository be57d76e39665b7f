//! Who may vouch for a server: the authorities a connection names, else the system's.

use flowkeep_core::Message;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::actions::ActionError;

/// A certificate authority: one certificate (DER).
pub(crate) type Authority = CertificateDer<'static>;

/// Lets libraries that choose for the whole process find what TLS is made of.
pub(crate) fn tls_ready() {
    // Somebody else in the process may have chosen already; either will do.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
}

/// The authorities of a file (PEM); without one, those the system trusts. Reads files.
///
/// # Errors
/// As [`authority_file`].
pub(crate) fn authorities(file: Option<&str>) -> Result<Vec<Authority>, ActionError> {
    match file {
        Some(path) => Ok(CertificateDer::pem_slice_iter(&authority_file(path)?)
            .filter_map(Result::ok)
            .collect()),
        // What of the system's cannot be read is one authority fewer, no reason to trust nobody.
        None => Ok(rustls_native_certs::load_native_certs().certs),
    }
}

/// A file (PEM) with the certificates of authorities, as it is.
///
/// # Errors
/// `ca_unreadable` when it cannot be read, `ca_empty` when it holds no certificate.
pub(in crate::sources) fn authority_file(path: &str) -> Result<Vec<u8>, ActionError> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        let message = Message::new("ca_unreadable").with("path", path);
        ActionError::passing(message.with("reason", reason))
    };
    let text = std::fs::read(path).map_err(|error| unreadable(&error))?;
    let mut certificates = 0;
    for certificate in CertificateDer::pem_slice_iter(&text) {
        certificate.map_err(|error| unreadable(&error))?;
        certificates += 1;
    }
    if certificates == 0 {
        let message = Message::new("ca_empty").with("path", path);
        return Err(ActionError::passing(message));
    }
    Ok(text)
}
