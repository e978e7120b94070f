# Two stages: the first installs what the lock names, the second holds the result and nothing that built it.
FROM python:3.12-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /opt/viva
COPY requirements.lock ./
RUN /opt/viva/bin/python -m pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY templates templates
COPY static static
COPY migrations migrations
RUN /opt/viva/bin/python -m pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm

# PostgreSQL wants its user to have a name, so the number alone would not do.
RUN useradd --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin viva \
    && install --directory --owner=viva --group=viva --mode=0700 /data
COPY --from=build /opt/viva /opt/viva
# Nothing is written outside /data and /tmp, so the root file system may be mounted read-only.
ENV PATH=/opt/viva/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VIVA_DATA_DIR=/data \
    VIVA_HOST=0.0.0.0
WORKDIR /data
VOLUME /data
EXPOSE 8000/tcp 8001/udp
USER 10001:10001
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('VIVA_PORT', '8000') + '/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["viva", "serve"]
