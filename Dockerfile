# The image: the built program and its production packages on a base without a shell, as a user that is not root.
# Not yet proved with a container engine: the image and its health check are the next issue's.
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci
COPY src src
RUN npm run build && npm prune --omit=dev

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="agentlog-exporter" org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY config config
USER 65532
EXPOSE 19464
ENV AGENTLOG_WEB_LISTEN_ADDRESS=:19464
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.js"]
