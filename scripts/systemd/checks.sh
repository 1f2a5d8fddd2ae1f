#!/usr/bin/env bash
# Run inside the machine that scripts/systemd-proof.sh boots: the unit's promises, one after another.
set -euo pipefail

say() { echo "--- $*"; }
fail() { echo "systemd-proof: $*" >&2; systemctl status martlet --no-pager >&2 || true; exit 1; }
property() { systemctl show martlet --property "$1" --value; }
ready() { [ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/readyz)" = 200 ]; }
# Waits up to $1 seconds for a command to succeed.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.2
    done
}
restarted() { [ "$(property NRestarts)" = "$1" ] && [ "$(property ActiveState)" = active ] && ready; }
# A request with the first key is answered.
answers() {
    local answer
    answer=$(ask)
    [[ "$answer" == *"hello systemd"* ]]
}
ask() {
    curl -s --max-time 10 http://127.0.0.1:8080/v1/chat/completions -H "authorization: Bearer $(cat /var/lib/martlet/first-key)" \
        -H 'content-type: application/json' -d '{"model":"sandbox/echo","messages":[{"role":"user","content":"hello systemd"}]}'
}

say "starting is over when it serves (Type=notify)"
systemctl start martlet
ready || fail "systemd was told too early"
[ "$(stat -c '%U %a' /var/lib/martlet)" = "martlet 700" ] || fail "the state folder is not martlet's alone"
answers || fail "no answer"
echo "user $(property User), $(property StatusText)"

say "commands as its user"
runuser -u martlet -- env MARTLET_DATA_FOLDER=/var/lib/martlet martlet key list

say "reload takes up the settings file"
mkdir -p /etc/martlet
printf 'log:\n  level: warning\n' >/etc/martlet/martlet.yaml
systemctl restart martlet # WorkingDirectory is there from now on
# Told at a level that holds only since.
taken() { [[ "$(journalctl -u martlet --no-pager)" == *"settings file was taken up"* ]]; }
! taken || fail "taken up too early"
printf 'log:\n  level: info\n' >/etc/martlet/martlet.yaml
systemctl reload martlet
within 10 taken || fail "the settings file was not taken up"

say "a killed process is started again, and its ledger read"
before=$(property NRestarts)
answers || fail "no answer before SIGKILL"
kill -KILL "$(property MainPID)"
within 15 restarted $((before + 1)) || fail "not started again after SIGKILL"
answers || fail "no answer after SIGKILL"

say "a process that hangs is ended by the watchdog and started again"
kill -STOP "$(property MainPID)"
within 60 restarted $((before + 2)) || fail "not started again by the watchdog"

say "stopping is clean"
systemctl stop martlet
ending="$(property Result), $(property ExecMainStatus)"
[ "$ending" = "success, 0" ] || fail "stopped with $ending"
systemd-analyze security martlet --no-pager | tail -1
