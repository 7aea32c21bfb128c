#!/usr/bin/env bash
# How fast the laboratory is, each on one core: the search (distinct states a second), the simulator with its
# checker (protocol messages a second), and the checker on a million records.
#
#     tests/bench/measure_laboratory.sh [BUILD]        BUILD: .build/release
#
# Exits 1 if one of them is slower than the project promises.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-.build/release}
groupy=$build/groupy/groupy
one_core=
command -v taskset >/dev/null && one_core="taskset -c 0"
slow=0

number() { grep -oE "\"$1\":[0-9.e+]+" <<<"$2" | head -1 | cut -d: -f2; }
at_least() { # what, value, limit
  if awk "BEGIN { exit !($2 >= $3) }"; then echo "$1"; else echo "$1   SLOWER THAN $3"; slow=1; fi
}

search() { # rung fault changes
  local json distinct seconds rate
  json=$($one_core "$groupy" explore --json --rung "$1" --fault "$2" --changes "$3" || true)
  distinct=$(number distinct "$json") seconds=$(number seconds "$json")
  rate=$(awk "BEGIN { printf \"%.0f\", $distinct / $seconds }")
  at_least "search     $1 $2, 3 members, $3 changes: $distinct distinct states in $seconds s, $rate a second" "$rate" 1000000
}
search gms2 partition 4
search gms3 partition 4

json=$($one_core "$groupy" sim --json --rung gms3 --members 5 --seeds 1..4000)
rate=$(awk "BEGIN { printf \"%.0f\", $(number messages "$json") / $(number seconds "$json") }")
at_least "simulator  gms3, 5 members, 4000 runs, all judged: $rate messages a second" "$rate" 500000

$one_core "$build/groupy/tests/bench_check" "$groupy" | tail -1 | sed 's/^/checker    /'
exit $slow
