"""anthropic-python, answered by vendors of other formats, and by Claude on Bedrock in its own."""

import json
import time

import anthropic
import pytest
from conftest import DIRECT, FACTS
from models import translated
from pydantic import BaseModel
from vendors import CACHED, GOOGLE, OUTPUT, PNG, STATES, UNCACHED, all_of, sent, warnings

pytestmark = pytest.mark.skipif(DIRECT, reason="means the gateway")

TRANSLATED = ["chat", "responses", "azure", "gemini", "vertex", "nova"]
VENDORS = [*TRANSLATED, "claude-on-bedrock", "claude-on-vertex"]

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}
NAMES = ["weather", "time"]
TOOLS = [{"name": name, "input_schema": WEATHER} for name in NAMES]
RESULTS = {"weather": "21 degrees", "time": "noon"}
BASH = {"type": "bash_20250124", "name": "bash"}


class Forecast(BaseModel):
    city: str
    days: int


@pytest.fixture
def client():
    key = FACTS["keys"]["main"]
    with anthropic.Anthropic(api_key=key, base_url=FACTS["gateway"], max_retries=0, timeout=30) as client:
        yield client


def turns(content="good evening"):
    return [{"role": "user", "content": content}]


def asked(vendor, words, **arguments):
    return {"model": translated(vendor, words), "messages": turns(), "max_tokens": 2000} | arguments


def ask(client, vendor, words, **arguments):
    return client.messages.create(**asked(vendor, words, **arguments))


def streamed(client, vendor, words, **arguments):
    with client.messages.stream(**asked(vendor, words, **arguments)) as stream:
        return stream.get_final_message()


def seen_by(oracle, vendor, stream=False):
    """A Messages client's own body goes to Claude on a cloud as it is: on Bedrock by InvokeModel."""
    return sent(oracle, "invoke" if vendor == "claude-on-bedrock" else vendor, stream)


# Text


@pytest.mark.parametrize("vendor", VENDORS)
def test_message(client, oracle, vendor):
    raw = client.messages.with_raw_response.create(**asked(vendor, "usage-100-20-40", system="Be brief."))
    answer = raw.parse()
    assert answer.content[0].text == "The oracle heard: good evening"
    assert answer.stop_reason == "end_turn"
    check_usage(answer.usage, vendor)
    assert warnings(raw) == []
    assert "Be brief." in json.dumps(seen_by(oracle, vendor))


@pytest.mark.parametrize("vendor", VENDORS)
def test_stream(client, oracle, vendor):
    events = list(ask(client, vendor, "usage-100-20-40", stream=True))
    text = "".join(event.delta.text for event in events if event.type == "content_block_delta")
    assert text == "The oracle heard: good evening"
    assert (events[0].type, events[-1].type) == ("message_start", "message_stop")
    seen_by(oracle, vendor, stream=True)
    final = streamed(client, vendor, "usage-100-20-40")
    assert final.content[0].text == text
    check_usage(final.usage, vendor)


def check_usage(usage, vendor):
    counts = (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens)
    assert counts == (UNCACHED[vendor], CACHED, OUTPUT)


@pytest.mark.parametrize("vendor", VENDORS)
def test_streams_survive_any_framing(client, vendor):
    assert len(streamed(client, vendor, "sse-4x1+split-7").content[0].text.split()) == 4


@pytest.mark.parametrize("vendor", VENDORS)
def test_streams_arrive_as_they_are_made(client, vendor):
    events = ask(client, vendor, "sse-12x20", stream=True)
    times = [time.monotonic() for event in events if event.type == "content_block_delta"]
    assert len(times) == 12
    assert times[-1] - times[0] > 0.15, "the pieces came all at once"


@pytest.mark.parametrize("vendor", ["nova", "claude-on-bedrock"])
def test_a_client_that_leaves_frees_the_vendor(client, oracle, vendor):
    stream = ask(client, vendor, "sse-400x25", stream=True)
    for _, _ in zip(range(5), stream):
        pass
    left = time.monotonic()
    stream.close()
    assert oracle.closed_after(left) < 1


@pytest.mark.parametrize("vendor", VENDORS)
def test_count_tokens(client, vendor):
    assert client.messages.count_tokens(model=translated(vendor, "echo"), messages=turns()).input_tokens > 0


