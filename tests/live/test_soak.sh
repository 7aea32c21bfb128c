#!/usr/bin/env bash
# A short soak of gms5; the long one, with a seed of the day, in a deep run. What fails is repeated with its seed.
here=$(dirname "$0")
seed=1
[ -z "${GROUPY_SANITIZED:-}" ] || export SOAK_MEAN=200ms SOAK_MEMBERS=5 # sanitizers take their time
SOAK_SECONDS=15
[ -z "${GROUPY_DEEP:-}" ] || { SOAK_SECONDS=120; seed=$(date +%j); }
export SOAK_SECONDS
echo "tests/live/soak_gms5.sh $seed, for $SOAK_SECONDS s"
exec bash "$here/soak_gms5.sh" "$seed"
