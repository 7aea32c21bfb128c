#!/usr/bin/env bash
# Bad input of any kind: one clear line that names the thing, the status of the contract, no process left.
. "$(dirname "$0")/lib.sh"

# expect STATUS PATTERN COMMAND...: one line on stderr that matches.
expect() {
  local status=$1 pattern=$2 out; shift 2
  out=$(timeout 20 "$@" 2>&1 >/dev/null </dev/null)
  local got=$?
  [ $got -eq "$status" ] || fail "$*: status $got, expected $status ($out)"
  [ "$(printf '%s\n' "$out" | wc -l)" -eq 1 ] || fail "$*: not one line: $out"
  printf '%s' "$out" | grep -qE -- "$pattern" || fail "$*: '$out' does not match '$pattern'"
}

expect 2 "'frob' is not a command" "$GROUPY" frob
expect 2 'rung gms9: gms1, gms2' "$GROUPY" demo --rung gms9
expect 2 '-n 0: a number from 1 to 64' "$GROUPY" demo -n 0
expect 2 '-n 65: a number from 1 to 64' "$GROUPY" demo -n 65
expect 2 '-n five: a number' "$GROUPY" demo -n five
expect 2 'unknown option --frob' "$GROUPY" demo --frob
expect 2 'needs a value' "$GROUPY" demo --mean
expect 2 'mean 3x: a duration' "$GROUPY" demo --mean 3x
expect 2 "'extra' is not expected" "$GROUPY" demo extra
expect 2 'rung x: gms1' "$GROUPY" worker --rung x --headless
expect 2 'name a b: only' "$GROUPY" worker --name 'a b' --headless
expect 2 'name .*longer than 16' "$GROUPY" worker --name abcdefghijklmnopq --headless
expect 2 'group ../x: only' "$GROUPY" worker --group ../x --headless
expect 2 'join nonsense: tcp' "$GROUPY" worker --join nonsense --headless
expect 2 'listen tcp://0.0.0.0:1' "$GROUPY" worker --listen tcp://0.0.0.0:1 --headless
expect 2 'insecure' "$GROUPY" worker --listen tcp://192.0.2.1:4000 --headless
expect 2 'loss 101: a percentage' "$GROUPY" worker --loss 101 --headless
expect 2 "'frob' is not an action" "$GROUPY" ctl frob
expect 3 'no live group' "$GROUPY" ctl kill leader --group "$GROUP"
expect 3 "no live group '$GROUP'" "$GROUPY" ctl status --group "$GROUP"

# An address where nobody listens: told within the join timeout, by name.
start=$(date +%s%N)
expect 3 'no reply from leader through tcp://127.0.0.1:9' "$GROUPY" worker --headless --group "$GROUP" \
  --join tcp://127.0.0.1:9 --join-timeout 500ms
took=$((($(date +%s%N) - start) / 1000000))
[ $took -lt $((1500 * SLOW)) ] || fail "an unreachable --join took $took ms at a timeout of 500 ms"
expect 3 'tcp://nowhere.invalid:1' "$GROUPY" worker --headless --group "$GROUP" --join tcp://nowhere.invalid:1 --join-timeout 300ms

# A port that is taken.
"$GROUPY" worker --headless --group "$GROUP" --listen tcp://127.0.0.1:17917 >"$WORK/out" 2>"$WORK/err" &
first=$!
wait_for 5 in_group 1 || fail "a single worker does not found a group"
expect 3 'listen on tcp://127.0.0.1:17917: the port is taken' "$GROUPY" worker --headless --group "$GROUP" --listen tcp://127.0.0.1:17917
# Another rung than the group's, found in the registry or told by a member.
expect 3 'runs gms5: use --rung gms5' "$GROUPY" worker --headless --group "$GROUP" --rung gms2
expect 3 'w1 runs gms5: use --rung gms5' "$GROUPY" worker --headless --group "$GROUP" --rung gms2 --join tcp://127.0.0.1:17917 --name w9
# Another group.
XDG_RUNTIME_DIR="$WORK" expect 3 'belongs to another group' "$GROUPY" worker --headless --group "${GROUP}x" --join tcp://127.0.0.1:17917
expect 3 "is running here already" "$GROUPY" demo --headless --group "$GROUP"
expect 3 "no worker 'w7'" "$GROUPY" ctl kill w7 --group "$GROUP"
expect 2 'a number from 1 to 20' "$GROUPY" ctl change 21 --group "$GROUP"
expect 3 'no launcher here' "$GROUPY" ctl join --group "$GROUP"
kill -INT $first; wait $first; [ $? -eq 0 ] || fail "SIGINT does not end a worker in good order"

