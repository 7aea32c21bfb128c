#!/usr/bin/env bash
# 32 members on one machine form a group, deliver and leave in good order; 64 at gms5 come together, deliver, and
# are in sync at the end.
. "$(dirname "$0")/lib.sh"

demo --headless --rung gms3 -n 32 --mean 3s --json
wait_for 20 in_group 32 || fail "32 workers do not form a group: $(ctl status | tail -3)"
sleep 2
for i in $(seq 32 -1 2); do
  ctl leave "w$i" >/dev/null || fail "w$i can't leave"
  wait_for 5 in_group $((i - 1)) || fail "w$i did not leave in good order: $(ctl status | head -4)"
done
ctl leave w1 >/dev/null
end_demo 0 || fail "the verdict is not in sync: $(cat "$WORK/out")"
left=$(grep -l '"ev":"leave"' "$TRACE"/*.jsonl | wc -l)
[ "$left" -eq 32 ] || fail "only $left left in good order"

together() { [ "$(grep -l '"ev":"view".*"w64"' "$TRACE"/w*.jsonl 2>/dev/null | wc -l)" -eq 64 ]; }
demo --headless --rung gms5 -n 64 --mean 4s --json
wait_for 60 together || fail "64 workers do not come together: $(ctl status | tail -3)"
sleep 2
ctl quit >/dev/null
end_demo 0 || fail "the verdict on 64 is not in sync: $(cat "$WORK/out")"
finish
