/**
 * The commands of the documents that need Kafka, as a reader would paste them: those below one heading share a folder
 * and a topic, in the order of the text. `test/integration/docs.test.ts` runs them.
 */

/** What a folder and its topic have before the first command. */
export type Prepared = 'journals' | 'one invoice' | 'audited uploads'

export interface Step {
  /** The beginning of the command. */
  readonly command: string
  /** Default 0. */
  readonly exitCode?: number
  /** What it prints; what the document shows below the command says the same, if that is not only progress. */
  readonly says: RegExp
  /** The last line of output in the document is a moment's progress, which only a terminal gets. */
  readonly showsProgress?: true
  /** It runs until this signal, which it gets as soon as it said `says`, or is ready. */
  readonly endedBy?: 'SIGINT' | 'SIGTERM'
  /** Invoices are posted while it runs. */
  readonly follows?: true
}

export interface Session {
  readonly document: string
  readonly heading: string
  readonly prepared?: Prepared
  /** Replaced in each command, besides addresses: what would take too long, or more brokers than there are. */
  readonly shortened?: readonly (readonly [RegExp, string])[]
  readonly steps: readonly Step[]
}

const AUDIT = 'tillgate audit: did the promise hold?'
const SIMULATE = 'tillgate simulate: many tills, honest latencies'
const HELD = /^The promise held\.$/m
const SHORT_LOAD = [
  [/--seconds \d+/, '--seconds 2'],
  [/--rate \d+/, '--rate 20'],
] as const

