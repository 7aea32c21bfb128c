"""What was measured: a line of JSON for each cell as it comes, and a table at the end."""
import json
import signal
import statistics
import subprocess
import sys
import time

from processes import Failed


def percentile(ordered, percent):
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Results:
    def __init__(self, plan, out):
        self.plan, self.out, self.cells, self.failures = plan, out, [], []

    def progress(self, text):
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def repetitions(self, text):
        for i in range(self.plan.repetitions):
            self.progress(f"{text}: {i + 1} of {self.plan.repetitions}")
            yield i

    def attempt(self, peer, mode, members, measure, *arguments):
        """What fails is said, and left out: the other cells go on."""
        def time_is_up(*_):
            raise Failed("the time is up")
        left_s = self.plan.began + self.plan.limit_s - time.monotonic()
        signal.signal(signal.SIGALRM, time_is_up)
        try:
            if left_s <= 0:
                time_is_up()
            signal.setitimer(signal.ITIMER_REAL, left_s)
            measure(*arguments, members, self.plan, self)
        except (Failed, OSError, subprocess.SubprocessError) as error:
            self.failures.append(f"{peer}, {mode}, {members} members: {error}")
            self.progress("")
            print(f"peers: not measured: {self.failures[-1]}", file=sys.stderr)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def add(self, bench, **cell):
        cell = {"bench": bench, **cell}
        self.cells.append(cell)
        print(json.dumps(cell), file=self.out, flush=True)
        self.progress("")

    def throughput(self, peer, mode, members, rates):
        self.add("throughput", peer=peer, mode=mode, members=members, size_bytes=64,
                 delivered_per_s=round(statistics.median(rates)), min=round(min(rates)), max=round(max(rates)),
                 repetitions=len(rates))

    def latency(self, peer, mode, members, runs):
        """Each run: the sorted latencies of all members, in us."""
        p50, p99 = ([percentile(run, percent) for run in runs] for percent in (50, 99))
        self.add("latency", peer=peer, mode=mode, members=members, size_bytes=64, rate_per_s=self.plan.rate,
                 p50_us=round(statistics.median(p50), 1), p99_us=round(statistics.median(p99), 1),
                 min=round(min(p50), 1), max=round(max(p50), 1), repetitions=len(runs))

    def recovery(self, peer, mode, members, parts, kills, **more):
        """Each part (told, resume): the times of all kills that every survivor came through, in ms."""
        cell = {"peer": peer, "mode": mode, "members": members, "kills": kills}
        for part, times in parts.items():
            if times:
                cell[f"{part}_ms"] = round(statistics.median(times), 2)
                cell[f"{part}_max_ms"] = round(max(times), 2)
        self.add("recovery", **cell, **more)


# -- The table ---------------------------------------------------------------------------------------------------

# What a peer is compared with: its like among the rungs, and the one that holds.
COMPARED = ("gms3", "gms5 agreed")
COMPARED_WHEN_PACKED = ("gms3, window 4000",)


def ratios_text(found, mode, members, cell):
    text = ""
    for rung in COMPARED_WHEN_PACKED if "packed" in mode else COMPARED:
        own = found.get(("groupy", rung, members))
        if own and cell["delivered_per_s"] > 0:
            text += f" ×{own['delivered_per_s'] / cell['delivered_per_s']:.3g}"
    return text and " " + text


def throughput_rows(cells, members):
    found = {(c["peer"], c["mode"], c["members"]): c for c in cells if c["bench"] == "throughput"}
    for peer, mode in dict.fromkeys(key[:2] for key in found):
        row = [f"{peer} {mode}"]
        for n in members:
            cell = found.get((peer, mode, n))
            if not cell:
                row.append("-")
                continue
            rates = [cell["delivered_per_s"], cell["min"], cell["max"]]
            row.append("{:,.0f} ({:,.0f}..{:,.0f})".format(*(rate / 1000 for rate in rates)) +
                       ("" if peer == "groupy" else ratios_text(found, mode, n, cell)))
        yield row


def other_rows(cells, members, bench, texts):
    found = {(c["peer"], c["mode"], c["members"]): c for c in cells if c["bench"] == bench}
    for peer, mode in dict.fromkeys(key[:2] for key in found):
        yield [f"{peer} {mode}"] + [texts(found[(peer, mode, n)]) if (peer, mode, n) in found else "-"
                                    for n in members]


def latency_text(cell):
    return f"{cell['p50_us']:.0f} / {cell['p99_us']:.0f}"


def recovery_text(cell):
    text = "-"
    if "resume_ms" in cell:
        text = f"{cell['told_ms']:.1f} / {cell['resume_ms']:.1f} / {cell['resume_max_ms']:.1f}"
    for became in ("frozen", "apart", "broken"):
        if cell.get(f"kills_with_one_{became}"):
            text += f", {became} {cell[f'kills_with_one_{became}']} of {cell['kills']}"
    return text


def print_table(heading, members, rows, out):
    rows = [["", *(f"{n} members" for n in members)], *rows]
    if len(rows) == 1:
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(members) + 1)]
    print(f"\n{heading}", file=out)
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip(), file=out)


def print_tables(cells, members, out):
    print_table("Throughput: thousand messages of 64 bytes a second at each member, median (least..most);\n"
                f"× how many times that {' and '.join(COMPARED)} of groupy deliver (packed: gms3, window 4000)",
                members, throughput_rows(cells, members), out)
    print_table("Latency at a fixed rate: p50 / p99 in µs, from when a message is due until a member delivers it",
                members, other_rows(cells, members, "latency", latency_text), out)
    print_table("Recovery: median ms from the kill until all survivors are told / until all have delivered a\n"
                "message that was multicast after it / the longest of these",
                members, other_rows(cells, members, "recovery", recovery_text), out)
