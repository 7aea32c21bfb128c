#!/usr/bin/env bash
# How long `groupy demo` takes until its last window is there, the scope's included, and until all are in one view
# and have the group's state. Medians and the worst of some starts.
#
#     GROUPY=.build/release/groupy/groupy tests/bench/measure_start.sh [STARTS [MEMBERS]]
. "$(dirname "$0")/../gui/lib.sh"
starts=${1:-5} members=${2:-8}
command -v xprop >/dev/null || { echo "skipped: xprop is not installed"; exit 77; }

now_ms() { awk '{print int($1 * 1000)}' /proc/uptime; } # the clock of the traces

# Each time that the list of windows changes: when, and how many there are.
watch_windows() {
  xprop -root -spy _NET_CLIENT_LIST | while read -r line; do
    echo "$(now_ms) $(tr -cd '#' <<<"$line" | wc -c) $(grep -o 0x <<<"$line" | wc -l)"
  done >"$WORK/windows"
}

last_window() { awk -v all="$1" '$3 >= all {print $1; exit}' "$WORK/windows"; }
windows_there() { [ -n "$(last_window "$1")" ]; }
entered() { # how many workers have a view of all, and the group's state
  [ "$(grep -l "\"ev\":\"view\".*\"view\"" "$TRACE"/w*.jsonl 2>/dev/null | wc -l)" -eq "$1" ] && in_group "$1"
}

# When the last of them had a view of all members, and when it had the state: nanoseconds of the trace's clock.
when_all_in() {
  cat "$TRACE"/w*.jsonl | grep -E '"ev":"(view|state)"' | awk -v all="$1" '
    {t = $0; sub(/.*"t":/, "", t); sub(/,.*/, "", t); t /= 1e6}
    /"ev":"view"/ && gsub(/"who":/, "") == all + 1 {last = (t > last) ? t : last}
    /"ev":"state"/ {state = (t > state) ? t : state}
    END {printf "%d\n", (last > state) ? last : state}'
}

median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
worst() { sort -n | tail -1; }

measure() { # what, windows, arguments...
  local what=$1 windows=$2 began i; shift 2
  : >"$WORK/window_ms"; : >"$WORK/in_ms"
  for i in $(seq "$starts"); do
    [ "$windows" -gt 0 ] && { watch_windows & watcher=$!; sleep 0.3; }
    rm -f "$WORK/out"
    began=$(now_ms)
    demo -n "$members" --mean 2s "$@"
    if [ "$windows" -gt 0 ]; then
      wait_for 10 windows_there "$windows" || fail "$what: no $windows windows"
      echo $(($(last_window "$windows") - began)) >>"$WORK/window_ms"
    fi
    wait_for 10 entered "$members" || fail "$what: they do not come together"
    echo $(($(when_all_in "$members") - began)) >>"$WORK/in_ms"
    ctl quit >/dev/null
    end_demo 0 || fail "$what: $(cat "$WORK/out")"
    [ "$windows" -gt 0 ] && { pkill -P $watcher; wait $watcher; } 2>/dev/null
  done
  printf '%-28s last window %5s ms (worst %5s)   all in with state %5s ms (worst %5s)\n' "$what" \
    "$(median <"$WORK/window_ms")" "$(worst <"$WORK/window_ms")" "$(median <"$WORK/in_ms")" "$(worst <"$WORK/in_ms")"
}

SCOPE=
start_screen 1920x1080
for rung in gms5 gms3; do
  measure "$rung, $members windows and scope" $((members + 1)) --rung $rung
  measure "$rung, $members windows" "$members" --rung $rung --no-scope
  measure "$rung, $members headless" 0 --rung $rung --headless
done
finish_screen
