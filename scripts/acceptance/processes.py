"""Processes that the acceptance tests, the bench and the soak start: free ports, logs, and a sure end."""

import atexit
import http.client
import os
import signal
import socket
import subprocess
import sys
import time


class Failure(Exception):
    """Something that was started did not do what was asked of it."""


def free_port():
    """A port of the loopback interface that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(port, method, path, body=None, headers=None, timeout=10):
    """One plain HTTP exchange on this machine: (status, headers, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def wait_for(condition, seconds, what, pause=0.02):
    """Returns the condition's first true value; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Process:
    """A child process whose output goes to a file and which does not outlive this one."""

    running = []

    def __init__(self, command, log, env=None, cwd=None):
        self.log = log
        self.command = command
        with open(log, "ab") as output:
            self.child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, cwd=cwd
            )
        self.pid = self.child.pid
        Process.running.append(self)

    def check(self):
        """Fails with the end of the log when the process has ended."""
        if self.child.poll() is not None:
            raise Failure(f"{self.command[0]} ended with {self.child.returncode}:\n{self.tail()}")

    def tail(self, lines=30):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-lines:])

    def stop(self, seconds=10):
        """SIGTERM, then SIGKILL. Returns the exit status."""
        if self in Process.running:
            Process.running.remove(self)
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        return self.child.returncode


def stop_all():
    for process in list(Process.running):
        process.stop(seconds=3)


def end_well():
    """Ends every child when this process ends, also by a signal."""
    atexit.register(stop_all)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))


class Oracle(Process):
    """The fake vendor, `martlet-oracle`."""

    def __init__(self, binary, folder, port=0, pace_ms=20):
        self.port = port or free_port()
        super().__init__(
            [binary, "--port", str(self.port), "--pace-ms", str(pace_ms)], os.path.join(folder, "oracle.log")
        )
        wait_for(self.is_up, 10, "the oracle's start")

    def is_up(self):
        self.check()
        try:
            return request(self.port, "GET", "/oracle/stats")[0] == 200
        except OSError:
            return False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


class Usage:
    """CPU, memory, descriptors and threads of processes, as /proc tells them, added up."""

    tick = os.sysconf("SC_CLK_TCK")

    def __init__(self, pids):
        self.cpu_us = self.rss_kib = self.fds = self.threads = 0
        for pid in pids:
            self.add(pid)

    def add(self, pid):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            self.cpu_us += (int(fields[11]) + int(fields[12])) * 1_000_000 // self.tick
            with open(f"/proc/{pid}/status") as status:
                for line in status:
                    if line.startswith("VmRSS:"):
                        self.rss_kib += int(line.split()[1])
                    elif line.startswith("Threads:"):
                        self.threads += int(line.split()[1])
            self.fds += len(os.listdir(f"/proc/{pid}/fd"))
        except FileNotFoundError:
            pass


def children(pid):
    """Process ids of a process's children."""
    with open(f"/proc/{pid}/task/{pid}/children") as listing:
        return [int(word) for word in listing.read().split()]
