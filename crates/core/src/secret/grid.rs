//! Secrets in tables, as Markdown and CSV have them: told by the head of their column, or by the first cell of
//! their row.

use std::ops::Range;

use super::name::{Told, is_secret, told_by};
use super::places::SecretKind;
use super::shape::Found;
use super::value::looks_like_key;

/// Heads of columns in which values are.
const VALUES: [&str; 9] = [
    "value",
    "values",
    "val",
    "content",
    "default",
    "wert",
    "值",
    "内容",
    "默认值",
];

/// The longest head of a column.
const LONGEST_HEAD: usize = 64;

/// A table: where its cells stand, its heads first.
struct Grid<'t> {
    text: &'t str,
    rows: Vec<Vec<Range<usize>>>,
    /// Whether people write in it, so that what has spaces describes something.
    is_prose: bool,
}

impl Grid<'_> {
    fn secrets(&self) -> Vec<Found> {
        let Some((heads, rows)) = self.rows.split_first() else {
            return Vec::new();
        };
        let is_value = |head: &Range<usize>| {
            let head = self.word(head).to_lowercase();
            VALUES.contains(&head.as_str())
        };
        let is_pairs = heads.len() == 2 || heads.get(1).is_some_and(is_value);
        let names: Vec<&str> = heads.iter().map(|head| self.word(head)).collect();
        let is_named = names.iter().enumerate();
        let is_named: Vec<bool> = is_named
            .map(|(at, name)| told_by(name).is_some() && !self.is_of_words(at, name, rows))
            .collect();
        let mut found = Vec::new();
        for row in rows {
            for (at, cell) in row.iter().enumerate() {
                let by_column = is_named.get(at) == Some(&true) && self.is_secret(names[at], cell);
                if by_column || (at == 1 && self.is_secret_of_row(&row[0], cell, is_pairs)) {
                    found.push((self.inner(cell), SecretKind::Name));
                }
            }
        }
        found
    }

    /// Whether a column has the pieces of texts, which are called tokens, too: no more than half of them look like keys.
    fn is_of_words(&self, at: usize, name: &str, rows: &[Vec<Range<usize>>]) -> bool {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let words = cells
            .map(|cell| self.word(cell))
            .filter(|word| !word.is_empty());
        let (keys, others): (Vec<_>, Vec<_>) = words.partition(|word| looks_like_key(word));
        name.eq_ignore_ascii_case("token") && !self.is_prose && keys.len() <= others.len()
    }

    fn is_secret_of_row(&self, name: &Range<usize>, cell: &Range<usize>, is_pairs: bool) -> bool {
        let name = self.word(name);
        let is_sign = |c: char| c.is_alphanumeric() || " _-.（）".contains(c);
        name.chars().all(is_sign)
            && told_by(name) == Some(Told::Surely)
            && self.is_secret(name, cell)
            && (is_pairs || looks_like_key(self.word(cell)))
    }

    fn is_secret(&self, name: &str, cell: &Range<usize>) -> bool {
        let word = self.word(cell);
        let is_word = !self.is_prose || !word.contains(char::is_whitespace);
        is_word && is_secret(name, word)
    }

    fn word(&self, cell: &Range<usize>) -> &str {
        &self.text[self.inner(cell)]
    }

    /// A cell without its quotes and what people put around a word.
    fn inner(&self, cell: &Range<usize>) -> Range<usize> {
        let raw = &self.text[cell.clone()];
        let marks: &[char] = if self.is_prose {
            &[' ', '\t', '*', '`']
        } else {
            &[' ', '\t', '"', '\r', '\u{feff}']
        };
        let start = cell.start + raw.len() - raw.trim_start_matches(marks).len();
        start..start + raw.trim_matches(marks).len()
    }
}

/// What the tables of a Markdown text have.
pub(super) fn in_tables(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n').chain([""]) {
        if line.contains('|') {
            lines.push(at..at + line.trim_end().len());
        } else {
            found.extend(in_table(text, &lines));
            lines.clear();
        }
        at += line.len();
    }
    found
}

fn in_table(text: &str, lines: &[Range<usize>]) -> Vec<Found> {
    let is_rule = |line: &Range<usize>| {
        let line = &text[line.clone()];
        line.contains('-') && line.chars().all(|c| "|:- \t".contains(c))
    };
    let [head, rule, rows @ ..] = lines else {
        return Vec::new();
    };
    if !is_rule(rule) {
        return Vec::new();
    }
    let rows = [head].into_iter().chain(rows);
    let grid = Grid {
        text,
        rows: rows.map(|line| cells(text, line)).collect(),
        is_prose: true,
    };
    grid.secrets()
}

/// The cells of a line of a Markdown table.
fn cells(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let raw = text[line.clone()].trim();
    let raw = raw.strip_prefix('|').unwrap_or(raw);
    let raw = raw.strip_suffix('|').unwrap_or(raw);
    let mut at = line.start + text[line.clone()].find(raw).unwrap_or_default();
    let mut cells = Vec::new();
    for cell in raw.split('|') {
        cells.push(at..at + cell.len());
        at += cell.len() + 1;
    }
    cells
}

/// What a text has whose lines all have as many cells as the first, which names them.
pub(super) fn in_columns(text: &str) -> Vec<Found> {
    let head = text.lines().next().unwrap_or_default();
    let signs = [',', ';', '\t'].into_iter();
    let Some(sign) = signs.max_by_key(|sign| head.matches(*sign).count()) else {
        return Vec::new();
    };
    let is_head = |cell: &str| {
        let cell = cell.trim().trim_matches('"');
        !cell.is_empty()
            && cell.len() <= LONGEST_HEAD
            && !cell.contains(['=', '(', '{', '<', ':', '\''])
    };
    let heads = head.split(sign).count();
    if heads < 2 || !head.split(sign).all(is_head) {
        return Vec::new();
    }
    let rows = rows(text, sign, heads);
    let grid = rows.map(|rows| Grid {
        text,
        rows,
        is_prose: false,
    });
    grid.map_or_else(Vec::new, |grid| grid.secrets())
}

/// The cells of each row; nothing where one has more or fewer of them.
fn rows(text: &str, sign: char, heads: usize) -> Option<Vec<Vec<Range<usize>>>> {
    let mut rows = Vec::new();
    let mut row: Vec<Range<usize>> = Vec::new();
    let mut begin = 0;
    let mut is_quoted = false;
    for (at, letter) in text.char_indices().chain([(text.len(), '\n')]) {
        match letter {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted && at < text.len() => {}
            '\n' => {
                row.push(begin..at);
                let row = std::mem::take(&mut row);
                let is_empty = row.len() == 1 && text[row[0].clone()].trim().is_empty();
                if !is_empty && row.len() != heads {
                    return None;
                }
                rows.extend((!is_empty).then_some(row));
                begin = at + 1;
            }
            _ if letter == sign => {
                row.push(begin..at);
                begin = at + 1;
            }
            _ => {}
        }
    }
    Some(rows)
}
