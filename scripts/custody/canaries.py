"""Secrets that must not be found, and the search for them."""

import base64
import os


class Canaries:
    """Values by name; each is looked for as it is, in base64 at all three places of its bytes, and in hex."""

    def __init__(self):
        self.values = {}

    def add(self, name, value):
        self.values[name] = value if isinstance(value, bytes) else value.encode()

    def forms(self):
        for name, value in self.values.items():
            yield name, "raw", value
            yield name, "hex", value.hex().encode()
            yield name, "HEX", value.hex().upper().encode()
            for shift in range(3):
                text = base64.b64encode(b"\0" * shift + value)
                # The characters that only depend on the value.
                yield name, f"base64+{shift}", text[(0, 2, 3)[shift] : len(text) - 4]

    def found_in(self, data):
        return [(name, form) for name, form, needle in self.forms() if len(needle) >= 12 and needle in data]


def search(canaries, folders, allowed):
    """Every file of the folders, but for those that a canary lives in. Returns the finds and how much was read."""
    finds, count, size = [], 0, 0
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    data = file.read()
                count, size = count + 1, size + len(data)
                for canary, form in canaries.found_in(data):
                    if (name, canary) not in allowed:
                        finds.append(f"{canary} ({form}) in {path}")
    return finds, count, size
