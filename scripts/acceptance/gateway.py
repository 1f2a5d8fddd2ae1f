"""Martlet as the tools start and configure it. Everything that knows its settings, paths and admin API is here."""

import json
import os
import time

from processes import Failure, Process, free_port, request, wait_for

# Vendors found in the environment would become providers: nothing of the kind is to reach a test.
FOREIGN = ("OPENAI_", "ANTHROPIC_", "AZURE_", "MARTLET_", "GEMINI_", "GOOGLE_", "AWS_", "HTTP_PROXY", "HTTPS_PROXY")


class Gateway(Process):
    """One `martlet serve` with a data folder of its own."""

    def __init__(self, binary, folder, settings=None, environment=None):
        self.binary = binary
        self.folder = folder
        self.settings = settings or {}
        self.extra = environment or {}
        self.data = os.path.join(folder, "var")
        self.port = free_port()
        self.admin_port = free_port()
        self.started_at = 0.0
        self.start_ms = 0.0
        self.launch()

    def launch(self):
        """Starts the process; `start_ms` is the time until it is ready."""
        before = time.monotonic()
        super().__init__(
            [self.binary, "serve"], os.path.join(self.folder, "martlet.log"), env=self.environment(), cwd=self.folder
        )
        wait_for(self.is_ready, 30, "the gateway's start", pause=0.002)
        self.start_ms = (time.monotonic() - before) * 1000
        wait_for(self.admin_is_up, 10, "the admin listener")

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(FOREIGN)}
        return kept | {
            "MARTLET_DATA_FOLDER": self.data,
            "MARTLET_LISTEN_HOST": "127.0.0.1",
            "MARTLET_LISTEN_PORT": str(self.port),
            "MARTLET_ADMIN_PORT": str(self.admin_port),
            "MARTLET_ENVIRONMENT_PROVIDERS": "false",
            "MARTLET_DRAIN_LIMIT": "5s",
            "MARTLET_LOG_LEVEL": "warning",
            # The oracle's models have no price anybody knows.
            "MARTLET_PRICING_UNPRICED": "flag",
        } | {"MARTLET_" + name.upper().replace(".", "_"): value for name, value in self.settings.items()} | self.extra

    def is_ready(self):
        self.check()
        try:
            return request(self.port, "GET", "/readyz", timeout=2)[0] == 200
        except OSError:
            return False

    def admin_is_up(self):
        self.check()
        try:
            return request(self.admin_port, "GET", "/livez", timeout=2)[0] == 200
        except OSError:
            return False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # The admin API

    @property
    def admin_token(self):
        """The token file of the first run."""
        for name in sorted(os.listdir(self.data)):
            if "admin" in name and "token" in name:
                with open(os.path.join(self.data, name)) as file:
                    return file.read().strip()
        raise Failure(f"no admin token in {self.data}: {os.listdir(self.data)}")

    def admin(self, method, path, body=None):
        """One admin call; its answer as JSON."""
        headers = {"authorization": f"Bearer {self.admin_token}", "content-type": "application/json"}
        payload = None if body is None else json.dumps(body)
        status, _, answer = request(self.admin_port, method, "/admin/v1" + path, payload, headers)
        if status >= 300:
            raise Failure(f"{method} {path}: {status} {answer.decode(errors='replace')}")
        return json.loads(answer) if answer else None

    def create_key(self, name, **fields):
        """A virtual key's secret. Fields: allowed_models, requests_per_minute, expires_at, enabled."""
        return self.admin("POST", "/keys", {"name": name, "project": "default"} | fields)["secret"]

    def create_provider(self, name, kind, base_url, secret="oracle-secret", **settings):
        body = {"name": name, "kind": kind, "base_url": base_url} | ({"secret": secret} if secret else {})
        # A check of its own between two requests would be found among what a vendor was asked.
        usual = {"allow_private": "true", "health_check": "off"}
        if kind == "openai-compatible":
            usual["operations"] = "chat,responses,embeddings,completions,moderations"
        self.admin("POST", "/providers", body | {"settings": usual | settings})

    def create_model(self, name, provider, upstream_model):
        target = {"provider": provider, "upstream_model": upstream_model}
        self.admin("POST", "/models", {"name": name, "targets": [target]})

    def create_route(self, name, targets):
        """A model with several targets, first to last: (provider, upstream model)."""
        listed = [
            {"provider": provider, "upstream_model": model, "priority": place}
            for place, (provider, model) in enumerate(targets)
        ]
        self.admin("POST", "/models", {"name": name, "targets": listed})

    def record(self, request_id):
        """The record of one request, once it is written."""
        def look():
            try:
                return self.admin("GET", f"/requests/{request_id}")
            except Failure:
                return None

        return wait_for(look, 5, f"the record of {request_id}")

    def revoke_key(self, name):
        for key in self.admin("GET", f"/keys?name={name}")["data"]:
            self.admin("POST", f"/keys/{key['id']}/revoke")
