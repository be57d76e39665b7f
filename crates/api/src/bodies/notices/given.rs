//! The secrets that are given with a channel. They stand beside those in use until the row of the channel
//! names them, or does not.

use flowkeep_core::connection::Secret;
use flowkeep_core::notice::Channel;
use flowkeep_engine::notices::WaySecrets;
use flowkeep_store::ChannelRecord;

use crate::bodies::sources::Given;
use crate::{Api, AppError};

/// The versions of the secrets of a channel: the password or the address, and the key that signs.
pub(super) type Versions = (Option<String>, Option<String>);

/// Secrets that are kept and not yet named.
pub(super) struct GivenSecrets {
    secret: Option<Given>,
    signing: Option<Given>,
}

impl GivenSecrets {
    /// Keeps what is given. May take seconds.
    ///
    /// # Errors
    /// Why it cannot be kept; then nothing is.
    pub(super) fn keep(
        api: &Api,
        channel: Channel,
        given: WaySecrets,
        record: &ChannelRecord,
    ) -> Result<Self, AppError> {
        let keep = |name: Option<&str>, given: Option<Secret>, in_use: &Option<String>| {
            name.map(|name| Given::keep(api, name, given, in_use.as_deref()))
                .transpose()
        };
        let secret = keep(channel.secret(), given.secret, &record.secret)?;
        match keep(channel.signing(), given.signing, &record.signing) {
            Ok(signing) => Ok(Self { secret, signing }),
            Err(error) => {
                let signing = None;
                // It gives back what is given back below.
                let _ = Self { secret, signing }.settle(api, Err(error.clone()), (None, None));
                Err(error)
            }
        }
    }

    /// The versions of what was given.
    pub(super) fn versions(&self) -> Versions {
        let version = |given: &Option<Given>| given.as_ref().and_then(Given::version);
        (version(&self.secret), version(&self.signing))
    }

    /// The row was written and no longer names what is `left`; or it was not. What no row names is taken
    /// out.
    ///
    /// # Errors
    /// Why the row was not written.
    pub(super) fn settle(
        self,
        api: &Api,
        written: Result<(), AppError>,
        left: Versions,
    ) -> Result<(), AppError> {
        for (given, left) in [(self.secret, left.0), (self.signing, left.1)] {
            if let Some(given) = given {
                let written = written.clone().map(|()| left);
                // It gives back what is given back below.
                let _ = given.settle(api, written);
            }
        }
        written
    }
}
