#!/usr/bin/env bash
# What the tools themselves say of the exports: Mermaid's parser, the trace engine of Chromium's developer tools,
# OpenTelemetry's schema, Python's CSV reader. Each must also refuse one that is broken. ShiViz's parser is in no
# package; tests/lib/export_rules.c has its rules.
set -u
skip() { echo "skipped: $1"; exit 77; }
[ -n "${GROUPY_DEEP:-}" ] || skip "only in the deep run (tests/run --deep), for it downloads the tools"
[ -z "${GROUPY_SANITIZED:-}" ] || skip "once, without sanitizers, is enough"
for tool in node npm python3; do
  command -v "$tool" >/dev/null || skip "$tool is not installed (Debian: apt-get install nodejs npm python3)"
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
here=$GROUPY_SOURCE/tests/export
cp "$here/check.mjs" "$dir"
cd "$dir" || exit 1
echo '{"private":true}' >package.json
timeout 240 npm install --silent --no-fund --no-audit --ignore-scripts mermaid@11 jsdom@24 \
  @paulirish/trace_engine@0.0.65 @opentelemetry/otlp-transformer@0.57.2 >npm.log 2>&1 ||
  skip "npm could not install the tools: $(grep -m1 -i error npm.log)"

bad=0
ask() { # format, file, trace
  case $1 in
    csv) python3 "$here/check_csv.py" "$3" "$2" ;;
    *) timeout 100 node check.mjs "$1" "$2" ;;
  esac
}
for scenario in gms2-mid-broadcast gms4-nack-lossy gms5-partition; do
  "$GROUPY" sim --scenario "$scenario" --trace run.jsonl --json >/dev/null || exit 1
  for format in mermaid perfetto otlp csv; do
    "$GROUPY" export run.jsonl --to "$format" -o "$format.out" 2>told || { cat told; exit 1; }
    ask "$format" "$format.out" run.jsonl >said 2>&1 || bad=1
    sed "s/^/$scenario: /" said
  done
done

breaks=('mermaid:s/->>/=>>/' 'mermaid:s/: view/ view/' 'mermaid:s/^Note over/Note/' 'perfetto:s/"dur":0.999/"dur":1.999/'
  'perfetto:s/^{/[/' 'otlp:s/"kind":1/"kind":"internal"/' 'otlp:s/"endTimeUnixNano"/"end"/'
  'otlp:s/"spanId":"/"spanId":"00/' 'csv:s/deliver/"deliver/' 'csv:s/,w2,/,w3,/')
for break in "${breaks[@]}"; do
  format=${break%%:*}
  sed "${break#*:}" "$format.out" >broken
  cmp -s broken "$format.out" && { echo "$break changes nothing"; bad=1; }
  if ask "$format" broken run.jsonl >said 2>&1; then
    echo "$break is not noticed: $(cat said)"
    bad=1
  fi
done
exit $bad
