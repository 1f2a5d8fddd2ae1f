"""langchain-openai and langchain-anthropic: chat, stream and tools, answered by vendors of other formats."""

import pytest
from conftest import DIRECT, FACTS
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from models import translated
from vendors import STATES, sent

pytestmark = pytest.mark.skipif(DIRECT, reason="means the gateway")

PAIRS = [("chat", "messages"), ("chat", "gemini"), ("responses", "claude-on-bedrock"), ("responses", "chat")]
PAIRS += [("anthropic", "responses"), ("anthropic", "gemini"), ("anthropic", "nova")]


@tool
def weather(city: str, days: int) -> str:
    """The weather of the coming days."""
    return f"21 degrees in {city}"


def model(client, vendor, words, **arguments):
    arguments |= {"model": translated(vendor, words), "api_key": FACTS["keys"]["main"], "max_retries": 0}
    if client == "anthropic":
        return ChatAnthropic(base_url=FACTS["gateway"], max_tokens=2000, **arguments)
    return ChatOpenAI(base_url=FACTS["gateway"] + "/v1", use_responses_api=client == "responses", **arguments)


@pytest.mark.parametrize("client, vendor", PAIRS)
def test_chat_and_stream(client, vendor):
    chat = model(client, vendor, "usage-100-20-40")
    answer = chat.invoke("good evening")
    assert answer.text == "The oracle heard: good evening"
    assert answer.usage_metadata["output_tokens"] == 20
    pieces = list(chat.stream("good evening"))
    assert len(pieces) > 2
    assert "".join(piece.text for piece in pieces) == answer.text


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("client, vendor", PAIRS)
def test_tools(client, vendor, stream):
    chat = model(client, vendor, "tools").bind_tools([weather])
    history = [HumanMessage("good evening")]
    first = chat.invoke(history)
    if stream:
        pieces = list(chat.stream(history))
        first = sum(pieces[1:], pieces[0])
    assert [(call["name"], call["args"]) for call in first.tool_calls] == [("weather", {"city": "Lisbon", "days": 1})]
    call = first.tool_calls[0]
    result = ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"])
    assert "21 degrees in Lisbon" in chat.invoke([*history, first, result]).text


@pytest.mark.parametrize("vendor", ["responses", "gemini", "nova"])
def test_thinking_goes_back(oracle, vendor):
    chat = model("anthropic", vendor, "think", thinking={"type": "enabled", "budget_tokens": 1024})
    first = chat.invoke("good evening")
    assert "and then?" in chat.invoke([HumanMessage("good evening"), first, HumanMessage("and then?")]).text
    sent(oracle, vendor)
    assert oracle.requests[-1]["body"].count(STATES[vendor]) == 1
