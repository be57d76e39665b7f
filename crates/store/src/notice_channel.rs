//! What somebody here has confirmed of the channels of notices, and when each was last used. The
//! channels themselves are a setting, which comes with restores; this does not, so that a copy on
//! another computer tells nobody anything until somebody there wants it.

use std::collections::BTreeMap;

use flowkeep_core::Message;
use flowkeep_core::notice::{Channel, Notices};
use flowkeep_core::run::Moment;
use rusqlite::{Connection, OptionalExtension as _};

use crate::run::to_json;
use crate::{Store, StoreError, Tag, Tx, notice, setting};

/// What is known here of a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelRecord {
    /// The description that was confirmed here ([`Notices::way`]).
    pub confirmed: Option<String>,
    /// The version of the secret that was given for it: a password, or the address.
    pub secret: Option<String>,
    /// The version of the key that signs.
    pub signing: Option<String>,
    /// When it was last used, or tried.
    pub used_at: Option<Moment>,
    /// Why that failed.
    pub reason: Option<Message>,
}

impl ChannelRecord {
    /// Whether nobody has confirmed it anew since: the same way with the same secrets.
    pub fn is_still(&self, before: &Self) -> bool {
        let of = |record: &Self| {
            let Self {
                confirmed,
                secret,
                signing,
                ..
            } = record.clone();
            (confirmed, secret, signing)
        };
        of(self) == of(before)
    }

    /// Whether notices leave on a channel of which this is known: it is switched on, and somebody here
    /// has confirmed where it leads.
    pub fn is_active(&self, notices: &Notices, channel: Channel) -> bool {
        let needs_nobody = channel == Channel::Desktop;
        notices.is_on(channel) && (needs_nobody || self.confirmed == notices.way(channel))
    }
}

/// The same of the record that is kept of a channel.
pub(crate) fn is_active(
    connection: &Connection,
    notices: &Notices,
    channel: Channel,
) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT confirmed FROM notice_channel WHERE channel = ?1")?;
    let confirmed = statement
        .query_row([channel.as_str()], |row| row.get::<_, Option<String>>(0))
        .optional()?;
    let record = ChannelRecord {
        confirmed: confirmed.flatten(),
        ..ChannelRecord::default()
    };
    Ok(record.is_active(notices, channel))
}

impl Store {
    /// What people want to hear of and how, and what is known here of each channel, both of one moment:
    /// where a channel leads and the secrets for that belong together.
    ///
    /// # Errors
    /// What the database says.
    pub fn notice_channels(
        &self,
    ) -> Result<(Notices, BTreeMap<Channel, ChannelRecord>), StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        Ok((setting::notices(&reader)?, records(&reader)?))
    }
}

fn records(connection: &Connection) -> Result<BTreeMap<Channel, ChannelRecord>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT channel, confirmed, secret, signing, used_at, reason FROM notice_channel",
    )?;
    let rows = statement.query_map([], |row| {
        let reason: Option<String> = row.get(5)?;
        let record = ChannelRecord {
            confirmed: row.get(1)?,
            secret: row.get(2)?,
            signing: row.get(3)?,
            used_at: row.get::<_, Option<i64>>(4)?.map(Moment),
            reason: reason.and_then(|reason| serde_json::from_str(&reason).ok()),
        };
        Ok((Channel::of(&row.get::<_, String>(0)?), record))
    })?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    let known = rows.into_iter();
    let known = known.filter_map(|(channel, record)| Some((channel?, record)));
    Ok(known.collect())
}

impl Tx<'_> {
    /// What people want to hear of, and how, as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn notice_settings(&self) -> Result<Notices, StoreError> {
        setting::notices(self.connection)
    }

    /// What is known here of a channel, as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn notice_channel(&self, channel: Channel) -> Result<ChannelRecord, StoreError> {
        Ok(records(self.connection)?
            .remove(&channel)
            .unwrap_or_default())
    }

    /// Sets what people want to hear of, and how. What still waits on a channel that was switched off
    /// is not told.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_notices(&self, notices: &Notices) -> Result<(), StoreError> {
        let value = serde_json::to_value(notices);
        let value = value.map_err(|error| StoreError::Io(error.into()))?;
        self.set_setting(notice::SETTING, &value)?;
        for channel in Channel::ALL {
            if !notices.is_on(channel) {
                self.connection.execute(
                    "DELETE FROM notice_delivery WHERE channel = ?1 AND state <> 'sent'",
                    [channel.as_str()],
                )?;
            }
        }
        self.tag(&Tag::Notice);
        Ok(())
    }

    /// Writes down that somebody here wants a channel as it is described, with these versions of its
    /// secrets. What waits on it is tried at once.
    ///
    /// # Errors
    /// What the database says.
    pub fn confirm_channel(
        &self,
        channel: Channel,
        way: Option<&str>,
        (secret, signing): (Option<&str>, Option<&str>),
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO notice_channel(channel, confirmed, secret, signing)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET confirmed = excluded.confirmed, secret = excluded.secret,
               signing = excluded.signing",
            (channel.as_str(), way, secret, signing),
        )?;
        self.connection.execute(
            // At once, whatever the clock says by then.
            "UPDATE notice_delivery SET due = 0 WHERE channel = ?1 AND state = 'pending'",
            [channel.as_str()],
        )?;
        self.tag(&Tag::Notice);
        Ok(())
    }

    /// Writes down that a channel was used, and why it failed.
    ///
    /// # Errors
    /// What the database says.
    pub fn channel_used(
        &self,
        channel: Channel,
        at: Moment,
        reason: Option<&Message>,
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO notice_channel(channel, used_at, reason) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET used_at = excluded.used_at, reason = excluded.reason",
            (channel.as_str(), at.0, reason.map(to_json).transpose()?),
        )?;
        self.tag(&Tag::Notice);
        Ok(())
    }
}
