//! A certificate authority that nobody knows, and one server it vouches for: this machine.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};

/// All parts are PEM.
pub struct Authority {
    /// The authority's own certificate.
    pub root: String,
    /// The server's certificate, for `localhost`.
    pub certificate: String,
    /// The server's key.
    pub key: String,
}

impl Authority {
    /// A new one.
    #[expect(clippy::new_without_default, reason = "no two are alike")]
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let server = server.signed_by(&key, &authority).unwrap();
        Self {
            root: authority.pem(),
            certificate: server.pem(),
            key: key.serialize_pem(),
        }
    }
}