export const KAFKA_SESSIONS: readonly Session[] = [
  {
    ...{ document: 'README.md', heading: 'Post an invoice', prepared: 'journals' },
    steps: [
      { command: 'curl -i http', says: /^HTTP\/1\.1 201 Created\r?$/m },
      { command: 'npx tillgate upload', says: /^till-7\.ndjson: 20 stored, 0 rejected$/m },
    ],
  },
  {
    ...{ document: 'README.md', heading: 'Read the topic', prepared: 'one invoice' },
    steps: [
      { command: 'KAFKA_BROKERS=127.0.0.1:9092 npx tillgate tail', says: /^ {2}ce_source: /m, endedBy: 'SIGINT' },
      { command: 'KAFKA_BROKERS=127.0.0.1:9092 npx tillgate audit', says: HELD },
    ],
  },
  {
    ...{ document: 'README.md', heading: 'Run it' },
    steps: [
      { command: 'mkdir -p keys && npx tillgate token keygen', says: /^\d{4}-\d\d-\d\d-\w+$/m },
      {
        command: 'AUTH_JWKS_FILE=keys/jwks.json KAFKA_BROKERS=broker-1:9092,broker-2:9092 ',
        says: /"msg":"listening"/,
        endedBy: 'SIGTERM',
      },
      { command: 'npx tillgate config', says: /^KAFKA_BROKERS/m },
    ],
  },
  {
    ...{ document: 'docs/audit.md', heading: AUDIT, prepared: 'audited uploads' },
    steps: [
      { command: 'KAFKA_BROKERS=127.0.0.1:9092 KAFKA_TOPIC=pos.invoices npx tillgate audit', says: HELD },
      { command: 'npx tillgate audit --answers', says: /"verdict": ?"held"/ },
    ],
  },
  {
    ...{ document: 'docs/audit.md', heading: 'What it looks like', prepared: 'audited uploads' },
    steps: [
      { command: 'tillgate audit --answers answers', says: HELD, showsProgress: true },
      { command: 'tillgate audit --answers answers', says: HELD },
      { command: 'tillgate audit --answers broken', exitCode: 1, says: /broken: 1 lost\.$/m, showsProgress: true },
      { command: 'tillgate audit --answers broken', exitCode: 1, says: /^The promise is broken: 1 lost\.$/m },
    ],
  },
  {
    ...{ document: 'docs/simulate.md', heading: SIMULATE, shortened: SHORT_LOAD },
    steps: [
      { command: 'npx tillgate simulate', says: /^ {2}answers +\d+ x 201$/m },
      { command: 'npx tillgate audit', says: HELD },
    ],
  },
  {
    ...{ document: 'docs/simulate.md', heading: 'What it looks like', shortened: SHORT_LOAD },
    steps: [
      { command: 'npx tillgate simulate', says: /^ {2}answers +\d+ x 201$/m, showsProgress: true },
      { command: 'npx tillgate simulate', says: /^ {2}answers +\d+ x 201$/m, showsProgress: true },
    ],
  },
  {
    ...{ document: 'docs/tail.md', heading: 'tillgate tail: the records of a topic' },
    steps: [
      { command: 'KAFKA_BROKERS', says: /^partition \d+ offset \d+ .* key \S+$/m, endedBy: 'SIGINT', follows: true },
      { command: 'npx tillgate tail --from beginning', says: /^\{"partition":\d+,"offset":"?\d+"?,.*"key":"S1"/m },
    ],
  },
  {
    ...{ document: 'docs/topics.md', heading: 'tillgate topics: plan, create, check, grow' },
    // `create` and `check` for the three brokers that there are: a third of the stores, invoices and partitions.
    shortened: [
      [
        /create --stores \d+ --invoices-per-day \d+ --brokers 9/,
        'create --stores 13000 --invoices-per-day 20000000 --brokers 3',
      ],
      [/KAFKA_PARTITIONS=108/, 'KAFKA_PARTITIONS=36'],
    ],
    steps: [
      { command: 'npx tillgate topics plan', says: /^ *partitions +108 /m },
      { command: 'KAFKA_PARTITIONS=108 npx tillgate topics create', says: /^The topic \S+ is right\.$/m },
      { command: 'KAFKA_PARTITIONS=108 npx tillgate topics check', says: /^The topic \S+ is right\.$/m },
      { command: 'npx tillgate topics grow', says: /^(?:Evenly spread|Done)\.$/m },
    ],
  },
  {
    ...{ document: 'docs/uploader.md', heading: 'tillgate upload: journals into a gateway', prepared: 'journals' },
    steps: [
      { command: 'npx tillgate upload till-7.ndjson', says: /^till-7\.ndjson: 20 stored, 0 rejected$/m },
      { command: 'npx tillgate upload --url', says: /^journals\/till-2\.ndjson\.gz: 20 stored, 0 rejected$/m },
    ],
  },
  {
    ...{ document: 'docs/uploader.md', heading: 'Standard input', prepared: 'journals' },
    steps: [{ command: 'gzip -dc', says: /40 stored(?:,| and) 0 rejected/ }],
  },
  {
    ...{ document: 'docs/uploader.md', heading: 'For the audit', prepared: 'journals' },
    steps: [
      { command: 'npx tillgate upload --answers', exitCode: 1, says: /^till-9\.ndjson: 19 stored, 1 rejected;/m },
      { command: 'KAFKA_BROKERS=127.0.0.1:9092 npx tillgate audit', says: HELD },
    ],
  },
  {
    ...{ document: 'docs/uploader.md', heading: 'How it looks', prepared: 'journals' },
    steps: [
      {
        command: 'tillgate upload --parallel',
        exitCode: 1,
        says: /^till-9\.ndjson: .* 1 rejected;/m,
        showsProgress: true,
      },
      { command: 'tillgate upload --parallel', exitCode: 1, says: /^till-9\.ndjson: .* 1 rejected;/m },
      {
        command: 'tillgate upload till-*.ndjson; echo',
        says: /^till-9\.ndjson: nothing left to send; .*^exit code 1$/ms,
      },
    ],
  },
  {
    ...{ document: 'docs/uploads.md', heading: 'Uploads', prepared: 'journals' },
    steps: [{ command: 'curl -i http', says: /"summary":\{"accepted":\d+,"rejected":\d+,"retry":0\}/ }],
  },
  {
    ...{ document: 'docs/tokens.md', heading: 'Issue' },
    steps: [
      { command: 'npx tillgate token keygen', says: /^\d{4}-\d\d-\d\d-\w+$/m },
      { command: 'npx tillgate token issue --key-file key.json --name', says: /^[\w-]+\.[\w-]+\.[\w-]+$/m },
      { command: 'AUTH_JWKS_FILE=jwks.json', says: /"msg":"listening"/, endedBy: 'SIGTERM' },
      { command: "printf 'name,stores,terminals", says: /^$/ },
      { command: 'npx tillgate token issue --key-file key.json --from', says: /^2 tokens in tokens\.ndjson/m },
    ],
  },
  {
    ...{ document: 'docs/tokens.md', heading: 'Rotate, revoke' },
    steps: [
      {
        command: 'npx tillgate token revoke --file revoked.json --token-id',
        says: /^revoked\.json revokes the token /m,
      },
      {
        command: 'npx tillgate token revoke --file revoked.json --store',
        says: /^revoked\.json revokes all tokens that list store /m,
      },
    ],
  },
  {
    ...{ document: 'docs/security.md', heading: 'Tokens for 40,000 stores' },
    steps: [
      { command: "printf 'name,stores,terminals", says: /^$/ },
      { command: 'mkdir -p keys && npx tillgate token keygen', says: /^\d{4}-\d\d-\d\d-\w+$/m },
      { command: 'npx tillgate token issue --key-file key.json --from', says: /^3 tokens in tokens\.ndjson/m },
    ],
  },
  {
    ...{ document: 'docs/security.md', heading: 'A till is stolen' },
    steps: [{ command: 'npx tillgate token revoke', says: /^revoked\.json revokes all tokens of till-DE-0117-K03 / }],
  },
]
