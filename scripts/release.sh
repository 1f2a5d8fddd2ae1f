#!/usr/bin/env bash
# usage: scripts/release.sh
#
# Builds martlet for release and leaves dist/martlet-VERSION-linux-ARCH.tar.gz, its bill of materials and dist/SHA256SUMS: the
# stripped program, completions, man pages, the systemd unit, documents and licences. PROGRAM=PATH takes a program that is
# built already. With STATIC=1 (the default)
# the Swift libraries are linked in, so that the program runs where no toolchain is; with STATIC=0 it needs them.
# VERSION defaults to what git describes.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo unknown)}
name=martlet-${version#v}-linux-$(uname -m)

# The Makefile says how release binaries are built; alone, this script builds them in the plainest way.
read -r -a build <<<"${RELEASE:---configuration release --static-swift-stdlib}"
if [ "${STATIC:-1}" != 1 ]; then
    # Changing this flag in one build folder recompiles everything: its own folder.
    dynamic=(--scratch-path .build-dynamic)
    for flag in "${build[@]}"; do [ "$flag" = --static-swift-stdlib ] || dynamic+=("$flag"); done
    build=("${dynamic[@]}")
fi
if [ -n "${PROGRAM:-}" ]; then
    folder=$(dirname "$(realpath "$PROGRAM")")
else
    swift build "${build[@]}" --product martlet
    folder=$(swift build "${build[@]}" --show-bin-path)
fi

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
mkdir -p "$staging/$name" dist
strip -o "$staging/$name/martlet" "$folder/martlet"
for document in README.md CHANGELOG.md LICENSE NOTICE THIRD_PARTY.md SECURITY.md; do
    cp "$document" "$staging/$name/"
done
# The licences of what is linked in travel with it.
checkouts=$(dirname "$(dirname "$folder")")/checkouts
for package in "$checkouts"/*/; do
    mkdir -p "$staging/$name/licenses/$(basename "$package")"
    find "$package" -maxdepth 1 -type f \( -iname 'LICENSE*' -o -iname 'NOTICE*' \) \
        -exec cp {} "$staging/$name/licenses/$(basename "$package")/" \;
done
cp -r packaging "$staging/$name/packaging"
scripts/release/documents.sh "$staging/$name/martlet" "${version#v}" "$staging/$name" "$checkouts"
cp "$staging/$name/martlet.cdx.json" "dist/$name.cdx.json"
"$staging/$name/martlet" version

tar --create --gzip --file "dist/$name.tar.gz" --directory "$staging" --owner=0 --group=0 --numeric-owner --sort=name "$name"
(cd dist && sha256sum "$name.tar.gz" "$name.cdx.json" >SHA256SUMS && cat SHA256SUMS)
