#!/usr/bin/env bash
# groupy figure and figures on the command line, and what tools that are not ours say of the files: a PDF's fonts are
# embedded and its labels are text, an SVG is well-formed XML, and another renderer draws the same picture.
set -u
: "${GROUPY:?names the program under test}" "${GROUPY_SOURCE:?names the folder of the sources}"
groupy() { "$GROUPY" "$@"; }
for tool in pdffonts pdftotext xmllint rsvg-convert; do
  command -v $tool >/dev/null || {
    echo "skipped: $tool is not installed (Debian: apt-get install poppler-utils libxml2-utils librsvg2-bin)"
    exit 77
  }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

# refused STATUS WORDS COMMAND...: one line that says so, and that status; no file is left.
refused() {
  local status=$1 words=$2; shift 2
  timeout 20 "$GROUPY" "$@" >out 2>err </dev/null
  local got=$?
  [ $got -eq "$status" ] || fail "$*: status $got, not $status"
  [ "$(wc -l <err)" -eq 1 ] || fail "$*: $(wc -l <err) lines: $(cat err)"
  grep -qF -- "$words" err || fail "$*: not '$words' but: $(cat err)"
  [ ! -s out ] || fail "$*: it prints something: $(cat out)"
}
refused 2 "a trace is missing" figure -o a.svg
refused 2 "-o FILE" figure --scenario figure-gms2-crash
refused 2 ".svg, .pdf, .png or .tex is expected" figure --scenario figure-gms2-crash -o a.jpg
refused 2 "--kind film" figure --scenario figure-gms2-crash --kind film -o a.svg
refused 2 "--axis years" figure --scenario figure-gms2-crash --axis years -o a.svg
refused 2 "--at 1s,x" figure --scenario figure-gms2-crash --kind montage --at 1s,x -o a.svg
refused 2 "--at is for --kind montage" figure --scenario figure-gms2-crash --at 1s -o a.svg
refused 2 "--from must be before --to" figure --scenario figure-gms2-crash --from 2s --to 1s -o a.svg
refused 2 "--width" figure --scenario figure-gms2-crash --width 3 -o a.svg
refused 2 "--rung gms9" figure --scenario figure-gms2-crash --rung gms9 -o a.svg
refused 2 "figure-gms2-crahs" figure --scenario figure-gms2-crahs -o a.svg
refused 2 "is not made of traces" figure x.jsonl --kind table -o a.svg
refused 3 "nowhere.jsonl" figure nowhere.jsonl -o a.svg
refused 3 "no/such/folder/a.svg" figure --scenario figure-gms2-crash -o no/such/folder/a.svg
echo "not a trace" >bad.jsonl
refused 3 "bad.jsonl" figure bad.jsonl -o a.svg
head -c 3000 "$GROUPY" >noise.jsonl
refused 3 "noise.jsonl" figure noise.jsonl -o a.svg
refused 3 "bad.jsonl" figure --kind table --matrix bad.jsonl -o a.svg
refused 2 "-o DIR is missing" figures
refused 2 "--only gms7" figures -o x --only gms7
touch file
refused 3 "file" figures -o file/below
refused 3 "-o file: can't make this folder: there is a file" figures -o file
refused 2 "an architecture is not made of traces" figure x.jsonl --kind architecture -o a.svg
refused 2 "--width 70: this figure needs 80 mm" figure --kind layers --width 70 -o a.svg
for what in "--from 100s" "--kind story --from 100s" "--kind views --from 100s" "--from 1ms --to 2ms"; do
  refused 3 "nothing happened" figure --scenario figure-gms2-crash $what -o a.svg
done
refused 3 "--at: the run ended after" figure --scenario figure-gms2-crash --kind montage --at 100s -o a.svg
[ -z "$(ls -- *.svg 2>/dev/null)" ] || fail "a refused figure left a file"

# The same figure from a trace as from the scenario, but for the caption.
groupy sim --scenario "$GROUPY_SOURCE/assets/figures/figure-gms2-crash.txt" --trace run.jsonl >/dev/null || fail "sim"
groupy figure run.jsonl --from 900ms --caption none -o trace.svg || fail "figure of a trace"
groupy figure --scenario figure-gms2-crash --from 900ms --caption none -o scenario.svg || fail "figure of a scenario"
cmp trace.svg scenario.svg || fail "a trace gives another figure than its scenario"

