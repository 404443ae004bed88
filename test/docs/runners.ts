/** Which test runs which command of the documents, except for those that need Kafka (`kafka-sessions.ts`). */

/** A piece of a command, and what stands for it in a file: both must be there. */
export type Part = readonly [inCommand: string, file: string, inFile: string]

/** What runs the commands that match. */
export type Runner = { readonly command: RegExp } & (
  | /** An npm script that CI runs, by the README's test command or by itself. */
  { readonly by: 'CI'; readonly calledBy: 'npm test' | '.ci/run' }
  /** A script of hours or minutes: it must know its documented arguments, and refuse one that it does not know. */
  | { readonly by: 'its arguments' }
  /** A `tillgate` command that a text names: its help must have it, and its options. */
  | { readonly by: 'its help' }
  /** The files that it names must be tests that CI runs. */
  | { readonly by: 'test files' }
  /** Every option and operand of the command is a part, and each part is in a file of the test that `script` runs. */
  | { readonly by: 'parts'; readonly script: string; readonly parts: readonly Part[] }
)

const CONTAINER = 'test/container/podman.ts'
const BUILD: readonly Part[] = [
  ['docker build', CONTAINER, "podman('build'"],
  ['-t tillgate .', CONTAINER, "'--tag', name, '.'"],
]
const CONTAINER_TEST = 'test/container/container.test.ts'
const RUN: readonly Part[] = [
  ['docker run', CONTAINER, "podman('run'"],
  ['-v ./keys:/keys:ro', CONTAINER, ':/keys:ro`]'],
  ['-e AUTH_JWKS_FILE=/keys/jwks.json', CONTAINER_TEST, "AUTH_JWKS_FILE: '/keys/jwks.json'"],
  ['-e KAFKA_BROKERS=broker-1:9092', CONTAINER_TEST, 'KAFKA_BROKERS: kafka.bootstrap.join()'],
  ['-p 8080:8080', 'Dockerfile', 'EXPOSE 8080'],
]
const CONFINED: readonly Part[] = [
  ['--read-only', CONTAINER, "'--read-only'"],
  ['--cap-drop all', CONTAINER, "'--cap-drop=all'"],
]
const CANDIDATE = 'dev/release/candidate.ts'
const START = 'test/integration/start.test.ts'
const PACKAGE = 'test/integration/package.test.ts'
const SBOM: readonly Part[] = [['npm sbom', 'dev/release/sbom.ts', "npm(folder, 'sbom'"]]

const HTTPS = 'test/gateway-security.test.ts'
const SERVES_HTTPS: readonly Part[] = [
  ['TLS_CERT_FILE=cert.pem', HTTPS, "TLS_CERT_FILE: await write('cert.pem'"],
  ['TLS_KEY_FILE=key.pem', HTTPS, "TLS_KEY_FILE: await write('key.pem'"],
  ['KAFKA_BROKERS=127.0.0.1:9092', HTTPS, 'KAFKA_BROKERS: cluster.bootstrap.join()'],
  ['npx tillgate serve', HTTPS, 'await startGateway(config'],
]
const TRACES = 'test/ops/traces.test.ts'
const KAFKA_TLS = 'test/integration/kafka-security.test.ts'

const parts = (command: RegExp, script: string, ...all: Part[]): Runner => ({
  command,
  by: 'parts',
  script,
  parts: all,
})

