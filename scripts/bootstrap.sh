#!/usr/bin/env bash
# usage: scripts/bootstrap.sh GROUP...
#        groups: build acceptance bench count lint rolling container systemd promtool
#
# Sees to it that the system packages a group needs are there, and that the Swift toolchain is new enough. Installs with
# apt-get (through sudo when not root) what is missing, and only then; elsewhere says what to install.
set -euo pipefail

swift_needed=6.3
usage="usage: scripts/bootstrap.sh GROUP...     groups: build acceptance bench count lint rolling container systemd promtool"
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps nginx

# package | how to tell that it is there | what it is for
needs() {
    case $1 in
    build)
        cat <<'NEEDS'
git           | command -v git                                           | fetches the Swift packages
pkg-config    | command -v pkg-config                                    | finds the C libraries
libsqlite3-dev| pkg-config --exists sqlite3                              | SQLite, the embedded store
libcrypt-dev  | pkg-config --exists libcrypt                             | crypt_rn, the bcrypt verifiers of keys
NEEDS
        ;;
    acceptance)
        cat <<'NEEDS'
python3       | command -v python3                                       | runs the official client SDKs
python3-venv  | python3 -c 'import ensurepip, venv'                      | one virtual environment for each SDK
curl          | command -v curl                                          | the plain client
NEEDS
        ;;
    count)
        cat <<'NEEDS'
valgrind      | command -v valgrind                                      | counts the instructions
binutils      | command -v objcopy                                       | takes off what valgrind cannot read
NEEDS
        ;;
    bench)
        cat <<'NEEDS'
nginx         | command -v nginx                                         | the yardstick: static upstream and plain proxy
wrk           | command -v wrk                                           | load at full speed
nghttp2-client| command -v h2load                                        | load at fixed rates
python3       | command -v python3                                       | runs the lanes and prints the table
curl          | command -v curl                                          | the plain client
NEEDS
        ;;
    rolling)
        echo "haproxy       | command -v haproxy | the load balancer in front of two gateways"
        ;;
    container)
        echo "debootstrap   | command -v debootstrap | makes a fresh Debian root"
        ;;
    systemd)
        cat <<'NEEDS'
debootstrap       | command -v debootstrap    | makes a fresh Debian root
systemd-container | command -v systemd-nspawn | boots it
NEEDS
        ;;
    promtool)
        cat <<'NEEDS'
prometheus    | command -v promtool                                      | promtool, which checks metrics
python3       | command -v python3                                       | asks for models that do not exist
curl          | command -v curl                                          | the plain client
NEEDS
        ;;
    lint)
        echo "shellcheck    | command -v shellcheck | reads the shell scripts"
        ;;
    *)
        echo "bootstrap: no group '$1'. $usage" >&2
        return 2
        ;;
    esac
}

check_swift() {
    local version
    if ! command -v swift >/dev/null; then
        version=none
    else
        version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
    fi
    if [ "${version:-none}" != none ] \
        && [ "$(printf '%s\n%s\n' "$swift_needed" "$version" | sort -V | head -n 1)" = "$swift_needed" ]; then
        return 0
    fi
    {
        echo "bootstrap: Swift $swift_needed or newer is needed; found: ${version:-none}"
        echo "  Get the toolchain for your system from https://www.swift.org/install/linux/ and put its usr/bin on PATH."
    } >&2
    return 1
}

# Debian starts a server on installing it. The bench starts its own nginx, and of Prometheus only promtool is wanted: refuse that
# start, for this installation only.
policy=/usr/sbin/policy-rc.d
policy_made=

forbid_service_start() {
    [ -e "$policy" ] && return 0
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    policy_made=1
}

allow_service_start() {
    if [ -n "$policy_made" ]; then "${as_root[@]}" rm -f "$policy"; fi
}

as_root=()

install_missing() {
    if ! command -v apt-get >/dev/null; then
        {
            echo "bootstrap: missing on this system (names are Debian's): $*"
            echo "  Install what your system calls them, then try again:"
            for package in "$@"; do echo "    $package: ${purpose[$package]}"; done
        } >&2
        return 1
    fi
    if [ "$(id -u)" -eq 0 ]; then
        as_root=(env)
    elif command -v sudo >/dev/null; then
        as_root=(sudo)
    else
        echo "bootstrap: not root, and no sudo. As root, run: apt-get update && apt-get install -y $*" >&2
        return 1
    fi
    echo "bootstrap: installing $*"
    trap allow_service_start EXIT
    case " $* " in *" nginx "* | *" prometheus "*) forbid_service_start ;; esac
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

[ $# -gt 0 ] || { echo "$usage" >&2; exit 2; }

declare -A purpose=() test_of=()
missing=()
for group in "$@"; do
    table=$(needs "$group")
    while IFS='|' read -r package check why; do
        package=$(tr -d ' ' <<<"$package")
        purpose[$package]=${why# }
        test_of[$package]=$check
        if ! bash -c "$check" >/dev/null 2>&1 </dev/null; then missing+=("$package"); fi
    done <<<"$table"
done

if [ ${#missing[@]} -gt 0 ]; then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
    install_missing "${missing[@]}"
    for package in "${missing[@]}"; do
        if ! bash -c "${test_of[$package]}" >/dev/null 2>&1 </dev/null; then
            echo "bootstrap: $package is installed, yet this still fails: ${test_of[$package]}" >&2
            exit 1
        fi
    done
fi

case " $* " in *" build "*) check_swift ;; esac
