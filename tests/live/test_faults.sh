#!/usr/bin/env bash
# Every fault that `groupy ctl` knows, by what it does to a live group and by what the traces say.
. "$(dirname "$0")/lib.sh"

state_of() { ctl status --json | grep -oE "\"name\":\"$1\"[^[]*" | grep -oE '"state":"[a-z]+"' | cut -d'"' -f4; }
count_of() { ctl status --json | grep -oE "\"name\":\"$1\".*" | grep -oE '"count":[0-9]+' | head -1 | cut -d: -f2; }
state_is() { [ "$(state_of "$1")" = "$2" ]; }
count_is() { [ "$(count_of "$1")" = "$2" ]; }
all_count() { [ "$(ctl status --json | grep -oE "\"count\":$2[,}]" | wc -l)" -eq "$1" ]; }
differing() { [ "$(ctl status --json | grep -oE '"differs_since":[1-9][0-9]*' | wc -l)" -eq "$1" ]; }
same_hash() { [ "$(ctl status --json | grep -oE '"hash":"[0-9a-f]+"' | sort -u | wc -l)" -eq 1 ]; }
group_of() { # N RUNG FOLDER
  demo --headless -n "$1" --rung "$2" --mean 0s --trace "$WORK/$3" --json
  TRACE="$WORK/$3"
  wait_for 10 in_group "$1" || fail "$3: no group of $1"
  wait_for 5 same_hash || fail "$3: not in sync to begin with"
}
# when FILE PATTERN: the time of the first such record, in ms.
when() { echo $(($(grep -hE "$2" "$WORK"/$1 | head -1 | grep -oE '"t":[0-9]+' | cut -d: -f2) / 1000000)); }
refused() { # STATUS PATTERN WORDS...
  local status=$1 pattern=$2 out; shift 2
  out=$(ctl "$@" 2>&1); local got=$?
  [ $got -eq "$status" ] && grep -qE -- "$pattern" <<<"$out" || fail "ctl $*: status $got, $out"
}

# hang: the group waits for its leader, which goes on by itself.
group_of 3 gms3 hang
ctl hang leader --for 1s | grep -q 'w1 hangs for 1 s' || fail "hang"
ctl change 7 w2 >/dev/null
sleep 0.4
count_is w3 0 || fail "a change came through a leader that hangs"
wait_for 3 all_count 3 1 || fail "nothing came when it went on: $(ctl status)"
gap=$(($(when hang/director.jsonl '"ev":"resume"') - $(when hang/director.jsonl '"ev":"hang"')))
[ $gap -ge 990 ] && [ $gap -lt $((1500 * SLOW)) ] || fail "it hung for $gap ms"

# delay: what is sent to w3 takes longer, in order; and what was under way survives its sender.
ctl delay 400ms --to w3 >/dev/null || fail "delay"
ctl change 3 w2 >/dev/null
wait_for 3 all_count 3 2 || fail "delayed for ever"
late=$(($(when 'hang/w3-*' '"ev":"deliver".*"count":2') - $(when 'hang/w2-*' '"ev":"deliver".*"count":2')))
[ $late -ge 390 ] && [ $late -lt $((900 * SLOW)) ] || fail "a delay of 400 ms took $late ms"
ctl change 5 w1 >/dev/null
ctl change 9 w1 >/dev/null
ctl kill leader >/dev/null
state_is w2 leading || wait_for 3 state_is w2 leading || fail "w2 does not lead"
count_is w3 4 && fail "the delay is gone"
wait_for 3 all_count 2 4 || fail "what was under way died with its sender: $(ctl status)"
down=$(when 'hang/w3-*' '"ev":"down"') last=$(when 'hang/w3-*' '"ev":"deliver".*"count":4')
[ "$down" -ge "$last" ] || fail "w3 took w1 for crashed before it had all that was sent"
ctl heal >/dev/null
ctl change 2 w2 >/dev/null
wait_for 3 all_count 2 5 || fail "heal does not end a delay: $(ctl status)"

refused 2 'hang --for 2m: a duration' hang leader --for 2m
refused 2 'hang: unknown option --fro' hang leader --fro 2s
refused 2 'hang: --for needs a value' hang leader --for
refused 2 'wrong number of words' hang
refused 2 'by NAME is missing' suspect w2
refused 3 "no worker 'w9'" suspect w9 --by w2
refused 3 'goes to itself' lose 1 --from w2 --to w2
refused 2 'delay x: a duration' delay x
refused 2 'two different workers' cut w2 w2
refused 3 'another member' suspect w2 --by w2
ctl quit >/dev/null
end_demo 0 || fail "hang, delay and a crash: status: $(cat "$WORK/out")"

# lose --from, cut and heal, at gms2: nothing is re-sent, so the count says what passed.
group_of 4 gms2 cut
ctl lose 1 --from w2 --to leader >/dev/null || fail "lose --from"
ctl change 1 w2 >/dev/null
ctl change 2 w3 >/dev/null
wait_for 3 all_count 4 1 || fail "not exactly the request of w2 was lost: $(ctl status)"
ctl cut w1 w4 --one-way >/dev/null || fail "cut"
ctl change 3 w4 >/dev/null
wait_for 3 count_is w3 2 || fail "one way only, but the request of w4 did not pass"
ctl heal | grep -q 'all links work again' || fail "heal"
ctl cut w3 >/dev/null || fail "cut off"
ctl change 4 w1 >/dev/null
wait_for 3 count_is w2 3 || fail "w2 is not cut off"
ctl heal >/dev/null
ctl change 5 w3 >/dev/null
wait_for 3 count_is w2 4 || fail "w3 can't reach the leader after heal"
sleep 0.3
count_is w3 3 && count_is w4 3 || fail "the cuts lost something else: $(ctl status)"
grep -qE '"ev":"fault".*"do":"cut"' "$WORK"/cut/w1-*.jsonl || fail "the cut is not in the trace"
grep -qE '"ev":"lose".*cut link' "$WORK"/cut/w1-*.jsonl || fail "what the cut lost is not in the trace"
ctl quit >/dev/null
end_demo 1 || fail "cut: status"

# suspect: w2 leads beside w1, which lives.
group_of 3 gms2 suspect
ctl suspect w1 --by w2 | grep -q 'w2 takes w1 for crashed' || fail "suspect"
wait_for 3 state_is w2 leading || fail "w2 does not lead: $(ctl status)"
state_is w1 leading || fail "w1 does not lead any more"
grep -qE '"ev":"suspect"' "$WORK"/suspect/w2-*.jsonl || fail "the suspicion is not in the trace"
ctl quit >/dev/null
end_demo 0 || fail "suspect: status: $(cat "$WORK/out")"

# crash-async: of the last broadcast w3 alone has it.
group_of 4 gms2 async
ctl crash-async --keep w3 >/dev/null || fail "crash-async"
wait_for 3 in_group 3 || fail "w1 did not crash: $(ctl status)"
wait_for 3 count_is w3 1 || fail "w3 should have it"
count_is w2 0 && count_is w4 0 || fail "others than w3 have it: $(ctl status)"
ctl quit >/dev/null
end_demo 1 || fail "crash-async: status"

# Without a launcher `hang` itself waits, and wakes the worker.
"$GROUPY" worker --headless --group "$GROUP" >"$WORK/out" 2>"$WORK/err" &
worker=$!
wait_for 5 in_group 1 || fail "no worker"
ctl hang w1 --for 300ms >/dev/null || fail "hang without a launcher"
wait_for 2 in_group 1 || fail "it does not go on"
kill -INT $worker; wait $worker || fail "the worker's status"
finish
