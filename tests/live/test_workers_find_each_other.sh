#!/usr/bin/env bash
# Workers without a launcher, started at once: exactly one founds the group, the others find it in the
# registry; over TCP one joins by an address; a worker that ends by SIGINT leaves in good order.
. "$(dirname "$0")/lib.sh"

pids=
for i in 1 2 3 4 5; do
  env --default-signal=INT "$GROUPY" worker --headless --group "$GROUP" --mean 200ms --trace "$WORK/trace" >>"$WORK/out" 2>>"$WORK/err" &
  pids="$pids $!"
done
wait_for 5 in_group 5 || fail "five workers do not form one group: $(ctl status)"
[ "$(count_state leading)" -eq 1 ] || fail "not one leader: $(ctl status)"
[ "$(ctl status --json | grep -oE '"name":"w[0-9]+"' | sort -u | wc -l)" -eq 5 ] || fail "names are not unique"

# By address: the sixth listens on TCP, the seventh is told only that, in a registry of its own.
env --default-signal=INT "$GROUPY" worker --headless --group "$GROUP" --name tcp --listen tcp://127.0.0.1:17931 --mean 200ms --trace "$WORK/trace" >>"$WORK/out" 2>>"$WORK/err" &
pids="$pids $!"
wait_for 5 in_group 6 || fail "the sixth does not join: $(ctl status)"
mkdir "$WORK/elsewhere"
XDG_RUNTIME_DIR="$WORK/elsewhere" env --default-signal=INT "$GROUPY" worker --headless --group "$GROUP" --name far --join tcp://127.0.0.1:17931 \
  --listen tcp://127.0.0.1:17932 --mean 200ms --trace "$WORK/trace" >>"$WORK/out" 2>>"$WORK/err" &
pids="$pids $!"
seven() { ctl status --json | grep -q '"who":"far"'; }
wait_for 5 seven || fail "the seventh does not join by address: $(ctl status)"
sleep 1
for pid in $pids; do
  kill -INT "$pid"
  wait "$pid" || fail "a worker ends with status $?: $(cat "$WORK/err")"
done
[ ! -s "$WORK/err" ] || fail "they complain: $(cat "$WORK/err")"
judge 0 "$WORK/trace" || fail "the traces do not hold"
finish