# Tools


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("words, count", [("tools", 1), ("tools-2", 2)])
@pytest.mark.parametrize("vendor", VENDORS)
def test_tools(client, oracle, vendor, words, count, stream):
    first = (streamed if stream else ask)(client, vendor, words, tools=TOOLS)
    uses = [block for block in first.content if block.type == "tool_use"]
    assert first.stop_reason == "tool_use"
    assert [use.name for use in uses] == NAMES[:count]
    assert len({use.id for use in uses}) == count
    assert all(use.input == {"city": "Lisbon", "days": 1} for use in uses)
    results = [{"type": "tool_result", "tool_use_id": use.id, "content": RESULTS[use.name]} for use in uses]
    history = turns() + replayed(first) + turns(results)
    second = ask(client, vendor, words, tools=TOOLS, messages=history)
    assert RESULTS[NAMES[count - 1]] in second.content[-1].text
    body = seen_by(oracle, vendor)
    assert all(RESULTS[name] in json.dumps(body) for name in NAMES[:count])
    assert vendor not in GOOGLE or all_of(body, "thoughtSignature") == [STATES[vendor]]


def replayed(message):
    """An answer as a turn of the history: without what the SDK's stream helper adds."""
    blocks = [block.model_dump(exclude_none=True, exclude={"parsed_output"}) for block in message.content]
    return [{"role": "assistant", "content": blocks}]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_failed_tool_is_told(client, oracle, vendor):
    use = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Lisbon", "days": 1}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no such city", "is_error": True}
    history = turns() + [{"role": "assistant", "content": [use]}] + turns([result])
    assert "no such city" in ask(client, vendor, "tools", tools=TOOLS, messages=history).content[0].text
    body = seen_by(oracle, vendor)
    marks = {
        "chat": "Error: no such city" in json.dumps(body),
        "responses": "Error: no such city" in json.dumps(body),
        "azure": "Error: no such city" in json.dumps(body),
        "gemini": {"error": "no such city"} in all_of(body, "response"),
        "vertex": {"error": "no such city"} in all_of(body, "response"),
        "nova": "error" in all_of(body, "status"),
        "claude-on-bedrock": True in all_of(body, "is_error"),
        "claude-on-vertex": True in all_of(body, "is_error"),
    }
    assert marks[vendor]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_coding_agents_request(client, oracle, vendor):
    """As Claude Code sends it: twelve tools and a search for more, three system blocks with cache marks, adaptive
    thinking, system text in the conversation, betas."""
    mark = {"cache_control": {"type": "ephemeral"}}
    tools = [{"name": f"tool_{number}", "description": "A tool.", "input_schema": WEATHER} for number in range(12)]
    tools[11] |= {"defer_loading": True}
    tools.append({"type": "tool_search_tool_regex_20251119", "name": "tool_search_tool_regex"})
    system = [{"type": "text", "text": "billing"}, {"type": "text", "text": "You edit code."} | mark]
    arguments = {"tools": tools, "system": [*system, {"type": "text", "text": "Be brief."} | mark]}
    user = json.dumps({"device_id": "d", "session_id": "s"})
    arguments |= {"thinking": {"type": "adaptive"}, "metadata": {"user_id": user}, "max_tokens": 32000}
    edits = {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}
    arguments |= {"extra_body": {"output_config": {"effort": "medium"}, "context_management": edits}}
    arguments |= {"extra_headers": {"anthropic-beta": "context-management-2025-06-27,interleaved-thinking-2025-05-14"}}
    first = streamed(client, vendor, "think+tools", **arguments)
    use = next(block for block in first.content if block.type == "tool_use")
    assert use.name == "tool_0"
    result = {"type": "tool_result", "tool_use_id": use.id, "content": [{"type": "text", "text": "21 degrees"} | mark]}
    history = turns([{"type": "text", "text": "good evening"} | mark]) + replayed(first) + turns([result])
    history.insert(1, {"role": "system", "content": "Mind the time."})
    second = streamed(client, vendor, "think+tools", messages=history, **arguments)
    assert "21 degrees" in text_of(second)
    body = json.dumps(seen_by(oracle, vendor, stream=True))
    assert all(text in body for text in ("billing", "You edit code.", "Be brief.", "tool_11", "Mind the time."))


