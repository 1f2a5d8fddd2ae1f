"""What the oracle is asked, and how it tells things, as a vendor of each format."""

import json
from urllib.parse import unquote

# Where a request arrives, by what the SDK asks. Claude on Bedrock takes a Messages client's own body.
PATHS = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "thinker": "/v1/responses",
    "azure": "/openai/responses",
    "messages": "/v1/messages",
    "gemini": "/v1beta/models/{model}:{verb}",
    "vertex": "/v1/projects/p/locations/global/publishers/google/models/{model}:{verb}",
    "claude-on-vertex": "/v1/projects/p/locations/global/publishers/anthropic/models/{model}:{raw}",
    "claude-on-bedrock": "/model/{model}/converse{stream}",
    "nova": "/model/{model}/converse{stream}",
    "invoke": "/model/{model}/invoke{events}",
}

# The state that comes with the oracle's thoughts: each vendor is to get back its own. A Chat server has none.
STATES = {
    "responses": "b3JhY2xlLXJlYXNvbmluZw==",
    "azure": "b3JhY2xlLXJlYXNvbmluZw==",
    "messages": "b3JhY2xlLXNpZ25hdHVyZQ==",
    "gemini": "b3JhY2xlLWdlbWluaQ==",
    "vertex": "b3JhY2xlLWdlbWluaQ==",
    "claude-on-vertex": "b3JhY2xlLXNpZ25hdHVyZQ==",
    "claude-on-bedrock": "b3JhY2xlLWNvbnZlcnNl",
    "nova": "b3JhY2xlLWNvbnZlcnNl",
    "invoke": "b3JhY2xlLXNpZ25hdHVyZQ==",
}

# `usage-100-20-40` is 100 tokens in, 20 out, 40 from the cache: whether the 100 include the 40 is the vendor's custom.
INCLUSIVE = ("chat", "responses", "thinker", "azure", "gemini", "vertex")
GOOGLE = ("gemini", "vertex")
UNCACHED = {vendor: 60 if vendor in INCLUSIVE else 100 for vendor in PATHS}
CACHED, OUTPUT = 40, 20

# A red pixel.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)  # fmt: skip


def sent(oracle, vendor, stream=False):
    """The last request's body, which is to have come to the vendor's own place, with no name or state of ours in it."""
    last = oracle.requests[-1]
    path = unquote(last["target"].split("?")[0])
    model = path.split("/models/" if "/models/" in path else "/model/")[-1].split("/")[0].rsplit(":", 1)[0]
    wanted = PATHS[vendor].format(
        model=model,
        verb="streamGenerateContent" if stream else "generateContent",
        raw="streamRawPredict" if stream else "rawPredict",
        stream="-stream" if stream else "",
        events="-with-response-stream" if stream else "",
    )
    assert path == wanted
    assert vendor not in GOOGLE or not stream or last["target"].endswith("?alt=sse")
    assert vendor != "azure" or last["target"].endswith("?api-version=2025-03-01-preview")
    assert_proved(last, vendor)
    assert "mt1." not in last["body"] and "to-" + vendor not in last["body"]
    body = json.loads(last["body"])
    if vendor == "invoke":
        assert body["anthropic_version"] == "bedrock-2023-05-31" and not {"model", "stream"} & body.keys()
    if vendor == "claude-on-vertex":
        assert body["anthropic_version"] == "vertex-2023-10-16" and "model" not in body
    return body


def assert_proved(request, vendor):
    """The vendor's own credential came, in its own manner, and the caller's did not."""
    proofs = {"azure": ("api-key", "oracle-secret"), "messages": ("x-api-key", "oracle-secret")}
    proofs |= {"gemini": ("x-goog-api-key", "oracle-secret")}
    proofs |= {name: ("authorization", "Bearer ya29.oracle") for name in ("vertex", "claude-on-vertex")}
    signed = "AWS4-HMAC-SHA256 Credential=AKIDORACLE/"
    proofs |= {name: ("authorization", signed) for name in ("claude-on-bedrock", "nova", "invoke")}
    name, beginning = proofs.get(vendor, ("authorization", "Bearer oracle-secret"))
    values = [value for field, value in request["headers"] if field.lower() == name]
    assert len(values) == 1 and values[0].startswith(beginning)


def all_of(body, name):
    """Every value of a member with this name, however deep."""
    if isinstance(body, dict):
        here = [body[name]] if name in body else []
        return here + [found for value in body.values() for found in all_of(value, name)]
    return [found for value in body for found in all_of(value, name)] if isinstance(body, list) else []


def warnings(answer):
    """The tokens of x-martlet-warnings."""
    return [token.strip() for token in answer.headers.get("x-martlet-warnings", "").split(",") if token.strip()]
