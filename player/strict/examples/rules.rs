//! Prints `RULES.md`: `cargo run -p bitaca-player-strict --example rules > strict/RULES.md`.

fn main() {
    print!("{}", bitaca_player_strict::rules::markdown());
}
