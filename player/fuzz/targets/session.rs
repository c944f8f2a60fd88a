//! A session with a host, a viewer, a network and servers that do anything at all.
#![no_main]

use bitaca_player_fuzz::host::Host;

libfuzzer_sys::fuzz_target!(|data: &[u8]| Host::new().play(data));
