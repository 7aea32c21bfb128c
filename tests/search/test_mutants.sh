#!/usr/bin/env bash
# Broken builds of the protocol: each takes one rule away, and the search, the simulator with its checker or a
# story of the ladder must answer otherwise than for the sound build. The list is in mutants/.
#
# A mutant is a substitution in one file; one that changes nothing fails the test, so that the list keeps up
# with the code. GROUPY_MUTANTS=pattern runs some of them, GROUPY_DEEP=1 all.
set -u
cd "$GROUPY_SOURCE"
[ -n "${GROUPY_SANITIZED:-}" ] && [ -z "${GROUPY_DEEP:-}" ] && { echo "once, without sanitizers, is enough"; exit 77; }
command -v perl >/dev/null || { echo "perl is not here"; exit 77; }

failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

# mutant NAME FILE SUBSTITUTION COMMAND: noted; the command must answer otherwise than for the sound build. It
# is one of groupy, or a test program.
names=() files=() substitutions=() commands=()
mutant() {
  case $1 in *${GROUPY_MUTANTS:-}*) ;; *) return ;; esac
  names+=("$1") files+=("$2") substitutions+=("$3") commands+=("$4")
}
deep() { [ -z "${GROUPY_DEEP:-}${GROUPY_MUTANTS:-}" ] || "$@"; } # only then, for they take their time
explore() { echo "explore --json --first --rung $*"; }
for list in tests/search/mutants/*.sh; do . "$list"; done

target_of() { case $1 in test_*) echo "$1" ;; *) echo groupy ;; esac; }
targets=$(for command in "${commands[@]}"; do target_of "$command"; done | sort -u)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/source"
tar -cf - CMakeLists.txt .cmake app gms net assets tests | tar -xf - -C "$work/source"
build() { cmake --build "$work/build" --target "$@" >"$work/log" 2>&1; }
cmake -S "$work/source/.cmake" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O1 \
  >"$work/log" 2>&1 && build $targets || { cat "$work/log"; echo "FAILED: the sound build"; exit 1; }
groupy=$work/build/groupy/groupy

# What a command says: its status, and the verdict of a search.
answer() {
  case $1 in
    test_*) timeout -k 1 15 "$work/build/groupy/tests/$1" ;;
    *) timeout -k 1 15 "$groupy" $1 ;;
  esac >"$work/out" 2>&1
  echo "$? $(grep -o '"verdict":"[a-z]*"' "$work/out" | head -1)"
}

declare -A sound
for command in "${commands[@]}"; do
  [ -n "${sound[$command]:-}" ] || sound[$command]=$(answer "$command")
done

try() { # index
  local name=${names[$1]} file=$work/source/${files[$1]} command=${commands[$1]} found
  local expected=${sound[$command]}
  cp "$file" "$work/kept"
  perl -0pi -e "${substitutions[$1]}" "$file"
  if cmp -s "$file" "$work/kept"; then
    fail "$name: the substitution changes nothing"
  elif ! build "$(target_of "$command")"; then
    fail "$name does not build"; grep -m3 error "$work/log"
  elif found=$(answer "$command" 2>/dev/null); [ "$found" = "$expected" ]; then
    fail "$name is not noticed by: $command ($expected)"
  else
    echo "ok: $name: $expected, then $found"
  fi
  cp "$work/kept" "$file"
}

for i in "${!names[@]}"; do try "$i"; done
[ $failures -eq 0 ] && echo "passed"
exit $((failures > 0))
