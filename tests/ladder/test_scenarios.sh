#!/usr/bin/env bash
# The built-in scenarios, simulated: what each expects holds whatever the chances; each fault of the ladder has
# one on every rung, which expects what the ladder says; and what breaks a rung leaves those that survive it in
# sync, word for word.
set -u
: "${GROUPY:?names the program under test}" "${GROUPY_SOURCE:?names the folder of the sources}"
SCENARIOS="$GROUPY_SOURCE/assets/scenarios"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

seeds="1 2 3"
[ -z "${GROUPY_SANITIZED:-}" ] || seeds=1
names=$(cd "$SCENARIOS" && ls ./*.txt | sed 's|^\./||; s|\.txt$||')
for name in $names; do
  expected=$(grep -cE '^at .* expect ' "$SCENARIOS/$name.txt")
  [ "$expected" -gt 0 ] || fail "$name expects nothing"
  rung=$(sed -n 's/^rung *//p' "$SCENARIOS/$name.txt")
  [ "${name#"$rung"-}" != "$name" ] || fail "$name is for $rung"
  for seed in $seeds; do
    "$GROUPY" sim --json --scenario "$name" --seed "$seed" >"$work/out" 2>"$work/err" || fail "$name, seed $seed: $(cat "$work/err")"
    [ "$(grep -o '"held":true' "$work/out" | wc -l)" -eq "$expected" ] || fail "$name, seed $seed: not all held"
  done
done

# outcome_of NAME: what it expects of the group in the end.
outcome_of() { grep -oE 'expect (sync|desync|halt)' "$SCENARIOS/$1.txt" | tail -1 | cut -d' ' -f2; }
while read -r fault cells; do
  for cell in $cells; do
    [ "$(outcome_of "${cell%=*}-$fault" 2>&1)" = "${cell#*=}" ] || fail "$fault at ${cell%=*}: no scenario that expects ${cell#*=}"
  done
done <<'END'
joins-and-leave gms1=sync gms2=sync gms3=sync gms4-ack=sync gms4-nack=sync gms5=sync
follower-crash  gms1=sync gms2=sync gms3=sync gms4-ack=sync gms4-nack=sync gms5=sync
leader-crash    gms1=halt gms2=sync gms3=sync gms4-ack=sync gms4-nack=sync gms5=sync
leader-leaves   gms1=halt gms2=sync gms3=sync gms4-ack=sync gms4-nack=sync gms5=sync
mid-broadcast   gms1=desync gms2=desync gms3=sync gms4-ack=sync gms4-nack=sync gms5=sync
cascade         gms1=desync gms2=desync gms3=sync gms4-ack=sync gms4-nack=sync gms5=sync
async-crash     gms1=desync gms2=desync gms3=desync gms4-ack=sync gms4-nack=desync gms5=sync
loss            gms1=desync gms2=desync gms3=halt gms4-ack=sync gms4-nack=sync gms5=sync
loss-and-crash  gms1=desync gms2=desync gms3=desync gms4-ack=sync gms4-nack=desync gms5=sync
suspicion       gms1=sync gms2=desync gms3=desync gms4-ack=halt gms4-nack=desync gms5=sync
partition       gms1=desync gms2=desync gms3=desync gms4-ack=desync gms4-nack=desync gms5=sync
END

# survives RUNG FAULT: there is a scenario, and it expects nothing bad.
survives() { [ -e "$SCENARIOS/$1-$2.txt" ] && ! grep -qE 'expect (halt|desync)' "$SCENARIOS/$1-$2.txt"; }
pairs=0
for name in $names; do
  case $name in
    gms1-*) fault=${name#gms1-}; above="gms2" ;;
    gms2-*) fault=${name#gms2-}; above="gms3" ;;
    gms3-*) fault=${name#gms3-}; above="gms4-ack gms4-nack gms5" ;;
    gms4-*) fault=${name#gms4-ack-}; fault=${fault#gms4-nack-}; above="gms5" ;;
    *) continue ;;
  esac
  grep -qE 'expect (halt|desync)' "$SCENARIOS/$name.txt" || continue
  for rung in $above; do
    survives "$rung" "$fault" || continue
    pairs=$((pairs + 1))
    "$GROUPY" sim --json --scenario "$name" --rung "$rung" >"$work/out" 2>"$work/err"
    [ $? -eq 1 ] || fail "$name at $rung: it breaks there as well"
    grep -qE "$name.txt:[0-9]+: 'expect (halt|desync).*' failed: w[0-9] #" "$work/err" || fail "$name at $rung: $(cat "$work/err")"
    grep -q '"verdict":"holds","records"' "$work/out" || fail "$name at $rung is not in sync"
  done
done
[ $pairs -ge 30 ] || fail "only $pairs pairs"

# What the lecturer wants to be read is in the trace, for whoever looks at it later.
"$GROUPY" sim --scenario gms2-mid-broadcast --trace "$work/trace.jsonl" >/dev/null
[ "$(grep -c '"ev":"note"' "$work/trace.jsonl")" -eq "$(grep -c ' note ' "$SCENARIOS/gms2-mid-broadcast.txt")" ] || fail "the notes are not in the trace"

[ $failures -eq 0 ] && echo "passed"
exit $((failures > 0))
