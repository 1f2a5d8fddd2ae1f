"""openai-python: Chat Completions, Responses, embeddings and models."""

import asyncio
import base64
import json
import struct
import time

import httpx
import openai
import pytest
from conftest import DIRECT, FACTS, header, through_gateway
from models import BARE, CHAT

BASE = FACTS["gateway"] + "/v1"
KEYS = FACTS["keys"]
SANDBOX = [] if DIRECT else ["sandbox/"]
SOURCES = ["oracle"] + (["sandbox"] if SANDBOX else [])

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}


def model(name, source="oracle"):
    if source == "sandbox":
        return "sandbox/" + name
    return name if DIRECT else CHAT + name


def connect(key="main", **arguments):
    arguments = {"base_url": BASE, "max_retries": 0, "timeout": 30} | arguments
    return openai.OpenAI(api_key=KEYS.get(key, key), **arguments)


@pytest.fixture
def client():
    with connect() as client:
        yield client


def turns(text="good evening"):
    return [{"role": "user", "content": text}]


def chat(client, name, source="oracle", **arguments):
    return client.chat.completions.create(model=model(name, source), messages=turns(), **arguments)


# Plain and streamed


@pytest.mark.parametrize("source", SOURCES)
def test_chat(client, source):
    answer = chat(client, "echo", source)
    assert "good evening" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


