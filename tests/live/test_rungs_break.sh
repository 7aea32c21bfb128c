#!/usr/bin/env bash
# What breaks each rung, over real processes; and that the next one survives it.
. "$(dirname "$0")/lib.sh"

group_of_five() { # rung
  demo --headless -n 5 --rung "$1" --mean 300ms --json
  wait_for 10 in_group 5 || fail "$1: five workers do not form a group"
}

differing() { ctl status --json | grep -oE '"differs_since":[1-9][0-9]*' | wc -l; }
two_differ() { [ "$(differing)" -eq 2 ]; }
state_is() { [ "$(count_state "$1")" -eq "$2" ]; }

# gms1: the leader dies, the group halts and says so.
group_of_five gms1
ctl kill leader >/dev/null
wait_for 3 state_is halted 4 || fail "gms1: the survivors do not say that they halted: $(ctl status)"
ctl status | grep -q 'the leader w1 is gone, and gms1 has nobody to take over' || fail "gms1: no reason is given"
sleep 1
ctl quit >/dev/null
end_demo 1 || fail "gms1: status"
grep -q '"verdict":"halted"' "$WORK/out" || fail "gms1: the verdict is not halted"

# gms2: it survives that ...
group_of_five gms2
ctl kill leader >/dev/null
wait_for 3 in_group 4 || fail "gms2: no new leader"
ctl quit >/dev/null
end_demo 0 || fail "gms2 does not survive a leader between broadcasts"

# ... but parts when the leader dies in the middle of a broadcast.
group_of_five gms2
ctl crash-mid-broadcast >/dev/null
wait_for 5 two_differ || fail "gms2: not two windows differ: $(ctl status)"
ctl quit >/dev/null
end_demo 1 || fail "gms2: status"
grep -q '"verdict":"violated"' "$WORK/out" || fail "gms2: the verdict is not violated"
judged '^  15 agreement is violated: w[23] delivered w[0-9]+#[0-9]+ in view [0-9]+ and w[45] did not .*\.jsonl:[0-9]+' || fail "gms2: $(cat "$WORK/judged")"
judged '^     w[45] never delivered w[0-9]+#[0-9]+, because w1 crashed after sending it to w2 and w3$' || fail "gms2: no cause: $(cat "$WORK/judged")"
grep -q 'because w1 crashed after sending it to w2 and w3' "$WORK/out" || fail "gms2: the launcher tells no cause: $(cat "$WORK/out")"

# gms3 survives that ...
group_of_five gms3
ctl crash-mid-broadcast >/dev/null
wait_for 3 in_group 4 || fail "gms3: no new leader"
sleep 1
[ "$(differing)" -eq 0 ] || fail "gms3: windows differ: $(ctl status)"
ctl quit >/dev/null
end_demo 0 || fail "gms3 does not survive a crash in mid-broadcast"

# ... but freezes when a message is lost.
group_of_five gms3
ctl lose 1 --to w4 >/dev/null
wait_for 5 state_is frozen 1 || fail "gms3: w4 does not freeze: $(ctl status)"
ctl status | grep '^w4 ' | grep -qE 'message [0-9]+ never came' || fail "gms3: w4 does not say why"
ctl quit >/dev/null
end_demo 1 || fail "gms3: status"
grep -q '"verdict":"halted"' "$WORK/out" || fail "gms3: the verdict is not halted"
judged '^verdict: HALTED' && judged '^  w4 is frozen: message [0-9]+ never came' || fail "gms3: $(cat "$WORK/judged")"
finish
