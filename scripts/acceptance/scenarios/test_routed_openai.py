"""openai-python before models with several targets: our attempts and the SDK's, and conversations that change vendors."""

import json

import openai
import pytest
from conftest import DIRECT, FACTS
from models import routed

pytestmark = pytest.mark.skipif(DIRECT, reason="means the gateway")

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}]


def connect(retries=2):
    key = FACTS["keys"]["main"]
    return openai.OpenAI(api_key=key, base_url=FACTS["gateway"] + "/v1", max_retries=retries, timeout=30)


def turns():
    return [{"role": "user", "content": "good evening"}]


def formats(requests):
    """Which format each request came in."""
    return ["messages" if one["target"] == "/v1/messages" else "chat" for one in requests]


@pytest.mark.parametrize("stream", [False, True])
def test_our_tries_and_the_sdks_do_not_multiply(oracle, stream):
    with connect() as client, pytest.raises(openai.InternalServerError) as raised:
        client.chat.completions.create(model=routed(f"broken-{stream}"), messages=turns(), stream=stream)
    assert raised.value.response.headers["x-should-retry"] == "false"
    assert raised.value.response.headers["x-martlet-attempts"] == "3"
    assert len(oracle.requests) == 3, "three targets once each, and nothing of the SDK's"


def test_an_answer_names_who_served_and_after_how_many_attempts(oracle):
    with connect() as client:
        raw = client.chat.completions.with_raw_response.create(model=routed("fallback"), messages=turns())
    assert raw.parse().choices[0].message.content == "The oracle heard: good evening"
    assert raw.headers["x-martlet-provider"] == "messages"
    assert raw.headers["x-martlet-attempts"] == "2"
    assert formats(oracle.requests) == ["chat", "messages"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_conversation_goes_on_at_a_vendor_of_another_format(oracle, stream):
    """By turns the first vendor fails and answers: the first turn is the second one's, the next the first one's."""
    model = routed(f"tools-{stream}")
    with connect() as client:
        history = turns()
        for turn in range(3):
            message = ask(client, model, history, stream)
            (call,) = message.tool_calls
            assert call.function.name == "weather"
            assert json.loads(call.function.arguments) == {"city": "Lisbon", "days": 1}
            history.append(message.model_dump(exclude_none=True, exclude={"parsed"}))
            history.append({"role": "tool", "tool_call_id": call.id, "content": f"{20 + turn} degrees"})
            said = ask(client, model, history, stream)
            assert f"{20 + turn} degrees" in said.content
            history += [{"role": "assistant", "content": said.content}, *turns()]
    assert formats(oracle.requests) == ["chat", "messages", "chat"] * 3
    last = json.loads([one for one in oracle.requests if one["target"] == "/v1/messages"][-1]["body"])
    uses = [block for turn in last["messages"] for block in turn["content"] if block["type"] == "tool_use"]
    results = [block for turn in last["messages"] for block in turn["content"] if block["type"] == "tool_result"]
    assert [use["id"] for use in uses] == [result["tool_use_id"] for result in results] and len(uses) >= 2


def ask(client, model, history, stream):
    if not stream:
        return client.chat.completions.create(model=model, messages=history, tools=TOOLS).choices[0].message
    with client.chat.completions.stream(model=model, messages=history, tools=TOOLS) as events:
        for _ in events:
            pass
        return events.get_final_completion().choices[0].message
