#!/usr/bin/env bash
# The laboratory's commands as a person types them: statuses, JSON, traces that `check` judges the same way, and
# an interrupt that loses nothing.
set -u
: "${GROUPY:?names the program under test}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
groupy() { "$GROUPY" "$@"; }
status_is() { # STATUS COMMAND...
  local status=$1; shift
  groupy "$@" >"$work/out" 2>"$work/err"
  local got=$?
  [ $got -eq "$status" ] || fail "groupy $*: status $got, expected $status: $(head -3 "$work/err")"
}
has() { grep -qE -- "$1" "$work/out" || fail "no '$1' in: $(head -c 600 "$work/out")"; }

# explore: the sentence, the story, the next rung; and its trace.
status_is 1 explore --rung gms2 --fault mid-broadcast --trace "$work/w.jsonl"
has '^gms2, the leader crashes mid-broadcast: DESYNC'
has 'complete: 1506 states generated, 786 distinct'
has '^   1  w1 multicasts w1#3 · sends MSG w1#3 to w2 · w1 crashes$'
has '^The same run at gms3: sync$'
status_is 1 check "$work/w.jsonl"
has 'w3 never delivered w1#3, because w1 crashed after sending it to w2'
status_is 0 explore --rung gms3 --fault mid-broadcast --trace "$work/none.jsonl"
has 'every run ends in sync'
[ ! -e "$work/none.jsonl" ] || fail "a trace of no witness"
status_is 0 explore --rung gms3 --json
has '^\{"rung":"gms3","fault":"mid-broadcast","members":3,.*"verdict":"sync","complete":true,"states":[0-9]+,"distinct":[0-9]+,.*"seconds":[0-9.e-]+,"witness":null\}$'

# Each cell that breaks has a trace that is judged as the cell says.
status_is 0 matrix --json --trace "$work/matrix"
has '^\{"cells":\['
[ "$(grep -o '"complete":true' "$work/out" | wc -l)" -eq 72 ] || fail "not all 72 cells are complete"
[ "$(ls "$work/matrix" | wc -l)" -eq "$(grep -oE '"verdict":"(halt|desync)"' "$work/out" | wc -l)" ] || fail "not a trace for each cell that breaks"
cp "$work/out" "$work/cells"
for trace in "$work"/matrix/*.jsonl; do
  name=$(basename "$trace" .jsonl)
  rung=$(grep -oE '^gms[0-9](-n?ack)?' <<<"$name")
  fault=${name#"$rung-"}; fault=${fault/loss-crash/'loss\+crash'}
  status_is 1 check --json "$trace"
  case $(grep -oE "\"rung\":\"$rung\",\"fault\":\"$fault\"[^}]*" "$work/cells") in
    *'"verdict":"halt"'*) has '^\{"verdict":"halted"' ;;
    *'"verdict":"desync"'*) has '^\{"verdict":"violated"' ;;
    *) fail "$name is no cell" ;;
  esac
done

# A bound that is reached, and an interrupt: said, with what was found so far.
status_is 3 explore --rung gms3 --fault join --for 200ms
has 'nothing found so far'
has 'not complete: the time that it may take is over'
"$GROUPY" explore --rung gms3 --fault join --members 4 >"$work/out" 2>"$work/err" &
pid=$!
sleep 0.5
kill -INT $pid
wait $pid; [ $? -eq 3 ] || fail "an interrupted search: status"
has 'not complete: interrupted'

# A disk that is full; a folder that can't be.
if [ -w /dev/full ]; then
  status_is 3 sim --seed 3 --trace /dev/full
  status_is 3 explore --rung gms2 --trace /dev/full
  status_is 3 explore --rung gms2 --trace /dev/full --json
fi
status_is 3 matrix --trace /dev/null/x
status_is 2 matrix --trace ''
status_is 3 check "$work/w.jsonl" "$work/w.jsonl"

# Timeouts are part of the budget from gms4 on; --delivery and --last-man-standing are in the trace.
status_is 0 explore --rung gms5 --fault loss --changes 1 --timeouts 3
status_is 2 sim --rung gms5 --delivery sometimes
status_is 0 sim --rung gms5 --seed 2 --delivery agreed --last-man-standing --trace "$work/agreed.jsonl"
head -1 "$work/agreed.jsonl" >"$work/out"
has '"last_man_standing":true,"delivery":"agreed"'
status_is 0 check --json "$work/agreed.jsonl"
has '"id":16,"name":"uniform agreement","verdict":"not applicable"'
status_is 0 sim --rung gms5 --members 3..7 --for 1s --seeds 1..200
has '^in sync again at most [0-9]+ ms after the last fault'

# Budgets beyond the fault's own: newcomers act, too, and asynchronous crashes have as many prefixes as they have.
status_is 1 explore --rung gms3 --fault suspicion --members 2 --joins 1 --changes 1
status_is 1 explore --rung gms3 --fault async-crash --members 3 --changes 1 --joins 2 --first

# sim: the same seed gives the same bytes, whatever was run before; --seeds repeats with what it prints.
for i in 1 2; do
  status_is 0 sim --rung gms3 --seed 5 --trace "$work/sim-$i.jsonl"
done
cmp <(tail -n +2 "$work/sim-1.jsonl") <(tail -n +2 "$work/sim-2.jsonl") || fail "the same seed gives another trace"
status_is 0 check "$work/sim-1.jsonl"
has 'verdict: in sync'
status_is 1 sim --rung gms3 --faults async-crash --seeds 1..50
command=$(grep -m1 -oE 'groupy sim .*' "$work/out")
status_is 1 ${command#groupy }
status_is 0 sim --json --seed 3
has '^\{"rung":"gms3","seed":3,"members":[0-9]+,"delivered":[0-9]+,"check":\{"verdict":"holds"'
status_is 0 sim --json --rung gms2 --seeds 1..20
has '"runs":20,"failed_count":0,"failed":\[\]'

# A scenario: as expected, on another rung not.
status_is 0 sim --scenario gms2-mid-broadcast
has '^scenario gms2-mid-broadcast: as expected$'
status_is 1 sim --scenario gms2-mid-broadcast --rung gms3
grep -qE "gms2-mid-broadcast.txt:[0-9]+: 'expect desync within 1s' failed" "$work/err" || fail "the failing line is not named"

[ $failures -eq 0 ] && echo "passed"
exit $((failures > 0))
