#!/usr/bin/env bash
# Recordings of a group of real processes. The ffmpeg of this test is a script that keeps the frames as they
# come, so that they can be counted: test_recording_ffmpeg.sh has the real one.
. "$(dirname "$0")/lib.sh"

BIN="$WORK/bin"
FRAME=$((160 * 120 * 3 / 2))
mkdir "$BIN"
export PATH="$BIN:$PATH"
cd "$WORK" || exit 1

ffmpeg_is() { # SCRIPT: $out is the file
  printf '#!/bin/sh\nfor out; do :; done; out=${out#file:}\necho $$ >"%s/ffmpeg.pid"\n%s\n' "$WORK" "$1" >"$BIN/ffmpeg"
  chmod +x "$BIN/ffmpeg"
}
frames() { echo $(($(stat -c %s "$1" 2>/dev/null || echo 0) / FRAME)); }
whole_frames() { [ $(($(stat -c %s "$1") % FRAME)) -eq 0 ]; }
has_frames() { [ "$(frames "$1")" -ge "$2" ]; }
ffmpeg_gone() { ! kill -0 "$(cat "$WORK/ffmpeg.pid")" 2>/dev/null; }
told() { grep -qF -- "$1" "$WORK/err"; }
record_demo() { demo -n 3 --headless --mean 100ms --record-size 160x120 "$@"; }

# refused STATUS WORDS ARGS...: one line, and nothing was started.
refused() {
  local status=$1 words=$2; shift 2
  timeout -k 5 20 "$GROUPY" "$@" --group "$GROUP" >"$WORK/out" 2>"$WORK/err" </dev/null
  local got=$?
  [ $got -eq "$status" ] || fail "$*: status $got"
  told "$words" || fail "$*: $(cat "$WORK/err")"
  [ "$(wc -l <"$WORK/err")" -eq 1 ] || fail "$*: not one line: $(cat "$WORK/err")"
  [ -s "$WORK/out" ] && fail "$*: it ran: $(head -3 "$WORK/out")"
}

# --- what can't be is told before anything starts
ffmpeg_is 'cat >"$out"'
refused 2 'film.avi: a name that ends in .mp4, .webm or .gif is expected' demo --headless --for 1s --record film.avi
refused 2 '1281x720: WIDTHxHEIGHT' demo --headless --for 1s --record a.mp4 --record-size 1281x720
refused 3 "can't record to /nowhere/a.mp4" demo --headless --for 1s --record /nowhere/a.mp4
refused 3 'no files can be made in /nowhere/at/all' demo --headless --for 1s --out /nowhere/at/all
refused 2 '--record is for traces' scope --record a.mp4
[ -e a.mp4 ] && fail "a refused recording leaves a file"
rm "$BIN/ffmpeg"
mkdir empty
printf '#!/bin/sh\nPATH="%s/empty" exec "%s" "$@"\n' "$WORK" "$GROUPY" >bare
chmod +x bare
with=$GROUPY
GROUPY="$WORK/bare"
refused 3 'recording needs ffmpeg: apt-get install ffmpeg' demo --headless --for 1s --record a.mp4
record_demo
wait_for 10 in_group 3 || fail "without ffmpeg: the group did not form"
ctl record >"$WORK/said" 2>&1 && fail "without ffmpeg: ctl record: $(cat "$WORK/said")"
grep -q 'launcher: recording needs ffmpeg: apt-get install ffmpeg' "$WORK/said" || fail "without ffmpeg: $(cat "$WORK/said")"
ctl quit >/dev/null
end_demo 0 || fail "without ffmpeg: the run"
GROUPY=$with

# --- every frame is there, by the clock
ffmpeg_is 'cat >"$out"'
record_demo --for 2s --record all.mp4
end_demo 0 || fail "a recorded run"
told 'recorded all.mp4: ' || fail "it is not told: $(cat "$WORK/err")"
whole_frames all.mp4 || fail "half a frame"
count=$(frames all.mp4)
[ "$count" -ge 50 ] && [ "$count" -le $((SLOW * 125)) ] || fail "2 s and the end have $count frames"

# --- begun and ended while the group runs; the name that it gets; the second one while the first one runs
record_demo --out pictures
wait_for 10 in_group 3 || fail "the group did not form"
ctl record >"$WORK/said" || fail "ctl record: $(cat "$WORK/said")"
file=$(ls pictures/groupy-gms5-*.mp4)
grep -qF "recording to $file" "$WORK/said" || fail "ctl record: $(cat "$WORK/said")"
wait_for 5 has_frames "$file" 20 || fail "nothing is recorded"
ctl record other.mp4 2>&1 | grep -q 'recorded already' || fail "two at once"
ctl record >"$WORK/said"
grep -qF "the recording ends: $file" "$WORK/said" || fail "the end: $(cat "$WORK/said")"
wait_for 5 told "recorded $file: " || fail "the end is not told: $(cat "$WORK/err")"
ctl record bad.avi >"$WORK/said" 2>&1 && fail "ctl record bad.avi"
grep -q '.mp4, .webm or .gif' "$WORK/said" || fail "ctl record bad.avi: $(cat "$WORK/said")"
(mkdir -p elsewhere && cd elsewhere && ctl record named.webm >/dev/null) || fail "ctl record FILE"
wait_for 5 has_frames elsewhere/named.webm 10 || fail "ctl record FILE: not in the folder where it was said"

