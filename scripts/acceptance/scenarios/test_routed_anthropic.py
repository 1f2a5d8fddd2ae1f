"""anthropic-python before models with several targets: our attempts and the SDK's, and conversations that change vendors."""

import anthropic
import pytest
from conftest import DIRECT, FACTS
from models import routed

pytestmark = pytest.mark.skipif(DIRECT, reason="means the gateway")

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOLS = [{"name": "weather", "input_schema": SCHEMA}]


def connect(retries=2):
    return anthropic.Anthropic(api_key=FACTS["keys"]["main"], base_url=FACTS["gateway"], max_retries=retries, timeout=30)


def turns(content="good evening"):
    return [{"role": "user", "content": content}]


@pytest.mark.parametrize("stream", [False, True])
def test_our_tries_and_the_sdks_do_not_multiply(oracle, stream):
    # Versions of the SDK know an overload as errors of their own.
    with connect() as client, pytest.raises(anthropic.APIStatusError) as raised:
        ask(client, routed(f"broken-{stream}"), turns(), stream)
    assert raised.value.status_code == 529
    assert raised.value.response.headers["x-should-retry"] == "false"
    assert len(oracle.requests) == 3, "three targets once each, and nothing of the SDK's"


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_conversation_goes_on_at_a_vendor_of_another_format(oracle, stream):
    model = routed(f"tools-{stream}")
    with connect() as client:
        history = turns()
        for turn in range(3):
            message = ask(client, model, history, stream)
            (use,) = [block for block in message.content if block.type == "tool_use"]
            assert (use.name, use.input) == ("weather", {"city": "Lisbon", "days": 1})
            history.append(replayed(message))
            history += turns([{"type": "tool_result", "tool_use_id": use.id, "content": f"{20 + turn} degrees"}])
            said = ask(client, model, history, stream)
            assert f"{20 + turn} degrees" in said.content[-1].text
            history += [replayed(said), *turns()]
    turn = ["/v1/chat/completions", "/v1/messages", "/v1/chat/completions"]
    assert [one["target"] for one in oracle.requests] == turn * 3


def replayed(message):
    blocks = [block.model_dump(exclude_none=True, exclude={"parsed_output"}) for block in message.content]
    return {"role": "assistant", "content": blocks}


def ask(client, model, history, stream):
    arguments = {"model": model, "messages": history, "tools": TOOLS, "max_tokens": 200}
    if not stream:
        return client.messages.create(**arguments)
    with client.messages.stream(**arguments) as events:
        return events.get_final_message()
