"""Corosync's closed process groups (CPG): one daemon a node, each node in a network namespace of its own.

The nodes hang on a bridge by a virtual cable each. A daemon's files and shared memory lie in a mount and IPC
namespace of its own. All of it lies inside the namespaces that tests/run made for the whole bench, and ends with
them."""
import os
import shutil
import statistics
import subprocess
import time

from processes import Member, results_of

WINDOW = 1000
PACK, PACKED_WINDOW = 1000, 4000  # with a single pack under way it is slower
# Totem's own limits: no timeout below 30 ms.
SHIPPED = {"mtu": 1500, "totem": {}, "system": {}}
TUNED = {"mtu": 9000, "totem": {"netmtu": 8900, "window_size": 300, "max_messages": 100},
         "system": {"sched_rr": "no", "move_to_root_cgroup": "no"}}
TIGHTEST = {"mtu": 9000, "totem": {**TUNED["totem"], "token": 30, "token_coefficient": 0, "token_retransmit": 30,
                                   "hold": 30, "join": 30, "consensus": 36, "merge": 30},
            "system": TUNED["system"]}


def missing():
    """Why this can't run here, or None."""
    if not shutil.which("corosync") or not os.path.exists("/usr/include/corosync/cpg.h"):
        return "the packages corosync and libcpg-dev are not installed"
    if not os.environ.get("GROUPY_PEERS_NAMESPACES"):
        return "this user may not make network namespaces (run it as root)"
    return None


def build(scratch):
    program = os.path.join(scratch, "cpg_bench")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cpg_bench.c")
    subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", source, "-lcpg", "-o",
                    program], check=True)
    return program


