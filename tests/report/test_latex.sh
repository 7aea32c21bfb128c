#!/usr/bin/env bash
# Every figure in a report: each .tex compiles as it is, and a document that takes in every .pdf and every .tex
# of `groupy figures` does. For a deep run: it needs LaTeX (texlive-latex-base, texlive-pictures).
set -euo pipefail
[ -n "${GROUPY_DEEP:-}" ] || { echo "skipped: only tests/run --deep has LaTeX"; exit 77; }
for tool in pdflatex pdftotext pdffonts pdfinfo; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=0 TEXMFVAR=$work/texmf
fail() { echo "FAILED: $*"; exit 1; }
compile() { # FILE.tex, in the folder where it is
  timeout 120 pdflatex -interaction=nonstopmode -halt-on-error "$1" >"$1.said" 2>&1 </dev/null ||
    { grep -a -A3 '^!' "$1.said" || tail -5 "$1.said"; fail "pdflatex refuses $1"; }
}

echo "-- all characters"
mkdir "$work/characters"
(cd "$GROUPY_SOURCE" && "$TEST_CANVAS_TIKZ" "$work/characters/all.tex")
cd "$work/characters"
compile all.tex
! pdffonts all.pdf | grep -q 'Type 3' || fail "a font that is a bitmap: $(pdffonts all.pdf)"
pdftotext all.pdf - | grep -q 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' || fail "no text"

echo "-- the figures"
"$GROUPY" figures -o "$work/figures" >"$work/said" 2>&1 || { cat "$work/said"; fail "groupy figures"; }
cd "$work/figures"
ls ./*.tex >/dev/null 2>&1 || fail "there is no .tex"

echo "-- each .tex by itself: a page of the size of the .pdf, with the same words"
mkdir alone
for tex in *.tex; do
  stem=${tex%.tex}
  cp "$tex" "alone/$tex"
  (cd alone && compile "$tex") || exit 1
  [ "$(pdfinfo "alone/$stem.pdf" | sed -n 's/^Pages: *//p')" = 1 ] || fail "$stem is not one page"
  pdffonts "alone/$stem.pdf" | awk 'NR > 2 && / no / && $0 !~ /yes/ { exit 1 }' || fail "$stem: a font is not embedded"
  [ -f "$stem.pdf" ] || continue
  size() { pdfinfo "$1" | awk '/^Page size:/ { printf "%d %d\n", $3 + 0.5, $5 + 0.5 }'; }
  read -r w h < <(size "$stem.pdf")
  read -r w2 h2 < <(size "alone/$stem.pdf")
  [ $((w - w2)) -ge -1 ] && [ $((w - w2)) -le 1 ] && [ $((h - h2)) -ge -1 ] && [ $((h - h2)) -le 1 ] ||
    fail "$stem: $w x $h as .pdf, $w2 x $h2 as .tex"
  words() { pdftotext "$1" - | tr -cs 'A-Za-z0-9' '\n' | grep -E '^[A-Za-z0-9]{2,}$' | sort -u || true; }
  words "$stem.pdf" >one
  words "alone/$stem.pdf" >other
  missing=$(comm -23 one other | tr '\n' ' ')
  [ -z "$missing" ] || fail "$stem: the .tex lacks the words: $missing"
done

echo "-- a report with all of them"
{
  printf '%s\n' '\documentclass[10pt,twocolumn]{article}' '\usepackage{fix-cm}' '\usepackage{graphicx}' \
    '\usepackage{tikz}' '\begin{document}'
  for pdf in *.pdf; do
    printf '%s\n\\clearpage\n' "\\includegraphics[width=\\linewidth,height=.9\\textheight,keepaspectratio]{$pdf}"
  done
  for tex in *.tex; do
    printf '%s\n\\clearpage\n' "\\resizebox{\\linewidth}{!}{\\input{$tex}}"
  done
  printf '%s\n' '\end{document}'
} >report.latex
mv report.latex report-of-all.tex
compile report-of-all.tex
wanted=$(($(ls ./*.pdf | grep -vc report-of-all) + $(ls ./*.tex | grep -vc report-of-all)))
pages=$(pdfinfo report-of-all.pdf | sed -n 's/^Pages: *//p')
[ "$pages" -ge $((wanted / 2)) ] || fail "$pages pages for $wanted figures"
echo "$wanted figures in a report of $pages pages"
