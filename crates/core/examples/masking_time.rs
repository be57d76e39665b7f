//! How long it takes to find the keys of a file: `masking_time FILE`, or `masking_time 7` of files that are made, of so
//! many megabytes.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Instant;

use flowkeep_core::secret::masked;
use flowkeep_core::{Document, Format};

fn main() -> io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "7".to_owned());
    let Ok(megabytes) = argument.parse::<usize>() else {
        let ending = argument.rsplit_once('.').map(|(_, ending)| ending);
        let format = ending.and_then(|ending| match ending {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            "md" => Some(Format::Markdown),
            _ => None,
        });
        return told(&argument, format, &std::fs::read(&argument)?);
    };
    let plain = made(megabytes << 20, false);
    let with_keys = made(megabytes << 20, true);
    let yaml = Some(Format::Yaml);
    told("plain", yaml, plain.as_bytes())?;
    told("with keys", yaml, with_keys.as_bytes())?;
    let several = format!("a: 1\n---\n{with_keys}");
    told("several documents", yaml, several.as_bytes())?;
    let broken = format!("a: : 1\n{with_keys}");
    told("broken", yaml, broken.as_bytes())?;
    told("of no format", None, broken.as_bytes())
}

/// A file of steps with commands, notes and some keys.
fn made(bytes: usize, with_keys: bool) -> String {
    let mut text = String::with_capacity(bytes + 1_024);
    text.push_str("steps:\n");
    for step in 1_usize.. {
        let written = write!(
            text,
            "- id: step_{step}\n  name: Look at order {step}\n  note: \"The key of the order is in its row\"\n  \
             command: run --order {step} --output /tmp/{step}.json\n  settings: {{model: gpt-4, max_tokens: {step}}}\n"
        );
        if with_keys && step.is_multiple_of(100) {
            text.push_str(
                "  password: hunter2\n  env:\n  - name: DB_PASSWORD\n    value: sunshine\n",
            );
        }
        if written.is_err() || text.len() >= bytes {
            break;
        }
    }
    text
}

fn told(name: &str, format: Option<Format>, bytes: &[u8]) -> io::Result<()> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let begun = Instant::now();
    let is_read = format.map(|format| Document::parse(format, text).is_ok());
    let read = begun.elapsed();
    let begun = Instant::now();
    let places = masked(format, bytes).map_or(0, |masked| masked.places.len());
    let took = begun.elapsed();
    let bytes = bytes.len();
    writeln!(
        io::stdout(),
        "{name}: {bytes} bytes, read in {read:?} ({is_read:?}), {places} keys masked in {took:?}"
    )
}
