#!/usr/bin/env bash
# Every built-in scenario with real processes, some at a time: all that it expects holds, and the checker says
# of the traces what the launcher said. Where another rung survives what breaks a rung, the very same script
# shows it. (tests/ladder/test_scenarios.sh has the same in the simulator.)
. "$(dirname "$0")/lib.sh"
SCENARIOS="$GROUPY_SOURCE/assets/scenarios"

# play NAME ARGS...: in a group of its own; the JSON goes to $WORK/NAME.json, the status to $WORK/NAME.status.
play() {
  local name=$1; shift
  timeout -k 5 60 "$GROUPY" demo --headless --json --group "$GROUP.$BASHPID" --scenario "${name%+}" $PATIENT "$@" \
    --trace "$WORK/$name.trace" >"$WORK/$name.json" 2>"$WORK/$name.err" </dev/null
  echo $? >"$WORK/$name.status"
}

# some_at_a_time COMMAND...: for each name on its input. They mostly wait.
AT_A_TIME=6
[ -z "${GROUPY_SANITIZED:-}" ] || AT_A_TIME=2
some_at_a_time() {
  while read -r name; do
    "$@" "$name" &
    [ "$(jobs -rp | wc -l)" -lt $AT_A_TIME ] || wait -n
  done
  wait
}

verdict_of() { grep -oE '"verdict":"[a-z]+"' "$1" | head -1; }

