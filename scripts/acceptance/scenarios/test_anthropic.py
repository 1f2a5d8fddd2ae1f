"""anthropic-python: Messages, counting and models."""

import json
import time

import anthropic
import httpx
import pytest
from conftest import DIRECT, FACTS, header, through_gateway
from models import MESSAGES

BASE = FACTS["gateway"]
KEYS = FACTS["keys"]
SOURCES = ["oracle"] + ([] if DIRECT else ["sandbox"])

WEATHER = {
    "name": "weather",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    },
}


def model(name, source="oracle"):
    if source == "sandbox":
        return "sandbox/" + name
    return name if DIRECT else MESSAGES + name


def connect(key="main", **arguments):
    arguments = {"base_url": BASE, "max_retries": 0, "timeout": 30} | arguments
    return anthropic.Anthropic(api_key=KEYS.get(key, key), **arguments)


@pytest.fixture
def client():
    with connect() as client:
        yield client


def turns(text="good evening"):
    return [{"role": "user", "content": text}]


def ask(client, name, source="oracle", **arguments):
    arguments = {"messages": turns(), "max_tokens": 200} | arguments
    return client.messages.create(model=model(name, source), **arguments)


# Plain and streamed


@pytest.mark.parametrize("source", SOURCES)
def test_message(client, source):
    answer = ask(client, "echo", source)
    assert "good evening" in answer.content[0].text
    assert answer.stop_reason == "end_turn"
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0


@pytest.mark.parametrize("source", SOURCES)
def test_raw_stream(client, source):
    events = list(ask(client, "echo", source, stream=True))
    assert events[0].type == "message_start"
    assert events[-1].type == "message_stop"
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    assert "good evening" in "".join(delta.text for delta in deltas)


@pytest.mark.parametrize("source", SOURCES)
def test_stream_helper(client, source):
    with client.messages.stream(model=model("echo", source), messages=turns(), max_tokens=200) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert "good evening" in text
    assert final.content[0].text == text
    assert final.usage.output_tokens > 0


@pytest.mark.parametrize("name", ["sse-20x1+split-7", "sse-20x1+crlf"])
def test_streams_survive_any_framing(client, name):
    with client.messages.stream(model=model(name), messages=turns(), max_tokens=200) as stream:
        assert len("".join(stream.text_stream).split()) == 20


def test_streams_arrive_as_they_are_made(client):
    times = [
        time.monotonic() for event in ask(client, "sse-12x20", stream=True) if event.type == "content_block_delta"
    ]
    assert len(times) == 12
    assert times[-1] - times[0] > 0.15, "the pieces came all at once"


def test_usage_passes(client):
    usage = ask(client, "usage-100-20-40").usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens) == (100, 20, 40)


# Tools and thinking


@pytest.mark.parametrize("source", SOURCES)
def test_tool_round_trip(client, source):
    first = ask(client, "tools", source, tools=[WEATHER])
    use = next(block for block in first.content if block.type == "tool_use")
    assert first.stop_reason == "tool_use"
    assert use.name == "weather" and "city" in use.input
    history = turns() + [{"role": "assistant", "content": [block.model_dump() for block in first.content]}]
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "21 degrees"}
    history += [{"role": "user", "content": [result]}]
    second = ask(client, "tools", source, tools=[WEATHER], messages=history)
    assert "21 degrees" in second.content[-1].text


@pytest.mark.parametrize("source", SOURCES)
def test_tool_stream(client, source):
    with client.messages.stream(
        model=model("tools", source), messages=turns(), max_tokens=200, tools=[WEATHER]
    ) as stream:
        final = stream.get_final_message()
    use = next(block for block in final.content if block.type == "tool_use")
    assert "city" in use.input


@pytest.mark.parametrize("source", SOURCES)
def test_thinking_round_trip(client, oracle, source):
    with client.messages.stream(model=model("think", source), messages=turns(), max_tokens=2000) as stream:
        first = stream.get_final_message()
    thinking = first.content[0]
    assert thinking.type == "thinking" and thinking.signature
    history = turns() + [{"role": "assistant", "content": [block.model_dump() for block in first.content]}]
    second = ask(client, "think", source, messages=history + turns("and then?"), max_tokens=2000)
    assert second.content[-1].type == "text"
    if source == "oracle":
        sent = json.loads(oracle.requests[-1]["body"])["messages"][1]["content"][0]
        assert sent["signature"] == thinking.signature


# Counting and models


@pytest.mark.parametrize("source", SOURCES)
def test_count_tokens(client, source):
    assert client.messages.count_tokens(model=model("echo", source), messages=turns()).input_tokens > 0


