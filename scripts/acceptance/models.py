"""The models the scenarios ask for: names that tell the oracle how to behave (VendorBehaviour.swift lists the words)."""

CHAT = "o/"  # served by the oracle as an OpenAI-compatible vendor: Chat, Responses, embeddings
MESSAGES = "a/"  # served by the oracle as an Anthropic vendor: Messages

NAMES = (
    "echo",
    "tools",
    "think",
    "embed",
    "usage-100-20-40",
    "sse-12x20",
    "sse-400x25",
    "slow-4",
    "slow-20",
    "silent-4",
    "status-400",
    "status-401",
    "status-404",
    "status-422",
    "status-429",
    "status-429-stop",
    "status-503",
    "status-529",
    "flaky-503-1",
    "html",
    "redirect-307",
    "close",
    "cut-40",
    "sse-20x5+cut-900",
    "sse-20x5+rst-900",
    "sse-20x5+end-5",
    "sse-20x5+badjson-5",
    "sse-20x5+error-5",
    "sse-20x1+split-7",
    "sse-20x1+crlf",
)

BARE = "harbour"  # a model whose name has no slash, as Azure's deployments have none

# Translation: the oracle as a vendor of every format. Of a vendor: provider kind, path of its base URL, settings, and
# the family that its model names begin with, which decides capabilities; the oracle reads the words behind it.
VENDORS = {
    "chat": ("openai-compatible", "/v1", {"operations": "chat"}, "llama-4-x"),
    "responses": ("openai", "/v1", {}, "gpt-5.1-x"),
    "thinker": ("openai", "/v1", {}, "gpt-5.6-x"),  # takes tools by Responses alone
    "azure": ("azure-openai", "", {"api_version": "2025-03-01-preview"}, "gpt-5.1-x"),
    "messages": ("anthropic", "", {}, "claude-sonnet-4-6-x"),
    "gemini": ("gemini", "", {}, "gemini-3-flash-x"),
    "vertex": ("vertex", "", {"google_project": "p"}, "gemini-3-flash-x"),
    "claude-on-vertex": ("vertex", "", {"google_project": "p"}, "claude-sonnet-4-6-x"),
    "claude-on-bedrock": ("bedrock", "", {"region": "us-east-1"}, "us.anthropic.claude-sonnet-4-5-x"),
    "nova": ("bedrock", "", {"region": "us-east-1"}, "us.amazon.nova-2-lite-x"),
}

# What providers are asked with where it is no key: a pair that signs, a token that is fetched.
SECRETS = {"bedrock": "AKIDORACLE:oracle-secret", "vertex": None}

WORDS = (
    "echo",
    "tools",
    "tools-2",
    "think",
    "think+tools",
    "schema",
    "usage-100-20-40",
    "status-400",
    "status-401",
    "status-429",
    "status-503",
    "cut-40",
    "sse-12x20",
    "sse-400x25",
    "sse-4x1+split-7",
    "sse-20x5+cut-900",
    "sse-20x5+end-5",
    "sse-20x5+error-5",
)


def translated(vendor, words):
    """The gateway's name of a vendor's model."""
    return f"to-{vendor}/{words}"


def upstream(vendor, words):
    """The vendor's own name of it."""
    return f"{VENDORS[vendor][3]}+{words}"


# Models with several targets, first to last: of each the vendor and its words. Those that scenarios with and without
# streaming break are two, so that neither meets the other's open breakers.
ROUTED = {
    "fallback": [("chat", "status-503"), ("messages", "echo")],
}
for _stream in (False, True):
    _mark = f"slow-{1 + _stream}ms"
    ROUTED[f"broken-{_stream}"] = [(vendor, f"status-503+{_mark}") for vendor in ("chat", "messages", "gemini")]
    ROUTED[f"tools-{_stream}"] = [("chat", f"tools+flaky-503-1+{_mark}"), ("messages", f"tools+{_mark}")]


def routed(name):
    """The gateway's name of a model with several targets."""
    return f"routed/{name}"
