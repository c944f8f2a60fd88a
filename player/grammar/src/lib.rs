//! Manifests made at random, and what they mean.
//!
//! Each module has a description of a manifest as its author would think of it, a proptest strategy that makes
//! descriptions, a writer that turns one into text, and the meaning that a parser must find in that text. The meaning is
//! worked out from the description, never by parsing.

pub mod dash;
pub mod hls;
pub mod multivariant;
pub mod text;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// `count` values of a strategy, the same for the same seed.
pub fn values<S: Strategy>(strategy: &S, count: usize, seed: u64) -> Vec<S::Value> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let value = |_| strategy.new_tree(&mut runner).expect("strategies here refuse nothing").current();
    (0..count).map(value).collect()
}
