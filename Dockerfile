# The gateway alone; configured by environment variables (see `tillgate config`). It has what the npm package has, and
# exactly the packages of package-lock.json.
FROM docker.io/library/node:24-bookworm-slim AS package
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.package.json LICENSE README.md CHANGELOG.md ./
COPY dev/release/engines.ts dev/release/
COPY bin bin
COPY openapi openapi
COPY src src
RUN mkdir unpacked && npm pack --silent && tar -xzf tillgate-*.tgz -C unpacked --strip-components 1 \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM docker.io/library/node:24-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tillgate" \
      org.opencontainers.image.description="Point-of-sale invoice gateway for Apache Kafka" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
# One heap for all threads: with glibc's several, memory that outages of Kafka had filled was not given back.
# Twice the young objects that V8 takes by itself under the usual memory limit: an invoice costs a tenth less.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 NODE_OPTIONS=--max-semi-space-size=32
WORKDIR /app
COPY --from=package /build/node_modules node_modules
COPY --from=package /build/unpacked .
# A number, not `node`: Kubernetes can only check `runAsNonRoot` on a number. Nothing is written: the root may be read-only.
USER 1000:1000
EXPOSE 8080
# The process, not /readyz: what acts on this (Swarm) replaces the container, and that does not bring Kafka back; it would
# only throw away the invoices under way. Load balancers ask /readyz themselves. On the operator's listener: tills that
# take all connections of their port must not get the container replaced.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT||9464}/livez`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
# node is process 1 and gets SIGTERM itself.
ENTRYPOINT ["node", "bin/tillgate.js"]
CMD ["serve"]
