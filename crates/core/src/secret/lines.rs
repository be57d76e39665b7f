//! Which files are settings: told by the most of their lines, so that one of another kind takes the rules from no other.

use super::name::{Told, told_by};

/// Words with which a line of a program begins.
const OF_PROGRAMS: [&str; 60] = [
    "import",
    "from",
    "def",
    "class",
    "return",
    "if",
    "elif",
    "else",
    "for",
    "while",
    "do",
    "done",
    "fi",
    "then",
    "end",
    "let",
    "const",
    "var",
    "function",
    "fn",
    "func",
    "pub",
    "use",
    "using",
    "package",
    "namespace",
    "public",
    "private",
    "static",
    "final",
    "void",
    "int",
    "struct",
    "enum",
    "type",
    "interface",
    "try",
    "catch",
    "except",
    "raise",
    "throw",
    "with",
    "echo",
    "print",
    "puts",
    "printf",
    "set",
    "unset",
    "export",
    "local",
    "source",
    "exit",
    "require",
    "include",
    "assert",
    "await",
    "async",
    "select",
    "cd",
    "begin",
];

/// What lines are of a file that may be settings.
#[derive(Default)]
pub(super) struct Lines {
    /// Names with a value, and what belongs to them.
    pub(super) settings: usize,
    /// Names with a value and only blanks between.
    spaced: usize,
    /// What is neither.
    others: usize,
    is_program: bool,
}

impl Lines {
    /// Takes a line into account that has no sign between a name and a value.
    pub(super) fn follow(&mut self, line: &str) {
        if spaced(line).is_some() {
            self.spaced += 1;
        } else {
            self.others += 1;
            self.is_program |= is_of_program(line);
        }
    }

    /// Whether these are the lines of settings: all of them, or nearly all where none is of a program.
    pub(super) fn are_settings(&self, text: &str) -> bool {
        /// So many settings there are for each line that is something else.
        const FOR_EACH: usize = 4;
        let are_all = self.spaced == 0 && self.others == 0;
        let are_most = self.others * FOR_EACH <= self.settings + self.spaced;
        self.settings > 0 && (are_all || (are_most && !self.is_program && !text.starts_with("#!")))
    }
}

/// The name and the value of a line with only blanks between them: `mail.password hunter2`.
pub(super) fn spaced(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_end();
    let (name, value) = line.split_once([' ', '\t'])?;
    let value = value.trim_start();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    // What has no dots in it is a word of a sentence as well.
    let is_dotted = name.contains(['.', '_']) && !name.ends_with('.');
    let is_one = !name.is_empty()
        && name.chars().all(is_name)
        && !value.is_empty()
        && !value.starts_with(['=', ':', '(', '{'])
        && (is_dotted || !value.contains(char::is_whitespace))
        && !value.ends_with(['.', ',', ';', ':', '{', '(', ')', '?', '!'])
        && !OF_PROGRAMS.contains(&name);
    is_one.then_some((name, value))
}

/// The same of a line that may have a sign in its value, where its name is a password's: `mail.password a=b`.
pub(super) fn spaced_secret(line: &str) -> Option<(&str, &str)> {
    spaced(line).filter(|(name, _)| name.contains('.') && told_by(name) == Some(Told::Surely))
}

fn is_of_program(line: &str) -> bool {
    let line = line.trim();
    let word = &line[..line
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(line.len())];
    let has_call = line
        .find('(')
        .is_some_and(|open| line[open..].contains(')'));
    OF_PROGRAMS.contains(&word)
        || line.ends_with(['{', '(', ';'])
        || line.starts_with(['}', ')', '<', '@', '$', '/', '*'])
        || has_call
}
