"""A cloud's metadata server as far as Vertex AI needs it: an access token that is good for an hour."""

import http.server
import json
import threading


class Metadata(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"access_token": "ya29.oracle", "expires_in": 3599, "token_type": "Bearer"}).encode()
        self.send_response(200)
        self.send_header("metadata-flavor", "Google")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start():
    """Starts it on a free port of this machine, for as long as this process runs; its `host:port`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_address[1]}"
