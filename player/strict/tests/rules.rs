//! Every rule has a seeded violation: `tests/corpus/strict` says, for each, which lines of a valid file to change so
//! that this rule is broken and no other. The file as it was must be valid.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use bitaca_player_strict::{check, rules, File, Severity};

/// A seeded violation.
#[derive(Default)]
struct Case {
    rule: String,
    place: String,
    base: String,
    /// Under which name the first file is given, where the name matters: valid, violating.
    names: [Option<String>; 2],
    /// Rules that cannot but be broken too.
    with: BTreeSet<String>,
    /// Edits of the valid neighbour, and of the violation on top of it.
    edits: [Vec<Edit>; 2],
}

/// Lines that are replaced by others.
#[derive(Default)]
struct Edit {
    file: String,
    old: Vec<String>,
    new: Vec<String>,
}

type Files = BTreeMap<String, Vec<u8>>;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/strict")
}

fn cases() -> Vec<Case> {
    let mut files: Vec<_> = std::fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, block) in text.split("\n=== ").enumerate().skip(1) {
            cases.push(read_case(block, &format!("{} {number}", path.display())));
        }
    }
    cases
}

fn read_case(block: &str, place: &str) -> Case {
    let mut lines = block.lines();
    let rule = lines.next().unwrap_or("").trim().to_owned();
    let mut case = Case { rule, place: place.to_owned(), ..Case::default() };
    let (mut side, mut file, mut open) = (1, String::new(), false);
    for line in lines {
        let (sign, rest) = line.split_at(line.len().min(2));
        match sign {
            "- " | "+ " | "-" | "+" => {
                let adds = sign.starts_with('+');
                let edits = &mut case.edits[side];
                if !open || (!adds && edits.last().is_some_and(|edit| !edit.new.is_empty())) {
                    edits.push(Edit { file: file.clone(), ..Edit::default() });
                    open = true;
                }
                let edit = edits.last_mut().unwrap();
                if adds { &mut edit.new } else { &mut edit.old }.push(rest.to_owned());
                continue;
            }
            _ => open = false,
        }
        match line.split_once(' ').unwrap_or((line, "")) {
            ("base", name) => case.base = name.to_owned(),
            ("in", name) => file = name.to_owned(),
            ("name", name) => case.names[side] = Some(name.to_owned()),
            ("with", names) => case.with.extend(names.split(' ').map(str::to_owned)),
            ("both", _) => (side, file) = (0, String::new()),
            ("bad", _) => (side, file) = (1, String::new()),
            ("", _) => {}
            ("#", _) => {}
            _ => panic!("{place}: {line:?}"),
        }
    }
    case
}

fn base(name: &str) -> Files {
    let folder = corpus().join("base").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("no base {name}"));
    let entry = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
    };
    entries.map(entry).collect()
}

/// `\t`, `\r` and `\xFF` in added lines.
fn unescape(line: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        rest = match after.as_bytes().first() {
            Some(b't') => {
                out.push(b'\t');
                &after[1..]
            }
            Some(b'r') => {
                out.push(b'\r');
                &after[1..]
            }
            Some(b'x') => {
                out.push(u8::from_str_radix(&after[1..3], 16).unwrap());
                &after[3..]
            }
            _ => {
                out.push(b'\\');
                after
            }
        };
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn apply(files: &mut Files, edits: &[Edit], place: &str) {
    for edit in edits {
        let main = files.keys().find(|name| name.starts_with("main.")).unwrap().clone();
        let name = if edit.file.is_empty() { main } else { edit.file.clone() };
        let text = files.get_mut(&name).unwrap_or_else(|| panic!("{place}: no file {name}"));
        let new: Vec<u8> =
            edit.new.iter().flat_map(|line| [unescape(line), b"\n".to_vec()].concat()).collect();
        if edit.old.is_empty() {
            text.extend_from_slice(&new);
            continue;
        }
        let old: Vec<u8> = edit.old.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
        let at = (0..text.len())
            .find(|&at| text[at..].starts_with(&old) && (at == 0 || text[at - 1] == b'\n'))
            .unwrap_or_else(|| panic!("{place}: no lines {:?} in {name}", edit.old));
        text.splice(at..at + old.len(), new);
    }
}

/// The rules that are broken, with their severity.
fn broken(files: &Files, name: Option<&str>) -> BTreeMap<String, Severity> {
    let main = files.keys().find(|name| name.starts_with("main.")).unwrap();
    let mut list = vec![File { name: name.unwrap_or(main), bytes: &files[main] }];
    for (name, bytes) in files {
        if name != main && !name.starts_with("previous.") {
            list.push(File { name, bytes });
        }
    }
    let previous =
        files.iter().find(|(name, _)| name.starts_with("previous.")).map(|(_, bytes)| bytes.as_slice());
    check(&list, previous).into_iter().map(|one| (one.rule.id.to_owned(), one.rule.severity)).collect()
}

#[test]
fn every_rule_fires_on_its_violation_and_on_nothing_else() {
    let mut failures = Vec::new();
    for case in cases() {
        let mut good = base(&case.base);
        apply(&mut good, &case.edits[0], &case.place);
        let mut bad = good.clone();
        apply(&mut bad, &case.edits[1], &case.place);
        let before = broken(&good, case.names[0].as_deref());
        if let Some((rule, _)) = before.iter().find(|(_, severity)| **severity == Severity::Must) {
            failures.push(format!("{} ({}): its valid neighbour breaks {rule}", case.rule, case.place));
        }
        let new: BTreeSet<String> = broken(&bad, case.names[1].as_deref())
            .into_keys()
            .filter(|rule| !before.contains_key(rule))
            .collect();
        let mut wanted = case.with.clone();
        wanted.insert(case.rule.clone());
        if new != wanted {
            failures.push(format!("{} ({}): broken are {new:?}", case.rule, case.place));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn no_rule_is_without_a_violation() {
    let seeded: HashSet<String> = cases().into_iter().map(|case| case.rule).collect();
    let without: Vec<_> =
        rules::all().into_iter().map(|rule| rule.id).filter(|id| !seeded.contains(*id)).collect();
    assert!(without.is_empty(), "{without:?}");
    let known: HashSet<_> = rules::all().into_iter().map(|rule| rule.id.to_owned()).collect();
    assert!(seeded.is_subset(&known), "{:?}", seeded.difference(&known));
}

#[test]
fn the_list_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RULES.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == rules::markdown(),
        "run cargo run -p bitaca-player-strict --example rules > strict/RULES.md"
    );
}

#[test]
fn bases_break_no_rule() {
    for entry in std::fs::read_dir(corpus().join("base")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert_eq!(
            broken(&base(&name), None).into_keys().collect::<Vec<_>>(),
            Vec::<String>::new(),
            "{name}"
        );
    }
}

/// Any cut and any changed byte of the corpus give an answer.
#[test]
fn damage_never_panics() {
    for entry in std::fs::read_dir(corpus().join("base")).unwrap() {
        let files = base(entry.unwrap().file_name().to_str().unwrap());
        let main = files.keys().find(|name| name.starts_with("main.")).unwrap().clone();
        let whole = files[&main].clone();
        let step = whole.len() / 400 + 1;
        for at in (0..whole.len()).step_by(step) {
            let mut damaged = files.clone();
            damaged.insert(main.clone(), whole[..at].to_vec());
            broken(&damaged, None);
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            damaged.insert(main.clone(), changed);
            broken(&damaged, None);
        }
    }
}
