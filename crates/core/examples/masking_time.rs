//! How long it takes to find the keys of a file: `masking_time FILE`, or of one that is made, of so many megabytes.

use std::time::Instant;

use flowkeep_core::secret::masked;
use flowkeep_core::{Document, Format};

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "7".to_owned());
    let Ok(megabytes) = argument.parse::<usize>() else {
        let bytes = std::fs::read(&argument).expect("a file");
        let format = argument.rsplit_once('.').map(|(_, ending)| ending);
        let format = format.and_then(|ending| match ending {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            "md" => Some(Format::Markdown),
            _ => None,
        });
        return told(&argument, format, &bytes);
    };
    for (name, with_keys) in [("plain", false), ("with keys", true)] {
        let text = made(megabytes << 20, with_keys);
        told(name, Some(Format::Yaml), text.as_bytes());
    }
    let several = format!("a: 1\n---\n{}", made(megabytes << 20, true));
    told("several", Some(Format::Yaml), several.as_bytes());
    let broken = format!("a: : 1\n{}", made(megabytes << 20, true));
    told("broken", Some(Format::Yaml), broken.as_bytes());
    told("in words", None, broken.as_bytes());
}

/// A file of steps with commands, notes and some keys.
fn made(bytes: usize, with_keys: bool) -> String {
    let mut text = String::with_capacity(bytes + 1_024);
    let mut step = 0_usize;
    text.push_str("steps:\n");
    while text.len() < bytes {
        step += 1;
        text.push_str(&format!(
            "- id: step_{step}\n  name: Look at order {step}\n  note: \"The key of the order is in the row of {step}\"\n  \
             command: run --order {step} --limit 100 --output /tmp/out/{step}.json\n  settings: {{model: gpt-4, max_tokens: {step}}}\n"
        ));
        if with_keys && step % 100 == 0 {
            text.push_str(&format!(
                "  password: hunter{step}\n  env:\n  - name: DB_PASSWORD\n    value: sun{step}x\n"
            ));
        }
    }
    text
}

fn told(name: &str, format: Option<Format>, bytes: &[u8]) {
    let begun = Instant::now();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let is_read = format.map(|format| Document::parse(format, text).is_ok());
    let read = begun.elapsed();
    let begun = Instant::now();
    let places = masked(format, bytes).map(|masked| masked.places.len());
    let took = begun.elapsed();
    println!(
        "{name}: {} bytes, {places:?} places, read in {read:?} ({is_read:?}), masked in {took:?}",
        bytes.len()
    );
}
