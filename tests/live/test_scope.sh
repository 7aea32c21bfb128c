#!/usr/bin/env bash
# Scopes without a window on real processes: what they hear of a group, from its beginning, from its middle, or
# after they stood still; and that the group does not feel them.
. "$(dirname "$0")/lib.sh"

# watch NAME ARGS...: a scope in the background; what it says goes to $WORK/NAME, its status to $WORK/NAME.status.
# Its process is $scope_pid.
watch() {
  local name=$1; shift
  { timeout -k 5 120 bash -c 'echo $$ >"$0"; exec "$@"' "$WORK/$name.pid" "$GROUPY" scope --text "$@" \
      >"$WORK/$name" 2>"$WORK/$name.err" </dev/null; echo $? >"$WORK/$name.status"; } 2>/dev/null &
  wait_for 5 test -s "$WORK/$name.pid" && scope_pid=$(cat "$WORK/$name.pid")
}
said() { grep -qE -- "$2" "$WORK/$1"; }
ended() { [ -s "$WORK/$1.status" ]; }
status_of() { cat "$WORK/$1.status" 2>/dev/null; }
count_of() { ctl status --json | grep -oE '"count":[0-9]+' | head -1 | cut -d: -f2; }
counted() { [ "$(count_of)" -ge "$1" ]; }

# --- two scopes, and the leader dies in the middle of a broadcast
demo -n 5 --headless --rung gms2 --mean 0s
watch early --group "$GROUP"
wait_for 10 in_group 5 || fail "gms2: the group did not form"
watch late --group "$GROUP"
for scope in early late; do
  wait_for 5 said $scope 'IN SYNC 5/5' || fail "gms2: the one that came $scope does not see five in sync"
done
ctl crash-mid-broadcast --after 2 >/dev/null
wait_for 5 in_group 4
ctl change 5 w4 >/dev/null
for scope in early late; do
  wait_for 5 said $scope 'OUT OF SYNC since #[0-9]+: w[45] never delivered w1#[0-9]+, because w1 crashed after sending it to w2 and w3' ||
    fail "gms2: the scope that came $scope does not say why"
done
ctl quit >/dev/null
end_demo 1 || fail "gms2: the run"
for scope in early late; do
  wait_for 5 ended $scope || fail "gms2: the scope that came $scope goes on without a group"
  [ "$(status_of $scope)" = 1 ] || fail "gms2: status $(status_of $scope) of the scope that came $scope"
done
grep -q 'not everything' "$WORK/late" || fail "gms2: the one that came late says that it heard everything"

# --- in the middle of traffic, again and again: no false alarm; a real one is heard by whoever was there before
attach() {
  local rung=$1 times=$2 name
  for i in $(seq "$times"); do
    name="$rung.$i"
    timeout -k 5 -s INT $((SLOW * 5 / 10)).5 "$GROUPY" scope --text --group "$GROUP" >"$WORK/$name" 2>&1 </dev/null
    said "$name" '^so far: IN SYNC 5/5' || fail "$rung, scope $i: $(cat "$WORK/$name")"
    said "$name" 'OUT OF SYNC|missed|violated' && fail "$rung, scope $i: $(cat "$WORK/$name")"
    [ $failures -gt 2 ] && return
  done
}
demo -n 5 --headless --rung gms3 --mean 20ms
wait_for 10 in_group 5 || fail "gms3: the group did not form"
wait_for 10 counted 100
attach gms3 20
watch gms3 --group "$GROUP"
wait_for 5 said gms3 'IN SYNC 5/5' || fail "gms3: no sync is seen"
ctl crash-async --keep w3 --keep w4 >/dev/null
wait_for 5 said gms3 'OUT OF SYNC' || fail "gms3: the colours part after an asynchronous crash, and it is not seen"
ctl quit >/dev/null
end_demo 1 || fail "gms3: the run"
wait_for 5 ended gms3

demo -n 5 --headless --rung gms5 --mean 20ms
wait_for 10 in_group 5 || fail "gms5: the group did not form"
wait_for 10 counted 100
attach gms5 20

# --- by the address of one of them
telemetry=$(ctl status --json | grep -oE '"telemetry":"[^"]+"' | sed -n 3p | cut -d'"' -f4)
watch joined --join "$telemetry"
wait_for 5 said joined 'IN SYNC 5/5' || fail "--join: $(cat "$WORK/joined" "$WORK/joined.err")"