export const RUNNERS: readonly Runner[] = [
  { command: /^npm (cit|run test:(deploy|clients|contract|container|sink|model|ops))$/, by: 'CI', calledBy: '.ci/run' },
  { command: /^npm (test|run (check|test:(unit|integration|quiet|root)))$/, by: 'CI', calledBy: 'npm test' },
  {
    command:
      /^npm run (test:(faults|naive|quota|recovery|mutants|scale|dedup(:seeds)?)|attack|cases|fuzz|soak|bench(:[a-z-]+)?|console:pictures|ticks:feed)\b/,
    by: 'its arguments',
  },
  { command: /^([A-Z_]+=\S+ )*tillgate [a-z]+( [a-z]+)?( --[a-z-]+)*$/, by: 'its help' },
  { command: /^(npx --|\/path\/to\/)\s*node --test test\/\S+$/, by: 'test files' },

  parts(
    /^npm ci && npm start$/,
    'test:integration',
    ['npm ci', '.ci/run', 'npm cit'],
    ['npm start', START, "run(t, 'npm', ['start'"],
  ),
  parts(/^npm start$/, 'test:integration', ['npm start', START, "run(t, 'npm', ['start'"]),
  parts(
    /^npm start -- --fresh$/,
    'test:integration',
    ['npm start --', START, "['start', '--'"],
    ['--fresh', START, "npmStart(t, '--fresh')"],
  ),
  parts(/^npm start -- --help$/, 'test:integration', [
    'npm start -- --help',
    START,
    "run(t, 'npm', ['start', '--', '--help'])",
  ]),
  parts(/^npm run ticks$/, 'test:integration', ['npm run ticks', START, "run(t, 'npm', ['run', 'ticks']"]),
  parts(/^npm pack$/, 'test:integration', ['npm pack', PACKAGE, "npm(ROOT, 'pack'"]),
  parts(
    /^npm install --global \S+$/,
    'test:integration',
    ['npm install', PACKAGE, "'install'"],
    ['--global', PACKAGE, 'node_modules/.bin/tillgate'],
    ['release/0.2.0/tillgate-0.2.0.tgz', CANDIDATE, "'--pack-destination', folder"],
  ),
  parts(/^npm run openapi$/, 'check', ['npm run openapi', 'package.json', 'node openapi/write-openapi.ts --check']),
  parts(/^npm run metrics$/, 'check', ['npm run metrics', 'package.json', 'node dev/write-metrics.ts --check']),
  parts(/^npm run spec$/, 'test:unit', ['npm run spec', 'test/spec/spec.test.ts', '`npm run spec` writes them']),
  parts(/^npm run format$/, 'check', ['npm run format', 'package.json', 'biome check --error-on-warnings .']),
  parts(/^npm run coverage$/, 'test:unit', [
    'npm run coverage',
    'package.json',
    '"coverage": "node --test --experimental-test-coverage',
  ]),
  parts(/^npm run lock$/, 'test:unit', ['npm run lock', 'test/package-lock.test.ts', "'npm run lock'"]),
  parts(/^npm run release:candidate$/, 'test:unit', [
    'npm run release:candidate',
    'test/dev/release/candidate.test.ts',
    'refusals(root)',
  ]),
  parts(/^npm sbom$/, 'test:unit', ...SBOM),
  parts(/^npm sbom --omit dev$/, 'test:unit', ...SBOM, [
    '--omit dev',
    'dev/release/sbom.ts',
    '`npm sbom --omit dev` would',
  ]),
  parts(/^sha256sum --check SHA256SUMS$/, 'test:unit', [
    'sha256sum --check SHA256SUMS',
    CANDIDATE,
    "'SHA256SUMS'), await checksums(folder)",
  ]),
  parts(/^npm publish$/, 'test:unit', ['npm publish', 'package.json', 'exit 1"']),
  parts(/^npm (version|publish) \S|^git /, 'test:unit', ['', 'test/docs/release-steps.test.ts', "'docs/release.md'"]),

  parts(/^AUTH_JWKS_FILE=jwks\.json TLS_/, 'test:unit', ...SERVES_HTTPS, [
    'AUTH_JWKS_FILE=jwks.json',
    HTTPS,
    "AUTH_JWKS_FILE: await write('jwks.json'",
  ]),
  parts(
    /^TLS_CERT_FILE=.* AUTH_CERTIFICATES_FILE=/,
    'test:unit',
    ...SERVES_HTTPS,
    ['TLS_CLIENT_CA_FILE=ca.pem', HTTPS, "TLS_CLIENT_CA_FILE: await write('ca.pem'"],
    ['AUTH_CERTIFICATES_FILE=certificates.json', HTTPS, "AUTH_CERTIFICATES_FILE: await write('certificates.json'"],
  ),
  parts(
    /^npx tillgate upload --url https:/,
    'test:unit',
    ['npx tillgate upload', HTTPS, "run('upload', '--url', gateway.url, ...files, journal)"],
    ['--url https://gateway.example:8443', HTTPS, "'--url', gateway.url"],
    ['--ca-file ca.pem', HTTPS, "'--ca-file', join(folder, 'ca.pem')"],
    ['--cert-file office.pem', HTTPS, "'--cert-file', await write('office.pem'"],
    ['--key-file office-key.pem', HTTPS, "'--key-file', await write('office-key.pem'"],
    ['journal.ndjson', HTTPS, "write('journal.ndjson'"],
  ),
  parts(
    /^npx tillgate upload --resume /,
    'test:integration',
    ['npx tillgate upload --resume', 'test/integration/resume.test.ts', "['upload', '--url', url, '--resume'"],
    ['till-7.ndjson', 'test/integration/resume.test.ts', 'file]'],
  ),
  parts(
    /^KAFKA_TLS=true .* topics check$/,
    'test:integration',
    ['KAFKA_TLS=true', KAFKA_TLS, "KAFKA_TLS: 'true'"],
    ['KAFKA_TLS_CA_FILE=ca.pem', KAFKA_TLS, "ca: await write('ca.pem'"],
    ['KAFKA_TLS_CERT_FILE=client.pem', KAFKA_TLS, "clientCert: await write('client.pem'"],
    ['KAFKA_TLS_KEY_FILE=client-key.pem', KAFKA_TLS, "clientKey: await write('client-key.pem'"],
    ['KAFKA_BROKERS=127.0.0.1:9093', KAFKA_TLS, 'KAFKA_BROKERS: `'],
    ['npx tillgate topics check', KAFKA_TLS, "['topics', 'check']"],
  ),
  parts(/^docker build -t tillgate \.$/, 'test:container', ...BUILD),
  parts(/^docker run .* 8080:8080 tillgate$/, 'test:container', ...RUN),
  parts(/^docker run .* --cap-drop all tillgate$/, 'test:container', ...RUN, ...CONFINED),
  parts(
    /^docker load /,
    'test:unit',
    ['docker load --input', 'dev/release/image.ts', "'save'"],
    ['release/0.2.0/tillgate-0.2.0-image.tar', CANDIDATE, '-image.tar`), version, revision'],
  ),
  parts(/^docker compose( up)?$/, 'test:deploy', ['', 'test/deploy/compose.test.ts', "'../../compose.yaml'"]),
  parts(/^node bin\/tillgate\.js$/, 'test:container', [
    'node bin/tillgate.js',
    'Dockerfile',
    'ENTRYPOINT ["node", "bin/tillgate.js"]',
  ]),
  parts(/^helm install /, 'test:deploy', ['', 'test/deploy/helm.test.ts', "'helm install'"]),
  parts(/^jq -r \.text /, 'test:integration', ['', 'test/integration/uploader.test.ts', 'text === tooLong']),
  parts(/openapi-typescript|npx tsc|^node till\.ts|^npm install$|^python3 -m venv|^\.venv\/|^mvn -q/, 'test:clients', [
    '',
    'test/clients/clients.test.ts',
    'await documentedLines(heading)',
  ]),
  parts(/^cd examples\/tracing && npm install$/, 'test:ops', [
    'cd examples/tracing && npm install',
    TRACES,
    "documentedLines('Two minutes', 'docs/tracing.md')",
  ]),
  parts(
    /^OTEL_EXPORTER_OTLP_ENDPOINT=/,
    'test:ops',
    ['OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318', TRACES, 'OTEL_EXPORTER_OTLP_ENDPOINT: endpoint'],
    ['AUTH=off', 'test/harness/gateway-process.ts', "AUTH: 'off'"],
    ['KAFKA_BROKERS=127.0.0.1:9092', TRACES, 'KAFKA_BROKERS: kafka.bootstrap.join()'],
    [
      'node --import ./examples/tracing/tracing.js bin/tillgate.js serve',
      TRACES,
      "['--import', SET_UP, TILLGATE, 'serve']",
    ],
  ),
  parts(/^node --import \/tracing\/tracing\.js bin\/tillgate\.js$/, 'test:ops', [
    'node --import /tracing/tracing.js bin/tillgate.js',
    TRACES,
    "[node, '--import', '/tracing/tracing.js', ...gateway]",
  ]),
  parts(/^docker build -t tillgate-traced /, 'test:ops', [
    'docker build -t tillgate-traced examples/tracing',
    TRACES,
    '/Dockerfile`), [node,',
  ]),
  parts(/^cd examples\/sink-postgres && npm install$|^psql |node sink\.ts$/, 'test:sink', [
    '',
    'test/sink/sink-postgres.test.ts',
    "documentedLines('Run it', 'examples/sink-postgres/README.md')",
  ]),
]
