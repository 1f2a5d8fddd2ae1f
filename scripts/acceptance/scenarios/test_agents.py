"""openai-agents and pydantic-ai: agents whose tools are called through translation."""

import asyncio

import agents
import pydantic_ai
import pytest
from conftest import DIRECT, FACTS
from models import translated
from openai import AsyncOpenAI
from pydantic import BaseModel
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from vendors import STATES, sent

pytestmark = pytest.mark.skipif(DIRECT, reason="means the gateway")

KEY = FACTS["keys"]["main"]
agents.set_tracing_disabled(True)


class Forecast(BaseModel):
    city: str
    days: int


def weather(city: str, days: int) -> str:
    """The weather of the coming days."""
    return f"21 degrees in {city}"


# openai-agents

OPENAI_AGENTS = [("responses", "messages"), ("responses", "gemini"), ("responses", "claude-on-bedrock")]
OPENAI_AGENTS += [("responses", "chat"), ("chat", "messages"), ("chat", "gemini")]


def openai_agent(kind, vendor, words, tools=()):
    client = AsyncOpenAI(api_key=KEY, base_url=FACTS["gateway"] + "/v1", max_retries=0)
    of = {"responses": agents.OpenAIResponsesModel, "chat": agents.OpenAIChatCompletionsModel}[kind]
    model = of(model=translated(vendor, words), openai_client=client)
    return agents.Agent(name="guide", instructions="Be brief.", model=model, tools=[*tools])


@pytest.mark.parametrize("kind, vendor", OPENAI_AGENTS)
def test_openai_agent_streams(kind, vendor):
    async def run():
        running = agents.Runner.run_streamed(openai_agent(kind, vendor, "echo"), "good evening")
        types = [event.data.type async for event in running.stream_events() if event.type == "raw_response_event"]
        return types, running.final_output

    types, output = asyncio.run(run())
    assert types.count("response.output_text.delta") > 2
    assert output == "The oracle heard: good evening"


@pytest.mark.parametrize("words", ["tools", "think+tools"])
@pytest.mark.parametrize("kind, vendor", OPENAI_AGENTS)
def test_openai_agent_calls_its_tool(oracle, kind, vendor, words):
    agent = openai_agent(kind, vendor, words, [agents.function_tool(weather)])
    assert "21 degrees in Lisbon" in asyncio.run(agents.Runner.run(agent, "good evening")).final_output
    sent(oracle, vendor)
    if (kind, words) == ("responses", "think+tools") and vendor in STATES:
        assert oracle.requests[-1]["body"].count(STATES[vendor]) == 1


# pydantic-ai

PYDANTIC_AI = [("chat", "messages"), ("chat", "gemini"), ("chat", "claude-on-bedrock"), ("responses", "messages")]
PYDANTIC_AI += [("anthropic", "responses"), ("anthropic", "gemini"), ("anthropic", "nova")]


def pydantic_agent(kind, vendor, words, **arguments):
    name = translated(vendor, words)
    if kind == "anthropic":
        model = AnthropicModel(name, provider=AnthropicProvider(api_key=KEY, base_url=FACTS["gateway"]))
    else:
        provider = OpenAIProvider(base_url=FACTS["gateway"] + "/v1", api_key=KEY)
        model = {"chat": OpenAIChatModel, "responses": OpenAIResponsesModel}[kind](name, provider=provider)
    return pydantic_ai.Agent(model, **arguments)


@pytest.mark.parametrize("kind, vendor", PYDANTIC_AI)
def test_pydantic_agent_calls_its_tool(kind, vendor):
    agent = pydantic_agent(kind, vendor, "tools", tools=[weather])
    assert "21 degrees in Lisbon" in agent.run_sync("good evening").output


@pytest.mark.parametrize("kind, vendor", PYDANTIC_AI)
def test_pydantic_agent_streams(kind, vendor):
    async def run():
        agent = pydantic_agent(kind, vendor, "tools", tools=[weather])
        async with agent.run_stream("good evening") as running:
            return [piece async for piece in running.stream_text(delta=True, debounce_by=None)]

    pieces = asyncio.run(run())
    assert len(pieces) > 2 and "21 degrees in Lisbon" in "".join(pieces)


@pytest.mark.parametrize("kind, vendor", PYDANTIC_AI)
def test_pydantic_agent_answers_with_a_type(kind, vendor):
    agent = pydantic_agent(kind, vendor, "tools", output_type=Forecast)
    assert agent.run_sync("good evening").output == Forecast(city="Lisbon", days=1)
