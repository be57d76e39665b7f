//! Waiting for something that will be so: looked at again and again, never for a fixed time.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Long enough for the slowest machine; only a test that fails waits so long.
const AT_MOST: Duration = Duration::from_secs(15);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Looks until `look` gives a value.
///
/// # Errors
/// After a minute, naming `what`; or at once what `look` itself says.
pub async fn eventually<Value>(
    what: impl Display,
    mut look: impl AsyncFnMut() -> Result<Option<Value>>,
) -> Result<Value> {
    let begin = Instant::now();
    loop {
        if let Some(value) = look().await? {
            return Ok(value);
        }
        if begin.elapsed() > AT_MOST {
            bail!("waited in vain for {what}");
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}
