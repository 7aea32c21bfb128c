#!/usr/bin/env bash
# Imperfect detection with real processes: a leader that only hangs, and a group that is parted. At gms5 the others
# go on within half a second, who was out is excluded and comes back, and all show one colour; at gms2 and gms3 the
# same hang parts the group.
. "$(dirname "$0")/lib.sh"
PATIENT=

field() { ctl status --json | grep -oE "\"name\":\"$1\".*" | grep -oE "\"$2\":(\"[^\"]*\"|[0-9]+)" | head -1 | cut -d: -f2 | tr -d '"'; }
state_is() { [ "$(field "$1" state)" = "$2" ]; }
one_hash() { [ "$(ctl status --json | grep -oE '"hash":"[0-9a-f]+"' | sort -u | wc -l)" -eq 1 ]; }
together() { in_group "$1" && one_hash; }
# first MS PATTERN FILES...: the time in ms of the first such record after that time.
first() {
  local after=$1 pattern=$2; shift 2
  grep -hE "$pattern" "$@" | grep -oE '"t":[0-9]+' | cut -d: -f2 | sort -n | awk -v a="$after" '$1 / 1e6 >= a { print int($1 / 1e6); exit }'
}

# The leader stands still for three seconds.
hang_leader() {
  demo --headless -n 5 --mean 50ms --json
  wait_for 10 together 5 || in_group 5 || fail "hang: no group of five"
  sleep 0.5
  local old; old=$(field w1 id)
  ctl hang leader | grep -q 'w1 hangs for 3 s' || fail "hang: w1 does not lead"
  wait_for 2 state_is w2 leading || fail "hang: nobody takes over: $(ctl status)"
  sleep 2.5
  wait_for 3 state_is w1 following || fail "hang: w1 is not back: $(ctl status)"
  [ "$(field w1 id)" != "$old" ] || fail "hang: w1 is back under the same id"
  ctl pause >/dev/null
  wait_for 3 together 5 || fail "hang: not one colour: $(ctl status)"
  ctl quit >/dev/null
  end_demo 0 || fail "hang: not in sync: $(cat "$WORK/out")"

  local hung gap suspected
  hung=$(first 0 '"ev":"hang"' "$TRACE/director.jsonl")
  suspected=$(first "$hung" "\"ev\":\"suspect\",\"whom\":\"$old\"" "$TRACE"/w[2-5]-*.jsonl)
  gap=$(($(first "${suspected:-$hung}" '"ev":"deliver"' "$TRACE"/w[2-5]-*.jsonl) - hung))
  [ $gap -ge 250 ] && [ $gap -le $((500 + 500 * (SLOW - 1))) ] || fail "hang: the others went on after $gap ms"
  ok "the others went on $gap ms after the leader had stopped"
  [ "$(ls "$TRACE"/w1-*.jsonl | wc -l)" -eq 2 ] || fail "hang: w1 should have two traces: $(ls "$TRACE")"
  tail -2 "$TRACE/w1-$old.jsonl" | head -1 | grep -q '"ev":"excluded"' || fail "hang: w1 was not excluded"
  tail -1 "$TRACE/w1-$old.jsonl" | grep -q '"ev":"exit"' || fail "hang: its trace does not end with exit"
  grep -q '"ev":"resume".*"why":"stood still' "$TRACE/w1-$old.jsonl" || fail "hang: w1 did not notice its own pause"
  ! grep -q '"ev":"deliver"' <(sed -n '/"ev":"resume"/,$p' "$TRACE/w1-$old.jsonl") || fail "hang: w1 delivered after it woke"
}
hang_leader

