//! What names become: sort keys, search terms, file names.

mod file;
mod search;
mod sort;

pub use file::{file_name, slug};
pub use search::{search_query, search_terms};
pub use sort::sort_key;
