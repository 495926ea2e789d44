# The release workflow adds the digest that this tag has: --build-arg BASE=python:...@sha256:...
ARG BASE=python:3.11.15-slim-trixie
# The package's; the build fails for another.
ARG VERSION=0.1.0

# Build the wheel and install it into a virtual environment; build tools and caches stay in this stage.
FROM ${BASE} AS build
ARG VERSION
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY requirements ./requirements
COPY fixtures ./fixtures
COPY openapi ./openapi
COPY mockrevio ./mockrevio
# Only versions and files that the locks name; `make lock` updates them.
RUN python -m venv /build \
    && /build/bin/python -m pip install --no-cache-dir --require-hashes --requirement requirements/build.txt \
    && /build/bin/python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
    && python -m venv /opt/mockrevio \
    && /opt/mockrevio/bin/python -m pip install --no-cache-dir --require-hashes --requirement requirements/image.txt \
    && /opt/mockrevio/bin/python -m pip install --no-cache-dir --no-deps --no-index "/dist/mockrevio-${VERSION}-py3-none-any.whl" \
    && /opt/mockrevio/bin/python -m pip check

FROM ${BASE}
ARG BASE
ARG VERSION
# The commit, its repository and the time of the build, where the release workflow knows them.
ARG REVISION=""
ARG SOURCE=""
ARG CREATED=""
LABEL org.opencontainers.image.title="mockrevio" \
      org.opencontainers.image.description="A local mock of Rev.io's REST API" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${SOURCE}" \
      org.opencontainers.image.documentation="${SOURCE}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /opt/mockrevio /opt/mockrevio
# Any user can write here: OpenShift picks a user in group 0, `docker run --user` one in any group.
RUN mkdir /data && chown 10001:0 /data && chmod 0777 /data
ENV PATH="/opt/mockrevio/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MOCKREVIO_HOST=0.0.0.0 \
    MOCKREVIO_PORT=7384 \
    MOCKREVIO_DATA=/data
USER 10001:0
WORKDIR /
VOLUME /data
EXPOSE 7384
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["mockrevio", "healthcheck"]
ENTRYPOINT ["mockrevio"]
CMD ["serve"]
