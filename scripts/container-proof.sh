#!/usr/bin/env bash
# usage: scripts/container-proof.sh [MARTLET [ORACLE]]
#
# Where no container engine is at hand: the last stage of the Dockerfile, step by step, in a fresh Debian root (debootstrap), and
# the program in it as the image would run it: user 65532, the root read-only, without capabilities, with nothing but /tmp and the
# data folder to write to. Lists what is in the image and how large it is; asks for health as HEALTHCHECK does; and sends SIGTERM
# with streams in flight, none of which may be cut. Needs root. The build stage is not run: MARTLET is a release build
# (.build/release/martlet). Ends with "container ok".
set -euo pipefail
cd "$(dirname "$0")/.."
martlet=$(realpath "${1:-.build/release/martlet}") oracle=$(realpath "${2:-.build/release/martlet-oracle}")
PATH=$PATH:/usr/sbin:/sbin

[ "$(id -u)" -eq 0 ] || { echo "container-proof: needs root, for debootstrap and chroot" >&2; exit 1; }
command -v debootstrap >/dev/null || scripts/bootstrap.sh container

work=$(mktemp -d)
root=$work/root
cleanup() {
    umount --lazy "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT
chmod 755 "$work"

echo "--- a fresh Debian 12"
debootstrap --variant=minbase bookworm "$root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$work/debootstrap.log" 2>&1 \
    || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
# Programs of the base that debian:12-slim has too; its documents and translations it has not.
rm -rf "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/var/cache/apt/*
cp /etc/resolv.conf "$root/etc/resolv.conf"
[ ! -d /etc/apt/apt.conf.d ] || cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
base=$(du -sxm "$root" | cut -f 1)

echo "--- the Dockerfile's last stage"
mkdir "$work/out"
strip -o "$work/out/martlet" "$martlet"
cp LICENSE NOTICE THIRD_PARTY.md "$work/out/"
# One step a line: RUN and COPY of the last stage, continued lines joined.
awk '/^FROM /{ stage++; kept = "" } { line = line $0 } /\\$/ { sub(/\\$/, "", line); next } { if (stage >= 2) kept = kept line "\n"; line = "" }
    END { printf "%s", kept }' Dockerfile >"$work/steps"
while IFS= read -r step; do
    case $step in
    "RUN "*)
        echo "RUN ${step:4:72}..."
        # Nothing of this shell's surroundings: a TMPDIR of outside is no folder inside.
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
            chroot "$root" /bin/sh -c "${step#RUN }" \
            >"$work/run.log" 2>&1 || { tail -5 "$work/run.log" >&2; exit 1; }
        ;;
    "COPY --from=build"*)
        read -r -a words <<<"$step"
        target=${words[-1]} mode=
        for word in "${words[@]}"; do [[ $word == --chmod=* ]] && mode=${word#--chmod=}; done
        [[ $target == */ ]] && mkdir -p "$root$target"
        for source in "${words[@]:2}"; do
            [[ $source == /out/* ]] || continue
            # Licences of packages and the bill of materials are made by the build stage, which is not run.
            [ -e "$work$source" ] || { echo "COPY $source: of the build stage, left out"; continue; }
            install -D --owner 0 --group 0 --mode "${mode:-0644}" "$work$source" \
                "$root$target$([[ $target == */ ]] && basename "$source")"
            echo "COPY $source -> $target"
        done
        ;;
    esac
done <"$work/steps"
user=$(sed -n 's/^USER \([0-9]*\):.*/\1/p' Dockerfile)
[ "$user" = 65532 ] || { echo "container-proof: USER is '$user'" >&2; exit 1; }
for word in VOLUME EXPOSE HEALTHCHECK ENTRYPOINT STOPSIGNAL; do
    grep -q "^$word " Dockerfile || { echo "container-proof: the Dockerfile has no $word" >&2; exit 1; }
done

echo "--- what is in it"
rm -f "$root/etc/resolv.conf"
chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' | sort >"$work/packages"
echo "packages: $(wc -l <"$work/packages"): $(cut -d ' ' -f 1 "$work/packages" | tr '\n' ' ')"
echo "shared libraries of the program:"
chroot "$root" /usr/bin/ldd /usr/local/bin/martlet 2>/dev/null | awk '{ print "  " $1, $3 }'
! chroot "$root" /usr/bin/ldd /usr/local/bin/martlet | grep 'not found' \
    || { echo "container-proof: the program needs libraries that the image has not" >&2; exit 1; }
echo "setuid programs: $(find "$root" -xdev -perm /6000 -type f | wc -l) (without effect: no-new-privileges)"
total=$(du -sxm "$root" | cut -f 1)
echo "size: $total MiB, of which the base $base MiB and the program $(du -m "$root/usr/local/bin/martlet" | cut -f 1) MiB"

echo "--- running it"
python3 scripts/container/proof.py "$root" "$oracle" "$user"
echo "container ok"
