#!/usr/bin/env bash
# Makes the picture of the README: gms2 after its leader crashed in the middle of a broadcast.
#
#     GROUPY=.build/release/groupy/groupy PIXEL=.build/release/groupy/tests/pixel tests/gui/picture.sh out.png
#
# Needs ImageMagick's import besides what the tests need.
. "$(dirname "$0")/lib.sh"
GROUP=demo
start_screen 1500x760
xsetroot -solid '#30343a' 2>/dev/null
demo -n 5 --rung gms2 --mean 0s --seed 4
wait_for 10 in_group 5 || fail "no group"
wait_for 5 windows_are 5 || fail "no windows"
for n in 20 14 9 20 14 9 20 14 9 20 14 9 20 14 9 20 14 9 20 14 8 20 12 7 20 11 5; do ctl change $n w2 >/dev/null; done
press w3 m
wait_for 3 in_group 4 || fail "w1 lives"
ctl join >/dev/null
for n in 20 3 20 20; do ctl change $n w2 >/dev/null; done
sleep 1.5
xdotool mousemove 1499 759
import -window root -depth 8 "$1"
ctl quit >/dev/null
end_demo 1
finish_screen
