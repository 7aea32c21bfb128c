"""gms3 in Erlang (gms3.erl), once with all members as processes of one VM, once with a node for each member.

The nodes find each other without epmd: each has an address of its own on the loopback, and all the same port."""
import os
import shutil
import socket
import statistics
import subprocess
import time

from processes import Failed, Member, results_of

WINDOW = 1000
NO_BUSY_WAIT = ["+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"]  # there are more VMs than cores
PATIENCE_S = 2  # who has delivered nothing of the new view by then never will


def missing():
    """Why this can't run here, or None."""
    return None if shutil.which("erlc") else "the package erlang-base is not installed"


def build(scratch):
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run(["erlc", "-Werror", "-o", scratch, os.path.join(here, "gms3.erl"),
                    os.path.join(here, "gms3_bench.erl")], check=True)
    return scratch


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Stuck(Exception):
    """What became of a survivor that does not go on with the others."""


def name_of(me):
    return f"member{me}@127.0.0.{me}"


class Nodes:
    """A VM for each member; `with` ends them."""

    def __init__(self, members, code):
        self.members, self.code, self.port = members, code, str(free_port())
        self.nodes = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        for node in self.nodes.values():
            node.end()
        self.nodes = {}

    def start(self, me, contact, task, ms, window):
        self.nodes[me] = Member(
            ["erl", "-noinput", "-pa", self.code, "-name", name_of(me), "-setcookie", "groupy",
             "-start_epmd", "false", "-erl_epmd_port", self.port,
             "-kernel", "inet_dist_use_interface", f"{{127,0,0,{me}}}",
             "-kernel", "prevent_overlapping_partitions", "false", *NO_BUSY_WAIT, "-run", "gms3_bench", "main",
             "-extra", task, str(self.members), str(ms), str(window), str(me), contact],
            env={**os.environ, "HOME": self.code})

    def start_all(self, task, ms, window):
        for me in range(1, self.members + 1):
            self.start(me, "none" if me == 1 else name_of(1), task, ms, window)

    def wait_for_all(self):
        """Until each has all members in its view. Returns who leads."""
        deadline = time.monotonic() + 20
        for node in self.nodes.values():
            event = node.wait_for("joined", deadline)
            while event["members"] != self.members:
                event = node.wait_for("joined", deadline)
        return next(me for me in self.nodes if name_of(me) == event["leader"])

    def recover(self, leader):
        """Kills the leader's VM. Returns the ms until all survivors had the new view, and until all of them had
        delivered a message that was multicast in it; or instead of them what became of one: it froze, for it misses
        a message; or it is apart, for it took the new leader's view for one that it had."""
        survivors = [node for me, node in self.nodes.items() if me != leader]
        began = time.time_ns()
        self.nodes[leader].kill()
        told = resumed = began
        deadline = time.monotonic() + PATIENCE_S
        try:
            for node in survivors:
                told = max(told, self._event_of(node, "left", deadline)["t"])
                resumed = max(resumed, self._event_of(node, "resumed", deadline)["t"])
        except Stuck as stuck:
            return None, None, str(stuck)
        self.nodes.pop(leader).end()
        return (told - began) / 1e6, (resumed - began) / 1e6, None

    @staticmethod
    def _event_of(node, name, deadline):
        try:
            event = node.wait_for(name, deadline, unless="frozen")
        except Failed:
            raise Stuck("apart") from None
        if event["event"] == "frozen":
            raise Stuck("frozen")
        return event


def throughput_in_one_vm(code, members, plan, results):
    rates = []
    for _ in results.repetitions(f"erlang, one VM, {members} members"):
        vm = Member(["erl", "-noinput", "-pa", code, "-run", "gms3_bench", "main", "-extra", "throughput",
                     str(members), str(int(plan.seconds * 1000)), str(WINDOW), "one-vm"],
                    env={**os.environ, "HOME": code})
        try:
            each = results_of([vm] * members, 30 + plan.seconds)
        finally:
            vm.end()
        rates.append(statistics.mean(r["delivered_per_s"] for r in each))
    results.throughput("erlang gms3", "one VM", members, rates)


def throughput(code, members, plan, results):
    rates = []
    for _ in results.repetitions(f"erlang, a node per member, {members} members"):
        with Nodes(members, code) as nodes:
            nodes.start_all("throughput", int(plan.seconds * 1000), WINDOW)
            each = results_of(nodes.nodes.values(), 30 + plan.seconds)
        rates.append(statistics.mean(r["delivered_per_s"] for r in each))
    results.throughput("erlang gms3", "a node per member", members, rates)


def recovery(members, code, mode, window, kills, results):
    """Kills leader after leader; the dead one comes again, as the last. A group in which one is stuck is started
    anew."""
    told, resumed, stuck = [], [], []
    with Nodes(members, code) as nodes:
        for kill in range(kills):
            results.progress(f"erlang, {mode}, {members} members, {kill + 1} of {kills}")
            if not nodes.nodes:
                nodes.start_all("watch", 0, window)
                leader = nodes.wait_for_all()
            time.sleep(0.3)
            ms_told, ms_resumed, became = nodes.recover(leader)
            if became:
                stuck.append(became)
                nodes.end()
                continue
            told.append(ms_told)
            resumed.append(ms_resumed)
            nodes.start(leader, name_of(next(iter(nodes.nodes))), "watch", 0, window)
            leader = nodes.wait_for_all()
    results.recovery("erlang gms3", mode, members, {"told": told, "resume": resumed}, kills,
                     kills_with_one_frozen=stuck.count("frozen"), kills_with_one_apart=stuck.count("apart"))


def leader_killed(code, members, plan, results):
    recovery(members, code, "leader killed", 0, plan.kills, results)


def leader_killed_under_load(code, members, plan, results):
    recovery(members, code, "leader killed under load", WINDOW, plan.kills_under_load, results)


def measure(members, code, results):
    results.attempt("erlang gms3", "one VM", members, throughput_in_one_vm, code)
    results.attempt("erlang gms3", "a node per member", members, throughput, code)
    results.attempt("erlang gms3", "leader killed", members, leader_killed, code)
    results.attempt("erlang gms3", "leader killed under load", members, leader_killed_under_load, code)
