//! What names become: sort keys, search terms, file names, a line on a screen.

mod excerpt;
mod file;
mod search;
mod sentences;
mod sort;
mod visible;

pub use excerpt::{excerpt, has_a_word};
pub(crate) use file::is_reserved;
pub use file::{file_name, slug};
pub use search::{search_query, search_terms, search_words};
pub use sentences::Sentences;
pub use sort::sort_key;
pub use visible::{visible, visible_whole};
