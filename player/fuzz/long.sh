#!/usr/bin/env bash
# Runs all six targets at once, each for SECONDS, and writes what came of it.
#
#   player/fuzz/long.sh SECONDS [--bin FOLDER] [--corpus FOLDER] [--out FOLDER] [--jobs N]
#
# FOLDER of --bin holds the binaries (player/fuzz/build.sh makes them; default target/fuzz), --corpus a folder for
# each target (seed.py makes them; what is found is added there; default corpus). --jobs workers for each target
# (default: a sixth of the processors). Into --out (default: run) go a log of each target, the inputs that failed, and
# stats.json: for each target executions, seconds, executions a second, edges covered, inputs and bytes of its corpus,
# peak memory, failures. Exit status 1 where an input failed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:?SECONDS}
shift
bin=$here/target/fuzz corpus=$here/corpus out=$here/run jobs=0
while [ $# -gt 1 ]; do
  case $1 in
    --bin) bin=$2 ;;
    --corpus) corpus=$2 ;;
    --out) out=$2 ;;
    --jobs) jobs=$2 ;;
    *) echo "$1: --bin, --corpus, --out or --jobs" >&2; exit 2 ;;
  esac
  shift 2
done
targets="hls dash isobmff mpegts text session"
[ "$jobs" -gt 0 ] || jobs=$(( $(nproc) / 6 ))
[ "$jobs" -gt 0 ] || jobs=1
mkdir -p "$out"
for target in $targets; do
  mkdir -p "$corpus/$target" "$out/$target"
  for job in $(seq "$jobs"); do
    # Workers of one target share its corpus and read what the others find. One input may take ten seconds and 2 GB.
    "$bin/$target" "$corpus/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -reload=1 \
      -artifact_prefix="$out/$target/" -print_final_stats=1 -verbosity=1 > "$out/$target-$job.log" 2>&1 &
  done
done
wait

failed=0
{
  printf '{"seconds": %s, "jobs": %s, "targets": {' "$seconds" "$jobs"
  comma=
  for target in $targets; do
    total=$(cat "$out/$target"-*.log | awk '/stat::number_of_executed_units/ {sum += $2} END {print sum + 0}')
    memory=$(cat "$out/$target"-*.log | awk '/stat::peak_rss_mb/ {if ($2 > most) most = $2} END {print most + 0}')
    edges=$(cat "$out/$target"-*.log | grep -o 'cov: [0-9]*' | awk '{if ($2 > most) most = $2} END {print most + 0}')
    inputs=$(find "$corpus/$target" -type f | wc -l)
    bytes=$(find "$corpus/$target" -type f -printf '%s\n' | awk '{sum += $1} END {print sum + 0}')
    failures=$(find "$out/$target" -type f | wc -l)
    [ "$failures" -eq 0 ] || failed=1
    printf '%s\n  "%s": {"executions": %s, "per_second": %s, "edges": %s, "corpus_inputs": %s, "corpus_bytes": %s, "peak_rss_mb": %s, "failures": %s}' \
      "$comma" "$target" "$total" $((total / (seconds > 0 ? seconds : 1))) "$edges" "$inputs" "$bytes" "$memory" "$failures"
    comma=,
  done
  printf '\n}}\n'
} > "$out/stats.json"
cat "$out/stats.json"
exit $failed