# Two on one side, three on the other.
demo --headless -n 5 --mean 100ms --json
wait_for 10 in_group 5 || fail "parted: no group of five"
for a in w1 w2; do for b in w3 w4 w5; do ctl cut $a $b >/dev/null || fail "cut $a $b"; done; done
two_without_quorum() { [ "$(count_state no-quorum)" -eq 2 ] && [ "$(count_state 'leading|following')" -eq 3 ]; }
wait_for 5 two_without_quorum || fail "parted: $(ctl status)"
state_is w1 no-quorum && state_is w2 no-quorum && state_is w3 leading || fail "parted: $(ctl status)"
before=$(field w5 count)
three_go_on() { [ "$(field w5 count)" -gt $((before + 10)) ]; }
stuck=$(field w1 count)
wait_for 5 three_go_on || fail "parted: the three do not go on: $(ctl status)"
[ "$(field w1 count)" -eq "$stuck" ] || fail "parted: w1 delivers without a quorum"
sleep 1
two_without_quorum || fail "parted: the two get out of it: $(ctl status)"
ctl heal >/dev/null
healed=$(date +%s%N)
wait_for 5 in_group 5 || fail "healed: $(ctl status)"
ok "five again $((($(date +%s%N) - healed) / 1000000)) ms after the heal"
ctl pause >/dev/null
wait_for 3 together 5 || fail "healed: not one colour: $(ctl status)"
ctl quit >/dev/null
end_demo 0 || fail "parted: not in sync: $(cat "$WORK/out")"
[ "$(grep -l '"ev":"no-quorum"' "$TRACE"/w*.jsonl | wc -l)" -ge 2 ] || fail "parted: the traces do not say it"

# Cut off, a worker waits, comes back when it can, and its cut goes along: it is not in again before the heal.
demo --headless -n 4 --mean 100ms --json
wait_for 10 in_group 4 || fail "off: no group of four"
ctl cut w2 >/dev/null || fail "off: cut"
wait_for 3 state_is w2 no-quorum || fail "off: $(ctl status)"
sleep 2
in_group 3 || fail "off: a worker that is cut off got in: $(ctl status)"
ctl heal >/dev/null
wait_for 5 in_group 4 || fail "off: not back: $(ctl status)"
ctl pause >/dev/null
wait_for 3 together 4 || fail "off: not one colour: $(ctl status)"
ctl quit >/dev/null
end_demo 0 || fail "off: $(cat "$WORK/out")"

# All that w1 knew have gone while it stood still; others are there, who were never in a view with it.
demo --headless -n 3 --mean 100ms --json
wait_for 10 in_group 3 || fail "alone: no group of three"
ctl cut w1 >/dev/null || fail "alone: cut" # so that nothing of what they say waits for it
wait_for 3 in_group 2 || fail "alone: w1 is not excluded: $(ctl status)"
ctl hang w1 --for 6s >/dev/null || fail "alone: hang"
ctl heal >/dev/null
ctl join >/dev/null && ctl join >/dev/null || fail "alone: join"
wait_for 3 in_group 4 || fail "alone: w4 and w5 are not in: $(ctl status)"
ctl leave w2 >/dev/null && wait_for 2 in_group 3 && ctl leave w3 >/dev/null && wait_for 2 in_group 2 ||
  fail "alone: w2 and w3 do not leave: $(ctl status)"
! in_group 3 || fail "alone: w1 woke too early: $(ctl status)"
wait_for 9 in_group 3 || fail "alone: w1 does not find the others: $(ctl status)"
ctl pause >/dev/null
wait_for 3 together 3 || fail "alone: not one colour: $(ctl status)"
ctl quit >/dev/null
end_demo 0 || fail "alone: $(cat "$WORK/out")"
grep -q '"ev":"join".*"why":"no quorum"' "$TRACE"/w1-*.jsonl || fail "alone: w1 did not look around"
"$REPLAY" "$TRACE"/*.jsonl || fail "alone: the replay differs"

# Below, a suspicion is as good as a crash: the leader that only hung goes on leading, beside the next one.
for rung in gms2 gms3; do
  demo --headless -n 3 --mean 50ms --rung $rung --json
  wait_for 10 in_group 3 || fail "$rung: no group of three"
  ctl hang leader --for 1s >/dev/null || fail "$rung: hang"
  wait_for 2 state_is w2 leading || fail "$rung: nobody takes over: $(ctl status)"
  sleep 1.5
  state_is w1 leading && state_is w2 leading || fail "$rung: two should lead: $(ctl status)"
  ctl quit >/dev/null
  end_demo 1 || fail "$rung: a false suspicion does no harm: $(cat "$WORK/out")"
  judged 'OUT OF SYNC' || fail "$rung: $(cat "$WORK/judged")"
done
finish