# Pictures and shapes


@pytest.mark.parametrize("vendor", VENDORS)
def test_image(client, oracle, vendor):
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    answer = ask(client, vendor, "echo", messages=turns([picture, {"type": "text", "text": "what is it?"}]))
    assert "what is it?" in answer.content[0].text
    assert PNG in json.dumps(seen_by(oracle, vendor))


@pytest.mark.parametrize("vendor", VENDORS)
def test_structured_output(client, vendor):
    answer = client.messages.parse(**asked(vendor, "schema", output_format=Forecast))
    assert answer.parsed_output == Forecast(city="Lisbon", days=1)
    assert answer.stop_reason == "end_turn"


# Thinking


@pytest.mark.parametrize("words", ["think", "think+tools"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_thinking_goes_back(client, oracle, vendor, words):
    arguments = {"tools": TOOLS} if "tools" in words else {}
    arguments["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    first = streamed(client, vendor, words, **arguments)
    assert first.content[0].type == "thinking" and first.content[0].thinking.startswith("Someone asks")
    more = turns("and then?")
    if "tools" in words:
        use = next(block for block in first.content if block.type == "tool_use")
        more = turns([{"type": "tool_result", "tool_use_id": use.id, "content": "21 degrees"}])
    second = ask(client, vendor, words, messages=turns() + replayed(first) + more, **arguments)
    assert ("21 degrees" if "tools" in words else "and then?") in text_of(second)
    body = json.dumps(seen_by(oracle, vendor))
    state = STATES.get("invoke" if vendor == "claude-on-bedrock" else vendor)
    assert state is None or body.count(state) == 1
    if vendor in GOOGLE and words == "think+tools":
        part = next(part for part in all_of(json.loads(body), "parts")[1] if "functionCall" in part)
        assert part["thoughtSignature"] == state, "a signature belongs to its call"


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


# Losses


@pytest.mark.parametrize("vendor", TRANSLATED)
def test_what_is_lost_is_told_and_refused_to_the_strict(client, oracle, vendor):
    raw = client.messages.with_raw_response.create(**asked(vendor, "tools", tools=[*TOOLS, BASH]))
    assert len(warnings(raw)) == 1 and "bash_20250124" in warnings(raw)[0]
    assert "bash" not in json.dumps(seen_by(oracle, vendor))
    seen = len(oracle.requests)
    strict = {"x-martlet-strict": "true"}
    with pytest.raises(anthropic.BadRequestError, match="bash_20250124"):
        ask(client, vendor, "tools", tools=[*TOOLS, BASH], extra_headers=strict)
    assert len(oracle.requests) == seen
    assert ask(client, vendor, "echo", extra_headers=strict).stop_reason == "end_turn"


def test_what_a_client_relies_on_is_refused(client, oracle):
    with pytest.raises(anthropic.BadRequestError, match="stop_sequences"):
        ask(client, "responses", "echo", stop_sequences=["END"])
    assert oracle.requests == []


# Failures

FAILURES = [
    ("status-400", anthropic.BadRequestError, 400, "invalid_request_error"),
    ("status-401", anthropic.InternalServerError, 502, "api_error"),
    ("status-429", anthropic.APIStatusError, 529, "overloaded_error"),
    ("status-503", anthropic.APIStatusError, 529, "overloaded_error"),
    ("cut-40", anthropic.InternalServerError, 502, "api_error"),
]


@pytest.mark.parametrize("words, error, status, kind", FAILURES)
@pytest.mark.parametrize("vendor", VENDORS)
def test_errors(client, vendor, words, error, status, kind):
    with pytest.raises(error) as raised:
        ask(client, vendor, words)
    assert raised.value.status_code == status
    assert raised.value.body["error"]["type"] == kind and raised.value.body["error"]["message"]


@pytest.mark.parametrize("words", ["sse-20x5+cut-900", "sse-20x5+end-5", "sse-20x5+error-5"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_broken_stream_raises(client, vendor, words):
    types = []
    with pytest.raises(anthropic.APIError):
        for event in ask(client, vendor, words, stream=True):
            types.append(event.type)
    assert "message_stop" not in types
