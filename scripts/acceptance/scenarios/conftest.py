"""What every SDK's scenarios share: where things are, and what the oracle saw."""

import json
import os
import sys
import time
import urllib.request

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

with open(os.environ["ACCEPTANCE_FACTS"]) as file:
    FACTS = json.load(file)

DIRECT = FACTS["direct"]

through_gateway = pytest.mark.skipif(DIRECT, reason="means the gateway")


class OracleView:
    """The requests the oracle has seen since the test began."""

    def __init__(self, url):
        self.url = url
        self.first = max((one["id"] for one in self.all()), default=0)

    def all(self):
        with urllib.request.urlopen(self.url + "/oracle/log", timeout=10) as answer:
            return [json.loads(line) for line in answer.read().splitlines()]

    @property
    def requests(self):
        return [one for one in self.all() if one["id"] > self.first]

    def wait(self, condition, seconds=5):
        """The requests, as soon as the condition on them holds."""
        deadline = time.monotonic() + seconds
        while True:
            requests = self.requests
            if requests and condition(requests):
                return requests
            assert time.monotonic() < deadline, f"the oracle saw {requests}"
            time.sleep(0.02)

    def closed_after(self, left):
        """Seconds from the client's leaving (CLOCK_MONOTONIC) to the oracle's seeing its peer gone."""
        last = self.wait(lambda seen: seen[-1]["outcome"] == "peerClosed")[-1]
        return last["ended_at_ms"] / 1000 - left


@pytest.fixture
def oracle():
    return OracleView(FACTS["oracle"])


def header(request, name):
    """A header's values as the oracle received them."""
    return [value for field, value in request["headers"] if field.lower() == name]
