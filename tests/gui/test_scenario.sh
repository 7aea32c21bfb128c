#!/usr/bin/env bash
# A scenario in windows: its notes are shown there, two windows say that they are out of sync, as the script
# expects, and it all ends by itself.
. "$(dirname "$0")/lib.sh"
start_screen 1280x720

cat >"$WORK/slow.txt" <<'END'
title    A note stays long enough to be seen
rung     gms2
members  4
at 0.5s  crash leader mid-broadcast after 1
at 1s    change 7 from w4
at 1.2s  expect desync within 500ms
at 2s    note "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
at 5s    expect members 3
END
demo --scenario "$WORK/slow.txt"
wait_for 10 windows_are 4 || fail "no four windows"
wait_for 5 windows_are 3 || fail "w1 did not crash"
signs_are() { [ "$(for w in w2 w3 w4; do xdotool getwindowname "$(window_of $w)"; done | grep -c '≠')" -eq "$1" ]; }
wait_for 3 signs_are 2 || fail "not two windows say that they are out of sync"
before=$(import -window "$(window_of w2)" rgb:- 2>/dev/null | cksum)
sees_note() { [ "$(import -window "$(window_of w2)" rgb:- 2>/dev/null | cksum)" != "$before" ]; }
if command -v import >/dev/null; then
  wait_for 4 sees_note || fail "the note is not shown"
  [ -z "${KEEP_PICTURE:-}" ] || import -window root "$KEEP_PICTURE"
fi
end_demo 0 1 || fail "status $(cat "$WORK/status"): $(cat "$WORK/err")"
grep -q '^scenario slow: as expected' "$WORK/out" || fail "no outcome: $(cat "$WORK/out")"
finish_screen
