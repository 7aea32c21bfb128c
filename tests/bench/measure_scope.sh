#!/usr/bin/env bash
# What the scope costs, full screen at 1920x1080: a trace of 1,000,000 records to open and to scrub through, and
# a live group, at rest and with 200 messages a second. GROUPY names the program, BENCH the one that scrubs.
#
#     GROUPY=.build/release/groupy/groupy BENCH=.build/release/groupy/tests/bench_scope tests/bench/measure_scope.sh
. "$(dirname "$0")/../gui/scope.sh"
seconds=${1:-10}

measure() { # what, arguments...
  local what=$1 before after; shift
  demo -n 5 --headless "$@"
  wait_for 10 in_group 5 || fail "no group"
  scope --group "$GROUP" --fullscreen
  wait_for 10 titled 'Groupy scope' || fail "no scope"
  sleep 3
  before=$(awk '{print $14 + $15}' "/proc/$scope_pid/stat")
  sleep "$seconds"
  after=$(awk '{print $14 + $15}' "/proc/$scope_pid/stat")
  printf '%-44s %5.1f%% of a core   %5.1f MB\n' "$what" \
    "$(awk "BEGIN {print ($after - $before) / $(getconf CLK_TCK) / $seconds * 100}")" \
    "$(awk '/VmRSS/ {print $2 / 1024}' "/proc/$scope_pid/status")"
  kill -TERM "$scope_pid"
  end_scope 0 || fail "the scope's status"
  ctl quit >/dev/null
  end_demo 0 || fail "verdict: $(cat "$WORK/out")"
}

start_screen 1920x1080
measure "a live group at rest" --mean 60m
measure "a live group, 200 messages a second" --mean 150ms
groupy sim --rung gms3 --members 8 --for 60m --mean 800ms --faults none --trace "$WORK/million.jsonl" >/dev/null
"$BENCH" "$WORK/million.jsonl" || fail "the benchmark"
finish_screen
