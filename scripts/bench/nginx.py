"""nginx as the bench uses it: a static vendor that answers at once, and a plain proxy in front of a vendor."""

import json
import os

from processes import Process, children, free_port, request, wait_for

# What a small, whole chat answer looks like.
ANSWER = json.dumps(
    {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "plain",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Above the harbour the martlets turn. " * 8, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 64, "completion_tokens": 72, "total_tokens": 136},
    }
)

# The same answer as a vendor of Messages gives it.
MESSAGES_ANSWER = json.dumps(
    {
        "id": "msg_bench",
        "type": "message",
        "role": "assistant",
        "model": "plain",
        "content": [{"type": "text", "text": "Above the harbour the martlets turn. " * 8}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 64, "output_tokens": 72},
    }
)

COMMON = """
worker_processes 1;
worker_rlimit_nofile 65536;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 30000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    client_body_buffer_size 64k;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {rest}
}}
"""

STATIC = """
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ default_type application/json; return 200 '{answer}'; }}
        location = /v1/messages {{ default_type application/json; return 200 '{messages}'; }}
    }}
"""

PROXY = """
    upstream vendor {{ server 127.0.0.1:{upstream}; keepalive 4096; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://vendor;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering {buffering};
            proxy_read_timeout 600s;
        }}
    }}
"""


class Nginx(Process):
    """One nginx with one worker."""

    def __init__(self, folder, name, port, rest):
        self.port = port
        home = os.path.join(folder, name)
        os.makedirs(home)
        os.chmod(folder, 0o755)
        config = os.path.join(home, "nginx.conf")
        user = "user root;\n" if os.geteuid() == 0 else ""
        with open(config, "w") as file:
            file.write(user + COMMON.format(folder=home, rest=rest))
        super().__init__(
            ["nginx", "-p", home, "-c", config, "-e", os.path.join(home, "error.log"), "-g", "daemon off;"],
            os.path.join(home, "out.log"),
        )
        wait_for(self.is_up, 10, f"the start of nginx {name}")

    def is_up(self):
        self.check()
        try:
            request(self.port, "GET", "/", timeout=5)
            return True
        except OSError:
            return False

    @property
    def pids(self):
        """The worker, which does the work; not its master."""
        return children(self.pid)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


def static_vendor(folder, port=0):
    port = port or free_port()
    answers = {"answer": ANSWER, "messages": MESSAGES_ANSWER}
    return Nginx(
        folder, "static", port, STATIC.format(port=port, **{k: v.replace("'", "") for k, v in answers.items()})
    )


def proxy(folder, name, upstream, streams=False):
    port = free_port()
    rest = PROXY.format(port=port, upstream=upstream, buffering="off" if streams else "on")
    return Nginx(folder, name, port, rest)