@through_gateway
def test_models(client):
    listed = [one.id for one in client.models.list(limit=1000)]
    assert model("echo") in listed and "sandbox/echo" in listed
    assert client.models.retrieve(model("echo")).id == model("echo")
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("no/such/model")


# Credentials, prefixes and headers


def test_bearer_credential():
    with anthropic.Anthropic(auth_token=KEYS["main"], base_url=BASE, max_retries=0) as client:
        assert ask(client, "echo").stop_reason == "end_turn"


@through_gateway
def test_prefix():
    with connect(base_url=BASE + "/anthropic") as client:
        assert ask(client, "echo").stop_reason == "end_turn"


@through_gateway
def test_headers_both_ways(client, oracle):
    answer = client.messages.with_raw_response.create(
        model=model("echo"), messages=turns(), max_tokens=10, extra_headers={"anthropic-beta": "one-2026-01-01,two"}
    )
    sent = answer.http_request.headers if hasattr(answer, "http_request") else answer.http_response.request.headers
    assert answer.headers["x-request-id"] == answer.headers["request-id"]
    for name in ("set-cookie", "anthropic-organization-id"):
        assert name not in answer.headers, name
    seen = oracle.requests[-1]
    assert header(seen, "anthropic-version") == [sent["anthropic-version"]]
    assert header(seen, "anthropic-beta") == ["one-2026-01-01,two"]
    assert header(seen, "x-api-key") + header(seen, "authorization") in (["oracle-secret"], ["Bearer oracle-secret"])
    assert KEYS["main"] not in json.dumps(seen)


@through_gateway
def test_body_passes_but_for_the_model(client, oracle):
    ask(client, "echo", extra_body={"unknown_field": {"deep": [1.50, "ü"]}})
    body = json.loads(oracle.requests[-1]["body"])
    assert body["model"] == "echo"
    assert body["unknown_field"] == {"deep": [1.50, "ü"]}


# Errors, and what the SDK makes of them


def count_of_tries(oracle, name, error):
    """How many requests reach the oracle when the SDK may try three times."""
    with connect(max_retries=2) as client:
        with pytest.raises(error) as raised:
            ask(client, name)
    return len(oracle.requests), raised.value


@pytest.mark.parametrize(
    "name, error", [("status-400", anthropic.BadRequestError), ("status-404", anthropic.NotFoundError)]
)
def test_the_callers_fault_passes_verbatim_and_is_not_retried(oracle, name, error):
    tries, raised = count_of_tries(oracle, name, error)
    assert tries == 1
    assert "as the model name asked" in raised.message
    assert raised.body["type"] == "error"


def test_an_overloaded_vendor_is_retried(oracle):
    tries, raised = count_of_tries(oracle, "status-529", anthropic.APIStatusError)
    assert tries >= 3 if not DIRECT else tries == 3
    assert raised.status_code == 529
    assert raised.body["error"]["type"] == "overloaded_error"


def test_a_vendor_that_recovers_is_not_noticed(oracle):
    with connect(max_retries=2) as client:
        assert ask(client, "flaky-503-1").stop_reason == "end_turn"
    assert len(oracle.requests) == 2


@through_gateway
def test_a_throttling_vendor_is_not_our_limit(client):
    with pytest.raises(anthropic.APIStatusError) as raised:
        ask(client, "status-429")
    assert raised.value.status_code == 529
    assert raised.value.body["error"]["type"] == "overloaded_error"
    assert int(raised.value.response.headers["retry-after"]) >= 1


@through_gateway
@pytest.mark.parametrize("name", ["status-401", "html", "redirect-307", "close"])
def test_what_is_wrong_between_us_and_the_vendor_is_a_502(client, oracle, name):
    with pytest.raises(anthropic.InternalServerError) as raised:
        ask(client, name)
    assert raised.value.status_code == 502
    assert raised.value.body["error"]["type"] == "api_error"
    assert all(one["target"].startswith("/v1/messages") for one in oracle.requests), "a redirect was followed"


@pytest.mark.skipif(not DIRECT, reason="means the SDK alone")
def test_the_sdk_heeds_x_should_retry(oracle):
    assert count_of_tries(oracle, "status-429-stop", anthropic.RateLimitError)[0] == 1


