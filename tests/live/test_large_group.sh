#!/usr/bin/env bash
# 32 members on one machine form a group, deliver and leave in good order.
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
finish
