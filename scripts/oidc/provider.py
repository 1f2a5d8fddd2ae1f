"""usage: provider.py CLIENT_ID CLIENT_SECRET REDIRECT_URL

A small OpenID provider on a free port of the loopback interface; its first line of output is its issuer. It knows one
person, who agrees to everything, and checks what a provider checks: client, redirect, PKCE, one use of a code. POST /control
with a JSON object changes its `state`: the person's groups, the keys it publishes and signs with, and in which one way it lies.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from rsa import Key, base64url


class Provider:
    def __init__(self, client_id, secret, redirect):
        self.client_id = client_id
        self.secret = secret
        self.redirect = redirect
        self.issuer = ""
        # In the order in which they are published; `signing` is the id of the one in use.
        self.keys = {name: Key(name) for name in ("k1", "k2", "k3")}
        self.state = {"lie": None, "groups": ["staff"], "published": ["k1", "k2"], "signing": "k1"}
        self.codes = {}
        self.asked = []
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def discovery(self):
        issuer = "https://evil.example" if self.state["lie"] == "other-discovery" else self.issuer
        return {
            "issuer": issuer, "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, query):
        """The address that the browser is sent back to; `None` for a wrong request."""
        right = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect,
            "code_challenge_method": "S256",
        }
        if any(query.get(name) != value for name, value in right.items()):
            return None
        if not query.get("state") or not query.get("nonce") or "openid" not in query.get("scope", "").split():
            return None
        code = secrets.token_urlsafe(24)
        self.codes[code] = (query.get("code_challenge"), query["nonce"])
        return self.redirect + "?" + urlencode({"code": code, "state": query["state"]})

    def token(self, form, authorization):
        """What a code is worth: status and answer (RFC 6749, section 4.1.3; RFC 7636, section 4.6)."""
        pair = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
        if authorization != "Basic " + base64.b64encode(pair.encode()).decode():
            return 401, {"error": "invalid_client"}
        known = self.codes.pop(form.get("code"), None)
        verifier = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            known is None or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != self.redirect or verifier != known[0]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": self.identity(known[1])}

    def identity(self, nonce):
        lie = self.state["lie"]
        now = int(time.time())
        claims = {
            "iss": "https://evil.example" if lie == "wrong-issuer" else self.issuer,
            "aud": "somebody-else" if lie == "wrong-audience" else self.client_id,
            "sub": "person-42", "email": "ann@example.com", "groups": self.state["groups"],
            "nonce": "another" if lie == "wrong-nonce" else nonce,
            "iat": now - 600 if lie == "expired" else now, "exp": now - 300 if lie == "expired" else now + 300,
        }
        key = self.keys[self.state["signing"]]
        algorithm = {"none": "none", "none-signed": "none", "hmac": "HS256", "unknown-algorithm": "ES256K"}.get(lie, "RS256")
        header = {"typ": "JWT", "alg": algorithm, "kid": key.key_id}
        signed = base64url(json.dumps(header).encode()) + "." + base64url(json.dumps(claims).encode())
        if lie == "none":
            return signed + "."
        if lie == "hmac":
            signature = hmac.digest(key.public_pem().encode(), signed.encode(), "sha256")
        else:
            signature = key.sign(signed.encode())
        if lie == "changed":
            # Signed as somebody, shown as somebody else.
            claims["groups"] = ["root"]
            signed = signed.split(".")[0] + "." + base64url(json.dumps(claims).encode())
        return signed + "." + base64url(signature)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider = None

    def log_message(self, *_):
        pass

    def answer(self, status, body=None, headers=()):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def hangs(self, path):
        if self.provider.state["lie"] != "hang:" + path:
            return False
        # Nothing is answered for longer than anybody waits.
        self.provider.ended.wait(120)
        self.close_connection = True
        return True

    def do_GET(self):
        parts = urlsplit(self.path)
        provider = self.provider
        with provider.lock:
            provider.asked.append(parts.path)
        if self.hangs(parts.path):
            return
        if parts.path == "/.well-known/openid-configuration":
            self.answer(200, provider.discovery())
        elif parts.path == "/keys":
            self.answer(200, {"keys": [provider.keys[name].public() for name in provider.state["published"]]})
        elif parts.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            with provider.lock:
                location = provider.authorize(query)
            if location is None:
                self.answer(400, {"error": "invalid_request"})
            else:
                self.answer(302, headers=[("location", location)])
        elif parts.path == "/control":
            with provider.lock:
                self.answer(200, {"asked": list(provider.asked), "state": provider.state})
        else:
            self.answer(404, {})

    def do_POST(self):
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        provider = self.provider
        with provider.lock:
            provider.asked.append(path)
        if self.hangs(path):
            return
        if path == "/control":
            provider.state |= json.loads(body)
            self.answer(200, provider.state)
        elif path == "/token":
            form = {unquote(name): values[0] for name, values in parse_qs(body).items()}
            with provider.lock:
                status, answer = provider.token(form, self.headers.get("authorization"))
            self.answer(status, answer)
        else:
            self.answer(404, {})


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    Handler.provider = Provider(*sys.argv[1:])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Handler.provider.issuer = f"http://127.0.0.1:{server.server_port}"
    print(Handler.provider.issuer, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
