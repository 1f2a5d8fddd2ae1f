"""openai-python, Chat and Responses, answered by vendors of other formats."""

import json
import re
import time

import httpx
import openai
import pytest
from conftest import DIRECT, FACTS
from models import translated
from pydantic import BaseModel
from vendors import CACHED, GOOGLE, OUTPUT, PNG, STATES, UNCACHED, all_of, sent, warnings

pytestmark = pytest.mark.skipif(DIRECT, reason="means the gateway")

CHAT = ["messages", "gemini", "vertex", "claude-on-vertex", "claude-on-bedrock", "nova"]
CALLS = [*CHAT, "thinker"]
RESPONSES = ["chat", *CHAT]

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
NAMES = ["weather", "time"]
CHAT_TOOLS = [{"type": "function", "function": {"name": name, "parameters": WEATHER}} for name in NAMES]
RESPONSES_TOOLS = [{"type": "function", "name": name, "parameters": WEATHER, "strict": False} for name in NAMES]
RESULTS = {"weather": "21 degrees", "time": "noon"}
PICTURE = "data:image/png;base64," + PNG


class Forecast(BaseModel):
    city: str
    days: int


@pytest.fixture
def client():
    key = FACTS["keys"]["main"]
    with openai.OpenAI(api_key=key, base_url=FACTS["gateway"] + "/v1", max_retries=0, timeout=30) as client:
        yield client


def turns(content="good evening"):
    return [{"role": "user", "content": content}]


def chat(client, vendor, words, **arguments):
    arguments = {"messages": turns()} | arguments
    return client.chat.completions.create(model=translated(vendor, words), **arguments)


def respond(client, vendor, words, **arguments):
    arguments = {"input": turns()} | arguments
    return client.responses.create(model=translated(vendor, words), **arguments)


# Text


@pytest.mark.parametrize("vendor", CHAT)
def test_chat(client, oracle, vendor):
    raw = client.chat.completions.with_raw_response.create(
        model=translated(vendor, "usage-100-20-40"), messages=[{"role": "system", "content": "Be brief."}, *turns()]
    )
    answer = raw.parse()
    assert answer.choices[0].message.content == "The oracle heard: good evening"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == translated(vendor, "usage-100-20-40")
    check_chat_usage(answer.usage, vendor)
    assert warnings(raw) == []
    assert "Be brief." in json.dumps(sent(oracle, vendor))


@pytest.mark.parametrize("vendor", CHAT)
def test_chat_stream(client, oracle, vendor):
    options = {"include_usage": True}
    chunks = list(chat(client, vendor, "usage-100-20-40", stream=True, stream_options=options))
    assert "".join(one.choices[0].delta.content or "" for one in chunks[:-1]) == "The oracle heard: good evening"
    assert [one.choices[0].finish_reason for one in chunks[:-1]][-1] == "stop"
    assert len({one.id for one in chunks}) == 1
    check_chat_usage(chunks[-1].usage, vendor)
    sent(oracle, vendor, stream=True)


def check_chat_usage(usage, vendor):
    assert usage.prompt_tokens == UNCACHED[vendor] + CACHED
    assert usage.prompt_tokens_details.cached_tokens == CACHED
    assert usage.completion_tokens == OUTPUT
    assert usage.total_tokens == usage.prompt_tokens + OUTPUT


@pytest.mark.parametrize("vendor", RESPONSES)
def test_responses(client, oracle, vendor):
    answer = respond(client, vendor, "usage-100-20-40", instructions="Be brief.")
    assert answer.output_text == "The oracle heard: good evening"
    assert (answer.status, answer.instructions) == ("completed", "Be brief.")
    check_responses_usage(answer.usage, vendor)
    assert "Be brief." in json.dumps(sent(oracle, vendor))


@pytest.mark.parametrize("vendor", RESPONSES)
def test_responses_stream(client, oracle, vendor):
    events = list(respond(client, vendor, "usage-100-20-40", stream=True))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == "The oracle heard: good evening" == events[-1].response.output_text
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    assert [event.sequence_number for event in events] == list(range(len(events)))
    check_responses_usage(events[-1].response.usage, vendor)
    sent(oracle, vendor, stream=True)


def check_responses_usage(usage, vendor):
    assert usage.input_tokens == UNCACHED[vendor] + CACHED
    assert usage.input_tokens_details.cached_tokens == CACHED
    assert (usage.output_tokens, usage.total_tokens) == (OUTPUT, usage.input_tokens + OUTPUT)


