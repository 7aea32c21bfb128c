#!/usr/bin/env bash
# The pictures of a measurement with the real gnuplot: vector pictures with embedded fonts, and scripts that run
# by themselves. For a deep run: it needs gnuplot (gnuplot-nox).
set -euo pipefail
[ -n "${GROUPY_DEEP:-}" ] || { echo "skipped: only tests/run --deep has gnuplot"; exit 77; }
for tool in gnuplot pdftotext pdffonts python3; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
is_picture() { # STEM
  local kind
  for kind in csv gnuplot svg pdf png; do [ -s "$1.$kind" ] || fail "no $1.$kind"; done
  python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$1.svg" || fail "$1.svg is no XML"
  [ "$(head -c 4 "$1.pdf")" = %PDF ] || fail "$1.pdf is no PDF"
  pdffonts "$1.pdf" | awk 'NR > 2 && $(NF - 4) != "yes" { exit 1 }' || fail "$1.pdf: a font is not embedded"
}

echo "-- every kind of picture, in a folder whose name is no easy one"
dir="$work/it's a \$(folder)"
mkdir "$dir"
"$TEST_PLOT" "$dir" >"$work/said" || { cat "$work/said"; fail "not drawn"; }
cd "$dir"
for script in *.gnuplot; do is_picture "${script%.gnuplot}"; done
pdftotext throughput-members.pdf - | grep -q 'gms4-nack' || fail "the legend is not text"

echo "-- each script by itself, and in another style"
rm -- *.svg *.pdf *.png
sed -i 's/^letters = .*/letters = 9/' throughput-members.gnuplot
for script in *.gnuplot; do
  said=$(gnuplot "$script" 2>&1 </dev/null) || fail "$script: $said"
  [ -z "$said" ] || fail "$script says: $said"
  is_picture "${script%.gnuplot}"
done

echo "-- measured and drawn in one command"
"$GROUPY" bench latency --rung gms3 --members 2 --for 200ms --repeat 1 --plot "$work/new/" >"$work/said" 2>&1 ||
  { cat "$work/said"; fail "bench --plot"; }
cd "$work/new"
is_picture latency
grep -q 'groupy bench latency --rung gms3 --members 2' latency.gnuplot || fail "the script does not say where it is from"
