#!/usr/bin/env bash
# Eight members, a change every 300 ms of each, leaders killed at random as long as two are left, newcomers:
# in sync, nothing left running, every survivor's history identical position by position.
. "$(dirname "$0")/lib.sh"
RANDOM=${SEED:-7}
seconds=20
[ -n "${GROUPY_DEEP:-}" ] && seconds=120

demo --headless --rung gms3 -n 8 --mean 300ms --for ${seconds}s --json
wait_for 10 in_group 8 || fail "eight workers do not form a group"
end=$((SECONDS + seconds - 5))
kills=0 joins=0
while [ $SECONDS -lt $end ]; do
  sleep "0.$((RANDOM % 7 + 2))"
  members=$(count_state 'leading|following')
  if [ $((RANDOM % 3)) -gt 0 ] && [ "$members" -gt 2 ]; then
    ctl kill leader >/dev/null && kills=$((kills + 1))
  else
    ctl join >/dev/null && joins=$((joins + 1))
  fi
done
echo "$kills leaders killed, $joins joined"
[ $kills -ge 8 ] || fail "only $kills leaders were killed"
[ $joins -ge 4 ] || fail "only $joins workers joined"
end_demo 0 || fail "the verdict is not in sync"
cat "$WORK/out"
grep -q '"verdict":"holds"' "$WORK/out" || fail "the JSON says otherwise"
finish
