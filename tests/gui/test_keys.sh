#!/usr/bin/env bash
# Every key, by its effect.
. "$(dirname "$0")/lib.sh"
start_screen 1280x720

count_is() { field_is "$1" count "$2"; }
state_is() { field_is "$1" state "$2"; }

cd "$WORK" || exit 1 # pictures are saved in the current folder
mkdir bin # an ffmpeg that keeps what it gets
printf '#!/bin/sh\nfor out; do :; done\nexec cat >"${out#file:}"\n' >bin/ffmpeg
chmod +x bin/ffmpeg
export PATH="$WORK/bin:$PATH"
demo -n 5 --mean 60m --rung gms3 --reduced-motion --record-size 320x180
wait_for 10 in_group 5 || { fail "no group of five"; finish_screen; }
wait_for 5 windows_are 5 || fail "no five windows"
sleep 0.3

press w2 c
wait_for 3 count_is w5 1 || fail "C: no change at w5"
xdotool mousemove --window "$(window_of w3)" 100 100 click 1
wait_for 3 count_is w5 2 || fail "click: no change at w5"
sleep 0.3
[ "$(shown w4)" = "$(field w1 color)" ] || fail "the screen shows $(shown w4), the group has $(field w1 color)"

press w2 space
wait_for 3 all_paused 5 || fail "Space: not paused"
press w3 period
wait_for 3 all_paused 0 || fail ".: not going on"
press w3 Right
wait_for 3 count_is w1 3 || fail "Right: no change"
wait_for 3 all_paused 5 || fail "Right: not paused"
press w3 Right
wait_for 3 count_is w1 4 || fail "Right again: no change"
press w3 space
wait_for 3 all_paused 0 || fail "Space: not going on"

mean=$(field w1 mean_ms)
press w1 minus
slower() { [ "$(field w1 mean_ms)" -gt "$mean" ] || [ "$(field w1 mean_ms)" -eq 3600000 ]; }
wait_for 3 slower || fail "-: not slower"
mean=$(field w1 mean_ms)
faster() { [ "$(field w5 mean_ms)" -lt "$mean" ]; }
press w1 plus
wait_for 3 faster || fail "+: not faster"

# ? covers the window; T changes the theme of what covers it; ? uncovers.
plain=$(shown w4)
press w4 question
sleep 0.3
light=$("$PIXEL" "$(window_of w4)" 0.98 0.5)
[ "$light" != "$plain" ] || fail "?: no help is shown"
press w4 t
sleep 0.3
dark=$("$PIXEL" "$(window_of w4)" 0.98 0.5)
[ "$dark" != "$light" ] || fail "T: the theme does not change ($light)"
press w4 question
sleep 0.3
[ "$(shown w4)" = "$plain" ] || fail "?: help does not go away: $(shown w4), not $plain"

press w4 s
saved() { [ "$(find "$WORK" -name 'groupy-gms3-w4-*.svg' -size +1k | wc -l)" -eq 1 ]; }
wait_for 3 saved || fail "S: no picture"
[ "$(find "$WORK" -name 'groupy-gms3-w4-*.png' -size +1k | wc -l)" -eq 1 ] || fail "S: no PNG"

press w2 r
filmed() { [ "$(xdotool search --name '^w[0-9]+ .* REC$' 2>/dev/null | wc -l)" -eq "$1" ]; }
wait_for 5 filmed 5 || fail "R: not every window says that it is recorded"
film_grows() { [ "$(find "$WORK" -name 'groupy-gms3-2*.mp4' -size +900k | wc -l)" -eq 1 ]; }
wait_for 5 film_grows || fail "R: nothing is recorded"
press w5 r
wait_for 5 filmed 0 || fail "R: does not end"
wait_for 5 grep -q 'recorded groupy-gms3-' "$WORK/err" || fail "R: the end is not told: $(cat "$WORK/err")"

# The twin in a terminal of what has none of its own.
ctl press T w4 >/dev/null || fail "ctl press T"
is_dark() { [ "$("$PIXEL" "$(window_of w4)" 0.98 0.5)" != "$dark" ]; }
press w4 question
wait_for 3 is_dark || fail "ctl press T: the theme does not change"
ctl press '?' w4 >/dev/null || fail "ctl press ?"
has_closed() { [ "$(shown w4)" = "$plain" ]; }
wait_for 3 has_closed || fail "ctl press ?: help does not go away"
ctl press T w4 >/dev/null
ctl press nonsense w4 >/dev/null || fail "ctl press nonsense"
ctl press F11 nobody >/dev/null && fail "ctl press in nobody's window"

press w4 F11
full() { geometry w4; [ "${WIDTH}x$HEIGHT" = 1280x720 ]; }
wait_for 3 full || fail "F11: not full screen"
press w4 F11
not_full() { ! full; }
wait_for 3 not_full || fail "F11: still full screen"

press w5 p
cut_off() { [ "$(field w5 cut_off)" = "$1" ]; }
wait_for 3 cut_off true || fail "P: w5 is not cut off"
press w5 p
wait_for 3 cut_off false || fail "P: w5 is not healed"

press w2 h
hung() { [ "$(grep -c "\"ev\":\"$1\"" "$TRACE/director.jsonl")" -eq 1 ]; }
wait_for 2 hung hang || fail "H: the leader does not hang"
wait_for 6 hung resume || fail "H: the leader does not go on"
wait_for 3 in_group 5 || fail "H: the group is not whole: $(ctl status)"

press w4 l
sleep 0.3
press w2 c
press w2 c
wait_for 3 state_is w4 frozen || fail "L: w4 is not frozen: $(ctl status)"
xdotool getwindowname "$(window_of w4)" | grep -q FROZEN || fail "the title does not say frozen: $(xdotool getwindowname "$(window_of w4)")"

press w5 n
wait_for 5 state_is w6 following || fail "N: no w6: $(ctl status)"
press w2 x
gone() { [ -z "$(field "$1" state)" ]; }
wait_for 3 gone w2 || fail "X: w2 is still there"
grep -q '"ev":"leave"' "$TRACE"/w2-*.jsonl || fail "X: w2 did not leave in good order"
press w3 k
wait_for 3 gone w1 || fail "K: w1 lives"
wait_for 3 state_is w3 leading || fail "K: w3 does not lead: $(ctl status)"
press w5 q
wait_for 3 gone w5 || fail "Q: w5 is still there"
press w6 n
wait_for 5 state_is w7 following || fail "N: no w7"
press w7 m
wait_for 3 gone w3 || fail "M: w3 did not crash"
grep -q 'crash mid-broadcast' "$TRACE"/w3-*.jsonl || fail "M: not in mid-broadcast"

press w6 ctrl+q
end_demo 1 || fail "Ctrl+Q: status, for w4 is frozen"
grep -q '^verdict: HALTED' "$WORK/out" || fail "the verdict is not halted: $(cat "$WORK/out")"
finish_screen
