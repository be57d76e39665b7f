//! Results as a script reads them. Its numbers are floats of 64 bits: one that they do not hold
//! exactly (a 64-bit id, `12345678901234567890123`) is written as a text of the same characters, so
//! that no digit is lost on the way to the page.

use std::io::{self, Write};

use flowkeep_core::fits_script_number;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// A result as JSON text for a script.
///
/// # Errors
/// None that a type of the command list has.
pub(crate) fn print(result: &impl Serialize) -> serde_json::Result<String> {
    let mut text = Vec::with_capacity(128);
    result.serialize(&mut Serializer::with_formatter(&mut text, Script))?;
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

struct Script;

impl Formatter for Script {
    fn write_i64<W: ?Sized + Write>(&mut self, out: &mut W, value: i64) -> io::Result<()> {
        number(out, &value.to_string())
    }

    fn write_u64<W: ?Sized + Write>(&mut self, out: &mut W, value: u64) -> io::Result<()> {
        number(out, &value.to_string())
    }

    /// Whatever comes raw is a number: see [`flowkeep_core::json`].
    fn write_raw_fragment<W: ?Sized + Write>(&mut self, out: &mut W, raw: &str) -> io::Result<()> {
        number(out, raw)
    }
}

fn number<W: ?Sized + Write>(out: &mut W, spelled: &str) -> io::Result<()> {
    if spelled.len() < 16 && !spelled.contains(['.', 'e', 'E']) || fits_script_number(spelled) {
        out.write_all(spelled.as_bytes())
    } else {
        write!(out, "\"{spelled}\"")
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::json;

    use super::*;

    #[test]
    fn a_number_that_a_script_does_not_hold_is_a_text() {
        let given = concat!(
            r#"{"whole":9007199254740991,"id":9007199254740993,"least":-9223372036854775808,"#,
            r#""huge":12345678901234567890123,"none":1e400,"price":1.50,"exact":0.1,"#,
            r#""long":0.10000000000000000001,"text":"1"}"#
        );
        assert_eq!(
            print(&json::parse(given)).unwrap(),
            concat!(
                r#"{"whole":9007199254740991,"id":"9007199254740993","least":"-9223372036854775808","#,
                r#""huge":"12345678901234567890123","none":"1e400","price":1.50,"exact":0.1,"#,
                r#""long":"0.10000000000000000001","text":"1"}"#
            )
        );
        assert_eq!(
            print(&(u64::MAX, 7_u32)).unwrap(),
            r#"["18446744073709551615",7]"#
        );
    }
}
