#!/usr/bin/env bash
# The scope beside the workers' windows: it has the lower part of the screen, they share the rest; its end does
# not touch the group, and it ends with the demo.
. "$(dirname "$0")/lib.sh"
SCOPE=
start_screen 1280x720

scope_window() { xdotool search --name '^Groupy scope' 2>/dev/null | tail -1; }
scope_is_there() { [ -n "$(scope_window)" ]; }
scope_is_gone() { ! scope_is_there; }
scope_pid() { pgrep -f -- "scope --managed --group $GROUP( |\$)" | head -1; }
place() { # window: sets X, Y, WIDTH, HEIGHT
  eval "$(xwininfo -id "$1" | awk '
    /Absolute upper-left X/ {print "X=" $NF} /Absolute upper-left Y/ {print "Y=" $NF}
    /^ *Width:/ {print "WIDTH=" $NF} /^ *Height:/ {print "HEIGHT=" $NF}')"
}
says() { grep -qE -- "$1" "$WORK/out"; }

# --- above and below ---
demo -n 5 --mean 500ms --reduced-motion
wait_for 10 in_group 5 || fail "no group of five"
wait_for 5 windows_are 5 || fail "no five windows"
wait_for 5 scope_is_there || { fail "no scope: $(cat "$WORK/err")"; finish_screen; }
below() { # every worker's window ends above the scope's
  place "$(scope_window)"
  local top=$Y w
  [ $WIDTH -ge 1200 ] && [ $((Y + HEIGHT)) -le 720 ] || return 1
  for w in "$@"; do
    geometry $w
    [ $((Y + HEIGHT)) -le $top ] && [ $X -ge 0 ] && [ $((X + WIDTH)) -le 1280 ] || return 1
  done
}
wait_for 5 below w1 w2 w3 w4 w5 || fail "windows overlap: $(xdotool search --name '^(w[0-9]|Groupy scope)' | while read -r id; do xwininfo -id "$id" | grep -E 'Absolute|Width|Height'; done)"
in_sync() { xdotool getwindowname "$(scope_window)" | grep -q 'IN SYNC 5/5'; }
wait_for 5 in_sync || fail "the scope's title: $(xdotool getwindowname "$(scope_window)")"

# --- the same scope sees the next run ---
pid=$(scope_pid)
ctl rung gms3 >/dev/null
on_gms3() { [ "$(ctl status --json 2>/dev/null | grep -o '"rung":"gms3"' | wc -l)" -eq 5 ] && in_group 5; }
wait_for 5 on_gms3 || fail "no restart: $(ctl status)"
wait_for 5 in_sync || fail "after a restart the scope's title is: $(xdotool getwindowname "$(scope_window)")"
[ "$(scope_pid)" = "$pid" ] || fail "another scope"
wait_for 5 below w1 w2 w3 w4 w5 || fail "windows overlap after a restart"

# --- who restarts it from the scope, or has a worker join, still has the keyboard there ---
press_scope() {
  xdotool windowactivate --sync "$(scope_window)" 2>/dev/null
  xdotool key --clearmodifiers "$1"
  sleep 0.1
}
press_scope 2
press_scope 2
on_gms2() { [ "$(ctl status --json 2>/dev/null | grep -o '"rung":"gms2"' | wc -l)" -eq 5 ] && in_group 5; }
wait_for 5 on_gms2 || fail "2 2 in the scope: no restart: $(ctl status)"
wait_for 5 windows_are 5 || fail "2 2 in the scope: no five windows"
sleep 1
[ "$(xdotool getactivewindow)" = "$(scope_window)" ] || fail "the keyboard went to $(xdotool getactivewindow getwindowname)"
sleep 2

# --- it breaks down: the group goes on, and has the whole screen ---
before=$(field w1 count)
kill -KILL "$pid"
wait_for 5 scope_is_gone || fail "the scope's window is still there"
tall() { geometry w1; [ $HEIGHT -gt 300 ]; }
wait_for 5 tall || fail "the workers do not use the whole screen"
goes_on() { [ "$(field w1 count)" -gt "$before" ]; }
wait_for 5 goes_on || fail "the group does not go on"
ctl quit >/dev/null
end_demo 0 || fail "the group suffered from its scope's end"
grep -q Sanitizer "$WORK/err" && fail "$(cat "$WORK/err")"
ok "above and below"

# --- a scenario leaves its end on the screen until the scope is closed ---
demo --scenario gms2-follower-crash --reduced-motion --dark
wait_for 10 scope_is_there || fail "no scope"
over() { says 'The scenario is over, as expected'; }
wait_for 60 over || fail "the scenario has no end"
[ "$("$PIXEL" "$(scope_window)" 0.5 0.99)" != "#f2f2ef" ] || fail "--dark: the scope is light"
press w2 question
sleep 0.3
[ "$("$PIXEL" "$(window_of w2)" 0.98 0.5)" = "#1c1d20" ] || fail "--dark: a worker's help is light"
press w2 Escape
sleep 4 # longer than windows stay without a scope
scope_is_there || fail "the scope is gone"
[ "$(window_count)" -ge 4 ] || fail "the windows are gone"
kill "$(scope_pid)"
end_demo 0 || fail "the status of the scenario: $(cat "$WORK/out" "$WORK/err")"
says '^scenario gms2-follower-crash: as expected$' || fail "no outcome"
ok "a scenario's end"

# --- none where nobody would see it ---
demo -n 2 --headless
wait_for 10 in_group 2 || fail "no group of two"
[ -z "$(scope_pid)" ] || fail "a scope without windows"
ctl quit >/dev/null
end_demo 0 || fail "headless"
demo -n 2 --no-scope
wait_for 10 in_group 2 || fail "no group of two"
[ -z "$(scope_pid)" ] || fail "a scope in spite of --no-scope"
ctl quit >/dev/null
end_demo 0 || fail "without a scope"
ok "none"
finish_screen
