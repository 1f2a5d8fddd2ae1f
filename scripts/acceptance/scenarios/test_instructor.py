"""instructor: types filled by forced tools and by schemas, answered by vendors of other formats."""

import instructor
import openai
import pytest
from conftest import DIRECT, FACTS
from models import translated
from pydantic import BaseModel

pytestmark = pytest.mark.skipif(DIRECT, reason="means the gateway")

VENDORS = ["messages", "gemini", "claude-on-bedrock"]


class Forecast(BaseModel):
    city: str
    days: int


def connect(mode):
    client = openai.OpenAI(api_key=FACTS["keys"]["main"], base_url=FACTS["gateway"] + "/v1", max_retries=0)
    return instructor.from_openai(client, mode=mode)


def asked(vendor, words):
    messages = [{"role": "user", "content": "good evening"}]
    return {"model": translated(vendor, words), "messages": messages, "max_retries": 0}


@pytest.mark.parametrize(
    "mode, words",
    [(instructor.Mode.TOOLS, "tools"), (instructor.Mode.JSON_SCHEMA, "schema")],
)
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_type_is_filled(vendor, mode, words):
    answer = connect(mode).chat.completions.create(response_model=Forecast, **asked(vendor, words))
    assert (answer.city, answer.days) == ("Lisbon", 1)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_type_is_filled_as_it_streams(vendor):
    client = connect(instructor.Mode.TOOLS)
    states = list(client.chat.completions.create_partial(response_model=Forecast, **asked(vendor, "tools")))
    assert (states[-1].city, states[-1].days) == ("Lisbon", 1)


@pytest.mark.parametrize("vendor", VENDORS)
def test_chat(vendor):
    answer = connect(instructor.Mode.TOOLS).chat.completions.create(response_model=None, **asked(vendor, "echo"))
    assert answer.choices[0].message.content == "The oracle heard: good evening"