names=$(cd "$SCENARIOS" && ls ./*.txt | sed 's|^\./||; s|\.txt$||')
if [ -n "${GROUPY_SANITIZED:-}" ]; then # the others in release
  names=$(grep "gms2${GROUPY_DEEP:+\\|gms5}" <<<"$names")
fi
some_at_a_time play <<<"$names"
for name in $names; do
  [ "$(cat "$WORK/$name.status")" -eq 0 ] || fail "$name: $(cat "$WORK/$name.err")"
  grep -q "\"scenario\":\"$name\"" "$WORK/$name.json" || fail "$name: its name is not in the JSON"
  held=$(grep -o '"held":true' "$WORK/$name.json" | wc -l)
  [ "$held" -eq "$(grep -cE '^at .* expect ' "$SCENARIOS/$name.txt")" ] || fail "$name: $held expectations held"
  groupy check --json "$WORK/$name.trace" >"$WORK/checked"
  [ "$(verdict_of "$WORK/checked")" = "$(verdict_of "$WORK/$name.json")" ] ||
    fail "$name: the launcher says $(verdict_of "$WORK/$name.json"), the traces $(verdict_of "$WORK/checked")"
done

# What breaks a rung passes on the lowest one above that survives it: what was expected does not happen, and all
# are in sync.
survivor_of() {
  local rung above fault
  case $1 in
    gms1-*) above="gms2" fault=${1#gms1-} ;;
    gms2-*) above="gms3" fault=${1#gms2-} ;;
    gms3-*) above="gms4-ack gms4-nack gms5" fault=${1#gms3-} ;;
    gms4-nack-*) above="gms5" fault=${1#gms4-nack-} ;;
  esac
  grep -qE 'expect (halt|desync)' "$SCENARIOS/$1.txt" || return
  for rung in ${above:-}; do
    [ -e "$SCENARIOS/$rung-$fault.txt" ] && ! grep -qE 'expect (halt|desync)' "$SCENARIOS/$rung-$fault.txt" && echo "$rung" && return
  done
}
on_survivor() { play "$1" --rung "$(survivor_of "${1%+}")"; }
broken=
for name in $names; do
  [ -z "$(survivor_of "$name")" ] || broken="$broken$name+
"
done
[ "$(grep -c . <<<"$broken")" -ge 2 ] || fail "only these have a counterpart: $broken"
printf %s "$broken" | some_at_a_time on_survivor
for name in $broken; do
  [ "$(cat "$WORK/$name.status")" -eq 1 ] || fail "$name: its survivor breaks as well"
  grep -qE "scenarios/${name%+}.txt:[0-9]+: 'expect (halt|desync).*' failed: w[0-9] #" "$WORK/$name.err" || fail "$name: $(cat "$WORK/$name.err")"
  grep -q '"verdict":"holds","records"' "$WORK/$name.json" || fail "$name: its survivor is not in sync: $(cat "$WORK/$name.json")"
done

# Each fault is in the traces: what the launcher did, and what a worker was made to do.
traced() { [ ! -d "$WORK/$1.trace" ] || grep -qE "\"ev\":\"$2\"" "$WORK/$1.trace"/$3.jsonl || fail "$1: no $2 in $3"; }
traced gms1-leader-crash crash director
traced gms3-hang hang director
traced gms3-hang resume director
traced gms2-mid-broadcast 'fault".*mid-broadcast after 2' 'w1-*'
traced gms3-async-crash 'fault".*crash async' 'w1-*'
traced gms3-loss 'lose".*lost on demand' 'w1-*'
traced gms2-suspicion 'suspect' 'w2-*'
traced gms2-partition 'lose".*cut link' 'w1-*'
traced gms2-partition 'fault".*heal' 'w1-*'
traced gms4-ack-deliver-and-crash crash director
traced gms4-nack-last-loss 'lose".*lost on demand' 'w1-*'
traced gms4-nack-much-lost 'send".*"type":"NACK' 'w4-*'
traced gms5-async-crash 'fault".*crash async' 'w1-*'
traced gms5-hang excluded 'w1-*'
traced gms5-partition no-quorum 'w4-*'
traced gms5-partition state 'w5-*'
traced gms5-one-way-cut excluded 'w3-*'

# The verbs that no built-in one has: at the end the counts say which changes reached whom.
cat >"$WORK/links.txt" <<'END'
title    What links can suffer
rung     gms2
members  4
at 0.1s  delay 300ms from w1 to w3
at 0.2s  change 1 from w1
at 0.8s  heal
at 0.9s  cut leader w4 one-way
at 1s    change 2 from w4
at 1.3s  heal
at 1.4s  loss 100%
at 1.5s  change 3 from w2
at 1.7s  loss 0%
at 1.8s  crash leader async keep w3
at 2.3s  expect leader w2
at 2.5s  expect desync within 300ms
END
"$GROUPY" demo --headless --json --group "$GROUP" --scenario "$WORK/links.txt" $PATIENT --trace "$WORK/links.trace" >"$WORK/out" 2>"$WORK/err" </dev/null
[ $? -eq 0 ] || fail "links: $(cat "$WORK/err")"
grep -qE '"seen":"w2 #2 [0-9a-f]+, w3 #3 [0-9a-f]+, w4 #1 ' "$WORK/out" || fail "links: not what should have passed: $(cat "$WORK/out")"
first() { grep -hE '"ev":"deliver".*"count":1,' "$WORK"/links.trace/$1-*.jsonl | head -1 | grep -oE '"t":[0-9]+' | cut -d: -f2; }
late=$((($(first w3) - $(first w2)) / 1000000))
[ $late -ge 290 ] || fail "links: a delay of 300 ms took $late ms"

# For people: notes and outcomes are printed, and the failing line.
cat >"$WORK/wrong.txt" <<'END'
title    What is expected does not happen
rung     gms3
members  2
at 0.1s  note "nothing fails"
at 0.2s  expect desync within 300ms
END
"$GROUPY" demo --headless --group "$GROUP" --scenario "$WORK/wrong.txt" >"$WORK/out" 2>"$WORK/err" </dev/null
[ $? -eq 1 ] || fail "an expectation that does not hold: status"
grep -q -- '-- nothing fails' "$WORK/out" || fail "the note is not printed"
grep -q -- '-- expect desync within 300ms: FAILED: w1 #0' "$WORK/out" || fail "the outcome is not printed"
grep -q "wrong.txt:5: 'expect desync within 300ms' failed: w1 #0" "$WORK/err" || fail "the failing line is not named: $(cat "$WORK/err")"

# On fewer members a step can't be carried out: said with its line, and the run goes on to its end.
"$GROUPY" demo --headless --group "$GROUP" -n 2 --scenario gms2-loss >"$WORK/out" 2>"$WORK/err" </dev/null
[ $? -eq 1 ] || fail "a step that can't be carried out: status"
grep -q "gms2-loss.txt:[0-9]*: 'lose 1 from leader to w4' failed: there is no w4" "$WORK/err" || fail "it is not told: $(cat "$WORK/err")"

# Errors in a scenario: one line and status 2, and no process is started.
printf 'title T\nrung gms2\nmembers 5\nat 1s kil w1\n' >"$WORK/bad.txt"
out=$("$GROUPY" demo --headless --group "$GROUP" --scenario "$WORK/bad.txt" 2>&1)
[ $? -eq 2 ] || fail "a bad scenario: status"
[ "$(wc -l <<<"$out")" -eq 1 ] && grep -q "bad.txt:4: 'kil': not a verb; did you mean kill?" <<<"$out" || fail "a bad scenario: $out"
"$GROUPY" demo --headless --group "$GROUP" --scenario gms2-mid >"$WORK/out" 2>&1; [ $? -eq 2 ] || fail "an unknown scenario: status"
grep -q 'did you mean gms2-mid-broadcast?' "$WORK/out" || fail "no near match: $(cat "$WORK/out")"
head -c 200000 /dev/urandom >"$WORK/noise.txt"
out=$("$GROUPY" demo --headless --group "$GROUP" --scenario "$WORK/noise.txt" 2>&1)
[ $? -eq 2 ] && [ "$(wc -l <<<"$out")" -eq 1 ] || fail "noise: $out"

"$GROUPY" scenarios >"$WORK/out" || fail "groupy scenarios"
[ "$(wc -l <"$WORK/out")" -eq "$(ls "$SCENARIOS" | wc -l)" ] || fail "groupy scenarios lists $(cat "$WORK/out")"
"$GROUPY" scenarios gms3-hang | cmp -s - "$SCENARIOS/gms3-hang.txt" || fail "groupy scenarios gms3-hang"
"$GROUPY" scenarios gms3-hung >/dev/null 2>"$WORK/err"; [ $? -eq 2 ] || fail "an unknown name: status"
grep -q 'did you mean gms3-hang' "$WORK/err" || fail "no near match: $(cat "$WORK/err")"
left=$(pgrep -f -- "--group $GROUP[.]" | tr '\n' ' ')
[ -z "$left" ] || fail "processes are left: $left"
finish
