"""The program in its root, as a container engine would run it: see ../container-proof.sh."""

import asyncio
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for part in ("acceptance", "storm"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), part))

from caller import Caller, chat  # noqa: E402
from gateway import Gateway  # noqa: E402
from processes import Failure, Oracle, end_well, wait_for  # noqa: E402

STREAMS = 20
MODEL = "sse-60x100"  # sixty events, a tenth of a second apart


def enter(root, data, user):
    """What runs in the child between fork and exec: mounts, root, user, and no way back. Only the mounts need this to be root."""
    libc = ctypes.CDLL(None, use_errno=True)

    def must(result, what):
        if result != 0:
            raise OSError(ctypes.get_errno(), what)

    def mount(source, target, kind, flags, data_=None):
        result = libc.mount(source.encode(), target.encode(), kind.encode() if kind else None, flags, data_)
        must(result, f"mount {target}")

    rdonly, nosuid, nodev, remount, bind, rec, private = 1, 2, 4, 32, 4096, 16384, 1 << 18

    def run():
        must(libc.unshare(0x20000), "unshare")  # CLONE_NEWNS
        mount("none", "/", None, rec | private)
        mount(root, root, None, bind)
        mount(data, root + "/var/lib/martlet", None, bind)
        mount("tmpfs", root + "/tmp", "tmpfs", nosuid | nodev, b"mode=1777,size=64m")
        mount("proc", root + "/proc", "proc", nosuid | nodev)
        for device in ("null", "urandom"):
            target = f"{root}/dev/{device}"
            if os.path.exists(target):
                mount(f"/dev/{device}", target, None, bind)
        mount(root, root, None, remount | bind | rdonly)
        os.chroot(root)
        os.chdir("/var/lib/martlet")
        os.setgroups([])
        # The bounding set goes while this is still root.
        for capability in range(64):
            libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        must(libc.prctl(38, 1, 0, 0, 0), "no-new-privileges")  # PR_SET_NO_NEW_PRIVS

    return run


class Contained(Gateway):
    """A gateway inside the root; its paths are the root's, and its data folder is seen from outside."""

    def __init__(self, root, folder, user):
        self.root, self.user = root, user
        self.outside = os.path.join(folder, "data")
        os.makedirs(self.outside)
        os.chown(self.outside, user, user)
        os.chmod(self.outside, 0o700)
        super().__init__("/usr/local/bin/martlet", folder, {"drain.limit": "60s", "drain.delay": "1s"})
        self.data = self.outside

    def environment(self):
        kept = {name: value for name, value in super().environment().items() if name.startswith("MARTLET_")}
        return kept | {"MARTLET_DATA_FOLDER": "/var/lib/martlet", "PATH": "/usr/bin:/bin", "MARTLET_LOG_FORMAT": "json"}

    def start(self, command, log):
        with open(log, "ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment(),
                preexec_fn=enter(self.root, self.outside, self.user),
            )

    def launch(self):
        self.log = os.path.join(self.folder, "martlet.log")
        self.command = [self.binary, "serve"]
        self.child = self.start(self.command, self.log)
        self.pid = self.child.pid
        self.running.append(self)
        wait_for(self.is_ready, 30, "the gateway's start")
        wait_for(self.admin_is_up, 10, "the admin listener")

    def inside(self, *command):
        """Runs a command beside it, as `docker exec` and HEALTHCHECK do. Returns its exit status and output."""
        log = os.path.join(self.folder, "inside.log")
        open(log, "w").close()
        status = self.start(list(command), log).wait(20)
        with open(log) as file:
            return status, file.read().strip()


def check_confinement(gateway):
    with open(f"/proc/{gateway.pid}/status") as file:
        facts = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    wanted = {
        "Uid": "\t".join([str(gateway.user)] * 4), "Gid": "\t".join([str(gateway.user)] * 4), "CapEff": "0" * 16,
        "CapBnd": "0" * 16, "NoNewPrivs": "1",
    }  # fmt: skip
    for name, value in wanted.items():
        if facts[name].strip() != value:
            raise Failure(f"{name} is {facts[name]}, not {value}")
    for path, writes in (("/etc/x", False), ("/usr/local/bin/x", False), ("/x", False), ("/tmp/x", True)):
        status, told = gateway.inside("/bin/sh", "-c", f": > {path}")
        if (status == 0) != writes:
            raise Failure(f"writing {path}: exit {status} {told}")
    print(f"user {gateway.user}, no capabilities, no new privileges; the root is read-only, /tmp is not")


async def drain(gateway, key):
    """SIGTERM with streams in flight. Returns how many were cut, and what health said meanwhile."""
    callers = [Caller(gateway.port, key, chat(MODEL, "hello", stream=True), f"cnt-{n}") for n in range(STREAMS)]
    asked = [asyncio.ensure_future(caller.ask(30)) for caller in callers]
    await asyncio.sleep(2)
    began = time.monotonic()
    gateway.child.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.3)
    during = gateway.inside("/usr/local/bin/martlet", "health")
    answers = await asyncio.gather(*asked)
    status = await asyncio.to_thread(gateway.child.wait, 30)
    took = time.monotonic() - began
    cut = [a for a in answers if a.status != 200 or not a.is_whole or b"data: [DONE]" not in a.body]
    print(f"SIGTERM with {STREAMS} streams in flight: {len(cut)} cut, exit {status} after {took:.1f} s")
    if took < 3:
        raise Failure("the streams had ended before: nothing was proven")
    if status != 0:
        raise Failure(f"the drained program ended with {status}:\n{gateway.tail()}")
    return len(cut), during


def main():
    root, oracle_path, user = sys.argv[1], sys.argv[2], int(sys.argv[3])
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-container-")
    os.chmod(folder, 0o755)
    try:
        oracle = Oracle(oracle_path, folder, pace_ms=100)
        gateway = Contained(root, folder, user)
        check_confinement(gateway)
        status, told = gateway.inside("/usr/local/bin/martlet", "health")
        print(f"health: exit {status}, {told}")
        if status != 0:
            raise Failure("a server that serves is not healthy")
        gateway.create_provider("oracle", "openai-compatible", oracle.url + "/v1")
        gateway.create_model(MODEL, "oracle", MODEL)
        key = gateway.create_key("contained")
        cut, during = asyncio.run(drain(gateway, key))
        print(f"health while draining: exit {during[0]}, {during[1]}")
        status, told = gateway.inside("/usr/local/bin/martlet", "health")
        print(f"health afterwards: exit {status}, {told}")
        if cut or during[0] == 0 or status == 0:
            raise Failure("a stream was cut, or health did not tell what was so")
        modes = {name: oct(os.stat(os.path.join(gateway.outside, name)).st_mode & 0o777) for name in os.listdir(gateway.outside)}
        print(f"data folder: {modes}")
    except (Failure, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f"container-proof: {failure}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
