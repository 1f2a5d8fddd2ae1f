"""Virtual environments, one for each SDK, kept under .venvs/ until their requirements change."""

import hashlib
import os
import shutil
import subprocess
import sys

from processes import Failure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REQUIREMENTS = os.path.join(HERE, "requirements")


def names():
    return sorted(name.removesuffix(".txt") for name in os.listdir(REQUIREMENTS) if name.endswith(".txt"))


def python_of(name):
    """The interpreter of an environment, which is made or made anew when need be."""
    home = os.path.join(ROOT, ".venvs", name)
    requirements = os.path.join(REQUIREMENTS, name + ".txt")
    with open(requirements, "rb") as file:
        wanted = hashlib.sha256(file.read() + sys.version.encode()).hexdigest()
    mark = os.path.join(home, "made-for")
    python = os.path.join(home, "bin", "python")
    if not (os.path.exists(mark) and open(mark).read() == wanted and works(python)):
        shutil.rmtree(home, ignore_errors=True)
        os.makedirs(os.path.dirname(home), exist_ok=True)
        make(home, python, requirements)
        with open(mark, "w") as file:
            file.write(wanted)
    return python


def works(python):
    return subprocess.run([python, "-c", "import pytest"], capture_output=True).returncode == 0


def make(home, python, requirements):
    if shutil.which("uv") and attempt(["uv", "venv", "--quiet", "--python", sys.executable, home]):
        if attempt(["uv", "pip", "install", "--quiet", "--python", python, "-r", requirements]):
            return
        shutil.rmtree(home, ignore_errors=True)
    check([sys.executable, "-m", "venv", home])
    check([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])


def attempt(command):
    return subprocess.run(command, capture_output=True).returncode == 0


def check(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
