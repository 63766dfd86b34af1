# The image: the built program and its production packages on a base without a shell, as a user that is not root. Needs no BuildKit.
# With bases of your own: docker build --build-arg BUILD_IMAGE=… --build-arg RUNTIME_IMAGE=… .  The build base has node, npm and sh; the
# runtime base has node at /nodejs/bin/node, as distroless has it. Tags move: for an image that is the same next year, name both bases by
# digest, as `docker buildx imagetools inspect gcr.io/distroless/nodejs24-debian13:nonroot` prints it: …/nodejs24-debian13@sha256:…
ARG BUILD_IMAGE=node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci
COPY src src
# The empty folder becomes the one for state, owned by the user of the last stage, which cannot make it.
RUN npm run build && npm prune --omit=dev && mkdir /state

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="agentlog-exporter" \
      org.opencontainers.image.description="True Prometheus metrics from the logs an AI agent already writes" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY config config
COPY LICENSE ./
COPY --from=build --chown=65532:65532 /state /var/lib/agentlog-exporter
USER 65532:65532
EXPOSE 19464
ENV NODE_ENV=production AGENTLOG_WEB_LISTEN_ADDRESS=:19464 AGENTLOG_STATE_DIR=/var/lib/agentlog-exporter
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["/nodejs/bin/node", "/app/dist/main.js", "healthcheck"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.js"]
