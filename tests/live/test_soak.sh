#!/usr/bin/env bash
# A short soak of gms5, with a seed of the day; the long one in a deep run. What fails is repeated with its seed.
here=$(dirname "$0")
seed=$(date +%j)
[ -z "${GROUPY_SANITIZED:-}" ] || export SOAK_MEAN=200ms SOAK_MEMBERS=5 # sanitizers take their time
SOAK_SECONDS=20
[ -z "${GROUPY_DEEP:-}" ] || SOAK_SECONDS=120
export SOAK_SECONDS
echo "tests/live/soak_gms5.sh $seed, for $SOAK_SECONDS s"
exec bash "$here/soak_gms5.sh" "$seed"