# A name that a shell would take apart is quoted in the caption; a run that is longer than what is kept has a verdict.
cp run.jsonl "a b&c.jsonl"
groupy figure "a b&c.jsonl" -o quoted.svg && grep -qF "'a b&#38;c.jsonl'" quoted.svg || fail "the caption's command is not quoted"
groupy sim --members 3 --mean 2ms --for 16s --seed 1 --faults none --trace long.jsonl >/dev/null || fail "sim, long"
groupy figure long.jsonl -o long.svg && grep -qF "IN SYNC 3/3" long.svg || fail "a long run has no verdict"
groupy figures -o one/two/three --only architecture --caption none >out && [ -s one/two/three/architecture.svg ] || fail "folders in folders"

# Whatever ends it, files are whole or not there.
for signal in TERM INT HUP; do
  timeout -s $signal 0.2 "$GROUPY" figures -o cut >/dev/null 2>&1
  ls cut | grep -vE '\.(svg|pdf|png|tex)$' && fail "$signal leaves files behind"
  rm -rf cut
done

# A scenario that does not come out as it says is told.
groupy figure --scenario figure-gms2-crash --rung gms3 -o other.svg 2>err
[ $? -eq 1 ] && grep -q "expect desync' failed" err || fail "gms2-crash on gms3 should not part: $(cat err)"

# rsvg-convert reads no font from an SVG: here it finds ours in another way, so that only the drawing can differ.
printf '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>' \
  "$GROUPY_SOURCE/assets/fonts" "$work/cache" >fonts.conf

# Some of the set: the whole of it is drawn by the unit test; the table's search takes too long here.
names="gms2-crash-story gms5-partition-views layers"
groupy figures -o set --width 85 $(printf -- '--only %s ' $names) >out || fail "figures"
[ "$(ls set | wc -l)" -eq 12 ] || fail "12 files are expected: $(ls set)"
labels_of() {
  case $1 in
    gms2-crash-story) echo "OUT OF SYNC since #|change, from the leader|view 5 (3)|seed 29|since #" ;;
    gms5-partition-views) echo "IN SYNC 5/5|no quorum|view 6 (3)|leads it" ;;
    layers) echo "Application|Group layer|Network" ;;
  esac
}
for name in $names; do
  pdffonts "set/$name.pdf" >fonts || fail "$name.pdf: pdffonts"
  [ "$(tail -n +3 fonts | wc -l)" -ge 1 ] || fail "$name.pdf has no fonts"
  tail -n +3 fonts | awk '{ if ($(NF-4) != "yes") exit 1 }' || fail "$name.pdf: a font is not embedded: $(cat fonts)"
  pdftotext -layout "set/$name.pdf" text.txt || fail "$name.pdf: pdftotext"
  xmllint --noout "set/$name.svg" || fail "$name.svg is not well-formed"
  labels_of "$name" | tr '|' '\n' | while read -r label; do
    grep -qF -- "$label" text.txt || echo "$name.pdf has no '$label'"
    grep -qF ">$label" "set/$name.svg" || grep -qF -- "$label" "set/$name.svg" || echo "$name.svg has no '$label'"
    grep -q . "set/$name.tex" || echo "$name.tex is empty"
  done >missing
  [ ! -s missing ] || fail "$(cat missing)"
  FONTCONFIG_FILE=$work/fonts.conf rsvg-convert --dpi-x 300 --dpi-y 300 -o rsvg.png "set/$name.svg" 2>/dev/null || fail "$name.svg: rsvg-convert"
  differs=$("$COMPARE_PICTURES" rsvg.png "set/$name.png") || fail "$name: rsvg-convert's picture has another size: $differs"
  awk -v d="$differs" 'BEGIN { exit !(d < 2.5) }' || fail "$name: rsvg-convert's picture differs by $differs %"
done

[ $failures -eq 0 ] || exit 1
echo "figures: as promised"
