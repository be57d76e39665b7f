//! What the names of files look like: `*` stands for any letters, `?` for one, all others for
//! themselves, large or small. No pattern means all of them. A name that begins with a dot is hidden
//! and has to be asked for.

/// Whether a name looks so.
pub fn matches(pattern: Option<&str>, name: &str) -> bool {
    let pattern = pattern.map(str::trim).filter(|pattern| !pattern.is_empty());
    let pattern = pattern.unwrap_or("*");
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let letters = |text: &str| -> Vec<char> { text.to_lowercase().chars().collect() };
    looks(&letters(pattern), &letters(name))
}

/// Goes back to the last star only: it could have stood for one letter more.
fn looks(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((before, from)) = star else {
                    return false;
                };
                star = Some((before, from + 1));
                at = before + 1;
                read = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, "a.csv", true)]
    #[case(Some(" "), "a.csv", true)]
    #[case(None, ".hidden", false)]
    #[case(Some(".h*"), ".hidden", true)]
    #[case(Some("*.csv"), "Orders.CSV", true)]
    #[case(Some("*.csv"), "orders.csv.part", false)]
    #[case(Some("orders-??.csv"), "orders-07.csv", true)]
    #[case(Some("orders-??.csv"), "orders-7.csv", false)]
    #[case(Some("*a*b*c"), "xaxbxbxc", true)]
    #[case(Some("*a*b*c"), "xaxcxb", false)]
    #[case(Some("订单*"), "订单 7.xlsx", true)]
    #[case(Some("a"), "ab", false)]
    #[case(Some("ab"), "a", false)]
    #[case(Some("[a].csv"), "[a].csv", true)]
    fn a_pattern_is_of_the_whole_name(
        #[case] pattern: Option<&str>,
        #[case] name: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(matches(pattern, name), expected);
    }

    #[test]
    fn many_stars_take_no_longer_than_the_name_is_long() {
        let pattern = "*a".repeat(40);
        let name = "a".repeat(10_000) + "b";
        assert!(!matches(Some(&pattern), &name));
    }
}
