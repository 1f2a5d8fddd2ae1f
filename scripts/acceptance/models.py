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
