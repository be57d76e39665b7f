//! The secrets that are given with a channel. They stand beside those in use until the row of the channel
//! names them, or does not.

use flowkeep_core::notice::Channel;
use flowkeep_engine::notices::WaySecrets;
use flowkeep_engine::secrets_message;
use flowkeep_host::NewSecret;
use flowkeep_store::ChannelRecord;

use crate::{Api, AppError};

/// The versions of the secrets of a channel: the password or the address, and the key that signs.
pub(super) type Versions = [Option<String>; 2];

/// Secrets that are kept and not yet named.
pub(super) struct GivenSecrets {
    names: [Option<&'static str>; 2],
    versions: Versions,
}

impl GivenSecrets {
    /// Keeps what is given, all of it at once. May take seconds.
    ///
    /// # Errors
    /// Why it cannot be kept; then nothing is.
    pub(super) fn keep(
        api: &Api,
        channel: Channel,
        given: &WaySecrets,
        record: &ChannelRecord,
    ) -> Result<Self, AppError> {
        let names = [channel.secret(), channel.signing()];
        let given = [
            (names[0], &given.secret, &record.secret),
            (names[1], &given.signing, &record.signing),
        ];
        let new = given.map(|(name, value, in_use)| {
            let (name, value) = (name?, value.as_ref()?.reveal());
            let in_use = in_use.as_deref();
            Some(NewSecret {
                name,
                value,
                in_use,
            })
        });
        let all: Vec<_> = new.iter().flatten().copied().collect();
        let kept = api.secrets.set_beside(&all);
        let kept = kept.map_err(|error| AppError::from(secrets_message(&error)))?;
        let mut kept = kept.into_iter();
        let versions = new.map(|new| new.and_then(|_| kept.next()));
        Ok(Self { names, versions })
    }

    /// The versions of what was given.
    pub(super) fn versions(&self) -> Versions {
        self.versions.clone()
    }

    /// The row was written and no longer names what is `left`; or it was not. What no row names is taken
    /// out; what stays behind a locked key is used by nobody.
    ///
    /// # Errors
    /// Why the row was not written.
    pub(super) fn settle(
        self,
        api: &Api,
        written: Result<(), AppError>,
        left: Versions,
    ) -> Result<(), AppError> {
        let gone = if written.is_ok() { left } else { self.versions };
        for (name, version) in self.names.into_iter().zip(gone) {
            if let (Some(name), Some(version)) = (name, version)
                && let Err(error) = api.secrets.remove_version(name, &version)
            {
                tracing::warn!(%error, "a secret that nothing names any more stays");
            }
        }
        written
    }
}
