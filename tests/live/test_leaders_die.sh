#!/usr/bin/env bash
# Leaders are killed by SIGKILL, one after the other: the rest go on, the last one alone too; new ones join
# and adopt the colour.
. "$(dirname "$0")/lib.sh"

demo --headless -n 5 --rung gms3 --mean 300ms --json
wait_for 10 in_group 5 || fail "five workers do not form a group"
for left in 4 3 2 1; do
  ctl kill leader >/dev/null || fail "no leader to kill"
  wait_for 3 in_group $left || fail "$left workers do not go on: $(ctl status)"
done
count() { ctl status --json | grep -oE '"count":[0-9]+' | head -1 | cut -d: -f2; }
before=$(count)
goes_on() { [ "$(count)" -gt "$before" ]; }
wait_for 10 goes_on || fail "the last one alone does not go on ($before, $(count))"
ctl join >/dev/null && ctl join >/dev/null
wait_for 5 in_group 3 || fail "newcomers do not get in: $(ctl status)"
ctl pause >/dev/null
sleep 0.5
[ "$(ctl status --json | grep -oE '"hash":"[0-9a-f]+"' | sort -u | wc -l)" -eq 1 ] || fail "the newcomers show another colour: $(ctl status)"
ctl quit >/dev/null || fail "quit"
end_demo 0 || fail "the verdict is not in sync: $(cat "$WORK/out")"
finish
