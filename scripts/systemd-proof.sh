#!/usr/bin/env bash
# usage: scripts/systemd-proof.sh [MARTLET]
#
# Boots a fresh Debian root (debootstrap) under systemd in a container of systemd-nspawn, installs the program, the unit and
# its user as docs/operations.md says, and has the unit keep its promises: started when it serves, commands as its user,
# reload, restart after SIGKILL, the watchdog, a clean stop. Needs root. Ends with "systemd ok".
set -euo pipefail
cd "$(dirname "$0")/.."
martlet=$(realpath "${1:-.build/release/martlet}")
PATH=$PATH:/usr/sbin:/sbin

[ "$(id -u)" -eq 0 ] || { echo "systemd-proof: needs root, for debootstrap and systemd-nspawn" >&2; exit 1; }
{ command -v debootstrap && command -v systemd-nspawn; } >/dev/null || scripts/bootstrap.sh systemd

work=$(mktemp -d)
root=$work/root
leader='' nspawn=''
cleanup() {
    for process in $leader $nspawn; do kill -KILL "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT

echo "--- a fresh Debian 12 with systemd"
debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,curl,ca-certificates,libsqlite3-0,libcrypt1,libstdc++6,tzdata,procps \
    bookworm "$root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
strip -o "$root/usr/local/bin/martlet" "$martlet"
install -m 644 packaging/systemd/martlet.service "$root/etc/systemd/system/"
install -m 644 packaging/systemd/martlet.sysusers.conf "$root/usr/lib/sysusers.d/martlet.conf"
install -m 755 scripts/systemd/checks.sh "$root/root/checks.sh"

systemd-nspawn --quiet --directory "$root" --boot --register=no --keep-unit --console=pipe --private-network \
    >"$work/boot.log" 2>&1 </dev/null &
nspawn=$!
for _ in $(seq 150); do
    kill -0 "$nspawn" 2>/dev/null || { tail -20 "$work/boot.log" >&2; exit 1; }
    leader=$(pgrep --parent "$nspawn" | head -1 || true)
    inside=(nsenter --target "${leader:-0}" --mount --pid --ipc --uts --net --)
    [ -n "$leader" ] && "${inside[@]}" systemctl is-active --quiet multi-user.target 2>/dev/null && break
    sleep 0.2
done
"${inside[@]}" bash /root/checks.sh
echo "systemd ok"
