//! Trace simulator and clairvoyant optimum over the player's core.
//!
//! The rules that decide here are the ones that viewers run: [`bitaca_player_core::abr`]. Built
//! natively and as `lab.wasm`; one request as bytes in, one answer as bytes out ([`wire`]), which
//! is also what makes the two comparable byte by byte. Integers throughout, microseconds and bits;
//! where a float is used, only operations whose results are the same everywhere.
//!
//! | file | what |
//! |---|---|
//! | `network` | when a download over a trace arrives |
//! | `movie` | the ladder with the size of every segment |
//! | `rules` | rules by name, with settings by name |
//! | `chunks` | one session, segment by segment |
//! | `optimum` | the best that anyone could have done, knowing the future |
//! | `samples` | the samples of a movie fragment, for whoever measures its reader |
//! | `wire` | requests and answers as bytes |

pub mod chunks;
pub mod movie;
pub mod network;
pub mod optimum;
pub mod rules;
pub mod samples;
pub mod wire;

#[cfg(target_arch = "wasm32")]
mod exports;
