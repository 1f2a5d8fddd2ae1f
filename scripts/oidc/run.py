"""Drives sign-ins at an OpenID provider through the built program and says which came out wrong."""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from urllib.parse import parse_qs, quote, urlencode, urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "scripts", "acceptance"))

from gateway import Gateway  # noqa: E402
from processes import Failure, Process, end_well, free_port, request, wait_for  # noqa: E402

CLIENT = "martlet client"
SECRET = "s3cret+/% with spaces"
ROLES = "root=owner,staff=admin,search-team=project-admin:search"
CALLBACK = "/admin/v1/oidc/callback"
# How long the provider's keys are kept before an unknown one makes them be asked for again.
KEYS_SECONDS = 60


class ProviderProcess(Process):
    """The provider, and what it is told to do."""

    def __init__(self, folder, redirect):
        log = os.path.join(folder, "provider.log")
        super().__init__([sys.executable, os.path.join(HERE, "provider.py"), CLIENT, SECRET, redirect], log)
        self.issuer = wait_for(self.first_line, 60, "the provider's start")
        self.port = urlsplit(self.issuer).port

    def first_line(self):
        self.check()
        with open(self.log) as log:
            line = log.readline()
        return line.strip() if line.endswith("\n") else None

    def control(self, **state):
        status, _, _ = request(self.port, "POST", "/control", json.dumps(state))
        if status != 200:
            raise Failure(f"the provider's control answered {status}")

    def asked(self, path):
        return json.loads(request(self.port, "GET", "/control")[2])["asked"].count(path)


class KnownGateway(Gateway):
    """A gateway whose admin port is known before it starts: the provider sends browsers there."""

    def __init__(self, binary, folder, settings, admin_port):
        self.known_port = admin_port
        super().__init__(binary, folder, settings)

    def launch(self):
        self.admin_port = self.known_port
        super().launch()


class Browser:
    """A person's browser: its cookies, and an address of its own."""

    number = 0

    def __init__(self, port):
        Browser.number += 1
        self.address = f"10.9.{Browser.number // 200}.{Browser.number % 200 + 1}"
        self.port = port
        self.cookies = {}

    def get(self, target, timeout=40):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            headers = {"x-forwarded-for": self.address}
            if self.cookies:
                headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    pair = value.split(";")[0].split("=", 1)
                    self.cookies[pair[0]] = pair[1]
            return answer.status, answer.getheader("location"), answer.read().decode()
        finally:
            connection.close()

    def start(self):
        """Leaves for the provider; what Martlet asks it."""
        status, location, text = self.get("/admin/v1/oidc/start")
        if status != 302:
            raise Refused(status, text)
        return location

    def agree(self, location):
        """Agrees at the provider; the query that it sends back with."""
        parts = urlsplit(location)
        status, headers, _ = request(parts.port, "GET", f"{parts.path}?{parts.query}")
        if status != 302:
            raise Failure(f"the provider refused the request: {location}")
        back = urlsplit({name.lower(): value for name, value in headers.items()}["location"])
        return {name: values[0] for name, values in parse_qs(back.query).items()}

    def arrive(self, query):
        """Comes back; the session's description."""
        status, _, text = self.get(CALLBACK + "?" + urlencode(query))
        if status != 200:
            raise Refused(status, text)
        return json.loads(text)

    def sign_in(self):
        return self.arrive(self.agree(self.start()))

    def whoami(self):
        status, _, text = self.get("/admin/v1/whoami")
        return status, json.loads(text)


class Refused(Exception):
    """Martlet's refusal."""

    def __init__(self, status, text):
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text


