#!/usr/bin/env bash
# The measurements run, judge what was delivered, and say it in one JSON document; nothing is left running.
. "$(dirname "$0")/lib.sh"

short="--members 3 --for 300ms --repeat 2 --suspect-after 5s"

# cells KIND EXPRESSION...: the JSON document of the last run has cells for which all of that holds.
cells() {
  python3 - "$WORK/json" "$@" <<'PYTHON' || fail "$*: $(cat "$WORK/json" "$WORK/err")"
import json, sys
document = json.load(open(sys.argv[1]))
assert document["bench"] == sys.argv[2], document["bench"]
for cell in document["cells"]:
    assert cell["fine"], cell
    for expression in sys.argv[3:]:
        assert eval(expression, {}, dict(cell)), (expression, cell)
PYTHON
}

measure() { # STATUS ARGS...
  local status=$1; shift
  timeout 60 "$GROUPY" bench "$@" --json >"$WORK/json" 2>"$WORK/err" </dev/null
  local got=$?
  [ $got -eq "$status" ] || fail "bench $*: status $got, expected $status: $(cat "$WORK/err")"
  ok "bench $*"
}

measure 0 throughput --rung gms3,gms5 $short --csv "$WORK/csv"
cells throughput 'delivered_per_s > 1000' 'delivered_per_s_min <= delivered_per_s <= delivered_per_s_max' \
  'repeats == 2' 'size_bytes == 64' 'share_min <= 1 <= share_max'
[ "$(wc -l <"$WORK/csv")" -eq 3 ] && head -1 "$WORK/csv" | grep -q 'delivered_per_s,delivered_per_s_min' ||
  fail "the CSV file: $(cat "$WORK/csv")"

measure 0 throughput --rung gms4-nack --loss 5 $short # what is lost at full speed is made good, and nobody is left behind
cells throughput 'delivered_per_s > 100'

measure 0 latency --rung gms3 --rate 200 $short --with-ceiling
cells latency '0 < p50_us <= p90_us <= p99_us <= p999_us <= max_us' 'rate_per_s == 200'
measure 0 ceiling --batching none,both --members 3 --for 300ms --repeat 2
cells ceiling 'delivered_per_s > 1000' 'batching in ("none", "both")'

measure 0 recovery --rung gms5 --members 3 --repeat 3 --suspect-after 5s
cells recovery '0 < detect_ms <= agree_ms <= flush_ms <= resume_ms' 'event == "kill"' 'broken == 0' 'resume_p99_ms == resume_ms_max'
measure 0 recovery --hang --rung gms5 --members 3 --repeat 2 --suspect-after 500ms
cells recovery 'detect_ms > 100' 'event == "hang"' 'broken == 0'
measure 0 recovery --join --rung gms4-nack,gms5 --members 3 --repeat 2 --suspect-after 5s
cells recovery 'join_ms > 0' 'blocked_ms >= 0' 'event == "join"'
measure 0 scale --rung gms5 $short --repeat 1
cells scale 'delivered_per_s > 100' 'cpu_us > 0' 'p50_us > 0' 'resume_ms > 0' 'join_ms > 0'

# A rung that does not survive losses is told so by the check, not by a wrong figure.
measure 1 throughput --rung gms3 --loss 10% $short --repeat 1
[ "$(wc -l <"$WORK/err")" -eq 1 ] || fail "not one line: $(cat "$WORK/err")"
measure 0 throughput --rung gms4-ack --loss 2% --window 32 $short --repeat 1

# Where nothing came in the time there was, there is nothing to tell; and that is no violation.
measure 3 latency --rung gms3 --rate 1 --members 3 --for 100ms --repeat 1
grep -q 'nothing was delivered within 0.1 s' "$WORK/err" || fail "nothing to tell: $(cat "$WORK/err")"

# What was measured before an interrupt is told; and nobody stays, not even one that was stopped.
interrupt() {
  "$GROUPY" bench "$@" --json >"$WORK/json" 2>"$WORK/err" </dev/null &
  local bench=$!
  sleep 4
  kill -INT $bench
  wait $bench
  local got=$?
  [ $got -eq 130 ] || fail "bench $*: status $got after SIGINT: $(cat "$WORK/err")"
  python3 - "$WORK/json" <<'PYTHON' || fail "interrupted $*: $(cat "$WORK/json" "$WORK/err")"
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
short = [cell for cell in cells if not cell["fine"]]
assert short and all(cell["error"].startswith("interrupted, after ") for cell in short), short
assert all(cell["repeats"] == int(cell["error"].split()[2]) for cell in short), short
assert all("resume_ms" in cell or "delivered_per_s" in cell for cell in cells if cell["fine"] or cell["repeats"]), cells
assert any("resume_ms" in cell or "delivered_per_s" in cell for cell in cells), cells
PYTHON
  ok "bench $*, interrupted"
}
interrupt throughput --rung gms3,gms5 --members 2,3 --for 500ms --repeat 2
interrupt throughput --rung gms3 --members 3,4 --for 500ms --repeat 3 --with-ceiling
interrupt recovery --hang --rung gms5 --members 3 --repeat 200

expect() {
  local pattern=$1 out; shift
  out=$(timeout 20 "$GROUPY" bench "$@" 2>&1 >/dev/null </dev/null)
  local got=$?
  [ $got -eq 2 ] || fail "bench $*: status $got, expected 2 ($out)"
  printf '%s' "$out" | grep -qE -- "$pattern" || fail "bench $*: '$out' does not match '$pattern'"
}
expect 'something is missing'
expect "'frob' is not a measurement" frob
expect 'rung gms9: gms1, gms2' throughput --rung gms9
expect 'members 1: a number from 2' throughput --members 1
expect 'members 3,: a list' throughput --members 3,
expect 'size 5000: a number from 16 to' throughput --size 5000
expect 'loss 95%: a percentage' throughput --loss 95%
expect 'delivery x: safe or agreed' latency --delivery x
expect 'hang does nothing with --join' recovery --hang --join
expect 'rate is for latency, recovery, scale and ceiling, not for throughput' throughput --rate 10
expect 'window is for .*, not for latency' latency --window 10
expect 'window does nothing without --full-load' recovery --window 10
expect 'rate does nothing without --latency' ceiling --rate 10
expect 'batching does nothing without --with-ceiling' throughput --batching none
expect 'a list for --batching does nothing with --with-ceiling' throughput --with-ceiling --batching none,both
expect 'for is for .*, not for recovery' recovery --for 1s
expect 'delivery does nothing without gms5' throughput --rung gms3 --delivery agreed
expect 'rung is for .*, not for ceiling' ceiling --rung gms3
expect 'batching x: none, leader or both' ceiling --batching x
expect 'not for people' member

left=$(pgrep -f -- "^$GROUPY bench member" | tr '\n' ' ')
[ -z "$left" ] || fail "members are left: $left"
rm -f "$WORK/json" "$WORK/csv"
finish
