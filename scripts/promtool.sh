#!/usr/bin/env bash
# usage: scripts/promtool.sh [MARTLET]
#
# Scrapes a running martlet after some sandbox traffic and has Prometheus's own promtool check what it told: names, help
# lines, types, units. Then asks for ten thousand models that do not exist and sees that no series were made of them.
# MARTLET is the program (default: .build/debug/martlet). PROMTOOL names promtool; where there is none (Debian's package
# prometheus has it) the step is skipped with a word, and fails when PROMTOOL_REQUIRED is set. The last line is "promtool ok".
set -euo pipefail

case "${1:-}" in -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
martlet=$(realpath "${1:-$(dirname "$0")/../.build/debug/martlet}")
[ -x "$martlet" ] || { echo "promtool: $martlet is not a program" >&2; exit 2; }
promtool=${PROMTOOL:-$(command -v promtool || true)}
if [ -z "$promtool" ]; then
    echo "promtool: skipped, there is no promtool (Debian: apt-get install prometheus)" >&2
    [ -z "${PROMTOOL_REQUIRED:-}" ] || exit 1
    exit 0
fi

folder=$(mktemp -d)
pid=
finish() {
    if [ -n "$pid" ]; then kill -KILL "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT

fail() {
    echo "promtool: $1" >&2
    tail -n 5 "$folder/log" >&2 || true
    exit 1
}

cd "$folder"
env -u OTEL_EXPORTER_OTLP_ENDPOINT MARTLET_DATA_FOLDER="$folder/data" MARTLET_LISTEN_HOST=127.0.0.1 MARTLET_LISTEN_PORT=0 \
    MARTLET_ADMIN_PORT=0 MARTLET_ENVIRONMENT_PROVIDERS=false MARTLET_LOG_ACCESS=json \
    "$martlet" serve >"$folder/access" 2>"$folder/log" &
pid=$!

# port MESSAGE: the port that the log tells with a message.
port() { sed -n "s/.*\"msg\":\"$1\".*\"port\":\"\([0-9]*\)\".*/\1/p" "$folder/log" | head -n 1; }
for _ in $(seq 300); do
    [ -n "$(port serving)" ] && [ -n "$(port 'admin listener is up')" ] && break
    kill -0 "$pid" 2>/dev/null || fail "martlet did not start"
    sleep 0.1
done
data=http://127.0.0.1:$(port serving)
admin=http://127.0.0.1:$(port 'admin listener is up')
key=$(cat "$folder/data/first-key")
token=$(cat "$folder/data/admin-token")

# ask PATH BODY: one request; its answer does not matter.
ask() {
    curl -sS -o /dev/null --max-time 20 "$data$1" -H "authorization: Bearer $key" -H 'content-type: application/json' -d "$2"
}
scrape() { curl -fsS --max-time 20 -H "authorization: Bearer $token" "$admin/metrics"; }

messages='"messages":[{"role":"user","content":"one two three"}]'
for model in sandbox/echo sandbox/error-429 sandbox/error-500 nobody; do
    ask /v1/chat/completions "{\"model\":\"$model\",$messages}"
    ask /v1/chat/completions "{\"model\":\"$model\",\"stream\":true,$messages}"
    ask /v1/messages "{\"model\":\"$model\",\"max_tokens\":20,$messages}"
done
curl -sS -o /dev/null "$data/v1/chat/completions" -H 'authorization: Bearer nonsense' -d '{}'

scrape >"$folder/metrics"
"$promtool" check metrics <"$folder/metrics" >"$folder/complaints" 2>&1 || {
    cat "$folder/complaints" >&2
    fail "promtool complains"
}
if [ -s "$folder/complaints" ]; then
    cat "$folder/complaints" >&2
    fail "promtool complains"
fi

for name in martlet_requests_total martlet_request_duration_seconds martlet_upstream_duration_seconds martlet_overhead_seconds \
    martlet_time_to_first_token_seconds martlet_inter_token_seconds martlet_tokens_total martlet_cost_usd_total \
    martlet_upstream_state martlet_retries_total martlet_in_flight_requests martlet_rejected_total martlet_log_dropped_total \
    martlet_build_info; do
    grep -q "^# TYPE $name " "$folder/metrics" || fail "there is no $name"
done

# N077: names from outside make no series.
before=$(grep -cv '^#' "$folder/metrics")
python3 - "$data" "$key" <<'PYTHON'
import http.client, sys
host = sys.argv[1].removeprefix("http://")
connection = http.client.HTTPConnection(host, timeout=20)
for number in range(10_000):
    body = '{"model":"m-%d","user":"u-%d","messages":[{"role":"user","content":"one"}]}' % (number, number)
    headers = {"authorization": "Bearer " + sys.argv[2], "content-type": "application/json"}
    connection.request("POST", "/v1/chat/completions", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    # Anything else would not have got as far as looking the name up.
    if answer.status != 404 or b"model_not_found" not in text:
        sys.exit("promtool: m-%d was answered %d %s" % (number, answer.status, text[:200]))
PYTHON
after=$(scrape | grep -cv '^#')
[ $((after - before)) -le 20 ] || fail "$((after - before)) series were made of names from outside"

echo "promtool: $(grep -c '^# TYPE' "$folder/metrics") metrics, $before series, $after after 10,000 unknown models"
echo "promtool ok"
