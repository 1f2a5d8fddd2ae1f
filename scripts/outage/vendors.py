"""Vendors that can be made to fail: oracles with moods, and with signals."""

import json
import os
import signal

from processes import Failure, Oracle, Process, request

KILLED, HUNG = "killed", "hung"
# What cuts streams after their first content, which their callers see and nobody may hide, and whole answers too.
CUT_LATE = "sse-20x5x100+cut-1500"


class Vendor:
    """One oracle. Its mood is `None` while it is well."""

    def __init__(self, name, binary, folder):
        self.name, self.binary = name, binary
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder)
        self.oracle = Oracle(binary, self.folder, pace_ms=5)
        self.mood = None
        self.before = 0  # requests that earlier processes had got
        self.own = 1  # requests of ours to this process: the one that found it up
        self.last = 0

    @property
    def url(self):
        return self.oracle.url

    def fall(self, mood):
        """Fails from now on."""
        if self.mood is not None:
            raise Failure(f"{self.name} is {self.mood} already")
        self.mood = mood
        if mood == KILLED:
            self.before += self.count()
            self.oracle.child.kill()
            self.oracle.child.wait()
            Process.running.remove(self.oracle)
            self.own = self.last = 0
        elif mood == HUNG:
            self.count()
            self.oracle.child.send_signal(signal.SIGSTOP)
        else:
            self.set_mood(mood)

    def rise(self):
        """Is well again."""
        if self.mood == KILLED:
            self.oracle = Oracle(self.binary, self.folder, port=self.oracle.port, pace_ms=5)
            self.own = 1
        elif self.mood == HUNG:
            self.oracle.child.send_signal(signal.SIGCONT)
        elif self.mood is not None:
            self.set_mood("")
        self.mood = None

    @property
    def requests(self):
        """Requests of the gateway that have come so far. Those of a vendor that cannot say are as of when it last could."""
        return self.before + (self.last if self.mood in (KILLED, HUNG) else self.count())

    def count(self):
        self.own += 1
        stats = json.loads(request(self.oracle.port, "GET", "/oracle/stats")[2])
        self.last = stats["requests"] - self.own
        return self.last

    def set_mood(self, words):
        self.own += 1
        status, _, body = request(self.oracle.port, "POST", "/oracle/mood", words)
        if status != 200:
            raise Failure(f"{self.name}: no mood {words}: {status} {body.decode(errors='replace')}")
