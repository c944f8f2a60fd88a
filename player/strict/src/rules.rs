//! Every rule, in the order of the standards.

use crate::{dash, hls, Rule};

/// All rules.
pub fn all() -> Vec<&'static Rule> {
    [hls::TABLES, dash::TABLES].concat().into_iter().flatten().copied().collect()
}

/// The table of rules for people: `RULES.md`.
pub fn markdown() -> String {
    let mut text =
        String::from("# Rules of `bitaca manifest --strict`\n\nWritten by `cargo run --example rules`.\n");
    text.push_str("\n| rule | | section | what it asks for |\n|---|---|---|---|\n");
    for rule in all() {
        let severity = format!("{:?}", rule.severity).to_lowercase();
        text.push_str(&format!("| {} | {severity} | {} | {} |\n", rule.id, rule.section, rule.says));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_rule_has_a_section_and_a_sentence() {
        let all = all();
        let names: std::collections::HashSet<_> = all.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.len() > 150, "{}", all.len());
        assert!(all.iter().all(|rule| !rule.section.is_empty() && rule.says.len() > 10));
        let shaped = |id: &str| {
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit())
        };
        assert!(all.iter().all(|rule| shaped(rule.id)));
    }
}
