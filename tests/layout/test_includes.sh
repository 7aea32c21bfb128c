#!/usr/bin/env bash
# Layers include downwards only: app -> net -> gms; gms knows nothing but itself and the freestanding part of
# the C library (string.h and assert.h are what it uses of the rest).
set -u
cd "$GROUPY_SOURCE"
bad=0
complain() { echo "$1"; bad=1; }

check() { # folder, pattern of what it may include
  local line
  while IFS= read -r line; do
    complain "$1 may not include: $line"
  done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' "$1" --include='*.c' --include='*.h' | grep -vE "#[[:space:]]*include ($2)")
}

check gms '"gms/|<(stdbool|stddef|stdint|limits|string|assert)\.h>'
check net '"(gms|net)/|<'
check app '"(gms|net|app)/|<'

# Inside net only net/zmq knows ZeroMQ, sockets and threads; the rest is pure.
while IFS= read -r line; do
  complain "net outside net/zmq is pure, but: $line"
done < <(grep -nE '#include <(czmq|zmq|pthread|unistd|time|sys/|poll|SDL)|#include "net/zmq' net/*.c net/*.h net/sim/sim*)

# The drawing knows no network.
while IFS= read -r line; do
  complain "app/ui draws, but: $line"
done < <(grep -rnE '#include ("net/zmq|<czmq|<zmq)' app/ui)

# The top level is fixed.
top=$(git ls-files 2>/dev/null | cut -d/ -f1 | sort -u | grep -v '^\.' | tr '\n' ' ')
[ -z "$top" ] || [ "$top" = "CMakeLists.txt README.md app assets gms net tests " ] || complain "the top level holds: $top"

[ $bad -eq 0 ] && echo "every include points downwards"
exit $bad