# A trace that can't be written.
expect 3 "can't write the trace /dev/null/x/" "$GROUPY" worker --headless --group "$GROUP" --trace /dev/null/x

# Traces that are none. (What else a trace may hold: test_trace_merge, test_fuzz_check.)
mkdir "$WORK/none"
echo 'no trace' >"$WORK/text.jsonl"
printf '{"groupy":1,"run":"r","who":"w1","id":"0000000000000001","rung":"gms3","source":"live"}\n{"t":1}\n' >"$WORK/bad.jsonl"
expect 2 'something is missing: groupy check PATH' "$GROUPY" check
expect 2 'unknown option --frob' "$GROUPY" check --frob x
expect 3 'nowhere: No such file' "$GROUPY" check "$WORK/nowhere"
expect 3 'none: the folder has no traces' "$GROUPY" check "$WORK/none"
expect 3 'text.jsonl:1: not a JSON object' "$GROUPY" check "$WORK/text.jsonl"
expect 3 'bad.jsonl:2: `ev` is missing' "$GROUPY" check "$WORK/bad.jsonl" --json

# The laboratory.
expect 2 'rung gms9: gms1' "$GROUPY" sim --rung gms9
expect 2 "faults: 'frob' is none of" "$GROUPY" sim --faults join,frob
expect 2 'members 0: a number from 1 to 256' "$GROUPY" sim --members 0
expect 2 'members 7..3: a number' "$GROUPY" sim --members 7..3
expect 2 'seeds 5..: two numbers' "$GROUPY" sim --seeds 5..
expect 2 'exclude each other' "$GROUPY" sim --seeds 1..2 --scenario gms2-loss
expect 2 'trace is for one run' "$GROUPY" sim --seeds 1..2 --trace "$WORK/x"
expect 3 "can't write the trace /dev/null/x" "$GROUPY" sim --trace /dev/null/x
expect 2 "no scenario or file 'gms2-frob'" "$GROUPY" sim --scenario gms2-frob
expect 2 'fault frob: one of none join' "$GROUPY" explore --fault frob
expect 2 'members 9: a number from 1 to 6' "$GROUPY" explore --members 9
expect 2 'too many: the search holds 6 members' "$GROUPY" explore --members 6 --joins 2
expect 2 'too many: .* 10 changes' "$GROUPY" explore --changes 10
expect 2 'begins with one less' "$GROUPY" explore --fault join --members 1
expect 3 "can't write the trace /dev/null/x" "$GROUPY" explore --rung gms1 --trace /dev/null/x
expect 3 "can't write the trace /dev/null/x" "$GROUPY" explore --rung gms1 --trace /dev/null/x --json
expect 2 'budget huge: quick or full' "$GROUPY" matrix --budget huge

# No display, and a font that is not there: said once, goes on without windows.
for case in 'DISPLAY= WAYLAND_DISPLAY=' 'DISPLAY=:987 WAYLAND_DISPLAY='; do
  out=$(env $case timeout 30 "$GROUPY" demo -n 2 --mean 200ms --for 1s --group "$GROUP" 2>"$WORK/err")
  [ $? -eq 0 ] || fail "$case: status"
  [ "$(wc -l <"$WORK/err")" -eq 1 ] || fail "$case: $(cat "$WORK/err")"
  grep -q 'display' "$WORK/err" || fail "$case: $(cat "$WORK/err")"
  echo "$out" | grep -q 'verdict: in sync' || fail "$case: no verdict"
done
finish
