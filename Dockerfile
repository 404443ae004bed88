# The gateway alone; configured by environment variables (see `tillgate config`). No build step: Node runs the sources.
FROM docker.io/library/node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM docker.io/library/node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY openapi openapi
COPY src src
USER node
EXPOSE 8080
# node is process 1 and gets SIGTERM itself.
ENTRYPOINT ["node", "src/cli.ts"]
CMD ["serve"]
