#!/usr/bin/env bash
# From the delivery of a change to the changed pixel, under Xvfb: five windows, one of them watched.
#
#     GROUPY=... BENCH_PIXEL=... tests/bench/measure_pixel.sh
. "$(dirname "$0")/../gui/lib.sh"
start_screen 1920x1080
demo -n 5 --mean 1500ms --reduced-motion --trace "$WORK/trace"
wait_for 10 in_group 5 || fail "no group"
wait_for 5 windows_are 5 || fail "no windows"
"$BENCH_PIXEL" "$WORK"/trace/w3-*.jsonl "$(window_of w3)" "${1:-60}"
ctl quit >/dev/null
end_demo 0 || fail "verdict"
finish_screen
