#!/usr/bin/env bash
# The scope on a recorded run: every control and every key by its effect, read from the title, the files and the
# screen.
. "$(dirname "$0")/scope.sh"
start_screen 1280x720
cd "$WORK" || exit 1 # pictures are saved in the current folder

groupy sim --scenario gms2-mid-broadcast --trace mid.jsonl >/dev/null
scope mid.jsonl --fullscreen
wait_for 10 titled 'OUT OF SYNC since #59' || { fail "the title is $(title): $(cat "$WORK/scope.err")"; finish_screen; }
rest

# The mouse out of the way: what is pointed at is explained.
at 0.5 0.5

changes() { # WHAT COMMAND...: the picture is another one
  local what=$1 before; shift
  before=$(shot)
  "$@"
  differs() { [ "$(shot)" != "$before" ]; }
  wait_for 3 differs || fail "$what: the picture stays the same"
  rest
}
same_after() { # WHAT COMMAND...: and the command undoes it: the picture is as it was before the last `changes`
  local what=$1; shift
  "$@"
  again() { [ "$(shot)" = "$first" ]; }
  wait_for 3 again || fail "$what: the picture is not as it was"
  rest
}
there_and_back() { # WHAT KEY [KEY]
  first=$(shot)
  changes "$1" tap "$2"
  same_after "$1 again" tap "${3:-$2}"
}

# --- where it looks ---
tap Home; rest
tap F11; tap F11; rest # the window manager's own repainting is over
first=$(shot)
changes "zoom in" tap Up
same_after "zoom out" tap Down
changes "A" tap a
changes "A again" tap a
tap Home; rest
there_and_back "B" b
there_and_back "I" i
there_and_back "?" question
there_and_back "T" t
changes "End" tap End
changes "Home" tap Home

at 0.5 0.75; rest
changes "wheel" xdotool click 4
changes "wheel back" xdotool click 5
changes "shift and wheel" shifted click 5
changes "drag" drag 0.7 0.75 0.4 0.75
changes "a click on the strip" click 0.6 0.943
changes "a drag on the strip" drag 0.4 0.943 0.8 0.943
tap End; click 0.16 0.943; rest
changes "a click on the sentence" click 0.5 0.06
tap Home; at 0.5 0.5; rest
changes "pointing at a property" at 0.92 0.546
at 0.5 0.5; rest

# --- what it shows: the sentence is that of the cursor ---
tap Home
not_yet() { ! titled 'OUT OF SYNC'; }
wait_for 3 not_yet || fail "Home: the sentence is not that of the first event: $(title)"
tap Return
wait_for 5 titled 'IN SYNC' || fail "Enter: the beginning is not in sync: $(title)"
tap Return; rest
changes "one event on" tap Right
changes "one event back" tap Left
changes "; " tap semicolon
changes ", " tap comma
before=$(shot)
tap space
moves() { [ "$(shot)" != "$before" ]; }
wait_for 3 moves || fail "Space: a recorded run does not play"
tap minus; tap minus
tap space; rest
wait_for 2 titled 'IN SYNC' || fail "it was played to the end at 1/16: $(title)"
tap End
wait_for 3 titled 'OUT OF SYNC since #59' || fail "End: $(title)"

# --- the tools: thirteen, side by side ---
tool() { click "$(awk -v i="$1" 'BEGIN {print (i + 0.5) / 13}')" 0.977; }
tap Home; rest
changes "the tool play" tool 2
wait_for 8 titled 'IN SYNC' || fail "the tool play: $(title)"
tool 2; rest
changes "the tool step" tool 3
changes "the tool back" tool 1
tool 0
wait_for 3 titled 'OUT OF SYNC' || fail "the tool pause does not go back to the end: $(title)"
changes "the tool in" tool 5
changes "the tool out" tool 4
changes "the tool axis" tool 6
tool 6; rest
changes "the tool all" tool 7
tool 7; rest
changes "the tool links" tool 8
tool 8; rest
changes "the tool dark" tool 10
tool 10; rest
changes "the tool help" tool 12
tap Escape; rest

# --- the rest ---
tap s
saved() { [ -s "$(ls groupy-*scope*.svg 2>/dev/null | head -1)" ] && [ -s "$(ls groupy-*scope*.png 2>/dev/null | head -1)" ]; }
wait_for 5 saved || fail "S: no picture is saved: $(ls)"
grep -q 'OUT OF SYNC' groupy-*scope*.svg || fail "S: the sentence is not in the picture"
tool 11
saved_twice() { [ "$(ls groupy-*scope*.svg | wc -l)" -eq 2 ]; }
wait_for 5 saved_twice || fail "the tool save: no second picture"
changes "K" tap k # says that this is a recorded run
tap F11
small() { scope_geometry; [ "${WIDTH}x$HEIGHT" != 1280x720 ]; }
wait_for 3 small || fail "F11: still full screen"
tap F11
full() { ! small; }
wait_for 3 full || fail "F11: not full screen again"
tap q
end_scope 0 || fail "Q: $(cat "$WORK/scope.err")"

# --- a witness of the search; several at once; the window manager's button; a signal ---
groupy explore --rung gms2 --fault mid-broadcast --trace witness.jsonl >/dev/null
scope witness.jsonl --dark
wait_for 5 titled 'OUT OF SYNC' || fail "a witness: $(title): $(cat "$WORK/scope.err")"
first=$scope_pid
scope mid.jsonl
two() { [ "$(xdotool search --name '^Groupy scope' 2>/dev/null | wc -l)" -eq 2 ]; }
wait_for 5 two || fail "not two scopes"
kill -TERM "$scope_pid"
end_scope 0 || fail "SIGTERM"
scope_pid=$first
find_window
xdotool windowclose "$window" 2>/dev/null
end_scope_somehow || fail "a closed window does not end it"

# --- beside a demo: in the lower half, and until that is gone ---
mkfifo stdin
"$GROUPY" scope mid.jsonl --managed >"$WORK/scope.err" 2>&1 <stdin &
scope_pid=$!
window=
exec 8>stdin
wait_for 5 titled 'OUT OF SYNC' || fail "a managed one: $(cat "$WORK/scope.err")"
lower() { scope_geometry; [ $Y -ge 330 ] && [ $HEIGHT -ge 250 ] && [ $WIDTH -ge 1200 ]; }
wait_for 3 lower || fail "a managed one is at $X,$Y, ${WIDTH}x$HEIGHT"
kill -INT "$scope_pid"
sleep 0.3
scope_is_gone && fail "a managed one does not leave Ctrl+C to its demo"
exec 8>&-
end_scope 0 || fail "a managed one goes on without its demo"

# --- what can't be shown is said in one line ---
groupy scope nothing-there.jsonl >/dev/null 2>"$WORK/err" </dev/null && fail "a missing trace: status 0"
[ "$(wc -l <"$WORK/err")" -eq 1 ] && grep -q 'nothing-there.jsonl' "$WORK/err" || fail "a missing trace: $(cat "$WORK/err")"
(unset DISPLAY; groupy scope mid.jsonl >/dev/null 2>"$WORK/err" </dev/null) && fail "no display: status 0"
[ "$(wc -l <"$WORK/err")" -eq 1 ] && grep -q -- '--text' "$WORK/err" || fail "no display: $(cat "$WORK/err")"
finish_screen
