#!/usr/bin/env bash
# Recordings by the real ffmpeg: each kind plays at a constant rate, and shows what it should.
. "$(dirname "$0")/lib.sh"

for tool in ffmpeg ffprobe; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed (tests/run --deep installs it)"; exit 77; }
done
cd "$WORK" || exit 1

probe() { ffprobe -v error -select_streams v -show_entries "stream=$2" -of default=nw=1:nk=1 "$1" 2>&1 | head -1; }
frames() { ffprobe -v error -select_streams v -count_frames -show_entries stream=nb_read_frames -of default=nw=1:nk=1 "$1"; }

# plays FILE RATE LEAST MOST: frames
plays() {
  [ "$(probe "$1" r_frame_rate)" = "$2" ] || fail "$1: rate $(probe "$1" r_frame_rate)"
  [ "$(probe "$1" avg_frame_rate)" = "$2" ] || fail "$1: average rate $(probe "$1" avg_frame_rate)"
  [ "$(probe "$1" width)x$(probe "$1" height)" = 320x180 ] || fail "$1: $(probe "$1" width)x$(probe "$1" height)"
  local count
  count=$(frames "$1")
  [ "$count" -ge "$3" ] && [ "$count" -le $((SLOW * $4)) ] || fail "$1: $count frames"
}
# colour FILE X Y: of a pixel of its last frame, as three numbers
colour() {
  ffmpeg -v error -sseof -0.5 -i "$1" -vf "format=rgb24,crop=1:1:$2:$3" -frames:v 1 -f rawvideo -pix_fmt rgb24 - | od -An -tu1
}
near() { # what was seen, what is expected: each within 4, which is what encoding does to it
  local i
  [ "$(echo "$1 $2" | wc -w)" -eq 6 ] || { fail "no colours: '$1' '$2'"; return 1; }
  for i in 1 2 3; do
    local d=$(($(echo "$1" | awk "{print \$$i}") - $(echo "$2" | awk "{print \$$i}")))
    [ ${d#-} -le 4 ] || return 1
  done
}
record_demo() { demo -n 2 --headless --rung gms2 --record-size 320x180 "$@"; }

# --- each kind; the colour in the file is that of the windows
for kind in mp4 webm gif; do
  record_demo --mean 200ms --for 2s --record film.$kind
  end_demo 0 || fail "$kind: the run: $(cat "$WORK/err")"
done
plays film.mp4 25/1 50 100
[ "$(probe film.mp4 nb_frames)" = "$(frames film.mp4)" ] || fail "film.mp4 was left in fragments"
plays film.webm 25/1 50 100
plays film.gif 25/2 25 50
last=$(grep -ohE '"ev":"deliver".*"color":"#?[0-9a-f]{6}' "$TRACE"/w1-*.jsonl | tail -1 | grep -oE '[0-9a-f]{6}$')
shown=$((16#${last:0:2}))\ $((16#${last:2:2}))\ $((16#${last:4:2}))
near "$(colour film.gif 100 45)" "$shown" || fail "the window shows $last, the film $(colour film.gif 100 45)"

# --- ffmpeg itself is killed: what is there plays
record_demo --mean 0s --record cut.mp4
wait_for 10 in_group 2
sleep 3
pkill -KILL -f "ffmpeg .*file:cut.mp4"
wait_for 5 grep -q 'signal 9 ended ffmpeg' "$WORK/err" || fail "the end of ffmpeg is not told: $(cat "$WORK/err")"
ctl quit >/dev/null
wait "$demo_pid"
[ "$(frames cut.mp4)" -ge 50 ] || fail "a film that was cut off does not play"
[ -n "${GROUPY_DEEP:-}" ] || finish

# --- the story of gms2 and gms3, 30 s: the same crash parts the colours on the one, and not on the other
in_film() { # SECONDS, which worker: its colour
  ffmpeg -v error -ss "$1" -i story.mp4 -vf "format=rgb24,crop=1:1:$(($2 * 127 - 37)):65" -frames:v 1 -f rawvideo -pix_fmt rgb24 - | od -An -tu1
}
now() { echo $((SECONDS - started)); }
# story RUNG: the crash, what comes after it, and 2 s in which nothing happens; `seen` is a moment of these
story() {
  wait_for 10 in_group 5 || fail "story, $1: the group did not form"
  for n in 20 15 10; do ctl change $n w1 >/dev/null; done # a dark colour is like any other
  ctl crash-mid-broadcast --after 2 >/dev/null
  wait_for 10 in_group 4 || fail "story, $1: the leader does not crash"
  for n in 20 20 20; do ctl change $n w4 >/dev/null; sleep 0.2; done
  sleep 3
  seen=$(($(now) - 1))
}
SECONDS=0 started=0
demo -n 5 --headless --rung gms2 --mean 0s --for 30s --record story.mp4 --record-size 640x360
story gms2; gms2_seen=$seen
ctl rung gms3 >/dev/null
wait_for 10 in_group 5
story gms3; gms3_seen=$seen
wait "$demo_pid"
seconds=$(ffprobe -v error -show_entries format=duration -of default=nw=1:nk=1 story.mp4 | cut -d. -f1)
[ "$seconds" -ge 29 ] && [ "$seconds" -le 33 ] || fail "story: $seconds s"
[ "$(probe story.mp4 r_frame_rate) $(probe story.mp4 avg_frame_rate)" = "25/1 25/1" ] || fail "story: its rate"
near "$(in_film $gms2_seen 2)" "$(in_film $gms2_seen 3)" || fail "story, gms2: w2 and w3 do not show the same"
near "$(in_film $gms2_seen 2)" "$(in_film $gms2_seen 5)" && fail "story, gms2: w2 and w5 show the same: $(in_film $gms2_seen 2)"
for w in 3 4 5; do
  near "$(in_film $gms3_seen 2)" "$(in_film $gms3_seen $w)" || fail "story, gms3: w2 shows $(in_film $gms3_seen 2), w$w $(in_film $gms3_seen $w)"
done
finish