@pytest.mark.parametrize("source", SOURCES)
def test_chat_stream(client, source):
    chunks = list(chat(client, "echo", source, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "good evening" in text
    assert all(chunk.choices for chunk in chunks), "a client that did not ask is shown no usage chunk"
    assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "stop"


@pytest.mark.parametrize("source", SOURCES)
def test_chat_stream_with_usage(client, source):
    chunks = list(chat(client, "echo", source, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens > 0


@pytest.mark.parametrize("source", SOURCES)
def test_responses(client, source):
    answer = client.responses.create(model=model("echo", source), input="good evening")
    assert "good evening" in answer.output_text
    assert answer.status == "completed"
    assert answer.usage.input_tokens > 0


@pytest.mark.parametrize("source", SOURCES)
def test_responses_stream(client, source):
    events = list(client.responses.create(model=model("echo", source), input="good evening", stream=True))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert "good evening" in text
    assert events[0].type == "response.created"
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == text


@pytest.mark.parametrize("name", ["sse-20x1+split-7", "sse-20x1+crlf"])
def test_streams_survive_any_framing(client, name):
    chunks = list(chat(client, name, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert len(text.split()) == 20


def test_streams_arrive_as_they_are_made(client):
    times = []
    for chunk in chat(client, "sse-12x20", stream=True):
        if chunk.choices and chunk.choices[0].delta.content:
            times.append(time.monotonic())
    assert len(times) == 12
    assert times[-1] - times[0] > 0.15, "the pieces came all at once"


def test_many_streams_at_once():
    async def one(client):
        stream = await client.chat.completions.create(model=model("sse-12x20"), messages=turns(), stream=True)
        return [chunk.choices[0].delta.content or "" async for chunk in stream]

    async def all_of_them():
        async with openai.AsyncOpenAI(api_key=KEYS["main"], base_url=BASE, max_retries=0) as client:
            return await asyncio.gather(*(one(client) for _ in range(40)))

    texts = {"".join(pieces) for pieces in asyncio.run(all_of_them())}
    assert len(texts) == 1


# Tools and reasoning


@pytest.mark.parametrize("source", SOURCES)
def test_chat_tool_round_trip(client, source):
    tools = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
    first = chat(client, "tools", source, tools=tools).choices[0]
    call = first.message.tool_calls[0]
    assert first.finish_reason == "tool_calls"
    assert call.function.name == "weather"
    assert "city" in json.loads(call.function.arguments)
    history = turns() + [first.message.model_dump(exclude_none=True)]
    history += [{"role": "tool", "tool_call_id": call.id, "content": "21 degrees"}]
    second = client.chat.completions.create(model=model("tools", source), messages=history, tools=tools)
    assert "21 degrees" in second.choices[0].message.content


@pytest.mark.parametrize("source", SOURCES)
def test_chat_tool_stream(client, source):
    tools = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
    names, arguments = [], ""
    for chunk in chat(client, "tools", source, tools=tools, stream=True):
        for call in chunk.choices[0].delta.tool_calls or []:
            if call.index == 0:
                names += [call.function.name] if call.function.name else []
                arguments += call.function.arguments or ""
    assert names == ["weather"]
    assert "city" in json.loads(arguments)


@pytest.mark.parametrize("source", SOURCES)
def test_responses_tool_round_trip(client, source):
    tools = [{"type": "function", "name": "weather", "parameters": WEATHER, "strict": True}]
    first = client.responses.create(model=model("tools", source), input=turns(), tools=tools)
    call = next(item for item in first.output if item.type == "function_call")
    assert "city" in json.loads(call.arguments)
    history = turns() + [call.model_dump(exclude_none=True)]
    history += [{"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}]
    second = client.responses.create(model=model("tools", source), input=history, tools=tools)
    assert "21 degrees" in second.output_text


@pytest.mark.parametrize("source", SOURCES)
def test_responses_reasoning(client, source):
    events = list(
        client.responses.create(
            model=model("think", source), input="why?", reasoning={"summary": "auto"}, stream=True
        )
    )
    assert any(event.type == "response.reasoning_summary_text.delta" for event in events)
    final = events[-1].response
    assert final.output[0].type == "reasoning"
    again = [item.model_dump(exclude_none=True) for item in final.output] + turns("and then?")
    assert client.responses.create(model=model("think", source), input=again).status == "completed"


def test_chat_reasoning_of_compatible_servers_passes(client):
    message = chat(client, "think").choices[0].message
    assert message.model_extra["reasoning_content"].startswith("Someone")


# Embeddings and models


def test_embeddings(client):
    floats = client.embeddings.create(
        model=model("embed"), input=["a", "b"], dimensions=8, encoding_format="float"
    )  # fmt: skip
    default = client.embeddings.create(model=model("embed"), input=["a", "b"], dimensions=8)
    coded = client.embeddings.create(model=model("embed"), input=["a", "b"], dimensions=8, encoding_format="base64")
    assert len(floats.data) == 2 and len(floats.data[0].embedding) == 8
    assert [one.embedding for one in default.data] == [one.embedding for one in floats.data]
    raw = coded.data[1].embedding
    assert list(struct.unpack("<8f", base64.b64decode(raw))) == floats.data[1].embedding


def test_embeddings_of_token_ids(client):
    assert len(client.embeddings.create(model=model("embed"), input=[1, 2, 3]).data) == 1


def test_models(client):
    listed = [one.id for one in client.models.list()]
    assert model("echo") in listed
    assert not SANDBOX or "sandbox/echo" in listed


@through_gateway
def test_models_retrieve(client):
    assert client.models.retrieve(model("echo")).id == model("echo")
    assert client.models.retrieve(BARE).id == BARE
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no/such/model")


@through_gateway
@pytest.mark.parametrize("prefix", ["/openai/v1", "/openai", ""])
def test_other_prefixes(prefix):
    with connect(base_url=FACTS["gateway"] + prefix) as client:
        assert "good evening" in chat(client, "echo").choices[0].message.content


@through_gateway
def test_doubled_prefix_is_explained():
    with connect(base_url=FACTS["gateway"] + "/v1/v1") as client:
        with pytest.raises(openai.NotFoundError, match="/v1"):
            chat(client, "echo")


@through_gateway
def test_azure_client(oracle):
    with openai.AzureOpenAI(
        api_key=KEYS["main"], azure_endpoint=FACTS["gateway"], api_version="2024-10-21", max_retries=0
    ) as client:
        answer = client.chat.completions.create(model=BARE, messages=turns())
    assert "good evening" in answer.choices[0].message.content
    assert oracle.requests[-1]["target"].startswith("/v1/chat/completions")


# Headers


@through_gateway
def test_headers_both_ways(client, oracle):
    answer = client.chat.completions.with_raw_response.create(
        model=model("echo"), messages=turns(), extra_headers={"openai-organization": "org-client"}
    )
    assert answer.headers["x-request-id"] == answer.headers["request-id"]
    for name in ("set-cookie", "openai-organization", "transfer-encoding"):
        assert name not in answer.headers, name
    seen = oracle.requests[-1]
    assert header(seen, "authorization") == ["Bearer oracle-secret"]
    assert header(seen, "openai-organization") == []
    assert not [name for name, _ in seen["headers"] if name.lower().startswith(("x-stainless-", "x-martlet-"))]
    assert KEYS["main"] not in json.dumps(seen)


@through_gateway
def test_body_passes_but_for_the_model(client, oracle):
    chat(client, "echo", temperature=0.5, extra_body={"unknown_field": {"deep": [1.50, "ü"]}})
    body = json.loads(oracle.requests[-1]["body"])
    assert body["model"] == "echo"
    assert body["temperature"] == 0.5
    assert body["unknown_field"] == {"deep": [1.50, "ü"]}
    assert "stream_options" not in body


# Errors, and what the SDK makes of them


def count_of_tries(oracle, name, error, **arguments):
    """How many requests reach the oracle when the SDK may try three times."""
    with connect(max_retries=2) as client:
        with pytest.raises(error) as raised:
            chat(client, name, **arguments)
    return len(oracle.requests), raised.value


@pytest.mark.parametrize(
    "name, error",
    [("status-400", openai.BadRequestError), ("status-404", openai.NotFoundError)]
    + [("status-422", openai.UnprocessableEntityError)],
)
def test_the_callers_fault_passes_verbatim_and_is_not_retried(oracle, name, error):
    tries, raised = count_of_tries(oracle, name, error)
    assert tries == 1
    assert "as the model name asked" in raised.message


def test_an_overloaded_vendor_is_retried(oracle):
    tries, raised = count_of_tries(oracle, "status-503", openai.InternalServerError)
    assert tries >= 3 if not DIRECT else tries == 3
    assert raised.status_code == 503


def test_a_vendor_that_recovers_is_not_noticed(oracle):
    with connect(max_retries=2) as client:
        assert "good evening" in chat(client, "flaky-503-1").choices[0].message.content
    assert len(oracle.requests) == 2


@through_gateway
def test_a_throttling_vendor_is_not_our_limit(oracle):
    with connect() as client:
        with pytest.raises(openai.InternalServerError) as raised:
            chat(client, "status-429")
    assert raised.value.status_code == 503
    assert int(raised.value.response.headers["retry-after"]) >= 1


@through_gateway
@pytest.mark.parametrize("name", ["status-401", "html", "redirect-307", "close"])
def test_what_is_wrong_between_us_and_the_vendor_is_a_502(oracle, name):
    with connect() as client:
        with pytest.raises(openai.InternalServerError) as raised:
            chat(client, name)
    assert raised.value.status_code == 502
    assert raised.value.body["message"]
    assert all(one["target"] == "/v1/chat/completions" for one in oracle.requests), "a redirect was followed"


@pytest.mark.skipif(not DIRECT, reason="means the SDK alone")
def test_the_sdk_heeds_x_should_retry(oracle):
    assert count_of_tries(oracle, "status-429-stop", openai.RateLimitError)[0] == 1


@through_gateway
@pytest.mark.parametrize("key", ["sk-wrong", "sk-mt-000000000000-" + "0" * 49, "revoked"])
def test_wrong_key(oracle, key):
    with connect(key, max_retries=2) as client:
        began = time.monotonic()
        with pytest.raises(openai.AuthenticationError) as raised:
            chat(client, "echo")
    assert raised.value.code == "invalid_api_key"
    assert time.monotonic() - began < 1, "the SDK tried again"
    assert oracle.requests == []


@through_gateway
def test_unknown_model(client, oracle):
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="no-such-model", messages=turns())
    assert raised.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as raised:
        client.responses.create(model="no-such-model", input="x")
    assert raised.value.code == "model_not_found"
    assert oracle.requests == []


@through_gateway
def test_a_key_sees_only_its_models(oracle):
    with connect("narrow") as client:
        assert chat(client, "echo")
        with pytest.raises(openai.NotFoundError):
            chat(client, "think")
        assert model("think") not in [one.id for one in client.models.list()]
    assert len(oracle.requests) == 1


@through_gateway
def test_our_own_rate_limit(oracle):
    with connect("limited-1") as client:
        first = client.chat.completions.with_raw_response.create(model=model("echo"), messages=turns())
        assert first.headers["x-ratelimit-limit-requests"] == "2"
        chat(client, "echo")
        with pytest.raises(openai.RateLimitError) as raised:
            chat(client, "echo")
    assert raised.value.code == "rate_limit_exceeded"
    headers = raised.value.response.headers
    assert 1 <= int(headers["retry-after"]) <= 60
    assert "x-should-retry" not in headers
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert len(oracle.requests) == 2


@through_gateway
def test_a_limited_responses_client(oracle):
    with connect("limited-2") as client:
        for _ in range(2):
            client.responses.create(model=model("echo"), input="x")
        with pytest.raises(openai.RateLimitError):
            client.responses.create(model=model("echo"), input="x")
    assert len(oracle.requests) == 2


@through_gateway
@pytest.mark.parametrize("field", ["previous_response_id", "conversation"])
def test_stored_state_is_refused(client, oracle, field):
    with pytest.raises(openai.BadRequestError, match=field):
        client.responses.create(model=model("echo"), input="x", **{field: "resp_1"})
    assert oracle.requests == []


@through_gateway
def test_bad_bodies(client, oracle):
    with pytest.raises(openai.BadRequestError):
        client.post("/chat/completions", body={"messages": turns()}, cast_to=object)
    answer = httpx.post(
        BASE + "/chat/completions",
        content=b'{"model":"o/echo","model":"o/think","messages":[]}',
        headers={"authorization": f"Bearer {KEYS['main']}", "content-type": "application/json"},
    )
    assert answer.status_code == 400
    assert "duplicate" in answer.json()["error"]["message"]
    assert oracle.requests == []


# Streams that go wrong

BROKEN = ["sse-20x5+cut-900", "sse-20x5+rst-900", "sse-20x5+error-5"]
BROKEN += [] if DIRECT else ["sse-20x5+end-5", "sse-20x5+badjson-5"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_chat_stream_raises(client, name):
    reasons = []
    with pytest.raises((openai.APIError, httpx.HTTPError)) as raised:
        for chunk in chat(client, name, stream=True):
            reasons += [choice.finish_reason for choice in chunk.choices if choice.finish_reason]
    assert reasons == [], "the stream looked complete"
    assert DIRECT or isinstance(raised.value, openai.APIError)
    assert not isinstance(raised.value, openai.APIStatusError)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_responses_stream_fails(client, name):
    types, raised = [], None
    try:
        for event in client.responses.create(model=model(name), input="x", stream=True):
            types.append(event.type)
    except (openai.APIError, httpx.HTTPError) as error:
        raised = error
    assert "response.completed" not in types
    assert raised or types[-1] in ("response.failed", "error")
    assert DIRECT or raised is None or isinstance(raised, openai.APIError)


@through_gateway
def test_a_cut_plain_answer_is_a_502(client):
    with pytest.raises(openai.InternalServerError) as raised:
        chat(client, "cut-40")
    assert raised.value.status_code == 502


@through_gateway
@pytest.mark.parametrize("name", ["error-stream", "cut"])
def test_the_sandbox_breaks_streams_too(client, name):
    with pytest.raises(openai.APIError):
        for chunk in chat(client, name, "sandbox", stream=True):
            assert not any(choice.finish_reason for choice in chunk.choices)


@through_gateway
@pytest.mark.parametrize("status, error", [(429, openai.APIStatusError), (500, openai.InternalServerError)])
def test_the_sandbox_fails_on_request(client, status, error):
    with pytest.raises(error):
        chat(client, f"error-{status}", "sandbox")


# Leaving and waiting


def test_a_client_that_leaves_a_stream_frees_the_vendor(oracle):
    with connect() as client:
        stream = chat(client, "sse-400x25", stream=True)
        for _, _ in zip(range(3), stream):
            pass
        left = time.monotonic()
        stream.close()
    assert oracle.closed_after(left) < 1


def test_a_client_that_leaves_before_the_head_frees_the_vendor(oracle):
    with connect(timeout=0.5) as client:
        with pytest.raises(openai.APITimeoutError):
            chat(client, "slow-20")
        left = time.monotonic()
    assert oracle.closed_after(left) < 1


@through_gateway
@pytest.mark.parametrize("name", ["slow-4", "silent-4"])
@pytest.mark.parametrize("path", ["chat/completions", "responses"])
def test_a_silent_vendor_is_covered_by_keep_alives(name, path):
    body = {"model": model(name), "stream": True, "messages": turns(), "input": "x"}
    body.pop("input" if path == "chat/completions" else "messages")
    head, beats, text = watch(BASE + "/" + path, body, {"authorization": f"Bearer {KEYS['main']}"})
    assert head < 2.5, "the head waited for the vendor"
    assert beats >= 1, "nothing kept the stream alive"
    assert "The" in text


def watch(url, body, headers):
    """Seconds to the head, keep-alive comments before the first event, and the whole text."""
    began = time.monotonic()
    with httpx.stream("POST", url, json=body, headers=headers, timeout=30) as answer:
        head = time.monotonic() - began
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        lines = [line for line in answer.iter_lines() if line]
    data = next(index for index, line in enumerate(lines) if line.startswith("data:"))
    return head, sum(line.startswith(":") for line in lines[:data]), "\n".join(lines)


@pytest.mark.parametrize("name", ["slow-4"])
def test_the_sdk_waits_for_a_slow_vendor(client, name):
    chunks = list(chat(client, name, stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"
