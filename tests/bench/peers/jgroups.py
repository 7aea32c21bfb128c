"""JGroups' SEQUENCER over TCP: a Java VM for each member."""
import os
import shutil
import socket
import statistics
import subprocess
import time

from processes import Member, results_of

JAR = "/usr/share/java/jgroups.jar"
HERE = os.path.dirname(os.path.abspath(__file__))
WINDOW = 1000
VERIFY_MS = 20  # how long a suspicion is doubted


def missing():
    """Why this can't run here, or None."""
    if not shutil.which("javac") or not os.path.exists(JAR):
        return "the packages libjgroups-java and default-jdk-headless are not installed"
    return None


def build(scratch):
    source = os.path.join(HERE, "JGroupsBench.java")
    subprocess.run(["javac", "-Werror", "-cp", JAR, "-d", scratch, source], check=True)
    return scratch


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Group:
    """A VM for each member; `with` ends them."""

    def __init__(self, members, classes):
        self.members, self.classes = members, classes
        self.ports = free_ports(members)
        self.nodes = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        for node in self.nodes.values():
            node.end()
        self.nodes = {}

    def start(self, me, contact, task, *arguments):
        settings = {"java.net.preferIPv4Stack": "true", "bench.port": self.ports[me - 1],
                    "bench.hosts": f"127.0.0.1[{self.ports[contact - 1]}]", "bench.bundle_ms": 1,
                    "bench.discovery_ms": 100 if contact == me else 5000,
                    "bench.initial_members": 1 if contact == me else 2,
                    "bench.verify_ms": VERIFY_MS}
        self.nodes[me] = Member(["java", "-XX:+UseParallelGC", *(f"-D{k}={v}" for k, v in settings.items()), "-cp",
                                 f"{self.classes}:{JAR}", "JGroupsBench", task, os.path.join(HERE, "jgroups.xml"),
                                 str(self.members), str(me), *map(str, arguments)])

    def start_all(self, task, *arguments):
        """One after the other: two that come at once may found two groups."""
        for me in range(1, self.members + 1):
            self.start(me, 1, task, *arguments)
            self.nodes[me].wait_for("joined", time.monotonic() + 20)

    def wait_for_all(self):
        """Until each but the newest, which has told so, has all members in its view. Returns who leads."""
        deadline = time.monotonic() + 30
        for node in list(self.nodes.values())[:-1]:
            event = node.wait_for("joined", deadline)
            while event["members"] != self.members:
                event = node.wait_for("joined", deadline)
        return next(me for me in self.nodes if event["leader"] == f"member{me}")

    def recover(self, leader):
        """Kills the leader's VM. Returns the ms until all survivors had the new view, and until all of them had
        delivered a message that was multicast after it."""
        survivors = [node for me, node in self.nodes.items() if me != leader]
        began = time.monotonic_ns()
        self.nodes[leader].kill()
        deadline = time.monotonic() + 20
        told = max(node.wait_for("left", deadline)["t"] for node in survivors)
        resumed = max(node.wait_for("resumed", deadline)["t"] for node in survivors)
        self.nodes.pop(leader).end()
        return (told - began) / 1e6, (resumed - began) / 1e6


def throughput(classes, members, plan, results):
    """All repetitions in the same VMs: the first seconds of a VM are its compiler's."""
    results.progress(f"jgroups, {members} members")
    with Group(members, classes) as group:
        group.start_all("throughput", plan.seconds, WINDOW, plan.repetitions)
        each = results_of(group.nodes.values(), 60 + plan.seconds * plan.repetitions)
    rates = [statistics.mean(rates) for rates in zip(*(r["rates"] for r in each))]
    results.throughput("jgroups", "SEQUENCER over TCP", members, rates)


def recovery(classes, members, plan, results):
    told, resumed = [], []
    with Group(members, classes) as group:
        group.start_all("watch")
        leader = group.wait_for_all()
        for kill in range(plan.kills_of_jvm):
            results.progress(f"jgroups, leader killed, {members} members, {kill + 1} of {plan.kills_of_jvm}")
            time.sleep(0.3)
            times = group.recover(leader)
            told.append(times[0])
            resumed.append(times[1])
            group.start(leader, next(iter(group.nodes)), "watch")
            group.nodes[leader].wait_for("joined", time.monotonic() + 20)
            leader = group.wait_for_all()
    results.recovery("jgroups", "leader killed", members, {"told": told, "resume": resumed}, len(told))


def measure(members, classes, results):
    results.attempt("jgroups", "SEQUENCER over TCP", members, throughput, classes)
    results.attempt("jgroups", "leader killed", members, recovery, classes)