@pytest.mark.parametrize("vendor", CHAT)
def test_streams_survive_any_framing(client, vendor):
    chunks = list(chat(client, vendor, "sse-4x1+split-7", stream=True))
    assert len("".join(chunk.choices[0].delta.content or "" for chunk in chunks).split()) == 4


@pytest.mark.parametrize("vendor", RESPONSES)
def test_streams_arrive_as_they_are_made(client, vendor):
    events = respond(client, vendor, "sse-12x20", stream=True)
    times = [time.monotonic() for event in events if event.type == "response.output_text.delta"]
    assert len(times) == 12
    assert times[-1] - times[0] > 0.15, "the pieces came all at once"


@pytest.mark.parametrize("vendor", CHAT)
def test_a_client_that_leaves_frees_the_vendor(client, oracle, vendor):
    stream = chat(client, vendor, "sse-400x25", stream=True)
    for _, _ in zip(range(3), stream):
        pass
    left = time.monotonic()
    stream.close()
    assert oracle.closed_after(left) < 1


def test_azure_is_asked_in_its_own_paths(client, oracle):
    assert chat(client, "azure", "echo").choices[0].message.content == "The oracle heard: good evening"
    path, query = oracle.requests[-1]["target"].split("?")
    assert path.replace("%2B", "+") == "/openai/deployments/gpt-5.1-x+echo/chat/completions"
    assert query == "api-version=2025-03-01-preview"
    assert respond(client, "azure", "echo").output_text == "The oracle heard: good evening"
    sent(oracle, "azure")


# Tools


@pytest.mark.parametrize("words, count", [("tools", 1), ("tools-2", 2)])
@pytest.mark.parametrize("vendor", CALLS)
def test_chat_tools(client, oracle, vendor, words, count):
    first = chat(client, vendor, words, tools=CHAT_TOOLS).choices[0]
    check_chat_calls(first, count)
    history = turns() + [first.message.model_dump(exclude_none=True)]
    for call in first.message.tool_calls:
        history.append({"role": "tool", "tool_call_id": call.id, "content": RESULTS[call.function.name]})
    second = chat(client, vendor, words, tools=CHAT_TOOLS, messages=history).choices[0]
    assert RESULTS[NAMES[count - 1]] in second.message.content
    body = json.dumps(sent(oracle, vendor))
    assert all(RESULTS[name] in body for name in NAMES[:count])
    # A Chat client has a place for Gemini's signature of a call, and has sent it back.
    assert vendor not in GOOGLE or all_of(json.loads(body), "thoughtSignature") == [STATES[vendor]]


@pytest.mark.parametrize("vendor", CALLS)
def test_chat_tool_stream(client, vendor):
    with client.chat.completions.stream(
        model=translated(vendor, "tools-2"), messages=turns(), tools=CHAT_TOOLS
    ) as stream:
        for _ in stream:
            pass
        check_chat_calls(stream.get_final_completion().choices[0], 2)


def check_chat_calls(choice, count):
    calls = choice.message.tool_calls
    assert choice.finish_reason == "tool_calls"
    assert [call.function.name for call in calls] == NAMES[:count]
    assert len({call.id for call in calls}) == count
    assert all(json.loads(call.function.arguments) == {"city": "Lisbon", "days": 1} for call in calls)


@pytest.mark.parametrize("words, count", [("tools", 1), ("tools-2", 2)])
@pytest.mark.parametrize("vendor", RESPONSES)
def test_responses_tools(client, oracle, vendor, words, count):
    with client.responses.stream(
        model=translated(vendor, words), input=turns(), tools=RESPONSES_TOOLS
    ) as stream:  # fmt: skip
        for _ in stream:
            pass
        first = stream.get_final_response()
    calls = [item for item in first.output if item.type == "function_call"]
    assert [call.name for call in calls] == NAMES[:count]
    assert len({call.call_id for call in calls}) == count
    assert all(json.loads(call.arguments) == {"city": "Lisbon", "days": 1} for call in calls)
    history = turns() + replayed(first.output)
    history += [
        {"type": "function_call_output", "call_id": call.call_id, "output": RESULTS[call.name]} for call in calls
    ]
    second = respond(client, vendor, words, tools=RESPONSES_TOOLS, input=history)
    assert RESULTS[NAMES[count - 1]] in second.output_text
    body = json.dumps(sent(oracle, vendor))
    assert all(RESULTS[name] in body for name in NAMES[:count])


def replayed(output):
    """Items as clients send them back: without what the SDK's parser adds."""
    return [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in output]


