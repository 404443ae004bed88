import { type Static, Type } from '@sinclair/typebox'
import { bytes, milliseconds, text } from './config-forms.ts'
import { KAFKA_VARIABLES } from './config-kafka.ts'

/** A name, or an IPv4 or IPv6 address. Only an IPv6 one has several colons. */
const HOST_PATTERN = '^(?:[^\\s:/[\\]]+|\\[?[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%\\w+)?\\]?)$'

const quota = (description: string) => Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000, description }))

/**
 * Every variable of the environment that the gateway reads: type, default, meaning. `secret` values are never shown.
 */
export const ConfigSchema = Type.Object({
  HOST: text('Address to listen on; :: is every address, IPv6 and IPv4.', {
    default: '0.0.0.0',
    pattern: HOST_PATTERN,
    form: 'an address or a name, without a port: that is PORT',
  }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'Port to listen on; 0 takes any.' }),
  ADMIN_HOST: text('Address of the operator’s listener. Who reaches it reads metrics, addresses, topics and stores.', {
    default: '127.0.0.1',
    pattern: HOST_PATTERN,
    form: 'an address or a name, without a port: that is ADMIN_PORT',
  }),
  ADMIN_PORT: Type.Integer({
    default: 9464,
    minimum: 0,
    maximum: 65_535,
    description:
      'Port of the operator’s listener: /metrics, /readyz with reasons, /livez, /console, /docs; 0 takes any.',
  }),
  ADMIN_MAX_CONNECTIONS: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 10_000,
    description: 'Most connections to the operator’s listener; further ones are closed.',
  }),
  ADMIN_NAMES: Type.Optional(
    text('Names, separated by commas, by which browsers open the console; addresses and localhost need none.'),
  ),
  SILENT_AFTER_MS: milliseconds(
    900_000,
    'How long a till has sent nothing before the console can call it silent; at least 3 times its usual pause.',
    1_000,
  ),
  PUBLIC_DOCS: Type.Boolean({ default: false, description: 'Serve /docs on PORT, too.' }),
  TRUSTED_PROXIES: Type.Optional(
    text('Addresses and networks of load balancers, separated by commas, whose X-Forwarded-For names the client.'),
  ),
  CORS_ORIGINS: Type.Optional(
    text('Origins of pages, separated by commas, whose tills run in a browser and may read the answers.'),
  ),
  TLS_CERT_FILE: Type.Optional(text('Certificate of the gateway for HTTPS (PEM), its chain behind it; unset: HTTP.')),
  TLS_KEY_FILE: Type.Optional(text('The private key of TLS_CERT_FILE (PEM), without a passphrase.')),
  TLS_CLIENT_CA_FILE: Type.Optional(
    text('Who may vouch for client certificates (PEM); they are good for what AUTH_CERTIFICATES_FILE says.'),
  ),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'Lowest level that is logged.' },
  ),
  AUTH: Type.Union([Type.Literal('required'), Type.Literal('off')], {
    default: 'required',
    description: 'Whether every invoice needs a token. off: whoever reaches the port may write for every store.',
  }),
  AUTH_JWKS_FILE: Type.Optional(text('File of the public keys that tokens are verified with (JWKS).')),
  AUTH_JWKS_URL: Type.Optional(
    text('Where an identity provider has these keys; https, or http on this machine.', {
      pattern: '^https?://\\S+$',
      form: 'https://host/path',
    }),
  ),
  AUTH_AUDIENCE: text('The `aud` of tokens for this gateway.', { default: 'tillgate' }),
  AUTH_ISSUER: Type.Optional(text('The `iss` that tokens must have; unset: any.')),
  AUTH_REVOCATIONS_FILE: Type.Optional(text('File of revoked tokens: tillgate token revoke.')),
  AUTH_CERTIFICATES_FILE: Type.Optional(text('File of what the holders of client certificates may do, by name.')),
  AUTH_MAX_TOKENS: Type.Integer({
    default: 100_000,
    minimum: 1,
    maximum: 10_000_000,
    description: 'How many verified tokens are remembered, 512 bytes each; as many as tills send to this instance.',
  }),
  ...KAFKA_VARIABLES,
  DELIVERY: Type.Union([Type.Literal('exactly-once'), Type.Literal('at-least-once'), Type.Literal('at-most-once')], {
    default: 'exactly-once',
    description: 'What is guaranteed when an invoice is sent to Kafka again.',
  }),
  DELIVERY_TIMEOUT_MS: milliseconds(30_000, 'How long a till waits for Kafka before it gets 503 or 504.', 100),
  WATCHDOG_MS: milliseconds(
    120_000,
    'A call of the Kafka client that takes longer is taken to hang; the client is replaced.',
    1_000,
  ),
  STALL_AFTER_MS: milliseconds(
    5_000,
    'A partition that has not answered for this long gets no new invoices; less than DELIVERY_TIMEOUT_MS.',
    100,
  ),
  LINGER_MS: milliseconds(
    0,
    'How long an idle partition gathers invoices before it sends them; less than MAX_QUEUE_MS.',
  ),
  MAX_BATCH_RECORDS: Type.Integer({ default: 500, minimum: 1, maximum: 500, description: 'Most records in a batch.' }),
  MAX_BATCH_BYTES: bytes(
    900_000,
    'Most bytes in a batch. Above the topic’s max.message.bytes, batches are sent again in halves.',
  ),
  MAX_INVOICE_BYTES: bytes(800_000, 'Largest body of one invoice; at least 2,048 below the topic’s max.message.bytes.'),
  INVOICE_INLINE_BYTES: bytes(
    65_536,
    'Single invoices up to this size are validated on the main thread, larger ones in UPLOAD_WORKERS.',
    0,
  ),
  BUFFER_MEMORY_BYTES: bytes(256 * 2 ** 20, 'Bytes of invoices held at once; beyond it tills get 503.', 2 ** 20),
  REPLAY_MEMORY_BYTES: bytes(
    64 * 2 ** 20,
    'Bytes for what this instance has stored lately: a repeat gets the first receipt, not a second record; 0: none.',
    0,
  ),
  JOURNALS_MEMORY_BYTES: bytes(
    256 * 2 ** 20,
    'Bytes for what JOURNALS_TOPIC says, about 550 a journal; those that changed last are kept.',
    2 ** 20,
  ),
  MAX_QUEUE_MS: milliseconds(
    250,
    'Live invoices get 503 when more are in flight than are stored in this time (1,000 are always allowed).',
    10,
  ),
  MAX_CONNECTIONS: Type.Integer({
    default: 20_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Most connections of tills; fewer if the limit of open files is low. Further ones are closed.',
  }),
  PRINCIPAL_SHARE_PERCENT: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 100,
    description: 'Part of connections and buffer that one principal may take; more gets 429.',
  }),
  ADDRESS_SHARE_PERCENT: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 100,
    description: 'The same for one address with AUTH=off. Below 100 only if addresses are those of tills.',
  }),
  SENDER_TIME_PERCENT: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 100,
    description:
      'Part of the time that one principal or address may take while others send; more gets 429. 100: no bound.',
  }),
  QUOTA_STORE_PER_MINUTE: quota('Most invoices of a store in a minute on this instance; more get 429.'),
  QUOTA_TERMINAL_PER_MINUTE: quota('Most invoices of a terminal in a minute on this instance; more get 429.'),
  UPLOAD_MAX_BYTES: bytes(8 * 2 ** 20, 'Largest upload, inflated.'),
  UPLOAD_MAX_COMPRESSED_BYTES: bytes(2 ** 20, 'Largest compressed upload, as sent.'),
  UPLOAD_MAX_INVOICES: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 100_000,
    description: 'Most invoices in an upload.',
  }),
  UPLOAD_BUFFER_PERCENT: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 100,
    description: 'Part of BUFFER_MEMORY_BYTES that uploads may take; the rest is for live invoices alone.',
  }),
  UPLOAD_WINDOW_RECORDS: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 10_000,
    description: 'Most invoices of uploads in flight to Kafka while live ones come; 8 times as many while none come.',
  }),
  UPLOAD_SHARE_PERCENT: Type.Integer({
    default: 25,
    minimum: 1,
    maximum: 100,
    description: 'Part of the time in which invoices of uploads may be in flight to Kafka while live ones come.',
  }),
  UPLOAD_WORKERS: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 64,
      description:
        'Threads that validate uploads and large invoices; unset: cores - 1, 1 to 4. 0: the main thread does it.',
    }),
  ),
  UPLOAD_WAITING: Type.Integer({
    default: 16,
    minimum: 0,
    maximum: 1_000,
    description: 'Most uploads that wait for such a thread, and most large invoices; more get 503.',
  }),
  UPLOAD_READ_TIMEOUT_MS: milliseconds(
    10_000,
    'How long reading an upload or a large invoice may take: a quarter of it the wait for a thread.',
    100,
  ),
  UPLOAD_INLINE_BYTES: bytes(16_384, 'Uploads up to this size are read on the main thread.', 0),
  ARITHMETIC: Type.Union([Type.Literal('strict'), Type.Literal('lenient')], {
    default: 'strict',
    description: 'Whether an invoice whose sums do not add up is refused (strict) or marked (lenient).',
  }),
  LENIENT_STORES: Type.Optional(text('Stores that are lenient whatever ARITHMETIC says, separated by commas.')),
  CARD_NUMBERS: Type.Union([Type.Literal('refuse'), Type.Literal('warn')], {
    default: 'refuse',
    description: 'Whether an invoice with a card number is refused or marked. Lenient stores mark it.',
  }),
  CARD_NUMBERS_EXEMPT: Type.Optional(
    text('JSON pointers, separated by commas, where no card number is looked for; * is any member or element.'),
  ),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, 'How long a till may take to send its request.', 100),
  BODY_MIN_BYTES_PER_SECOND: Type.Integer({
    default: 240,
    minimum: 1,
    maximum: 1_000_000,
    description: 'A body that arrives more slowly than this gets 408, once it is BODY_GRACE_MS behind.',
  }),
  BODY_GRACE_MS: milliseconds(5_000, 'How long a body may arrive more slowly than BODY_MIN_BYTES_PER_SECOND.', 100),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(75_000, 'How long an idle connection is kept; longer than the load balancer’s.'),
  DRAIN_DELAY_MS: milliseconds(5_000, 'After SIGTERM: how long to keep serving until load balancers stop sending.'),
  SHUTDOWN_TIMEOUT_MS: milliseconds(30_000, 'After SIGTERM: when to stop, even with invoices in flight.', 100),
})

export type Config = Static<typeof ConfigSchema>
