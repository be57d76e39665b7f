//! Waiting for something that will be so: looked at again and again, never for a fixed time.

use std::fmt::Display;
use std::time::Duration;

use anyhow::{Result, bail};

/// Long enough for the slowest machine; only a test that fails waits so long.
const AT_MOST: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Looks until `look` gives a value.
///
/// # Errors
/// After a minute, naming `what`; or at once what `look` itself says.
pub async fn eventually<Value>(
    what: impl Display,
    mut look: impl AsyncFnMut() -> Result<Option<Value>>,
) -> Result<Value> {
    let looking = async {
        loop {
            if let Some(value) = look().await? {
                return Ok(value);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    // One look may hang as well: a driver that gets no answer gives none.
    tokio::time::timeout(AT_MOST, looking)
        .await
        .unwrap_or_else(|_| bail!("waited in vain for {what}"))
}
