# For the tests with real processes. Sourced; GROUPY names the program under test.
#
# Every test has a group of its own and a folder for its traces; at its end nothing may be left of either.
set -u
GROUP="t$$"
WORK=$(mktemp -d)
export XDG_RUNTIME_DIR="$WORK"
SLOW=1
[ -n "${GROUPY_SANITIZED:-}" ] && SLOW=3 # sanitizers take their time
failures=0
demo_pid=

fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
ok() { echo "ok: $*"; }

groupy() { "$GROUPY" "$@"; }
ctl() { "$GROUPY" ctl "$@" --group "$GROUP"; }

# A machine under load may be silent for longer than a hung member, and up to gms4 a false suspicion parts the
# group: so only test_detection.sh, which is about suspicion, does with less.
PATIENT="--suspect-after 5s"

# Whether there is a scope beside the windows: only for the tests that are about it.
SCOPE=--no-scope

# demo ARGS...: in the background; its output goes to $WORK/out and $WORK/err, its status to $WORK/status, its
# traces to the folder $TRACE.
demos=0
demo() {
  demos=$((demos + 1))
  TRACE="$WORK/trace-$demos"
  rm -f "$WORK/status"
  ("$GROUPY" demo --group "$GROUP" --trace "$TRACE" $PATIENT $SCOPE "$@" >"$WORK/out" 2>"$WORK/err"; echo $? >"$WORK/status") &
  demo_pid=$!
}

# judge STATUS [DIR]: whether the checker, with the traces alone, comes to that status: 0 all holds, 1 not.
judge() {
  groupy check "${2:-$TRACE}" >"$WORK/judged" 2>&1
  local got=$?
  [ $got -eq "$1" ] && return 0
  echo "groupy check: status $got, expected $1"
  cat "$WORK/judged"
  return 1
}

# judged PATTERN: whether a line of the last judgement matches.
judged() { grep -qE -- "$1" "$WORK/judged"; }

# end_demo STATUS [JUDGED]: waits for its end; whether its status is that one, and its traces are judged alike
# (a scenario may expect what the checker calls a violation).
end_demo() {
  wait "$demo_pid"
  [ "$(cat "$WORK/status")" -eq "$1" ] && judge "${2:-$1}"
}

# How many workers are in a state: count_state 'leading|following'
count_state() { ctl status --json 2>/dev/null | grep -oE "\"state\":\"($1)\"" | wc -l; }

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local tenths=$(($1 * 10 * SLOW)); shift
  while [ $tenths -gt 0 ]; do
    "$@" && return 0
    sleep 0.1
    tenths=$((tenths - 1))
  done
  return 1
}

in_group() { [ "$(count_state 'leading|following')" -eq "$1" ]; }

# No process of this group may be left behind, and no file in the registry.
check_nothing_left() {
  local left
  sleep 0.2
  left=$(pgrep -f -- "--group $GROUP( |\$)" | tr '\n' ' ')
  [ -z "$left" ] || { fail "processes are left: $left"; ps -o pid,args -p ${left// /,} 2>/dev/null; kill -9 $left; }
  left=$(find "$WORK/groupy/$GROUP" -type f ! -name lock 2>/dev/null)
  [ -z "$left" ] || fail "files are left: $left"
  left=$(find "$WORK/groupy/$GROUP" -type s 2>/dev/null)
  [ -z "$left" ] || fail "sockets are left: $left"
}

# Whatever ends a test early, ctest's time limit included, ends what it started.
abandon() {
  [ -z "$demo_pid" ] || pkill -KILL -f -- "--group $GROUP( |\$)"
  [ -z "${screen_pid:-}" ] || stop_screen
}
trap abandon EXIT
trap 'exit 1' TERM INT HUP

finish() {
  check_nothing_left
  [ $failures -eq 0 ] || { echo "--- $WORK/out"; tail -30 "$WORK/out"; echo "--- $WORK/err"; tail -30 "$WORK/err"; }
  rm -rf "$WORK"
  [ $failures -eq 0 ] && echo "passed"
  exit $((failures > 0))
}
