#!/usr/bin/env bash
# The keys H and P in five windows at gms5: who hangs is excluded and comes back, who is cut off says NO QUORUM in
# its title and on its face, and all are in one colour again.
. "$(dirname "$0")/lib.sh"
PATIENT=
[ $SLOW -eq 1 ] || PATIENT="--suspect-after 2s"
start_screen 1920x1080

state_is() { field_is "$1" state "$2"; }
titled() { xdotool getwindowname "$(window_of "$1")" 2>/dev/null | grep -q "$2"; }
picture() { [ -z "${PICTURES:-}" ] || import -window root "$PICTURES/$1.png"; }
same_colour() { # workers...
  ctl pause >/dev/null
  sleep 0.5
  local w
  for w in "$@"; do [ "$(shown "$w")" = "$(field "$1" color)" ] || fail "$w shows $(shown "$w"), $1 has $(field "$1" color)"; done
  ctl resume >/dev/null
}

demo -n 5 --mean 300ms --reduced-motion
wait_for 10 in_group 5 || { fail "no group of five"; finish_screen; }
wait_for 5 windows_are 5 || fail "no five windows"
sleep 1

# H: the window of w1 stands still and stays; the others go on; it comes back, in the same window.
window=$(window_of w1)
press w5 h
wait_for 2 state_is w2 leading || fail "H: nobody takes over: $(ctl status)"
picture hang
wait_for 6 state_is w1 following || fail "H: w1 is not back: $(ctl status)"
[ "$(window_of w1)" = "$window" ] || fail "H: w1 has another window"
wait_for 3 titled w1 'view .* follower' || fail "H: the title is $(xdotool getwindowname "$window")"
picture back
same_colour w1 w2 w3 w4 w5

# P: cut off, it says so; P again: it is back.
press w5 p
wait_for 3 state_is w5 no-quorum || fail "P: $(ctl status)"
wait_for 3 titled w5 'NO QUORUM' || fail "P: the title is $(xdotool getwindowname "$(window_of w5)")"
wait_for 3 in_group 4 || fail "P: the others do not go on: $(ctl status)"
sleep 0.3
picture cut
colours=$(for i in 2 3 4 5 6 7 8; do "$PIXEL" "$(window_of w5)" 0.7$i 0.22; done | sort -u | wc -l)
[ "$colours" -ge 2 ] || fail "P: the window is not hatched"
press w5 p
wait_for 5 in_group 5 || fail "P again: w5 is not back: $(ctl status)"
wait_for 3 titled w5 'follower' || fail "P again: the title is $(xdotool getwindowname "$(window_of w5)")"
same_colour w1 w2 w3 w4 w5
grep -q '"ev":"excluded"' "$TRACE"/w5-*.jsonl || fail "P: w5 was not excluded"

press w2 ctrl+q
end_demo 0 || fail "the status is $(cat "$WORK/status"): $(cat "$WORK/out")"

# Without a launcher a window hangs its own worker, and that wakes up.
"$GROUPY" worker --group "$GROUP" >"$WORK/out" 2>"$WORK/err" &
worker=$!
wait_for 5 windows_are 1 || fail "no window of a worker alone"
press w1 h
stopped() { [ "$(ps -o stat= -p $worker | cut -c1)" = T ]; }
wait_for 2 stopped || fail "H alone: it does not hang"
awake() { ! stopped; }
wait_for 5 awake || fail "H alone: it does not wake up"
wait_for 2 in_group 1 || fail "H alone: it does not go on"
kill -TERM $worker; wait $worker || fail "the worker's status"
finish_screen
