"""Measures groupy and its peers under the same load, in one run. Started by tests/run --peers.

    peers.py GROUPY [--quick] [--only groupy,corosync,erlang,jgroups] [--members 3,5,8] [--out FILE]

Every member multicasts bodies of 64 bytes with 1,000 of its own under way; what counts is what each member
delivers in a second. A line of JSON for each cell goes to --out (or standard output), tables follow on standard
output. What can't run here is said in one line and left out."""
import argparse
import os
import subprocess
import sys
import tempfile
import time
import types

import corosync
import erlang
import groupy
import jgroups
from results import Results, print_tables

PARTS = {"groupy": groupy, "corosync": corosync, "erlang": erlang, "jgroups": jgroups}
FULL = {"members": [3, 5, 8], "repetitions": 5, "seconds": 1.0, "latency_seconds": 1.0, "rate": 1000, "kills": 11,
        "kills_under_load": 6, "kills_of_jvm": 5, "limit_s": 700}
QUICK = {**FULL, "members": [3], "repetitions": 1, "seconds": 0.5, "latency_seconds": 0.5, "kills": 2,
         "kills_under_load": 1, "kills_of_jvm": 2, "limit_s": 120}


def arguments():
    parser = argparse.ArgumentParser(prog="tests/run --peers", description="groupy beside its peers")
    parser.add_argument("groupy", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="one short repetition of 3 members: does it all run?")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS), metavar="PEER,...",
                        help=f"of {', '.join(PARTS)}")
    parser.add_argument("--members", type=lambda text: [int(n) for n in text.split(",")], metavar="N,...")
    parser.add_argument("--out", help="the lines of JSON go to this file")
    chosen = parser.parse_args()
    if not set(chosen.only) <= set(PARTS):
        parser.error(f"--only {','.join(chosen.only)}: of {', '.join(PARTS)}")
    if not all(2 <= n <= 16 for n in chosen.members or []):
        parser.error("--members: 2 to 16")
    return chosen


def enter_namespaces():
    """Where tests/run made namespaces: a loopback that is up, and a /run of our own for what `ip netns` keeps."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)


def built_parts(names, scratch):
    """Those that can run here, with what they were built to; it is said why the others can't."""
    parts = []
    for name in names:
        why = PARTS[name].missing()
        if not why:
            try:
                parts.append((PARTS[name], PARTS[name].build(scratch)))
                continue
            except subprocess.SubprocessError as error:
                why = str(error)
        print(f"peers: {name} is skipped: {why}", file=sys.stderr)
    return parts


def main():
    chosen = arguments()
    plan = types.SimpleNamespace(**(QUICK if chosen.quick else FULL), groupy=chosen.groupy,
                                 began=time.monotonic())
    plan.members = chosen.members or plan.members
    if os.environ.get("GROUPY_PEERS_NAMESPACES", "root") != "root":
        print("peers: not root: Corosync as shipped runs without its real-time scheduling", file=sys.stderr)
    own = bool(os.environ.get("GROUPY_PEERS_NAMESPACES"))
    if own:
        enter_namespaces()
    with tempfile.TemporaryDirectory(dir="/run" if own else None) as scratch:
        os.environ["XDG_RUNTIME_DIR"] = scratch
        with open(chosen.out, "w", encoding="ascii") if chosen.out else sys.stdout as out:
            results = Results(plan, out)
            parts = built_parts(chosen.only, scratch)
            for members in plan.members:
                for part, built in parts:
                    part.measure(members, built, results)
            print_tables(results.cells, plan.members, sys.stdout)
            print(f"\n{time.monotonic() - plan.began:.0f} s in all; {len(results.failures)} not measured.")
    return 1 if results.failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("peers: interrupted")
