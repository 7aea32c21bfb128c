#!/usr/bin/env bash
# 1 to 5 and G: the group restarts on another rung, or with a scenario; by keys and by clicks.
. "$(dirname "$0")/lib.sh"
start_screen 1280x720

on_rung() { [ "$(ctl status --json 2>/dev/null | grep -oE "\"rung\":\"$1\"" | wc -l)" -eq "$2" ] && in_group "$2" && windows_are "$2"; }
says() { grep -qE -- "$1" "$WORK/out"; }
LIGHT="#f2f2ef" # of help, menu and question

demo -n 3 --mean 60m --rung gms2 --reduced-motion
wait_for 10 on_rung gms2 3 || { fail "no group of three"; finish_screen; }
sleep 0.3

# A first press asks. Escape, another key and four seconds mean no.
asked() { "$PIXEL" "$(window_of "$1")" 0.5 0.35 | grep -q "$LIGHT"; }
unasked() { ! asked "$1"; }
press w2 3
wait_for 2 asked w2 || fail "3: nothing is asked: $("$PIXEL" "$(window_of w2)" 0.5 0.35)"
press w2 Escape
wait_for 2 unasked w2 || fail "Escape: it still asks"
press w2 3
wait_for 2 asked w2 || fail "3: nothing is asked again"
wait_for 6 unasked w2 || fail "it asks for ever"
on_rung gms2 3 || fail "the group restarted without an answer: $(ctl status)"
says '^run' && fail "another run began without an answer"

# The same key again: it restarts, with as many windows.
press w2 3
press w2 3
wait_for 8 on_rung gms3 3 || fail "3 3: not on gms3: $(ctl status)"
for pair in "1 gms1" "5 gms5" "2 gms2"; do
  set -- $pair
  press w1 "$1"
  press w1 "$1"
  wait_for 8 on_rung "$2" 3 || fail "$1 $1: not on $2: $(ctl status)"
done
# 4 asks which.
press w3 4
press w3 n
wait_for 8 on_rung gms4-nack 3 || fail "4 n: not on gms4-nack: $(ctl status)"
press w3 4
press w3 a
wait_for 8 on_rung gms4-ack 3 || fail "4 a: not on gms4-ack: $(ctl status)"

# By clicks: the key in the help, then the answer in the middle.
press w1 F11
full() { geometry w1; [ "${WIDTH}x$HEIGHT" = 1280x720 ]; }
wait_for 3 full || fail "F11: not full screen"
where() { (cd "$GROUPY_SOURCE" && "$TILE_PREVIEW" --size 1280x720 "$@"); }
click() { xdotool mousemove --sync "$1" "$2" click 1; } # on the screen, which is the window
press w1 question
sleep 0.3
click $(where --where 2)
wait_for 2 asked w1 || fail "a click on 2 in the help asks nothing"
click 5 5
wait_for 2 unasked w1 || fail "a click elsewhere does not mean no"
press w1 question
sleep 0.3
click $(where --where 2)
wait_for 2 asked w1 || fail "a click on 2 in the help asks nothing"
click 640 360
wait_for 8 on_rung gms2 3 || fail "the click on the answer: not on gms2: $(ctl status)"
says '^run 8, gms2$' || fail "not the eighth run"

# Any key can be clicked there.
press w1 F11
wait_for 3 full || fail "F11: not full screen"
press w1 question
sleep 0.3
click $(where --where N)
wait_for 5 on_rung gms2 4 || fail "a click on N in the help: no newcomer"
press w1 F11

# G: the menu, by keys and letters, and by a click; Esc closes it.
menu_is_open() { [ "$("$PIXEL" "$(window_of "$1")" 0.99 0.99)" = "$LIGHT" ]; }
menu_is_closed() { ! menu_is_open "$1"; }
press w2 g
wait_for 3 menu_is_open w2 || fail "G: no menu"
press w2 k # a letter, not the key
press w2 Escape
wait_for 3 menu_is_closed w2 || fail "Escape: the menu stays"
on_rung gms2 4 || fail "a letter in the menu did what the key does"
press w2 g
wait_for 3 menu_is_open w2 || fail "G: no menu"
for key in a s y n c; do press w2 $key; done
press w2 Return
wait_for 8 on_rung gms2 5 || wait_for 8 on_rung gms2 4 || fail "G: async-crash does not begin: $(ctl status)"
says '^run 9, gms2, scenario gms2-async-crash$' || fail "G: another scenario than gms2-async-crash: $(grep ^run "$WORK/out")"
over() { says 'is over, as expected'; }
wait_for 40 over || fail "the scenario has no end"
on_rung gms2 4 || fail "the group does not stay after the scenario"
press w2 F11
press w2 g
wait_for 3 menu_is_open w2 || fail "G: no menu"
sleep 0.5
press w2 Right
sleep 0.3
geometry w2
[ "${WIDTH}x$HEIGHT" = 1280x720 ] || fail "F11: not full screen"
click $(where --menu gms3 --where gms3-follower-crash)
begun() { says '^run 10, gms3, scenario gms3-follower-crash$'; }
wait_for 8 begun || fail "a click in the menu: $(grep ^run "$WORK/out")"
wait_for 8 on_rung gms3 5 || wait_for 8 on_rung gms3 4 || fail "no group on gms3: $(ctl status)"
ctl quit >/dev/null
wait "$demo_pid"
finish_screen
