//! Rules by name, with their settings by name: what `--rule` and a configuration file say.

use bitaca_player_core::abr::{Bola, BolaConfig, EstimateConfig, Rule, Throughput, ThroughputConfig};

/// The rule of this name with these settings over the literature's, or what is wrong.
pub fn build(name: &str, settings: &[(&str, f64)]) -> Result<Box<dyn Rule>, &'static str> {
    if settings.iter().any(|(_, value)| !value.is_finite() || *value < 0.0) {
        return Err("a rule's settings are numbers, not negative");
    }
    match name {
        "bola" => {
            let mut config = BolaConfig::default();
            for &(key, value) in settings {
                *match key {
                    "minimum_buffer_us" => &mut config.minimum_buffer_us,
                    "per_rung_us" => &mut config.per_rung_us,
                    "safety" => &mut config.safety,
                    "initial_bps" => &mut config.initial_bps,
                    "low_buffer_safety_initial" => &mut config.low_buffer_safety_initial,
                    "low_buffer_safety" => &mut config.low_buffer_safety,
                    "low_buffer_decay" => &mut config.low_buffer_decay,
                    "placeholder_decay" => &mut config.placeholder_decay,
                    "abandon_grace_us" => {
                        config.abandon_grace_us = value as i64;
                        continue;
                    }
                    _ => estimate(&mut config.estimate, key)?,
                } = value;
            }
            if config.minimum_buffer_us < 1.0 {
                return Err("bola needs a minimum_buffer_us above zero");
            }
            Ok(Box::new(Bola::new(config)))
        }
        "throughput" => {
            let mut config = ThroughputConfig::default();
            for &(key, value) in settings {
                *match key {
                    "safety" => &mut config.safety,
                    "initial_bps" => &mut config.initial_bps,
                    "abandon_multiplier" => &mut config.abandon_multiplier,
                    "abandon_grace_us" => {
                        config.abandon_grace_us = value as i64;
                        continue;
                    }
                    _ => estimate(&mut config.estimate, key)?,
                } = value;
            }
            Ok(Box::new(Throughput::new(config)))
        }
        _ => Err("a rule is bola or throughput"),
    }
}

fn estimate<'a>(config: &'a mut EstimateConfig, key: &str) -> Result<&'a mut f64, &'static str> {
    match key {
        "fast_half_life_us" => Ok(&mut config.fast_half_life_us),
        "slow_half_life_us" => Ok(&mut config.slow_half_life_us),
        _ => Err("the rule has no such setting"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_built_and_others_refused() {
        assert!(build("bola", &[("minimum_buffer_us", 8e6), ("abandon_grace_us", 1e6)]).is_ok());
        assert!(build("throughput", &[("safety", 0.8), ("fast_half_life_us", 2e6)]).is_ok());
        for (name, settings) in [
            ("oracle", &[][..]),
            ("bola", &[("abandon_multiplier", 1.0)]),
            ("throughput", &[("safety", f64::NAN)]),
            ("bola", &[("minimum_buffer_us", 0.0)]),
        ] {
            assert!(build(name, settings).is_err(), "{name} {settings:?}");
        }
    }
}
