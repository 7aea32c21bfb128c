#!/usr/bin/env bash
# Five windows in a grid within two seconds, colours changing in step on the screen; K four times; N.
. "$(dirname "$0")/lib.sh"
start_screen 1920x1080

started=$(date +%s%N)
demo -n 5 --mean 500ms --last-man-standing
wait_for 10 windows_are 5 || fail "no five windows"
took=$((($(date +%s%N) - started) / 1000000))
echo "five windows after $took ms"
[ $took -lt $((2000 * SLOW)) ] || fail "five windows took $took ms"
wait_for 5 in_group 5 || fail "no group of five"

# The grid: nobody overlaps anybody, all are on the screen.
sleep 0.5
for w in w1 w2 w3 w4 w5; do
  geometry $w
  echo "$w at $X,$Y size ${WIDTH}x$HEIGHT"
  [ $X -ge 0 ] && [ $Y -ge 0 ] && [ $((X + WIDTH)) -le 1920 ] && [ $((Y + HEIGHT)) -le 1080 ] || fail "$w is not on the screen"
  [ $WIDTH -ge 400 ] && [ $HEIGHT -ge 300 ] || fail "$w is small"
  for other in ${placed:-}; do
    IFS=, read -r name x y width height <<<"$other"
    [ $((X + WIDTH)) -le $x ] || [ $((x + width)) -le $X ] || [ $((Y + HEIGHT)) -le $y ] || [ $((y + height)) -le $Y ] ||
      fail "$w overlaps $name"
  done
  placed="${placed:-} $w,$X,$Y,$WIDTH,$HEIGHT"
done

# In step: paused, all five show the colour of the group; and it is not the first one any more.
in_step() { # workers...
  ctl pause >/dev/null
  sleep 0.5
  local color w
  color=$(field "$1" color)
  for w in "$@"; do
    [ "$(shown "$w")" = "$color" ] || fail "$w shows $(shown "$w"), the group has $color"
  done
  ctl resume >/dev/null
  echo "$* show $color"
}
sleep 2
in_step w1 w2 w3 w4 w5
[ "$(field w1 color)" != "#000000" ] || fail "no colour has changed"

# K, four times, in the last window.
for left in 4 3 2 1; do
  press w5 k
  wait_for 3 in_group $left || fail "K: no $left workers: $(ctl status)"
  wait_for 3 windows_are $left || fail "K: not $left windows"
done
before=$(field w5 count)
goes_on() { [ "$(field w5 count)" -gt "$before" ]; }
wait_for 10 goes_on || fail "the last one alone does not go on"

# N, twice: newcomers adopt the colour.
press w5 n
wait_for 5 in_group 2 || fail "N: no second worker"
press w5 n
wait_for 5 in_group 3 || fail "N: no third worker"
wait_for 3 windows_are 3 || fail "N: no third window"
sleep 0.5
in_step w5 w6 w7

press w6 ctrl+q
end_demo 0 || fail "Ctrl+Q: the verdict is not in sync"
grep -q '^verdict: in sync' "$WORK/out" || fail "no verdict"
[ "$(grep -l '"ev":"exit"' "$TRACE"/w*.jsonl | wc -l)" -eq 3 ] || fail "not three ended in good order"
finish_screen
