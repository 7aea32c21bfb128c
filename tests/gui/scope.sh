# For the tests of the scope's window: one of them, its title, keys, clicks by place, and its picture.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scope_pid=
window= # the scope's

# scope ARGS...: in the background; its output goes to $WORK/scope.err.
scope() {
  "$GROUPY" scope "$@" >"$WORK/scope.err" 2>&1 </dev/null &
  scope_pid=$!
  window=
}

find_window() { window=$(scope_window); }
scope_window() { xdotool search --pid "$scope_pid" --name '^Groupy scope' 2>/dev/null | tail -1; }
title() { xdotool getwindowname "$window" 2>/dev/null; }
titled() { [ -n "$window" ] || find_window; title | grep -qE -- "$1"; }

tap() { # KEY: in the scope
  [ -n "$window" ] || { fail "no scope to press $1 in"; return; }
  xdotool windowfocus "$window" 2>/dev/null
  xdotool key --clearmodifiers "$1"
  sleep 0.05
}

scope_geometry() { # X, Y, WIDTH and HEIGHT of its window
  eval "$(xwininfo -id "$window" | awk '
    /Absolute upper-left X/ {print "X=" $NF} /Absolute upper-left Y/ {print "Y=" $NF}
    /^ *Width:/ {print "WIDTH=" $NF} /^ *Height:/ {print "HEIGHT=" $NF}')"
}

# Places are parts of the window's width and height.
at() { # X Y
  local part_x=$1 part_y=$2
  scope_geometry
  xdotool mousemove $(awk -v x="$X" -v w="$WIDTH" -v p="$part_x" -v y="$Y" -v h="$HEIGHT" -v q="$part_y" \
    'BEGIN {printf "%d %d", x + w * p, y + h * q}')
  sleep 0.05
}
click() { at "$1" "$2"; xdotool click "${3:-1}"; sleep 0.1; }
shifted() { xdotool keydown shift; xdotool "$@"; sleep 0.05; xdotool keyup shift; }
drag() { # X1 Y1 X2 Y2
  at "$1" "$2"; xdotool mousedown 1; sleep 0.05
  at "$3" "$4"; sleep 0.1; xdotool mouseup 1
}

shot() { "$PIXEL" "$window"; }

# Until nothing moves for a moment.
rest() {
  local before= now i still=0
  for i in $(seq 100); do
    now=$(shot)
    still=$((still + 1))
    [ "$now" = "$before" ] || still=0
    [ $still -lt 2 ] || return
    before=$now
    sleep 0.07
  done
}

scope_is_gone() { ! kill -0 "$scope_pid" 2>/dev/null; }
end_scope() { # STATUS
  wait_for 5 scope_is_gone || { kill -KILL "$scope_pid"; return 1; }
  wait "$scope_pid"
  [ $? -eq "$1" ]
}
end_scope_somehow() {
  wait_for 5 scope_is_gone || { kill -KILL "$scope_pid"; return 1; }
  wait "$scope_pid"
  return 0
}
