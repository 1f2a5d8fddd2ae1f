"""Steady load: requests at a fixed rate, half of them streams, each with an end and a reason."""

import asyncio
import json
import time

from caller import Caller, chat


class Call:
    """One request and what its caller saw."""

    def __init__(self, number, is_stream):
        self.number, self.is_stream = number, is_stream
        self.name = f"outage-{number:08d}"
        self.begun = time.monotonic()
        self.ended = None
        self.failure = None  # why it did not succeed
        self.request_id = None  # as the gateway knows it
        self.had_content = False
        self.is_stuck = False

    @property
    def is_late(self):
        """It broke after the caller had got content: nothing can be tried any more."""
        return self.failure is not None and self.had_content

    def note(self, answer, patience):
        self.ended = time.monotonic()
        self.request_id = answer.headers.get("x-request-id")
        self.failure = self.stream(answer) if self.is_stream and answer.status == 200 else self.plain(answer)
        self.is_stuck = not answer.is_whole and self.ended - self.begun >= patience
        if self.is_stuck:
            self.failure = f"stuck {answer.status}"

    @staticmethod
    def plain(answer):
        if answer.status != 200 or not answer.is_whole:
            return f"{answer.status} {answer.problem or 'not whole'}"
        try:
            return None if json.loads(answer.body)["choices"][0]["message"]["content"] else "empty"
        except (ValueError, LookupError, TypeError):
            return "no answer"

    def stream(self, answer):
        data = [line[6:] for line in answer.body.split(b"\n") if line.startswith(b"data: ")]
        self.had_content = any(b'"content":"' in line and b'"content":""' not in line for line in data)
        if any(line.startswith(b'{"error"') for line in data):
            return "200 error event"
        if not answer.is_whole or b"[DONE]" not in (line.strip() for line in data):
            return "200 cut"
        return None if self.had_content else "200 empty"


class Load:
    """Requests at a fixed rate until it is told to stop."""

    def __init__(self, port, secret, model, rate, patience, random):
        self.port, self.secret, self.model = port, secret, model
        self.rate, self.patience, self.random = rate, patience, random
        self.calls = []
        self.under_way = set()
        self.is_over = False
        self.stood_still = 0.0  # seconds for which this machine did not let the load run

    async def run(self):
        due, number = time.monotonic(), 0
        while not self.is_over:
            # Not by turns: vendors are chosen by turns too.
            self.launch(number, self.random.random() < 0.5)
            number += 1
            due += 1 / self.rate
            late = time.monotonic() - due
            if late > 0.25:
                # What was missed is not made up for: a burst would be another test.
                self.stood_still += late
                due += late
            await asyncio.sleep(max(0, -late))
        while self.under_way:
            await asyncio.sleep(0.02)

    def launch(self, number, is_stream):
        call = Call(number, is_stream)
        self.calls.append(call)
        task = asyncio.create_task(self.ask(call))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    async def ask(self, call):
        body = chat(self.model, f"{call.name} asks where martlets sleep.", call.is_stream, max_tokens=200)
        caller = Caller(self.port, self.secret, body, call.name)
        call.note(await caller.ask(self.patience), self.patience)

    async def ended(self, since, until):
        """All calls begun within, once they have ended."""
        while any(call.ended is None for call in self.between(since, until)):
            await asyncio.sleep(0.02)
        return self.between(since, until)

    def between(self, since, until):
        return [call for call in self.calls if since <= call.begun < until]
