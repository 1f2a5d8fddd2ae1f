# syntax=docker/dockerfile:1
#
# docker build --build-arg VERSION=$(git describe --tags --always) -t martlet .
#
# SWIFT_IMAGE must have Swift 6.3 on Debian 12; pin both images by digest where builds must be repeatable.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:12-slim

FROM ${SWIFT_IMAGE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends git pkg-config libsqlite3-dev libcrypt-dev make python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ARG VERSION=unknown
RUN make release VERSION=${VERSION} \
    && mkdir -p /out \
    && tar --extract --gzip --strip-components 1 --directory /out --file dist/martlet-*.tar.gz

FROM ${RUNTIME_IMAGE}
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Martlet" \
      org.opencontainers.image.description="One door in front of every model vendor" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# The whole of what the program needs: the libraries it loads, certificates of authorities, time zones for budgets.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-0 libcrypt1 libstdc++6 ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/*.log /var/log/apt /usr/share/doc /usr/share/man \
    && groupadd --gid 65532 martlet \
    && useradd --uid 65532 --gid 65532 --no-create-home --home-dir /var/lib/martlet --shell /usr/sbin/nologin martlet \
    && install --directory --owner 65532 --group 65532 --mode 0700 /var/lib/martlet
COPY --from=build --chown=0:0 --chmod=0755 /out/martlet /usr/local/bin/martlet
COPY --from=build --chown=0:0 /out/LICENSE /out/NOTICE /out/THIRD_PARTY.md /out/martlet.cdx.json /usr/share/martlet/
COPY --from=build --chown=0:0 /out/licenses /usr/share/martlet/licenses
# The admin listener stays on the container's own loopback; MARTLET_ADMIN_HOST with MARTLET_ADMIN_ALLOW_REMOTE opens it.
ENV MARTLET_DATA_FOLDER=/var/lib/martlet \
    MARTLET_LOG_FORMAT=json \
    SWIFT_BACKTRACE=enable=no
USER 65532:65532
WORKDIR /var/lib/martlet
VOLUME /var/lib/martlet
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/local/bin/martlet", "health"]
ENTRYPOINT ["/usr/local/bin/martlet"]
CMD ["serve"]
