#!/usr/bin/env bash
# SIGINT at any moment of a run: the verdict, the right status, no process left, traces readable.
. "$(dirname "$0")/lib.sh"

for delay in 0.01 0.03 0.06 0.1 0.2 0.5 1; do
  rm -rf "$WORK/trace"
  setsid env --default-signal=INT "$GROUPY" demo --headless -n 5 --mean 100ms --group "$GROUP" --trace "$WORK/trace" >"$WORK/out" 2>"$WORK/err" &
  pid=$!
  sleep $delay
  kill -INT -$pid 2>/dev/null || kill -INT $pid
  wait $pid
  status=$?
  # Before the handler is set, SIGINT ends the launcher as it ends any program.
  [ $status -eq 0 ] || [ $status -eq 3 ] || [ $status -eq 130 ] || fail "after $delay s: status $status"
  [ $status -eq 130 ] || [ $status -eq 3 ] || grep -q '^verdict: in sync' "$WORK/out" || fail "after $delay s: no verdict"
  check_nothing_left
  # Whatever it was interrupted in, what is there can be read; and a run that ended in order holds.
  if [ -n "$(find "$WORK/trace" -name '*.jsonl' -size +0 2>/dev/null)" ]; then
    judge 0 "$WORK/trace" || { [ $status -ne 0 ] && judge 1 "$WORK/trace"; } || fail "after $delay s: the traces"
  fi
done

# The launcher is killed: its workers notice and end.
demo --headless -n 4 --mean 200ms
wait_for 10 in_group 4 || fail "four workers do not form a group"
kill -KILL "$(pgrep -f -- "demo --group $GROUP")"
wait "$demo_pid"
gone() { ! pgrep -f -- "--group $GROUP( |\$)" >/dev/null; }
wait_for 5 gone || fail "workers outlive their launcher"
rm -f "$WORK/groupy/$GROUP"/* # a killed launcher can't tidy up; the next one does
finish