def section(name, settings, inner=""):
    return name + " {\n" + "".join(f"  {k}: {v}\n" for k, v in settings.items()) + inner + "}\n"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Nodes:
    """So many running daemons that form one ring; `with` ends them."""

    def __init__(self, members, settings, program):
        self.members, self.settings, self.program = members, settings, program
        self.scratch = os.path.dirname(program)
        self.daemons = {}
        self.clients = {}

    def __enter__(self):
        try:
            ip("link", "add", "ring", "mtu", str(self.settings["mtu"]), "type", "bridge")
            ip("link", "set", "ring", "up")
            for node in range(1, self.members + 1):
                self._cable(node)
            for node in range(1, self.members + 1):
                self._files(node)
                self.start_daemon(node)
            self.wait_for_ring()
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for process in [*self.clients.values(), *self.daemons.values()]:
            process.end()
        for node in range(1, self.members + 1):
            subprocess.run(["ip", "link", "del", f"port{node}"], check=False, capture_output=True)
            subprocess.run(["ip", "netns", "del", f"node{node}"], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", "ring"], check=False, capture_output=True)

    def _files(self, node):
        """What this node finds in its /run."""
        own = os.path.join(self.scratch, f"node{node}")
        shutil.rmtree(own, ignore_errors=True)
        os.mkdir(own)
        os.link(self.program, os.path.join(own, "cpg_bench"))
        with open(os.path.join(own, "corosync.conf"), "w", encoding="ascii") as out:
            out.write(self._configuration())

    def _cable(self, node):
        name, mtu = f"node{node}", str(self.settings["mtu"])
        ip("netns", "add", name)
        ip("link", "add", f"port{node}", "mtu", mtu, "type", "veth",
           "peer", "name", "eth0", "mtu", mtu, "netns", name)
        ip("link", "set", f"port{node}", "master", "ring", "up")
        ip("-n", name, "address", "add", f"10.77.0.{node}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")

    def _configuration(self):
        nodes = "".join(section("node", {"ring0_addr": f"10.77.0.{n}", "nodeid": n, "name": f"node{n}"})
                        for n in range(1, self.members + 1))
        return (section("totem", {"version": 2, "cluster_name": "groupy", "transport": "udpu",
                                  **self.settings["totem"]}) +
                section("nodelist", {}, nodes) +
                section("logging", {"to_syslog": "no", "to_stderr": "yes"}) +
                (section("system", self.settings["system"]) if self.settings["system"] else ""))

    def start_daemon(self, node):
        own = os.path.join(self.scratch, f"node{node}")
        script = (f"mount --bind {own} /run && mount -t tmpfs tmpfs /dev/shm && "
                  "mount -t tmpfs tmpfs /var/lib/corosync && exec corosync -f -c /run/corosync.conf")
        self.daemons[node] = Member(["ip", "netns", "exec", f"node{node}", "unshare", "--mount", "--ipc",
                                     "sh", "-c", script])

    def wait_for_ring(self):
        """Until all daemons are in one ring. With the timeouts that are shipped this may take many seconds."""
        deadline = time.monotonic() + 40
        for daemon in self.daemons.values():
            daemon.wait_until_said(f"Sync members[{self.members}]", deadline)

    def start_client(self, node, *arguments):
        pid = str(self.daemons[node].process.pid)
        self.clients[node] = Member(["nsenter", "-t", pid, "--net", "--mount", "--ipc", "/run/cpg_bench", *arguments])
        return self.clients[node]

    def run(self, *arguments, timeout_s=60):
        """Runs a client on each node to its end."""
        clients = [self.start_client(node, *arguments) for node in range(1, self.members + 1)]
        try:
            return results_of(clients, timeout_s)
        finally:
            for client in clients:
                client.end()
            self.clients = {}

    def wait_for_all(self):
        """Until every client has all of them in its group."""
        deadline = time.monotonic() + 20
        for client in self.clients.values():
            while client.wait_for("joined", deadline)["members"] != self.members:
                pass

    def recover(self, victim, with_daemon):
        """Kills a client, or a daemon with its client. Returns the ms until all others were told, and until all
        of them had delivered a message that was multicast after that; then starts it again."""
        survivors = [client for node, client in self.clients.items() if node != victim]
        began = time.monotonic_ns()
        (self.daemons if with_daemon else self.clients)[victim].kill()
        deadline = time.monotonic() + 20
        told = max(client.wait_for("left", deadline)["t"] for client in survivors)
        resumed = max(client.wait_for("resumed", deadline)["t"] for client in survivors)
        self.clients[victim].end()
        if with_daemon:
            self.daemons[victim].end()
            self.start_daemon(victim)
            self.daemons[victim].wait_until_said(f"Sync members[{self.members}]", deadline)
        self.start_client(victim, "watch", str(self.members))
        self.wait_for_all()
        return (told - began) / 1e6, (resumed - began) / 1e6


def throughput(nodes, mode, pack, window, plan, results):
    rates = []
    for _ in results.repetitions(f"corosync {mode}, {nodes.members} members"):
        each = nodes.run("throughput", str(nodes.members), str(plan.seconds), str(pack), str(window))
        rates.append(statistics.mean(r["delivered_per_s"] for r in each))
    results.throughput("corosync", mode, nodes.members, rates)


def latency(nodes, mode, plan, results):
    runs = []
    for _ in results.repetitions(f"corosync {mode}, latency, {nodes.members} members"):
        each = nodes.run("latency", str(nodes.members), str(plan.latency_seconds), str(plan.rate))
        runs.append(sorted(ns / 1e3 for r in each for ns in r["latency_ns"]))
    results.latency("corosync", mode, nodes.members, runs)


def recovery(nodes, mode, with_daemon, kills, results):
    told, resumed = [], []
    for node in range(1, nodes.members + 1):
        nodes.start_client(node, "watch", str(nodes.members))
    nodes.wait_for_all()
    for kill in range(kills):
        results.progress(f"corosync {mode}, {nodes.members} members, {kill + 1} of {kills}")
        times = nodes.recover(1 + kill % nodes.members, with_daemon)
        told.append(times[0])
        resumed.append(times[1])
        time.sleep(0.1)
    results.recovery("corosync", mode, nodes.members, {"told": told, "resume": resumed}, kills)
    for client in nodes.clients.values():
        client.end()
    nodes.clients = {}


def as_shipped(program, members, plan, results):
    with Nodes(members, SHIPPED, program) as nodes:
        throughput(nodes, "as shipped", 1, WINDOW, plan, results)
        latency(nodes, "as shipped", plan, results)


def tuned(program, members, plan, results):
    with Nodes(members, TUNED, program) as nodes:
        throughput(nodes, "tuned", 1, WINDOW, plan, results)
        throughput(nodes, "tuned, packed by 1000", PACK, PACKED_WINDOW, plan, results)
        latency(nodes, "tuned", plan, results)
        recovery(nodes, "client killed", False, plan.kills, results)


def tightest(program, members, plan, results):
    with Nodes(members, TIGHTEST, program) as nodes:
        recovery(nodes, "daemon killed", True, plan.kills, results)


def measure(members, program, results):
    results.attempt("corosync", "as shipped", members, as_shipped, program)
    results.attempt("corosync", "tuned", members, tuned, program)
    results.attempt("corosync", "daemon killed", members, tightest, program)
