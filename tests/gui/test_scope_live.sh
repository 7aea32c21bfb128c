#!/usr/bin/env bash
# The scope on a live group: every key and every click that acts on the group, by what the group says.
. "$(dirname "$0")/scope.sh"
start_screen 1280x720

# A busy machine may repeat a key that is pressed once: so it counts that there are more changes than before.
note_count() { noted=$(field w1 count); }
grown() { [ "$(field w1 count)" -gt "$noted" ]; }
state_is() { field_is "$1" state "$2"; }
gone() { [ -z "$(field "$1" state)" ]; }
mean_is() { [ "$(field "$1" mean_ms)" "$2" "$3" ]; }
traced() { grep -qhE -- "$1" "$TRACE"/$2*.jsonl; } # PATTERN, WHOSE
cuts_are() { field_is "$1" cut_links "$2"; }
on_rung() { [ "$(ctl status --json 2>/dev/null | grep -oE "\"rung\":\"$1\"" | wc -l)" -eq "$2" ] && in_group "$2"; }

demo -n 4 --headless --mean 60m --rung gms3
wait_for 10 in_group 4 || { fail "no group of four"; finish_screen; }
scope --group "$GROUP" --fullscreen
wait_for 10 titled 'IN SYNC 4/4' || fail "the title is $(title): $(cat "$WORK/scope.err")"
rest

# --- what needs no worker ---
note_count
tap c
wait_for 3 grown || fail "C: no change"
tap space
wait_for 3 all_paused 4 || fail "Space: not paused"
tap period
wait_for 3 all_paused 0 || fail ".: not going on"
note_count
tap Right
wait_for 3 grown || fail "Right: no change"
wait_for 3 all_paused 4 || fail "Right: not paused"
tap space
wait_for 3 all_paused 0 || fail "Space: not going on"
mean=$(field w1 mean_ms)
tap plus
wait_for 3 mean_is w1 -lt "$mean" || fail "+: not faster"
mean=$(field w1 mean_ms)
tap minus
wait_for 3 mean_is w1 -gt "$mean" || fail "-: not slower"
ctl pace 60m >/dev/null

# --- holding the picture: the group goes on, the picture does not ---
rest
tap f; rest
before=$(title)
held=$("$PIXEL" "$window" 0.5 0.3)
note_count
tap c
wait_for 3 grown || fail "F: the group does not go on: $(ctl status)"
sleep 0.5
[ "$("$PIXEL" "$window" 0.5 0.3)" = "$held" ] && [ "$(title)" = "$before" ] || fail "F: the picture does not hold"
tap f; rest

# --- the links: row w1, column w3; the others are left alone ---
rest
no_links=$(shot)
tap i; rest
[ "$(shot)" != "$no_links" ] || fail "I: no links are shown"
cell() { # FROM TO [BUTTON]: of four rows: by the picture's own measures
  click "$(awk -v i="$2" 'BEGIN {print 0.43225 + (i - 1) * 0.05}')" "$(awk -v i="$1" 'BEGIN {print 0.324 + (i - 1) * 0.0889}')" "${3:-1}"
}
cell 1 3
wait_for 3 cuts_are w1 1 || fail "a click on w1 to w3: $(ctl status)"
[ "$(field w3 cut_links)" = 0 ] || fail "a click on w1 to w3 cuts the way back, too"
cell 1 2
wait_for 3 cuts_are w1 2 || fail "a click on w1 to w2"
cell 1 3
wait_for 3 cuts_are w1 1 || fail "a click on a cut link does not mend it, or mends all"
cell 1 2
wait_for 3 cuts_are w1 0 || fail "a click on the other cut link"
xdotool keydown shift; cell 2 4; xdotool keyup shift
slowed() { traced '"do":"delay 200ms"' w3; }
cell 1 3 3
wait_for 3 slowed || fail "a right click on w1 to w3: no delay"
lossy() { traced '"do":"lose 1"' w2; }
wait_for 3 lossy || fail "Shift and a click on w2 to w4: no loss"
cell 1 3 3
healed() { traced '"do":"delay 0ms"' w3; }
wait_for 3 healed || fail "a second right click: still slow"
tap i; rest

# --- what needs a worker ---
tap x
sleep 0.5
in_group 4 || fail "X without a worker: somebody left"
row() { click 0.05 "$(awk -v i="$1" -v n="$2" 'BEGIN {print 0.118 + 0.73 * (i - 0.5) / n}')"; } # ROW OF: its name
rest
row 4 4; rest
tap p
cut_off() { [ "$(field w4 cut_off)" = true ]; }
wait_for 3 cut_off || fail "P: w4 is not cut off: $(ctl status)"
tap p
wait_for 3 cuts_are w4 0 || fail "P again: w4 is still cut off"
tap l
sleep 0.3
tap c; tap c
wait_for 3 state_is w4 frozen || fail "L: w4 is not frozen: $(ctl status)"
wait_for 3 titled 'FROZEN' || fail "L: the title is $(title)"
tap n
wait_for 5 state_is w5 following || fail "N: no w5"
rest
tap x
wait_for 3 gone w4 || fail "X: w4 is still there: $(ctl status)"

# --- the leader's faults; a restart, that is asked once; a scenario ---
tap h
hung() { traced '"ev":"hang"' director; }
wait_for 3 hung || fail "H: nobody hangs"
wait_for 6 on_rung gms3 4 || fail "H: no group after it: $(ctl status)"
tap 2
sleep 0.6
on_rung gms3 4 || fail "2: it did not ask"
tap Escape
sleep 0.3
tap 2; tap 2
wait_for 10 on_rung gms2 4 || wait_for 5 on_rung gms2 5 || fail "2 2: no group on gms2: $(ctl status)"
sleep 1 # the title may still be that of the group before, and who comes late can't compare what was before that
wait_for 5 titled 'IN SYNC' || fail "2 2: the title is $(title)"
TRACE=$TRACE/2
tap m
wait_for 5 gone w1 || fail "M: w1 lives: $(ctl status)"
tap c
wait_for 5 titled 'OUT OF SYNC since #' || fail "M: the title is $(title)"
tap k
wait_for 5 gone w2 || fail "K: w2 lives"
tap g
sleep 0.5
xdotool type 'joins'
tap Return
wait_for 10 on_rung gms2 3 || wait_for 5 on_rung gms2 4 || fail "G: no run of the scenario: $(ctl status)"
wait_for 5 titled 'IN SYNC' || fail "G: the title is $(title)"

# --- a scope that ends leaves the group alone; a worker that hangs does not stop a scope; Ctrl+Q ---
tap q
end_scope 0 || fail "Q: $(cat "$WORK/scope.err")"
[ "$(ctl status --json | grep -oE '"name":' | wc -l)" -ge 2 ] || fail "Q: the group is gone"
scope --group "$GROUP"
wait_for 10 titled 'Groupy scope: ' || fail "a second scope: $(cat "$WORK/scope.err")"
tap ctrl+q
end_scope 0 || fail "Ctrl+Q: $(cat "$WORK/scope.err")"
gone_demo() { [ -e "$WORK/status" ]; }
wait_for 10 gone_demo || fail "Ctrl+Q: the demo goes on"
wait "$demo_pid"
finish_screen
