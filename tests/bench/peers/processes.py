"""Members of a peer as processes: each tells what happens in lines of JSON on its standard output."""
import json
import queue
import subprocess
import threading
import time


class Failed(Exception):
    """A cell that could not be measured, and why, in one line."""


class Member:
    def __init__(self, command, env=None):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace", env=env)
        self.events = queue.Queue()
        self.said = []  # the last lines that are not JSON: how it stands, and why it failed
        self.readers = [threading.Thread(target=self._read, args=[stream], daemon=True)
                        for stream in (self.process.stdout, self.process.stderr)]
        for reader in self.readers:
            reader.start()

    def _read(self, stream):
        for line in stream:
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            if isinstance(event, dict) and "event" in event:
                self.events.put(event)
            else:
                self.said = (self.said + [line.strip()])[-20:]

    def why(self):
        return " / ".join(self.said[-3:])

    def wait_for(self, name, deadline, unless=None):
        """The next event of that name, or the other one; those before it are dropped."""
        while True:
            try:
                event = self.events.get(timeout=max(0.0, min(0.1, deadline - time.monotonic())))
                if event["event"] in (name, unless):
                    return event
            except queue.Empty:
                if self.process.poll() is not None:
                    for reader in self.readers:
                        reader.join(1)
                    if self.events.empty():
                        raise Failed(f"a member ended without {name}: {self.why()}") from None
                if time.monotonic() > deadline:
                    raise Failed(f"no {name} in time: {self.why()}") from None

    def wait_until_said(self, text, deadline):
        """Until one of its last lines that are not JSON contains the text."""
        while not any(text in line for line in self.said):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"it did not say '{text}' in time: {self.why()}")
            time.sleep(0.02)

    def kill(self):
        self.process.kill()

    def end(self):
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(1)


def results_of(members, timeout_s):
    """What each member measured. They must agree on what was delivered, and in which order."""
    deadline = time.monotonic() + timeout_s
    results = [m.wait_for("result", deadline) for m in members]
    if len({(r["hash"], r["delivered"]) for r in results}) != 1:
        raise Failed("the members delivered different sequences")
    return results
