"""Groupy itself, by its own `groupy bench`: the same load, in the same run."""
import json
import subprocess

from processes import Failed

RUNGS = ["--rung", "gms3,gms5", "--delivery", "agreed"]
WINDOW, LARGE_WINDOW = 1000, 4000  # the large one is that of Corosync when it is packed


def missing():
    """It has just been built."""
    return None


def build(_scratch):
    return None


def lasting(seconds):
    return "--for", f"{int(seconds * 1000)}ms"


def bench(plan, kind, members, repetitions, *more):
    command = [plan.groupy, "bench", kind, *more, "--members", str(members), "--repeat", str(repetitions), "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                         timeout=60 + 20 * repetitions)
    try:
        return json.loads(run.stdout)["cells"]
    except (ValueError, KeyError):
        raise Failed(f"groupy bench {kind}: {' / '.join(run.stderr.splitlines()[-2:])}") from None


def must_be_fine(cell):
    if not cell["fine"]:
        raise Failed(f"{cell['subject']}: {cell.get('error', 'not fine')}")
    return cell


def throughput(rungs, window, members, plan, results):
    results.progress(f"groupy bench throughput, {members} members")
    for cell in map(must_be_fine, bench(plan, "throughput", members, plan.repetitions, *rungs,
                                        *lasting(plan.seconds), "--window", str(window))):
        mode = cell["subject"] + ("" if window == WINDOW else f", window {window}")
        results.add("throughput", peer="groupy", mode=mode, members=members, size_bytes=64,
                    delivered_per_s=round(cell["delivered_per_s"]), min=round(cell["delivered_per_s_min"]),
                    max=round(cell["delivered_per_s_max"]), repetitions=plan.repetitions)


def latency(members, plan, results):
    results.progress(f"groupy bench latency, {members} members")
    for cell in map(must_be_fine, bench(plan, "latency", members, plan.repetitions, *RUNGS,
                                        *lasting(plan.latency_seconds), "--rate", str(plan.rate))):
        results.add("latency", peer="groupy", mode=cell["subject"], members=members, size_bytes=64,
                    rate_per_s=plan.rate, p50_us=cell["p50_us"], p99_us=cell["p99_us"], min=cell["p50_us_min"],
                    max=cell["p50_us_max"], repetitions=plan.repetitions)


def recovery(what, kills, more, members, plan, results):
    """A group that did not survive has no time, and is counted: gms3 promises nothing else under load."""
    results.progress(f"groupy bench recovery, {what}, {members} members")
    for cell in bench(plan, "recovery", members, kills, *RUNGS, *more):
        if "broken" not in cell:
            must_be_fine(cell)
        times = {"told_ms": cell["flush_ms"], "told_max_ms": cell["flush_ms_max"], "resume_ms": cell["resume_ms"],
                 "resume_max_ms": cell["resume_ms_max"]} if "resume_ms" in cell else {}
        results.add("recovery", peer="groupy", mode=f"{cell['subject']}, {what}", members=members, kills=kills,
                    **times, kills_with_one_broken=round(cell["broken"]))


def measure(members, _built, results):
    plan = results.plan
    results.attempt("groupy", "throughput", members, throughput, RUNGS, WINDOW)
    results.attempt("groupy", "throughput", members, throughput, ["--rung", "gms3"], LARGE_WINDOW)
    results.attempt("groupy", "latency", members, latency)
    results.attempt("groupy", "leader killed", members, recovery, "leader killed", plan.kills, [])
    results.attempt("groupy", "leader killed under load", members, recovery, "leader killed under load",
                    plan.kills_under_load, ["--full-load"])
