#!/usr/bin/env bash
# What first-time users ran into: newcomers take over pause and pace; M counts the living followers; who
# breaks down is not "in sync"; a hung worker does not keep the run from ending; lost output is told.
. "$(dirname "$0")/lib.sh"

demo --headless -n 2 --mean 200ms
wait_for 10 in_group 2 || fail "no group of two"
ctl pace 5s >/dev/null
ctl pause >/dev/null
ctl join >/dev/null
wait_for 5 in_group 3 || fail "no third worker"
[ "$(ctl status --json | grep -oE '"paused":true' | wc -l)" -eq 3 ] || fail "the newcomer is not paused: $(ctl status)"
[ "$(ctl status --json | grep -oE '"mean_ms":[0-9]+' | sort -u)" = '"mean_ms":5000' ] || fail "the newcomer has another pace"
pid=$(ctl status --json | grep -oE '"name":"w3"[^[]*' | grep -oE '"pid":[0-9]+' | cut -d: -f2)
kill -STOP "$pid"
ctl quit >/dev/null
end_demo 0 || fail "a hung worker: status $(cat "$WORK/status")"

demo --headless -n 5 --rung gms2 --mean 0s
wait_for 10 in_group 5 || fail "no group of five"
ctl kill w2 >/dev/null
ctl kill w3 >/dev/null
sleep 0.3
ctl crash-mid-broadcast >/dev/null
wait_for 5 in_group 2 || fail "w1 did not crash: $(ctl status)"
ctl change 5 w4 >/dev/null
sleep 0.5
ctl quit >/dev/null
end_demo 1 || fail "M with dead followers in the view: no window parted: $(cat "$WORK/out")"

demo --headless -n 1 --mean 0s
wait_for 10 in_group 1 || fail "no group of one"
ctl crash-mid-broadcast 2>&1 | grep -q 'without followers' || fail "M alone is not refused"
ctl kill leader >/dev/null
end_demo 1 || fail "nobody is left, but the status is $(cat "$WORK/status")"
grep -q 'nobody is left' "$WORK/out" || fail "nobody is left, but: $(cat "$WORK/out")"

if [ -e /dev/full ]; then
  "$GROUPY" demo --headless --json -n 1 --for 200ms --group "$GROUP" >/dev/full 2>"$WORK/err"
  [ $? -eq 3 ] && grep -q "can't write the output" "$WORK/err" || fail "lost output is not told: $(cat "$WORK/err")"
fi
finish
