"""Starts martlet with a few rows of each kind and lets schemathesis at its admin API."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "scripts", "acceptance"))

import environments  # noqa: E402
from gateway import Gateway  # noqa: E402
from processes import Failure, end_well, free_port, request  # noqa: E402

# What a body may be depends on what is stored: a project it names must be there. So a right body may be refused.
# Headers that a request must have are the token alone, which ignored_auth leaves out.
EXCLUDED = "positive_data_acceptance,missing_required_header"


def python():
    """The interpreter of the environment, which is made or made anew when need be."""
    home = os.path.join(ROOT, ".venvs", "schemathesis")
    requirements = os.path.join(HERE, "requirements.txt")
    with open(requirements, "rb") as file:
        wanted = hashlib.sha256(file.read() + sys.version.encode()).hexdigest()
    mark = os.path.join(home, "made-for")
    interpreter = os.path.join(home, "bin", "python")
    if not (os.path.exists(mark) and open(mark).read() == wanted):
        shutil.rmtree(home, ignore_errors=True)
        os.makedirs(os.path.dirname(home), exist_ok=True)
        environments.make(home, interpreter, requirements)
        with open(mark, "w") as file:
            file.write(wanted)
    return interpreter


def rows(gateway):
    """Makes two rows of each kind; their ids by noun, those to look at and those to end."""
    closed = free_port()
    settings = {"allow_private": "true", "health_check": "off"}

    def provider(name):
        body = {"name": name, "kind": "openai-compatible", "base_url": f"http://127.0.0.1:{closed}", "settings": settings}
        return gateway.admin("POST", "/providers", body)["id"]

    def model(name):
        targets = [{"provider": "sandbox", "upstream_model": "echo"}]
        return gateway.admin("POST", "/models", {"name": name, "targets": targets})["id"]

    def project(name):
        return gateway.admin("POST", "/projects", {"name": name})["id"]

    def key(name):
        return gateway.admin("POST", "/keys", {"name": name, "project": "research"})["id"]

    def budget(period):
        body = {"scope": {"project": "research"}, "amount_usd": "5", "period": period}
        return gateway.admin("POST", "/budgets", body)["id"]

    def token(name):
        return gateway.admin("POST", "/tokens", {"name": name, "role": "viewer"})["id"]

    kept = {
        "projects": project("research"), "keys": key("kept"), "providers": provider("kept"), "models": model("kept"),
        "budgets": budget("daily"), "tokens": token("kept"),
    }
    # What is deleted, or ended for good, is not what the others look at.
    ended = {
        "projects": project("ended"), "keys": key("ended"), "providers": provider("ended"), "models": model("ended"),
        "budgets": budget("weekly"), "tokens": token("ended"),
    }
    gateway.admin("POST", f"/keys/{ended['keys']}/revoke")
    gateway.admin("POST", "/config/apply", {"document": {"projects": [{"name": "declared"}]}})
    return kept, ended


def configuration(document, kept, ended):
    """Ids for the paths of each operation, in the tool's own format."""
    lines = []
    for path, item in document["paths"].items():
        if "{id}" not in path:
            continue
        noun = path.split("/")[3]
        for method, operation in item.items():
            is_end = method == "delete" or path.endswith("/revoke")
            chosen = (ended if is_end else kept).get(noun, "1")
            lines += [
                "[[operations]]",
                f"include-operation-id = {json.dumps(operation['operationId'])}",
                f"parameters = {{ \"path.id\" = {json.dumps(chosen)} }}",
                "",
            ]
    return "\n".join(lines)


def attack(interpreter, gateway, folder, options):
    """Runs the tool; returns its exit status and its report."""
    served = gateway.plain_admin("/admin/v1/openapi.json")
    document = json.loads(served)
    # From a file: where the tool has a document from, it does not try.
    location = os.path.join(folder, "openapi.json")
    with open(location, "wb") as file:
        file.write(served)
    config = os.path.join(folder, "schemathesis.toml")
    with open(config, "w") as file:
        file.write(configuration(document, *rows(gateway)))
    report = os.path.join(folder, "report.json")
    url = f"http://127.0.0.1:{gateway.admin_port}"
    command = [
        interpreter, "-m", "schemathesis.cli", "--config-file", config, "run", location, "--url", url, "--header", f"Authorization: Bearer {gateway.admin_token}", "--checks", "all",
        "--exclude-checks", EXCLUDED, "--seed", str(options.seed), "--generation-database", "none",
        "--max-time", str(options.seconds), "--continue-on-failure", "--request-timeout", "15",
        "--suppress-health-check", "all", "--warnings", "off", "--no-color", "--report", "json",
        "--report-json-path", report,
    ]
    status = subprocess.run(command, cwd=folder, timeout=options.seconds + 120).returncode
    with open(report) as file:
        return status, json.load(file), document


class AdminGateway(Gateway):
    """A gateway whose admin listener is asked without a token too."""

    def plain_admin(self, path):
        status, _, answer = request(self.admin_port, "GET", path)
        if status != 200:
            raise Failure(f"{path}: {status}")
        return answer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("martlet")
    parser.add_argument("--seconds", type=int, default=75)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    end_well()
    interpreter = python()
    folder = tempfile.mkdtemp(prefix="martlet-schemathesis-")
    try:
        gateway = AdminGateway(os.path.abspath(options.martlet), folder)
        status, report, document = attack(interpreter, gateway, folder, options)
        gateway.check()
        gateway.stop()
        operations = sum(len(item) for item in document["paths"].values())
        if report["operations"]["tested"] != operations:
            status = status or 1
        if options.keep:
            print(f"schemathesis: kept {folder}")
        print(summary(status, report, operations, options))
        return 1 if status else 0
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(f"schemathesis: {failure}", file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def summary(status, report, operations, options):
    """One line of what was sent and what was found."""
    cases = report["test_cases"]
    return (
        f"schemathesis operations={report['operations']['tested']}/{operations} cases={cases['generated']}"
        f" failures={cases['unique_failures']} errors={cases['errored']} seconds={report['running_time']:.0f}"
        f" seed={options.seed} {'ok' if status == 0 else 'FAILED'}"
    )


if __name__ == "__main__":
    sys.exit(main())
