#!/usr/bin/env bash
# A font that is missing is named, and the group goes on without windows; a worker alone says so, too.
. "$(dirname "$0")/lib.sh"
start_screen 800x600
mkdir "$WORK/no-assets"

GROUPY_ASSETS="$WORK/no-assets" demo -n 3 --mean 200ms --for 1s
end_demo 0 || fail "status: $(cat "$WORK/out")"
[ "$(wc -l <"$WORK/err")" -eq 1 ] || fail "not one line: $(cat "$WORK/err")"
grep -q 'font.*no-assets.*going on without windows' "$WORK/err" || fail "the font is not named: $(cat "$WORK/err")"
grep -q '^verdict: in sync' "$WORK/out" || fail "no verdict"
finish_screen
