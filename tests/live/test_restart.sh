#!/usr/bin/env bash
# The launcher is told to restart the group on another rung, or with a scenario: each run is one of its own.
. "$(dirname "$0")/lib.sh"

on_rung() { [ "$(ctl status --json 2>/dev/null | grep -oE "\"rung\":\"$1\"" | wc -l)" -eq "$2" ] && in_group "$2"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
says() { grep -qE -- "$1" "$WORK/out"; }

# --- from the rung that breaks to the one that holds ---
demo -n 5 --headless --rung gms2 --mean 60m
wait_for 10 in_group 5 || fail "no group of five"
ctl crash-mid-broadcast --after 2 >/dev/null
wait_for 5 in_group 4 || fail "w1 lives"
ctl change 5 w4 >/dev/null
# What is set now must not hold for the run that follows.
ctl loss 100% >/dev/null
ctl delay 2s >/dev/null
ctl cut w4 >/dev/null
ctl pause >/dev/null
started=$(now_ms)
ctl rung gms3 | grep -q '^the group restarts on gms3$' || fail "rung gms3: no such answer"
wait_for 5 on_rung gms3 5 || fail "no five on gms3: $(ctl status)"
took=$(($(now_ms) - started))
echo "restarted after $took ms"
[ $took -lt $((1000 * SLOW)) ] || fail "the restart took $took ms"
ctl status --json | grep -q '"paused":true' && fail "the pause is still there"
ctl change 7 w2 >/dev/null
all_have_one() { [ "$(ctl status --json | grep -oE '"count":1,' | wc -l)" -eq 5 ]; }
wait_for 3 all_have_one || fail "the change does not reach all five: $(ctl status)"
says '^run 1, gms2: OUT OF SYNC: 4 members at the end, 2 changes$' || fail "no verdict on the first run"
says '^run 2, gms3$' || fail "no word on the second run"
ctl join >/dev/null
wait_for 5 in_group 6 || fail "nobody can join the second run"
ctl quit >/dev/null
end_demo 0 1 || fail "the status is not that of the last run, or the first run's traces do not show it"
says '^verdict: in sync: 6 members at the end' || fail "no verdict on the last run"
judge 0 "$TRACE/2" || fail "the second run's traces are not in sync"
[ "$(ls "$TRACE"/*.jsonl | wc -l)" -eq 6 ] && [ "$(ls "$TRACE/2"/*.jsonl | wc -l)" -eq 7 ] || fail "traces of two runs are mixed: $(ls -R "$TRACE")"
[ "$(cat "$TRACE"/*.jsonl "$TRACE"/2/*.jsonl | grep -oE '"run":"[^"]*"' | sort -u | wc -l)" -eq 2 ] || fail "not one id for each of two runs"
ok "another rung"

# --- a scenario, which leaves its end on the stage, and then a rung again ---
demo -n 3 --headless --mean 60m
wait_for 10 in_group 3 || fail "no group of three"
ctl scenario gms2-mid-broadcast >/dev/null || fail "scenario: refused"
over() { says 'The scenario is over, as expected'; }
wait_for 15 over || fail "the scenario does not come to its end"
on_rung gms2 4 || fail "the group did not stay: $(ctl status)"
grep -q '"ev":"note"' "$TRACE/2/director.jsonl" || fail "the notes are not in the director's trace"
ctl rung gms4-nack >/dev/null
wait_for 5 on_rung gms4-nack 5 || fail "no five on gms4-nack: $(ctl status)"
says '^run 2, gms2, scenario gms2-mid-broadcast: OUT OF SYNC: .*; as expected$' || fail "no verdict on the scenario"
ctl quit >/dev/null
end_demo 0 || fail "the last run is not in sync"
ok "a scenario"

# --- the status of a scenario that comes last is the scenario's; a file of one's own ---
cat >"$WORK/own scenario.txt" <<'SCENARIO'
title    Nobody joins
rung     gms3
members  2
at 0.2s  expect members 1 within 0.2s
SCENARIO
demo -n 2 --headless --mean 60m
wait_for 10 in_group 2 || fail "no group of two"
ctl scenario "$WORK/own scenario.txt" >/dev/null || fail "a file: refused"
failed() { says 'The scenario is over: 1 of its steps did not come out as expected'; }
wait_for 10 failed || fail "what is expected in vain is not told"
ctl quit >/dev/null
end_demo 1 0 || fail "the status is not the scenario's"
ok "the last one counts"

# --- twice in a row: the last word holds; quit while it restarts: no other run begins ---
demo -n 3 --headless --mean 60m
wait_for 10 in_group 3 || fail "no group of three"
ctl rung gms1 >/dev/null
ctl rung gms3 >/dev/null || fail "the second word is refused"
wait_for 5 on_rung gms3 3 || fail "no three on gms3"
says '^run 2, gms3$' || fail "gms1 came first"
ctl rung gms2 >/dev/null
ctl quit >/dev/null
end_demo 0 || fail "quit while it restarts"
says '^run 3' && fail "another run began"
ok "the last word"

# --- as JSON: one document, of the last run; and Ctrl+C in the middle of a restart ends all ---
demo -n 3 --headless --json --mean 60m
wait_for 10 in_group 3 || fail "no group of three"
ctl rung gms2 >/dev/null
wait_for 5 on_rung gms2 3 || fail "no three on gms2"
ctl rung gms3 >/dev/null
wait_for 5 on_rung gms3 3 || fail "no three on gms3"
mkdir -p "$TRACE/4" # somebody else's
ctl rung gms4-ack >/dev/null
wait_for 5 on_rung gms4-ack 3 || fail "no three on gms4-ack"
ls "$TRACE"/4/*.jsonl >/dev/null 2>&1 && fail "traces are mixed with what was there before"
ls "$TRACE"/5/*.jsonl >/dev/null 2>&1 || fail "no traces of the last run"
ctl rung gms1 >/dev/null
pkill -INT -f -- "demo --group $GROUP( |\$)"
end_demo 0 || fail "Ctrl+C: $(cat "$WORK/out" "$WORK/err")"
[ "$(wc -l <"$WORK/out")" -eq 1 ] && grep -q '"rung":"gms4-ack"' "$WORK/out" || fail "not one document of the last run: $(cat "$WORK/out")"
ok "JSON, and Ctrl+C"

# --- who joined from elsewhere is of the group that ends ---
demo -n 2 --headless --rung gms5 --mean 60m
wait_for 10 in_group 2 || fail "no group of two"
"$GROUPY" worker --headless --group "$GROUP" --name guest $PATIENT >/dev/null 2>"$WORK/guest" &
guest_pid=$!
wait_for 5 in_group 3 || fail "the guest is not let in"
ctl rung gms3 >/dev/null
wait_for 5 on_rung gms3 2 || fail "no two on gms3: $(ctl status)"
guest_is_gone() { ! kill -0 $guest_pid 2>/dev/null; }
wait_for 3 guest_is_gone || fail "the guest is still there"
wait $guest_pid || fail "the guest's status: $?: $(cat "$WORK/guest")"
ctl quit >/dev/null
end_demo 0 || fail "the group suffered from its guest"
ok "a guest"

# --- what is wrong is said, and nothing happens ---
demo -n 2 --headless --mean 60m
wait_for 10 in_group 2 || fail "no group of two"
refused() { # STATUS PATTERN WORDS...
  local status=$1 pattern=$2
  shift 2
  ctl "$@" >"$WORK/said" 2>&1
  [ $? -eq "$status" ] && grep -qE "$pattern" "$WORK/said" || fail "$*: $(cat "$WORK/said")"
}
refused 2 "rung gms9: gms1, gms2, gms2p5, gms3, gms4-ack, gms4-nack or gms5 is expected" rung gms9
refused 2 "gms4-ack, gms4-nack" rung gms4
refused 2 "wrong number of words" rung
refused 2 "did you mean .*gms2-mid-broadcast" scenario gms2-mid-broadcst
echo "rung gms2 and so on" >"$WORK/bad.txt"
refused 3 "bad.txt:1: " scenario "$WORK/bad.txt"
in_group 2 || fail "the group suffered"
ctl quit >/dev/null
end_demo 0 || fail "the group suffered"
"$GROUPY" worker --headless --group "$GROUP" --name w1 >/dev/null &
worker_pid=$!
wait_for 5 in_group 1 || fail "no worker"
refused 3 "no launcher here" rung gms3
refused 3 "no launcher here" scenario gms3-loss
kill $worker_pid
wait $worker_pid
ok "what is wrong"
finish
