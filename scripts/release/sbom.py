"""A software bill of materials in CycloneDX 1.6 JSON: what was resolved, and the system libraries that the program loads.

usage: python3 sbom.py VERSION Package.resolved PROGRAM CHECKOUTS > martlet.cdx.json

The same input gives the same bytes: no time, no random number.
"""

import hashlib
import json
import os
import re
import subprocess
import sys

# By the first words of a licence file.
LICENCES = (
    (b"Apache License", "Apache-2.0"),
    (b"Permission is hereby granted, free of charge", "MIT"),
    (b"Redistribution and use in source and binary forms", "BSD-3-Clause"),
)


def licence(checkouts, name):
    folder = os.path.join(checkouts, name)
    for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if file.upper().startswith("LICENSE"):
            with open(os.path.join(folder, file), "rb") as text:
                start = text.read(4096)
            for words, identifier in LICENCES:
                if words in start:
                    return identifier
    return None


def packages(resolved, checkouts):
    with open(resolved) as file:
        pins = json.load(file)["pins"]
    for pin in sorted(pins, key=lambda pin: pin["identity"]):
        location = re.sub(r"(\.git)?/?$", "", pin["location"])
        host, _, path = re.sub(r"^[a-z]+://", "", location).partition("/")
        state = pin["state"]
        version = state.get("version") or state["revision"]
        component = {
            "type": "library",
            "bom-ref": f"pkg:swift/{host}/{path}@{version}",
            "name": path.rsplit("/", 1)[-1],
            "version": version,
            "purl": f"pkg:swift/{host}/{path}@{version}",
            "externalReferences": [{"type": "vcs", "url": location}],
            "properties": [{"name": "git:revision", "value": state["revision"]}],
        }
        found = licence(checkouts, path.rsplit("/", 1)[-1])
        if found:
            component["licenses"] = [{"license": {"id": found}}]
        yield component


def libraries(program):
    """Shared libraries by name, with the Debian package that has each, where there is dpkg."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    for line in sorted(told.splitlines()):
        match = re.match(r"\s*(\S+) => (/\S+)", line)
        if not match:
            continue
        component = {"type": "library", "bom-ref": f"lib:{match[1]}", "name": match[1]}
        try:
            owner = subprocess.run(
                ["dpkg", "-S", os.path.realpath(match[2])], capture_output=True, text=True
            ).stdout.split(":")[0].split(",")[0]
            version = owner and subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", owner], capture_output=True, text=True
            ).stdout
        except FileNotFoundError:
            owner = version = ""
        if owner and version:
            component |= {"version": version, "purl": f"pkg:deb/debian/{owner}@{version}"}
        yield component


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    version, resolved, program, checkouts = sys.argv[1:]
    with open(program, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    components = list(packages(resolved, checkouts)) + list(libraries(program))
    me = {
        "type": "application",
        "bom-ref": f"martlet@{version}",
        "name": "martlet",
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": me},
        "components": components,
        "dependencies": [{"ref": me["bom-ref"], "dependsOn": [component["bom-ref"] for component in components]}],
    }
    json.dump(document, sys.stdout, indent=2, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
