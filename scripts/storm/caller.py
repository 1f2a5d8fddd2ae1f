"""Callers of the gateway, many at once: plain HTTP/1.1 on asyncio, one connection for each request."""

import asyncio
import json
import time


class Answer:
    """What one caller got."""

    def __init__(self, request_id):
        self.request_id = request_id
        self.status = 0  # 0: none came
        self.headers = {}
        self.body = b""
        self.is_whole = False
        self.left = False
        self.answered_at = 0.0

    @property
    def problem(self):
        """The error's code or type, in either caller's format."""
        try:
            error = json.loads(self.body)["error"]
            return error.get("code") or error.get("type")
        except (ValueError, KeyError, TypeError):
            return None


def chat(model, text, stream=False, **fields):
    body = {"model": model, "messages": [{"role": "user", "content": text}]} | fields
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return json.dumps(body).encode()


class Caller:
    """One request: connects first, asks when told to, and reads to the end or leaves before."""

    def __init__(self, port, key, body, request_id, path="/v1/chat/completions", leave_after_s=None, leave_bytes=None):
        self.port, self.body = port, body
        self.answer = Answer(request_id)
        self.leave_after_s, self.leave_bytes = leave_after_s, leave_bytes
        self.reader = self.writer = None
        self.head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {key}\r\n"
            f"content-type: application/json\r\nx-request-id: {request_id}\r\nconnection: close\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode()

    async def connect(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, timeout=60):
        """Sends and reads. Never raises for what the other side does: a killed gateway is what this is for."""
        try:
            if self.writer is None:
                await self.connect()
            self.writer.write(self.head + self.body)
            limit = self.leave_after_s if self.leave_after_s is not None else timeout
            await asyncio.wait_for(self.read(), limit)
        except asyncio.TimeoutError:
            self.answer.left = self.leave_after_s is not None
        except OSError:
            pass
        finally:
            if self.writer is not None:
                self.writer.close()
        return self.answer

    async def read(self):
        head = b""
        while b"\r\n\r\n" not in head:
            part = await self.reader.read(65536)
            if not part:
                return
            head += part
        head, rest = head.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        self.answer.status = int(lines[0].split()[1])
        self.answer.answered_at = time.monotonic()
        self.answer.headers = {
            name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])
        }
        await self.read_body(rest)

    async def read_body(self, body):
        length = self.answer.headers.get("content-length")
        while True:
            if length is not None and len(body) >= int(length):
                self.answer.is_whole = True
                break
            if length is None and body.endswith(b"0\r\n\r\n"):
                self.answer.is_whole = True
                break
            if self.leave_bytes is not None and len(body) >= self.leave_bytes:
                self.answer.left = True
                break
            part = await self.reader.read(65536)
            if not part:
                break
            body += part
        self.answer.body = body


async def burst(callers, timeout=60):
    """Connects all, then lets all ask at the same moment. Returns their answers and the seconds until the last one."""
    for start in range(0, len(callers), 100):
        await asyncio.gather(*(caller.connect() for caller in callers[start : start + 100]))
    began = time.monotonic()
    answers = await asyncio.gather(*(caller.ask(timeout) for caller in callers))
    return answers, began
