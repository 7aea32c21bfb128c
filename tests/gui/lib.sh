# For the tests with real windows: an X server of the test's own, a window manager, keys, pixels.
. "$(dirname "$0")/../live/lib.sh"

for tool in Xvfb openbox xdotool xwininfo; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done

# A server that is still ending takes the socket of the one that follows it on the same display with it, so a
# screen that nobody can reach is given up for another.
start_screen() { # WIDTHxHEIGHT
  local try
  for try in 1 2 3; do
    try_screen "$1" && return
    stop_screen
  done
  echo "no X server with a window manager starts"
  exit 1
}

try_screen() {
  local number
  exec 7< <(exec Xvfb -displayfd 1 -screen 0 "$1x24" -nolisten tcp 2>/dev/null)
  screen_pid=$!
  read -r -t 20 number <&7 || return 1
  export DISPLAY=":$number"
  unset WAYLAND_DISPLAY
  openbox >/dev/null 2>&1 &
  manager_pid=$!
  wait_for 5 manager_ready
}

manager_ready() { xdotool get_num_desktops >/dev/null 2>&1; }

stop_screen() {
  [ -n "${manager_pid:-}" ] && { kill $manager_pid; wait $manager_pid; } 2>/dev/null
  manager_pid=
  kill $screen_pid 2>/dev/null
  wait_for 5 screen_gone || kill -KILL $screen_pid
  exec 7<&-
}

screen_gone() { ! kill -0 $screen_pid 2>/dev/null; }

finish_screen() { stop_screen; finish; }

window_of() { xdotool search --name "^$1 " 2>/dev/null | tail -1; } # worker
window_count() { xdotool search --name '^w[0-9]+ ' 2>/dev/null | wc -l; }
windows_are() { [ "$(window_count)" -eq "$1" ]; }

# Sets X, Y, WIDTH and HEIGHT of a worker's window, without the manager's frame. (xdotool's own answer counts
# the frame twice under some managers.)
geometry() {
  eval "$(xwininfo -id "$(window_of "$1")" | awk '
    /Absolute upper-left X/ {print "X=" $NF} /Absolute upper-left Y/ {print "Y=" $NF}
    /^ *Width:/ {print "WIDTH=" $NF} /^ *Height:/ {print "HEIGHT=" $NF}')"
}

press() { # worker, key: as a person would, with the window in focus
  local window
  window=$(window_of "$1")
  [ -n "$window" ] || { fail "$1 has no window to press $2 in"; return; }
  xdotool windowactivate --sync "$window" 2>/dev/null
  xdotool windowfocus "$window" 2>/dev/null
  xdotool key --clearmodifiers "$2"
  sleep 0.05
}

# The colour that the screen shows in a worker's window, where neither text nor sign is.
shown() { "$PIXEL" "$(window_of "$1")" 0.6 0.22; }

# One field of a worker's status.
field() { # worker, key
  ctl status --json 2>/dev/null | grep -oE "\{\"name\":\"$1\"[^]]*\][^}]*\}" | grep -oE "\"$2\":(\"[^\"]*\"|[a-z0-9]+)" | head -1 | cut -d: -f2- | tr -d '"'
}
field_is() { [ "$(field "$1" "$2")" = "$3" ]; }
all_paused() { [ "$(ctl status --json | grep -oE '"paused":true' | wc -l)" -eq "$1" ]; }
