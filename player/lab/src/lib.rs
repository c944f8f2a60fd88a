//! Trace simulator and clairvoyant optimum over the player's core.
