//! Rules, and what was found to break them.

use std::collections::HashMap;

use crate::limits;
use crate::place::Places;
use crate::File;

/// How much a rule binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// MUST, REQUIRED, SHALL: the file is not valid.
    Must,
    /// SHOULD, RECOMMENDED: valid, with a drawback that the standard warns of.
    Should,
    /// Worth knowing: deprecated, ignored by clients, or advice of a vendor.
    Note,
}

/// A rule of a standard.
#[derive(Debug)]
pub struct Rule {
    /// Its name, unique and stable.
    pub id: &'static str,
    /// Where it is stated; a finding may name the section of the tag or element in question instead.
    pub section: &'static str,
    /// How much it binds.
    pub severity: Severity,
    /// What it asks for, in our words.
    pub says: &'static str,
}

/// A rule that a file breaks.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// The section, which is more exact than the rule's where one rule serves many.
    pub section: &'static str,
    /// Which file, as an index of those that were given.
    pub file: usize,
    /// Where its cause begins, in bytes.
    pub offset: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What stands there, what was expected and what to do.
    pub message: String,
}

/// Collects findings.
pub struct Report {
    file: usize,
    findings: Vec<Finding>,
    told: HashMap<(&'static str, usize), usize>,
}

impl Report {
    /// With nothing found.
    pub fn new() -> Self {
        Self { file: 0, findings: Vec::new(), told: HashMap::new() }
    }

    /// From now on, findings are of this file.
    pub fn in_file(&mut self, file: usize) {
        self.file = file;
    }

    /// A rule is broken at a place.
    pub fn add(&mut self, rule: &'static Rule, offset: usize, message: impl Into<String>) {
        self.add_of(rule, rule.section, offset, message);
    }

    /// As [`Report::add`], with the section in question.
    pub fn add_of(
        &mut self,
        rule: &'static Rule,
        section: &'static str,
        offset: usize,
        message: impl Into<String>,
    ) {
        let told = self.told.entry((rule.id, self.file)).or_insert(0);
        *told += 1;
        if *told > limits::FINDINGS_PER_RULE {
            return;
        }
        let file = self.file;
        let message = message.into();
        self.findings.push(Finding { rule, section, file, offset, line: 0, column: 0, message });
    }

    /// Everything that was found, in the order of files and places, with lines and columns; the last finding of
    /// a rule that was broken more often says how often.
    pub fn finish(mut self, files: &[File]) -> Vec<Finding> {
        self.findings.sort_by_key(|one| (one.file, one.offset));
        for (number, file) in files.iter().enumerate() {
            let mut places = Places::new(file.bytes);
            for one in self.findings.iter_mut().filter(|one| one.file == number) {
                (one.line, one.column) = places.of(one.offset);
            }
        }
        for ((rule, file), told) in self.told {
            if told > limits::FINDINGS_PER_RULE {
                let of_rule = |one: &&mut Finding| one.rule.id == rule && one.file == file;
                if let Some(last) = self.findings.iter_mut().rev().find(of_rule) {
                    last.message.push_str(&format!(" ({told} such places in all)"));
                }
            }
        }
        self.findings
    }
}

/// A table of rules: `Severity "section" NAME "id" "what it asks for";`.
macro_rules! rules {
    ($($severity:ident $section:literal $name:ident $id:literal $says:literal;)*) => {
        $(
            #[doc = $says]
            pub static $name: $crate::Rule = $crate::Rule {
                id: $id,
                section: $section,
                severity: $crate::Severity::$severity,
                says: $says,
            };
        )*
        /// The rules of this section.
        pub static RULES: &[&$crate::Rule] = &[$(&$name),*];
    };
}
pub(crate) use rules;