@pytest.mark.parametrize("vendor", RESPONSES)
def test_a_coding_agents_request(client, oracle, vendor):
    """As Codex sends it: a free-form tool beside functions and hosted ones, and what steers caches."""
    tools = [{"type": "custom", "name": "apply_patch", "description": "Edits files."}, *RESPONSES_TOOLS]
    tools += [{"type": "tool_search"}, {"type": "web_search"}]
    arguments = {"tools": tools, "instructions": "You edit code.", "prompt_cache_key": "thread-1", "store": False}
    arguments |= {"reasoning": {"effort": "medium", "summary": "auto"}, "parallel_tool_calls": True}
    arguments |= {"include": ["reasoning.encrypted_content"], "stream": True, "text": {"verbosity": "low"}}
    arguments |= {"extra_body": {"client_metadata": {"installation": "1"}}}
    rules = {"type": "message", "id": "msg_1", "role": "developer"}
    rules |= {"content": [{"type": "input_text", "text": "Answer in English."}]}
    asked = [rules, *turns()]
    first = list(respond(client, vendor, "think+tools", input=asked, **arguments))[-1].response
    call = next(item for item in first.output if item.type == "custom_tool_call")
    assert (call.name, call.input) == ("apply_patch", "Lisbon")
    result = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "21 degrees"}
    history = asked + replayed(first.output) + [result]
    second = list(respond(client, vendor, "think+tools", input=history, **arguments))[-1].response
    assert second.status == "completed" and "21 degrees" in second.output_text
    body = json.dumps(sent(oracle, vendor, stream=True))
    assert "You edit code." in body and "Answer in English." in body


# Pictures and shapes


@pytest.mark.parametrize("vendor", CHAT)
def test_chat_image(client, oracle, vendor):
    content = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": PICTURE}}]
    assert "what is it?" in chat(client, vendor, "echo", messages=turns(content)).choices[0].message.content
    assert PNG in json.dumps(sent(oracle, vendor))


@pytest.mark.parametrize("vendor", RESPONSES)
def test_responses_image(client, oracle, vendor):
    content = [{"type": "input_text", "text": "what is it?"}, {"type": "input_image", "image_url": PICTURE}]
    assert "what is it?" in respond(client, vendor, "echo", input=turns(content)).output_text
    assert PNG in json.dumps(sent(oracle, vendor))


@pytest.mark.parametrize("vendor", CHAT)
def test_chat_structured_output(client, vendor):
    answer = client.chat.completions.parse(
        model=translated(vendor, "schema"), messages=turns(), response_format=Forecast
    )
    assert answer.choices[0].message.parsed == Forecast(city="Lisbon", days=1)


@pytest.mark.parametrize("vendor", RESPONSES)
def test_responses_structured_output(client, vendor):
    answer = client.responses.parse(model=translated(vendor, "schema"), input=turns(), text_format=Forecast)
    assert answer.output_parsed == Forecast(city="Lisbon", days=1)


# Reasoning


@pytest.mark.parametrize("vendor", CHAT)
def test_chat_shows_thoughts_to_those_who_ask(client, vendor):
    hidden = chat(client, vendor, "think", reasoning_effort="low").choices[0].message
    assert "reasoning_content" not in (hidden.model_extra or {})
    shown = chat(client, vendor, "think", extra_headers={"x-martlet-show-reasoning": "true"}).choices[0].message
    assert shown.model_extra["reasoning_content"].startswith("Someone asks")


