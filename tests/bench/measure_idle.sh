#!/usr/bin/env bash
# What windows cost: CPU of the workers (and of the launcher) over 20 s, idle and with two changes a second,
# and resident memory with a window and without. Prints a table; GROUPY names the program.
#
#     GROUPY=.build/release/groupy/groupy tests/bench/measure_idle.sh
. "$(dirname "$0")/../gui/lib.sh"
seconds=${1:-20}

ticks() { # of all processes of the group
  local pid sum=0
  for pid in $(pgrep -f -- "--group $GROUP( |\$)"); do
    sum=$((sum + $(awk '{print $14 + $15}' "/proc/$pid/stat")))
  done
  echo $sum
}

memory() { # largest VmRSS of a worker, in MB
  local pid
  for pid in $(pgrep -f -- "worker --managed.*--group $GROUP "); do
    awk '/VmRSS/ {print $2}' "/proc/$pid/status"
  done | sort -n | tail -1 | awk '{printf "%.1f", $1 / 1024}'
}

measure() { # what, members, arguments...
  local what=$1 members=$2 before after; shift 2
  demo -n "$members" "$@"
  wait_for 10 in_group "$members" || fail "no group"
  sleep 2
  before=$(ticks)
  sleep "$seconds"
  after=$(ticks)
  printf '%-44s %5.2f%% of a core   %5s MB the largest worker\n' "$what" \
    "$(awk "BEGIN {print ($after - $before) / $(getconf CLK_TCK) / $seconds * 100}")" "$(memory)"
  ctl quit >/dev/null
  end_demo 0 || fail "verdict: $(cat "$WORK/out")"
}

start_screen 1920x1080
measure "one idle window, with its launcher" 1 --mean 0s --no-scope
measure "five windows, two changes a second" 5 --mean 2500ms --no-scope
measure "five headless workers, two changes a second" 5 --mean 2500ms --headless
finish_screen