@through_gateway
@pytest.mark.parametrize("key", ["sk-wrong", "sk-mt-000000000000-" + "0" * 49, "revoked"])
def test_wrong_key(oracle, key):
    with connect(key, max_retries=2) as client:
        began = time.monotonic()
        with pytest.raises(anthropic.AuthenticationError) as raised:
            ask(client, "echo")
    assert raised.value.body["error"]["type"] == "authentication_error"
    assert time.monotonic() - began < 1, "the SDK tried again"
    assert oracle.requests == []


@through_gateway
def test_unknown_model(client, oracle):
    with pytest.raises(anthropic.NotFoundError) as raised:
        client.messages.create(model="no-such-model", messages=turns(), max_tokens=10)
    assert raised.value.body["error"]["type"] == "not_found_error"
    with connect("narrow") as narrow:
        with pytest.raises(anthropic.NotFoundError):
            ask(narrow, "think")
    assert oracle.requests == []


@through_gateway
def test_our_own_rate_limit(oracle):
    with connect("limited-1") as client:
        first = client.messages.with_raw_response.create(model=model("echo"), messages=turns(), max_tokens=10)
        assert first.headers["anthropic-ratelimit-requests-limit"] == "2"
        ask(client, "echo")
        with pytest.raises(anthropic.RateLimitError) as raised:
            ask(client, "echo")
    assert raised.value.body["error"]["type"] == "rate_limit_error"
    headers = raised.value.response.headers
    assert 1 <= int(headers["retry-after"]) <= 60
    assert "x-should-retry" not in headers
    assert headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert len(oracle.requests) == 2


# Streams that go wrong

BROKEN = ["sse-20x5+cut-900", "sse-20x5+rst-900", "sse-20x5+error-5"]
BROKEN += [] if DIRECT else ["sse-20x5+end-5", "sse-20x5+badjson-5"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_stream_raises(client, name):
    types = []
    with pytest.raises((anthropic.APIError, httpx.HTTPError)) as raised:
        for event in ask(client, name, stream=True):
            types.append(event.type)
    assert "message_stop" not in types, "the stream looked complete"
    assert DIRECT or isinstance(raised.value, anthropic.APIError)


@pytest.mark.parametrize("name", BROKEN)
def test_the_stream_helper_raises_too(client, name):
    with pytest.raises((anthropic.APIError, httpx.HTTPError)):
        with client.messages.stream(model=model(name), messages=turns(), max_tokens=200) as stream:
            stream.get_final_message()


@through_gateway
def test_a_cut_plain_answer_is_a_502(client):
    with pytest.raises(anthropic.InternalServerError) as raised:
        ask(client, "cut-40")
    assert raised.value.status_code == 502


@through_gateway
@pytest.mark.parametrize("name", ["error-stream", "cut"])
def test_the_sandbox_breaks_streams_too(client, name):
    with pytest.raises(anthropic.APIError):
        for event in ask(client, name, "sandbox", stream=True):
            assert event.type != "message_stop"


# Leaving and waiting


def test_a_client_that_leaves_a_stream_frees_the_vendor(oracle):
    with connect() as client:
        stream = ask(client, "sse-400x25", stream=True)
        for _, _ in zip(range(5), stream):
            pass
        left = time.monotonic()
        stream.close()
    assert oracle.closed_after(left) < 1


def test_a_client_that_leaves_before_the_head_frees_the_vendor(oracle):
    with connect(timeout=0.5) as client:
        with pytest.raises(anthropic.APITimeoutError):
            ask(client, "slow-20")
        left = time.monotonic()
    assert oracle.closed_after(left) < 1


@through_gateway
@pytest.mark.parametrize("name", ["slow-4", "silent-4"])
def test_a_silent_vendor_is_covered_by_pings(name):
    body = {"model": model(name), "stream": True, "messages": turns(), "max_tokens": 50}
    headers = {"x-api-key": KEYS["main"], "anthropic-version": "2023-06-01"}
    began = time.monotonic()
    with httpx.stream("POST", BASE + "/v1/messages", json=body, headers=headers, timeout=30) as answer:
        head = time.monotonic() - began
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers
        lines = [line for line in answer.iter_lines() if line]
    assert head < 2.5, "the head waited for the vendor"
    start = next(index for index, line in enumerate(lines) if line == "event: message_start")
    assert any(line == "event: ping" for line in lines[:start]), "nothing kept the stream alive"
    assert not any(line.startswith(":") for line in lines)


@pytest.mark.parametrize("name", ["slow-4"])
def test_the_sdk_waits_for_a_slow_vendor(client, name):
    with client.messages.stream(model=model(name), messages=turns(), max_tokens=200) as stream:
        assert stream.get_final_message().stop_reason == "end_turn"