# --- a restart is recorded, too
ctl rung gms3 >/dev/null
wait_for 10 in_group 3 || fail "the restarted group did not form"
before=$(frames elsewhere/named.webm)
wait_for 5 has_frames elsewhere/named.webm $((before + 10)) || fail "the recording does not go on after a restart"

# --- the group ends: the file does, too
ctl quit >/dev/null
wait "$demo_pid"
[ "$(cat "$WORK/status")" = 0 ] || fail "the run"
told "named.webm: " || fail "the end of the demo: $(cat "$WORK/err")"
whole_frames elsewhere/named.webm || fail "half a frame at the end of the demo"

# --- ffmpeg fails: the group goes on, the last line is told, and a recording that was asked for is no success
ffmpeg_is "echo \"Unknown encoder 'libx264'\" >&2; exit 1"
record_demo --record failed.mp4
wait_for 10 in_group 3 || fail "the group did not form without ffmpeg"
wait_for 5 told "ffmpeg: Unknown encoder 'libx264'" || fail "the failure is not told: $(cat "$WORK/err")"
[ -e failed.mp4 ] && fail "an empty file is left"
ffmpeg_is 'head -c 864000 >"$out"; echo "disk full" >&2; exit 1'
ctl record midway.mp4 >/dev/null
wait_for 10 told 'ffmpeg: disk full' || fail "a failure midway is not told: $(cat "$WORK/err")"
in_group 3 || fail "the group feels it"
ctl quit >/dev/null
wait "$demo_pid"
[ "$(cat "$WORK/status")" = 3 ] || fail "a recording failed: status $(cat "$WORK/status")"

# --- whoever ends it, and however, the file is finished
ffmpeg_is 'cat >"$out"; echo finished >>"$out.end"'
finished() { [ -s "$1.end" ] && ffmpeg_gone && whole_frames "$1"; }
for how in INT KILL recorder; do
  record_demo --record "$how.mp4"
  wait_for 10 in_group 3 || fail "$how: the group did not form"
  wait_for 5 has_frames "$how.mp4" 20 || fail "$how: nothing is recorded"
  launcher=$(pgrep -f "demo --group $GROUP " | head -1)
  if [ "$how" = recorder ]; then
    kill -KILL "$(pgrep -f "recorder --managed --group $GROUP")"
    wait_for 5 told 'broke off' || fail "the end of the recorder is not told: $(cat "$WORK/err")"
    in_group 3 || fail "the group feels the end of the recorder"
    kill -INT "$launcher"
  else
    kill -$how "$launcher"
  fi
  wait "$demo_pid" 2>/dev/null
  if [ $how = KILL ] || [ $how = recorder ]; then
    wait_for 10 ffmpeg_gone || fail "$how: ffmpeg stays"
    [ -s $how.mp4.end ] || fail "$how: the file was not finished"
  else
    finished $how.mp4 || fail "$how: the file was not finished"
  fi
  wait_for 10 in_group 0
done

# --- traces
ffmpeg_is 'cat >"$out"'
groupy scope "$WORK/trace-2" --record trace.mp4 --record-size 160x120 >"$WORK/said" 2>"$WORK/err" || fail "traces: $(cat "$WORK/err")"
has_frames trace.mp4 75 || fail "traces: $(frames trace.mp4) frames: $(cat "$WORK/said")"
groupy scope "$WORK/trace-2" --record again.mp4 --record-size 160x120 >/dev/null && cmp trace.mp4 again.mp4 ||
  fail "the same traces make another video"
groupy sim --rung gms2 --faults none --for 1s --seed 3 --trace sim.jsonl >/dev/null || fail "groupy sim"
ms=$(grep -oE '^[{]"t":[0-9]+' sim.jsonl | cut -d: -f2 | sort -n | sed -n '1p;$p' | xargs | awk '{print int(($2 - $1) / 1000000)}')
groupy scope sim.jsonl --record sim.mp4 --record-size 160x120 >/dev/null || fail "a simulated run"
off=$((40 * $(frames sim.mp4) - ms - 2000)) # 2 s at its end
[ "${off#-}" -le 80 ] || fail "time is not true: a run of $ms ms has $(frames sim.mp4) frames"
finish
