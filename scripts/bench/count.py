"""Instructions of a governed request: see count.sh."""

import argparse
import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import bench
import load
from processes import Failure, end_well

WARM, COUNTED = 8, 20  # seconds


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench/count.sh", description="Instructions of a governed request.")
    parser.add_argument("martlet", nargs="?", default=os.path.join(bench.ROOT, ".build/release/martlet"))
    parser.add_argument("oracle", nargs="?", default=os.path.join(bench.ROOT, ".build/release/martlet-oracle"))
    parser.add_argument("--top", type=int, default=40, help="functions to tell")
    parser.add_argument("--calls-of", help="tell who calls the functions that this matches")
    return parser.parse_args()


def wrapper(martlet, folder):
    """The gateway inside callgrind. Its debugging information goes: valgrind cannot read all of it."""
    plain = os.path.join(folder, "martlet-plain")
    subprocess.run(["objcopy", "--strip-debug", os.path.abspath(martlet), plain], check=True)
    script = os.path.join(folder, "martlet-counted")
    out = os.path.join(folder, "callgrind.%p")
    with open(script, "w") as file:
        file.write(
            "#!/bin/sh\nexec valgrind --tool=callgrind --separate-threads=yes "
            f"--callgrind-out-file={out} {plain} \"$@\"\n"
        )
    os.chmod(script, 0o755)
    return script


def ask(subject, seconds, folder):
    """As wrk asks at full speed, with patience; how many were answered."""
    script = os.path.join(folder, "count.lua")
    with open(script, "w") as file:
        file.write(
            f"wrk.method = 'POST'\nwrk.body = [==[{load.BODIES[load.PATH](subject.model)}]==]\n"
            f"wrk.headers['content-type'] = 'application/json'\nwrk.headers['authorization'] = 'Bearer {subject.key}'\n"
        )
    output = load.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", "--timeout", "20s", "-s", script, subject.url + load.PATH], seconds
    )
    answered = int(re.search(r"(\d+) requests in", output).group(1))
    if not answered or "Non-2xx" in output:
        raise Failure(f"count: {output}")
    return answered


class Profile:
    """One thread's callgrind dump: own instructions by function, and calls by caller and callee."""

    def __init__(self, path):
        self.names = {}
        self.own = collections.Counter()
        self.calls = collections.Counter()
        function = callee = None
        is_call = False
        for line in open(path):
            line = line.rstrip("\n")
            if line.startswith("fn="):
                function = self.name(line[3:])
            elif line.startswith("cfn="):
                callee = self.name(line[4:])
            elif line.startswith("calls="):
                self.calls[function, callee] += int(line[6:].split()[0])
                is_call = True
            elif line and line[0] in "0123456789+-*":
                if not is_call:
                    self.own[function] += int(line.split()[1])
                is_call = False
        self.total = sum(self.own.values())

    def name(self, text):
        number, name = re.match(r"\((\d+)\)(?: (.*))?$", text).groups()
        if name:
            self.names[number] = re.sub(r"'\d+$", "", name)
        return self.names[number]


def readable(names):
    names = list(names)
    done = subprocess.run(["swift", "demangle", "-compact"], input="\n".join(names), capture_output=True, text=True)
    short = (re.sub(r" in _[0-9A-F]{32}", "", name)[:150] for name in done.stdout.split("\n"))
    return dict(zip(names, short))


def tell(profile, requests, opts):
    if opts.calls_of:
        pairs = [pair for pair in profile.calls if re.search(opts.calls_of, pair[1])]
        pairs.sort(key=lambda pair: -profile.calls[pair])
        names = readable({name for pair in pairs[: opts.top] for name in pair})
        print("calls a request  caller -> callee")
        for caller, callee in pairs[: opts.top]:
            print(f"{profile.calls[caller, callee] / requests:15.2f}  {names[caller]} -> {names[callee]}")
    else:
        top = profile.own.most_common(opts.top)
        names = readable(name for name, _ in top)
        times = collections.Counter()
        for (_, callee), count in profile.calls.items():
            times[callee] += count
        print("instructions  calls  a request")
        for name, count in top:
            print(f"{count / requests:12.0f}  {times[name] / requests:5.1f}  {names[name]}")


def count(opts, folder):
    sys.argv = ["count", wrapper(opts.martlet, folder), opts.oracle]
    lane = bench.Bench(bench.options(), folder)
    subject = lane.subject(lane.opts.model)
    pid = str(subject.pids[0])
    ask(subject, WARM, folder)
    subprocess.run(["callgrind_control", "-z", pid], check=True, stdout=subprocess.DEVNULL)
    requests = ask(subject, COUNTED, folder)
    subprocess.run(["callgrind_control", "-d", pid], check=True, stdout=subprocess.DEVNULL)
    profiles = [Profile(path) for path in glob.glob(os.path.join(folder, f"callgrind.{pid}.1-*"))]
    if not profiles:
        raise Failure("count: callgrind wrote nothing")
    profiles.sort(key=lambda profile: -profile.total)
    tell(profiles[0], requests, opts)
    print()
    print(f"count requests {requests}")
    print(f"count loop_instructions {profiles[0].total / requests:.0f}")
    print(f"count other_instructions {sum(profile.total for profile in profiles[1:]) / requests:.0f}")


def main():
    opts = options()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-count-")
    try:
        count(opts, folder)
    except Failure as failure:
        sys.exit(f"count: {failure}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
