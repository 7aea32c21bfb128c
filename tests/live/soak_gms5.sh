#!/usr/bin/env bash
# gms5 with real processes under everything at once: seven workers, a change every 20 ms each, and every second,
# drawn from the seed, one of SIGKILL, SIGSTOP for 0.2 to 3 s, a cut, 10% loss, a leave, a join. When the faults
# stop, all that run must be in one view with one history within three seconds, and the checker must find nothing
# in the traces of the whole run.
#
#   tests/live/soak_gms5.sh [SEED...]      SOAK_SECONDS=120 SOAK_MEMBERS=7 SOAK_MEAN=20ms SOAK_KEEP=DIR
#
# GROUPY names the program. With SOAK_KEEP the traces of a run that fails are moved there.
. "$(dirname "$0")/lib.sh"
SECONDS_EACH=${SOAK_SECONDS:-120} MEMBERS=${SOAK_MEMBERS:-7} MEAN=${SOAK_MEAN:-20ms}
PATIENT=
[ $SLOW -eq 1 ] || PATIENT="--suspect-after 2s"

now_ms() { echo $(($(date +%s%N) / 1000000)); }
status_json() { ctl status --json 2>/dev/null; }
names() { status_json | grep -oE '"name":"w[0-9]+"' | cut -d'"' -f4; }
any_name() { local all; all=($(names)); [ ${#all[@]} -gt 0 ] && echo "${all[RANDOM % ${#all[@]}]}"; }
say() { [ -z "${SOAK_TALKS:-}" ] || echo "$(now_ms) $*"; }

# What lasts for a while, and when it ends (ms; 0: it does not last now).
cut_until=0 loss_until=0 hang_until=0
undo_what_is_over() {
  local now; now=$(now_ms)
  if [ $cut_until -gt 0 ] && [ "$now" -ge $cut_until ]; then ctl heal >/dev/null 2>&1; cut_until=0; say heal; fi
  if [ $loss_until -gt 0 ] && [ "$now" -ge $loss_until ]; then ctl loss 0 >/dev/null 2>&1; loss_until=0; say loss 0; fi
}

# Never so many that the group can't go on at all: killing most of a view before it can change is beyond any rung.
act() {
  local there running name ms
  there=$(count_state 'leading|following|blocked')
  running=$(names | wc -l)
  name=$(any_name)
  case $((RANDOM % 6)) in
    0) if [ "$there" -ge 5 ]; then say kill "$name"; ctl kill "$name"; else say join; ctl join; fi ;;
    1) ms=$((200 + RANDOM % 2801)); say hang "$name" $ms; ctl hang "$name" --for ${ms}ms
       hang_until=$(($(now_ms) + ms)) ;;
    2) say cut "$name"; ctl cut "$name"; cut_until=$(($(now_ms) + 1000 + RANDOM % 3000)) ;;
    3) say loss; ctl loss 10%; loss_until=$(($(now_ms) + 1000 + RANDOM % 3000)) ;;
    4) if [ "$there" -ge 5 ]; then say leave "$name"; ctl leave "$name"; else say join; ctl join; fi ;;
    5) if [ "$running" -lt $((MEMBERS + 2)) ]; then say join; ctl join; fi ;;
  esac >>"$WORK/acts" 2>&1
}

# All that run are in one view of exactly them.
converged() {
  local json running; json=$(status_json)
  running=$(grep -oE '"name":"w[0-9]+"' <<<"$json" | wc -l)
  [ "$running" -gt 0 ] && [ "$(grep -oE '"state":"(leading|following)"' <<<"$json" | wc -l)" -eq "$running" ] &&
    [ "$(grep -oE '"view":[0-9]+' <<<"$json" | sort -u | wc -l)" -eq 1 ] &&
    [ "$(grep -oE '"who":"w[0-9]+"' <<<"$json" | wc -l)" -eq $((running * running)) ]
}
one_history() { [ "$(status_json | grep -oE '"hash":"[0-9a-f]+"' | sort -u | wc -l)" -eq 1 ]; }

soak() { # seed
  local began stopped took verdict
  RANDOM=$1
  demo --headless -n "$MEMBERS" --rung gms5 --mean "$MEAN" --seed "$1" --json
  wait_for 15 in_group "$MEMBERS" || fail "seed $1: no group of $MEMBERS"
  began=$(now_ms)
  while [ $(($(now_ms) - began)) -lt $((SECONDS_EACH * 1000)) ]; do
    local second; second=$(now_ms)
    undo_what_is_over
    act
    while [ $(($(now_ms) - second)) -lt 1000 ]; do undo_what_is_over; sleep 0.1; done
  done
  while [ "$(now_ms)" -lt $hang_until ]; do sleep 0.05; done
  ctl heal >/dev/null 2>&1
  ctl loss 0 >/dev/null 2>&1
  cut_until=0 loss_until=0
  stopped=$(now_ms)
  until converged || [ $(($(now_ms) - stopped)) -gt $((10000 * SLOW)) ]; do sleep 0.02; done
  took=$(($(now_ms) - stopped))
  [ $took -le $((3000 * SLOW)) ] || fail "seed $1: not together $took ms after the faults stopped: $(ctl status)"
  ctl pause >/dev/null
  wait_for 5 one_history || fail "seed $1: not one history: $(ctl status)"
  ctl quit >/dev/null
  end_demo 0 || fail "seed $1: $(head -c 300 "$WORK/out")"
  verdict=$(head -1 "$WORK/judged")
  echo "seed $1: together $took ms after the faults stopped; $(ls "$TRACE" | grep -c '^w') incarnations; $verdict"
}

for seed in "${@:-1}"; do
  before=$failures
  soak "$seed"
  if [ $failures -gt $before ] && [ -n "${SOAK_KEEP:-}" ]; then
    mkdir -p "$SOAK_KEEP" && cp -r "$TRACE" "$SOAK_KEEP/seed-$seed" && cp "$WORK/judged" "$SOAK_KEEP/seed-$seed/judged.txt"
  fi
  rm -rf "$TRACE"
done
finish