class House:
    """Martlet and its provider, and the cases between them."""

    def __init__(self, binary, folder):
        self.admin_port = free_port()
        redirect = f"http://127.0.0.1:{self.admin_port}{CALLBACK}"
        self.provider = ProviderProcess(folder, redirect)
        settings = {
            "oidc.issuer": self.provider.issuer, "oidc.client_id": CLIENT, "oidc.client_secret": SECRET,
            "oidc.roles": ROLES, "oidc.redirect_url": redirect, "listen.trusted_proxies": "127.0.0.1/32",
        }
        self.gateway = KnownGateway(binary, folder, settings, self.admin_port)
        self.keys_fetched = 0.0

    def browser(self):
        return Browser(self.admin_port)

    def refused(self, lie, words, status=401):
        """A sign-in at a provider that lies is refused for that very reason, and leaves no session."""
        self.provider.control(lie=lie)
        browser = self.browser()
        try:
            browser.sign_in()
        except Refused as refusal:
            expect(refusal.status == status, f"status {refusal.status}, not {status}: {refusal.text}")
            expect(words in refusal.text, f"another reason than '{words}': {refusal.text}")
        else:
            raise Failure("it was let in")
        expect(browser.whoami()[0] == 401, "there is a session all the same")


def expect(condition, message):
    if not condition:
        raise Failure(message)


# The cases, in the order in which they run. The first lets Martlet fetch the keys, the last but one needs that to be a minute ago.


def success(house):
    """a person of a group with a role is let in, with that role and a session of their own"""
    browser = house.browser()
    location = browser.start()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    expect(asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43, f"no PKCE: {asked}")
    session = browser.arrive(browser.agree(location))
    house.keys_fetched = time.monotonic()
    expect(session["role"] == "admin", f"role {session['role']}")
    status, known = browser.whoami()
    expect(status == 200 and known["role"] == "admin" and known["name"] == "ann@example.com", f"{status} {known}")
    trail = house.gateway.admin("GET", "/audit?limit=50")["data"]
    expect(any(entry["actor"] == "oidc" for entry in trail), "the sign-in is not in the audit trail")


def held_to_project(house):
    """a group's project holds its people to it"""
    project = house.gateway.admin("POST", "/projects", {"name": "search"})["id"]
    house.provider.control(groups=["search-team", "others"])
    session = house.browser().sign_in()
    house.provider.control(groups=["staff"])
    expect(session["role"] == "project-admin" and session["projects"] == [project], f"{session}")


def no_group(house):
    """a person of no group with a role is refused"""
    house.provider.control(groups=["strangers"])
    try:
        house.refused(None, "none of this person's groups", status=403)
    finally:
        house.provider.control(groups=["staff"])


def wrong_nonce(house):
    """a token for another sign-in"""
    house.refused("wrong-nonce", "nonce is wrong")


def wrong_audience(house):
    """a token for another client"""
    house.refused("wrong-audience", "another audience")


def wrong_issuer(house):
    """a token of another issuer"""
    house.refused("wrong-issuer", "another issuer")


def expired(house):
    """a token that has expired"""
    house.refused("expired", "expired")


def algorithm_none(house):
    """a token that nobody signed"""
    house.refused("none", "base64url")


def algorithm_none_signed(house):
    """a token that says nobody signed it, and is signed all the same"""
    house.refused("none-signed", "RS256 or ES256")


def algorithm_unknown(house):
    """a token signed in a way that is not known here"""
    house.refused("unknown-algorithm", "RS256 or ES256")


def algorithm_hmac(house):
    """a token signed with the public key as a shared secret"""
    house.refused("hmac", "RS256 or ES256")


def changed_claims(house):
    """a token whose groups were changed after it was signed"""
    house.refused("changed", "signature is wrong")


def replayed(house):
    """what a browser came back with does not work twice"""
    browser = house.browser()
    query = browser.agree(browser.start())
    cookies = dict(browser.cookies)
    browser.arrive(query)
    browser.cookies = cookies
    refuses(browser, query, "is not known")


def foreign_state(house):
    """what another browser was sent back with does not sign this one in"""
    theirs = house.browser()
    query = theirs.agree(theirs.start())
    mine = house.browser()
    mine.start()
    refuses(mine, query, "state is wrong")
    refuses(house.browser(), query, "state is wrong")


def pkce_mismatch(house):
    """another sign-in's code, put into one's own, is worth nothing: its verifier is another"""
    theirs = house.browser()
    code = theirs.agree(theirs.start())["code"]
    mine = house.browser()
    query = mine.agree(mine.start())
    refuses(mine, query | {"code": code}, "status 400")


def refuses(browser, query, words):
    try:
        browser.arrive(query)
    except Refused as refusal:
        expect(refusal.status == 401 and words in refusal.text, f"another refusal: {refusal}")
    else:
        raise Failure("it was let in")