@pytest.mark.parametrize("words", ["think", "think+tools"])
@pytest.mark.parametrize("vendor", RESPONSES)
def test_responses_reasoning_goes_back(client, oracle, vendor, words):
    arguments = {"tools": RESPONSES_TOOLS} if "tools" in words else {}
    arguments |= {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]}
    with client.responses.stream(model=translated(vendor, words), input=turns(), **arguments) as stream:
        types = [event.type for event in stream]
        first = stream.get_final_response()
    assert "response.reasoning_summary_text.delta" in types
    assert first.output[0].type == "reasoning" and "Someone asks" in first.output[0].summary[0].text
    more = turns("and then?")
    if "tools" in words:
        call = next(item for item in first.output if item.type == "function_call")
        more = [{"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}]
    second = respond(client, vendor, words, input=turns() + replayed(first.output) + more, **arguments)
    assert ("21 degrees" if "tools" in words else "and then?") in second.output_text
    body = json.dumps(sent(oracle, vendor))
    assert vendor not in STATES or body.count(STATES[vendor]) == 1
    if vendor in GOOGLE and words == "think+tools":
        part = next(part for part in all_of(json.loads(body), "parts")[1] if "functionCall" in part)
        assert part["thoughtSignature"] == STATES[vendor], "a signature belongs to its call"


# Losses


@pytest.mark.parametrize(
    "vendor, lost",
    [("messages", ["seed", "verbosity"]), ("gemini", ["verbosity"]), ("claude-on-bedrock", ["seed", "verbosity"])],
)
def test_what_is_lost_is_told_and_refused_to_the_strict(client, oracle, vendor, lost):
    asked = {"model": translated(vendor, "echo"), "messages": turns(), "seed": 7, "verbosity": "low"}
    raw = client.chat.completions.with_raw_response.create(**asked)
    assert sorted(warnings(raw)) == [f"dropped:{field}" for field in lost]
    seen = len(oracle.requests)
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(**asked, extra_headers={"x-martlet-strict": "true"})
    assert raised.value.param in lost
    assert len(oracle.requests) == seen


def test_a_penalty_is_not_sent_to_a_model_that_takes_none(client):
    raw = client.chat.completions.with_raw_response.create(
        model=translated("gemini", "echo"), messages=turns(), frequency_penalty=0.5
    )
    assert warnings(raw) == ["dropped:frequency_penalty"]


@pytest.mark.parametrize("vendor", RESPONSES)
def test_a_hosted_tool_is_left_out_and_told(client, oracle, vendor):
    tools = [*RESPONSES_TOOLS, {"type": "image_generation"}]
    raw = client.responses.with_raw_response.create(model=translated(vendor, "tools"), input=turns(), tools=tools)
    assert len(warnings(raw)) == 1 and re.fullmatch(r"dropped:tools(\[2\])?:image_generation", warnings(raw)[0])
    assert "image_generation" not in json.dumps(sent(oracle, vendor))
    seen = len(oracle.requests)
    with pytest.raises(openai.BadRequestError, match="tool_choice"):
        respond(client, vendor, "tools", tools=tools, tool_choice={"type": "image_generation"})
    assert len(oracle.requests) == seen


@pytest.mark.parametrize("field, value", [("n", 2), ("logit_bias", {"50256": -100})])
def test_what_a_client_relies_on_is_refused(client, oracle, field, value):
    with pytest.raises(openai.BadRequestError) as raised:
        chat(client, "messages", "echo", **{field: value})
    assert raised.value.param == field
    assert oracle.requests == []


# Failures

FAILURES = [
    ("status-400", openai.BadRequestError, 400),
    ("status-401", openai.InternalServerError, 502),
    ("status-429", openai.InternalServerError, 503),
    ("status-503", openai.InternalServerError, 503),
    ("cut-40", openai.InternalServerError, 502),
]


@pytest.mark.parametrize("words, error, status", FAILURES)
@pytest.mark.parametrize("vendor", CHAT)
def test_chat_errors(client, vendor, words, error, status):
    with pytest.raises(error) as raised:
        chat(client, vendor, words)
    assert raised.value.status_code == status
    assert raised.value.body["message"] and {"type", "param", "code"} <= raised.value.body.keys()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("words, error, status", FAILURES)
@pytest.mark.parametrize("vendor", RESPONSES)
def test_responses_errors(client, vendor, words, error, status, stream):
    with pytest.raises(error) as raised:
        respond(client, vendor, words, stream=stream)
    assert raised.value.status_code == status
    assert raised.value.body["message"] and {"type", "param", "code"} <= raised.value.body.keys()
    assert words != "status-400" or "as the model name asked" in raised.value.body["message"]


BROKEN = ["sse-20x5+cut-900", "sse-20x5+end-5", "sse-20x5+error-5"]


@pytest.mark.parametrize("words", BROKEN)
@pytest.mark.parametrize("vendor", CHAT)
def test_a_broken_chat_stream_raises(client, vendor, words):
    reasons = []
    with pytest.raises(openai.APIError):
        for chunk in chat(client, vendor, words, stream=True):
            reasons += [choice.finish_reason for choice in chunk.choices if choice.finish_reason]
    assert reasons == []


@pytest.mark.parametrize("words", BROKEN)
@pytest.mark.parametrize("vendor", RESPONSES)
def test_a_broken_responses_stream_fails(client, vendor, words):
    types, raised = [], None
    try:
        for event in respond(client, vendor, words, stream=True):
            types.append(event.type)
    except (openai.APIError, httpx.HTTPError) as error:
        raised = error
    assert "response.completed" not in types
    assert isinstance(raised, openai.APIError) or types[-1] == "response.failed"
