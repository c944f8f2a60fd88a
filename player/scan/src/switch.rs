//! A switch for tests: names that count as unknown, so that a test can be seen to depend on a name.
//!
//! Only compiled with the feature `switch`, which nothing that ships has. `BITACA_SWITCH_OFF` holds
//! the names, by lines.

use std::string::String;
use std::sync::OnceLock;

static NAMES: OnceLock<String> = OnceLock::new();

/// Whether this name is switched off.
pub fn is_off(name: &[u8]) -> bool {
    let names = NAMES.get_or_init(|| std::env::var("BITACA_SWITCH_OFF").unwrap_or_default());
    names.lines().any(|off| off.as_bytes() == name)
}
