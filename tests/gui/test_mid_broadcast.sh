#!/usr/bin/env bash
# M, four times on each rung (ten in a deep run), read from the screen: at gms2 two windows part for good and say so; at gms3 no
# window parts.
. "$(dirname "$0")/lib.sh"
times=${TIMES:-4}
[ -n "${GROUPY_DEEP:-}" ] && times=${TIMES:-10}
[ -n "${GROUPY_SANITIZED:-}" ] && times=${TIMES:-3}
start_screen 1280x720

run_once() { # rung: sets `differ` (windows that say so) and `colors` (how many on the screen)
  demo -n 5 --rung "$1" --mean 250ms
  wait_for 10 in_group 5 || fail "$1: no group of five"
  wait_for 5 windows_are 5 || fail "$1: no five windows"
  sleep 0.5
  press w3 m
  wait_for 3 windows_are 4 || fail "$1: M: w1 did not crash"
  sleep 1.2
  press w3 space
  wait_for 3 all_paused 4 || fail "$1: not paused"
  sleep 0.6
  differ=$(ctl status --json | grep -oE '"differs_since":[1-9]' | wc -l)
  colors=$(for w in w2 w3 w4 w5; do shown $w; done | sort | uniq -c | sort -rn | awk '{printf "%s%s", sep, $1; sep="+"}')
  signs=$(for w in w2 w3 w4 w5; do xdotool getwindowname "$(window_of $w)"; done | grep -c '≠')
  press w3 ctrl+q
  end_demo "$2" || fail "$1: status $(cat "$WORK/status"): $(cat "$WORK/out")"
}

for i in $(seq $times); do
  run_once gms2 1
  # Two sequences can show one colour by chance (one in twenty); never one history.
  [ "$colors" = "2+2" ] || [ "$colors" = "4" ] || fail "gms2, run $i: the screen shows $colors"
  [ "$colors" = "2+2" ] && parted=$((${parted:-0} + 1))
  [ "$differ" -eq 2 ] && [ "$signs" -eq 2 ] || fail "gms2, run $i: $differ windows know, $signs say so"
  run_once gms3 0
  [ "$colors" = "4" ] || fail "gms3, run $i: the screen shows $colors"
  [ "$differ" -eq 0 ] && [ "$signs" -eq 0 ] || fail "gms3, run $i: $differ windows know, $signs say that they differ"
done
echo "gms2: parted on the screen ${parted:-0} times of $times; gms3: never"
[ "${parted:-0}" -ge $((times * 8 / 10)) ] || fail "gms2: the colours parted only ${parted:-0} times of $times"
finish_screen