# --- who stands still is not waited for; when it goes on, it misses something and says so, and sees the rest
watch still --group "$GROUP"
wait_for 5 said still 'IN SYNC 5/5' || fail "the scope that will stand still sees no sync"
before=$(count_of)
sleep 2
between=$(count_of)
kill -STOP "$scope_pid"
sleep 2
after=$(count_of)
[ $((10 * (after - between))) -ge $((7 * (between - before))) ] ||
  fail "a scope that stands still slows the group down: $((between - before)) changes in 2 s, then $((after - between))"
kill -CONT "$scope_pid"
watch killed --group "$GROUP"
wait_for 5 said killed 'IN SYNC 5/5' && kill -KILL "$scope_pid"
ctl kill leader >/dev/null
wait_for 5 in_group 4 || fail "gms5: the group does not go on"
for scope in still joined; do
  wait_for 5 said $scope 'IN SYNC 4/4' || fail "gms5: $scope does not see the four that are left: $(tail -3 "$WORK/$scope")"
done
ctl quit >/dev/null
end_demo 0 || fail "gms5: the run"
for scope in still joined; do
  wait_for 5 ended $scope || fail "gms5: $scope goes on without a group"
  [ "$(status_of $scope)" = 0 ] || fail "gms5: status $(status_of $scope) of $scope: $(tail -5 "$WORK/$scope")"
done

# --- among strangers that publish garbage, or without end, and then vanish: what the others do is seen in time
demo -n 3 --headless --rung gms2 --mean 50ms
wait_for 10 in_group 3 || fail "strangers: the group did not form"
watch beset --group "$GROUP"
wait_for 5 said beset 'IN SYNC 3/3' || fail "strangers: no sync is seen"
for manner in garbage flood; do
  timeout -k 1 20 "$HOSTILE" "$GROUP" $manner 3 </dev/null &
done
sleep 1.5
ctl crash-mid-broadcast --after 1 >/dev/null
ctl change 5 w3 >/dev/null
wait_for 2 said beset 'OUT OF SYNC since #[0-9]+: w3 never delivered w1#[0-9]+, because w1 crashed after sending it to w2' ||
  fail "strangers: it is not seen, or not why: $(tail -3 "$WORK/beset")"
sleep 2
grep -q 'w66: refused' "$WORK/beset.err" || fail "strangers: nobody tells of them"
[ "$(wc -l <"$WORK/beset.err")" -lt 20 ] || fail "strangers: told too often: $(head -30 "$WORK/beset.err")"
ctl quit >/dev/null
end_demo 1 || fail "strangers: the run"
wait_for 5 ended beset || fail "strangers: the scope goes on"

# --- a worker that awaits a scope is heard from its very beginning, and waits for nobody for long
watch whole --group "$GROUP"
sleep 0.3
timeout -k 5 60 "$GROUPY" worker --headless --group "$GROUP" --name w1 --mean 50ms --await-scope 2s >"$WORK/out" 2>"$WORK/err" </dev/null &
worker=$!
wait_for 5 said whole 'IN SYNC 1/1' || fail "the worker is not heard: $(cat "$WORK/whole")"
kill "$worker"
wait "$worker"
wait_for 5 ended whole
grep -q 'not everything' "$WORK/whole" && fail "its beginning was missed: $(cat "$WORK/whole")"
timeout -k 5 60 "$GROUPY" worker --headless --group "$GROUP" --name w1 --await-scope 300ms >"$WORK/out" 2>"$WORK/err" </dev/null &
worker=$!
wait_for 3 in_group 1 || fail "without a scope the worker does not begin"
kill "$worker"
wait "$worker"

# --- nobody there, traces, and what is none
watch alone --group "$GROUP"
sleep 0.5
kill -INT "$scope_pid"
wait_for 5 ended alone || fail "a scope on nobody does not end"
[ "$(status_of alone)" = 3 ] || fail "a scope on nobody: status $(status_of alone)"
groupy scope --text "$WORK/trace-1" >"$WORK/traced"
[ $? -eq 1 ] || fail "the trace of the first run: $(tail -3 "$WORK/traced")"
said traced 'OUT OF SYNC since #[0-9]+: w[45] never delivered w1#[0-9]+, because w1 crashed after sending it to w2 and w3' ||
  fail "the trace does not tell why: $(cat "$WORK/traced")"
groupy scope --text "$WORK/trace-3" >"$WORK/traced" || fail "the trace of the third run: $(tail -3 "$WORK/traced")"
groupy scope --text "$WORK/nowhere" 2>"$WORK/err"
[ $? -eq 3 ] || fail "a trace that is not there"
grep -q nowhere "$WORK/err" || fail "a trace that is not there is not named"
finish
