#!/usr/bin/env bash
# Builds the targets, and copies them to FOLDER (default: target/fuzz) as binaries that need nothing but glibc.
#   player/fuzz/build.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:-target/fuzz}
# The core forbids unsafe code, so AddressSanitizer would find nothing and halve the speed. libFuzzer is C++: its
# library is linked in, so that the files run on other machines.
export CXXSTDLIB=static=stdc++
export RUSTFLAGS="${RUSTFLAGS:-} -L native=$(dirname "$(g++ -print-file-name=libstdc++.a)")"
cargo +nightly fuzz build --fuzz-dir . -s none
mkdir -p "$folder"
for target in hls dash isobmff mpegts text session; do
  cp "target/x86_64-unknown-linux-gnu/release/$target" "$folder/"
done