def published_rotation(house):
    """a key that was published before it is used needs no further question"""
    before = house.provider.asked("/keys")
    house.provider.control(signing="k2")
    expect(house.browser().sign_in()["role"] == "admin", "not let in")
    house.provider.control(signing="k1")
    expect(house.provider.asked("/keys") == before, "the keys were asked for again")


def unknown_key(house):
    """a key that the provider does not publish is not believed, however often it comes"""
    house.provider.control(signing="k3")
    try:
        for _ in range(2):
            house.refused(None, "unknown key")
        expect(house.provider.asked("/keys") <= 2, "the keys were asked for again and again")
    finally:
        house.provider.control(signing="k1")


def hanging(house):
    """a provider that hangs is given up within a deadline, and the rest of Martlet is served meanwhile"""
    house.provider.control(lie="hang:/token")
    browser = house.browser()
    query = browser.agree(browser.start())
    before = time.monotonic()
    command = [sys.executable, "-c", ASK_LATE, str(house.gateway.admin_port)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    refuses(browser, query, "cannot be asked")
    took = time.monotonic() - before
    worst = float(other.communicate(timeout=60)[0])
    expect(took < 20, f"it took {took:.1f} s")
    expect(worst < 2, f"another request of the admin API took {worst:.1f} s meanwhile")


# Asks for /livez for three seconds; prints the longest time.
ASK_LATE = """
import sys, time, urllib.request
worst, end = 0.0, time.monotonic() + 3
while time.monotonic() < end:
    before = time.monotonic()
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/livez", timeout=30).read()
    worst = max(worst, time.monotonic() - before)
    time.sleep(0.05)
print(worst)
"""


def rotated(house):
    """keys that were changed without a word are fetched again, once, and the old ones are believed no more"""
    time.sleep(max(0, house.keys_fetched + KEYS_SECONDS + 1 - time.monotonic()))
    before = house.provider.asked("/keys")
    house.provider.control(published=["k3"], signing="k3")
    expect(house.browser().sign_in()["role"] == "admin", "not let in")
    expect(house.browser().sign_in()["role"] == "admin", "not let in the second time")
    expect(house.provider.asked("/keys") == before + 1, f"asked {house.provider.asked('/keys') - before} times")
    house.provider.control(signing="k1")
    house.refused(None, "unknown key")
    house.provider.control(signing="k3")


def provider_down(house):
    """a provider that is gone refuses sign-ins at once; tokens go on, and so do sessions"""
    known = house.browser()
    known.sign_in()
    leaving = house.browser()
    query = leaving.agree(leaving.start())
    house.provider.stop()
    before = time.monotonic()
    refuses(leaving, query, "cannot be asked")
    expect(time.monotonic() - before < 5, "a closed port was waited for")
    expect(known.whoami()[0] == 200, "the session has ended with the provider")
    expect(house.gateway.admin("GET", "/projects")["data"], "the admin token has ended with the provider")


CASES = [
    success, held_to_project, no_group, wrong_nonce, wrong_audience, wrong_issuer, expired, algorithm_none,
    algorithm_none_signed, algorithm_unknown, algorithm_hmac, changed_claims, replayed, foreign_state, pkce_mismatch,
    published_rotation, unknown_key, hanging, rotated, provider_down,
]


def run(house):
    failures = 0
    for case in CASES:
        before = time.monotonic()
        try:
            case(house)
            if case is not provider_down:
                house.provider.control(lie=None)
            verdict = "ok"
        except Exception as error:  # noqa: BLE001: whatever it is, the case has failed and the next one runs
            failures += 1
            verdict = f"FAILED: {type(error).__name__}: {error}"
        print(f"{time.monotonic() - before:6.1f} s  {case.__doc__}: {verdict}", flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("martlet")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    end_well()
    folder = tempfile.mkdtemp(prefix="martlet-oidc-")
    try:
        house = House(os.path.realpath(options.martlet), folder)
        failures = run(house)
        status = house.gateway.stop()
        if status != 0:
            print(f"martlet ended with {status}:\n{house.gateway.tail()}", file=sys.stderr)
            failures += 1
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"oidc cases={len(CASES)} failures={failures}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
