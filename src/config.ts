import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const milliseconds = (defaultMs: number, description: string, minimum = 0) =>
  Type.Integer({ default: defaultMs, minimum, maximum: 3_600_000, description })
const bytes = (defaultBytes: number, description: string, minimum = 1_024) =>
  Type.Integer({ default: defaultBytes, minimum, maximum: 2 ** 40, description })
const text = (description: string, options: { default?: string; pattern?: string; secret?: true } = {}) =>
  Type.String({ minLength: 1, description, ...options })

/** Every variable of the environment that the gateway reads: type, default, meaning. `secret` values are never shown. */
export const ConfigSchema = Type.Object({
  HOST: text('Address to listen on.', { default: '0.0.0.0' }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'Port to listen on; 0 takes any.' }),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description: 'Own port for /metrics; without it, /metrics is on PORT.',
    }),
  ),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'Lowest level that is logged.' },
  ),
  KAFKA_BROKERS: text('Bootstrap brokers, host:port, separated by commas.', {
    pattern: '^[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*$',
  }),
  KAFKA_TOPIC: text('Topic of the invoices. It must exist.', {
    default: 'pos.invoices',
    pattern: '^[A-Za-z0-9._-]{1,249}$',
  }),
  KAFKA_PARTITIONS: Type.Integer({
    default: 12,
    minimum: 1,
    maximum: 10_000,
    description: 'Partitions of the topic. It decides which partition a store has; must equal the topic.',
  }),
  KAFKA_CLIENT_ID: text('Client id that brokers see.', { default: 'tillgate' }),
  KAFKA_TLS: Type.Boolean({ default: false, description: 'Encrypt the connections to the brokers.' }),
  KAFKA_SASL_MECHANISM: Type.Optional(
    Type.Union([Type.Literal('plain'), Type.Literal('scram-sha-256'), Type.Literal('scram-sha-512')], {
      description: 'How to log in to the brokers; without it, no login.',
    }),
  ),
  KAFKA_SASL_USERNAME: Type.Optional(text('User of the login.')),
  KAFKA_SASL_PASSWORD: Type.Optional(text('Password of the login.', { secret: true })),
  KAFKA_REQUEST_TIMEOUT_MS: milliseconds(8_000, 'A broker that answers nothing for this long is given up.', 1_000),
  KAFKA_ACK_TIMEOUT_MS: milliseconds(5_000, 'How long the leader waits for its in-sync replicas.', 500),
  KAFKA_CONNECTION_TIMEOUT_MS: milliseconds(3_000, 'How long connecting to a broker may take.', 100),
  KAFKA_METADATA_MAX_AGE_MS: milliseconds(15_000, 'How old the picture of the cluster may get.', 1_000),
  DELIVERY: Type.Union([Type.Literal('exactly-once'), Type.Literal('at-least-once'), Type.Literal('at-most-once')], {
    default: 'exactly-once',
    description: 'What is promised of an invoice that is sent to Kafka again.',
  }),
  DELIVERY_TIMEOUT_MS: milliseconds(30_000, 'How long a till waits for Kafka before it is told 503 or 504.', 100),
  WATCHDOG_MS: milliseconds(
    120_000,
    'A call of the Kafka client that has not ended by then hangs; it is replaced.',
    1_000,
  ),
  STALL_AFTER_MS: milliseconds(5_000, 'A partition that has not answered for this long gets no new invoices.', 100),
  LINGER_MS: milliseconds(0, 'How long an idle partition gathers invoices before it sends them.'),
  MAX_BATCH_RECORDS: Type.Integer({ default: 500, minimum: 1, maximum: 500, description: 'Most records in a batch.' }),
  MAX_BATCH_BYTES: bytes(900_000, 'Most bytes in a batch, below the topic’s max.message.bytes.'),
  MAX_INVOICE_BYTES: bytes(800_000, 'Largest body of one invoice.'),
  BUFFER_MEMORY_BYTES: bytes(256 * 2 ** 20, 'Bytes of invoices held at once; beyond it tills are told 503.', 2 ** 20),
  ARITHMETIC: Type.Union([Type.Literal('strict'), Type.Literal('lenient')], {
    default: 'strict',
    description: 'Whether an invoice whose sums do not add up is refused (strict) or marked (lenient).',
  }),
  LENIENT_STORES: Type.Optional(text('Stores, separated by commas, that are lenient whatever ARITHMETIC says.')),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, 'How long a till may take to send its request.', 100),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(75_000, 'How long an idle connection is kept; longer than the load balancer’s.'),
  DRAIN_DELAY_MS: milliseconds(5_000, 'After SIGTERM: how long to go on serving while load balancers look away.'),
  SHUTDOWN_TIMEOUT_MS: milliseconds(30_000, 'After SIGTERM: when to stop for good, whatever is left.', 100),
})

export type Config = Static<typeof ConfigSchema>

/** Bytes of `BUFFER_MEMORY_BYTES` that a request costs besides its body. */
export const REQUEST_OVERHEAD_BYTES = 2_048

/** The environment is not a configuration. `problems` names every wrong variable; no value of a secret is in it. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** The configuration that `environment` describes, defaults filled in. Throws `ConfigError` with all that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given: Record<string, unknown> = {}
  for (const name of Object.keys(ConfigSchema.properties)) {
    const value = environment[name]
    if (value !== undefined && value !== '') given[name] = typed(propertyOf(name), value)
  }
  const config = Value.Default(ConfigSchema, given) as Config
  const problems = [...brokenRules(config), ...contradictions(config)]
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** How to reach the cluster, as `kafka/` wants it. */
export function kafkaOptions(config: Config) {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config
  return {
    brokers: config.KAFKA_BROKERS.split(','),
    clientId: config.KAFKA_CLIENT_ID,
    topic: config.KAFKA_TOPIC,
    partitions: config.KAFKA_PARTITIONS,
    ssl: config.KAFKA_TLS,
    sasl:
      mechanism === undefined ? undefined : { mechanism, username: username as string, password: password as string },
    requestTimeoutMs: config.KAFKA_REQUEST_TIMEOUT_MS,
    ackTimeoutMs: config.KAFKA_ACK_TIMEOUT_MS,
    connectionTimeoutMs: config.KAFKA_CONNECTION_TIMEOUT_MS,
    metadataMaxAgeMs: config.KAFKA_METADATA_MAX_AGE_MS,
    delivery: config.DELIVERY,
    watchdogMs: config.WATCHDOG_MS,
    rotateAfterRecords: 1_000_000_000,
  }
}

/** Every variable with its type, default, meaning and, where given, its present value; secrets redacted. */
export function describeConfig(environment: NodeJS.ProcessEnv): string {
  const lines = Object.entries(ConfigSchema.properties).map(([name, schema]: [string, TSchema]) => {
    const defaultText =
      schema.default === undefined ? (isRequired(name) ? 'required' : 'unset') : String(schema.default)
    const given = environment[name]
    const shown = given === undefined || given === '' ? '' : `\n    now: ${schema.secret ? '(redacted)' : given}`
    return `${name}\n    ${typeText(schema)}, default: ${defaultText}\n    ${schema.description}${shown}`
  })
  return lines.join('\n')
}

/** An integer or a boolean where the schema wants one and the text is one; otherwise the text, for the check to refuse. */
function typed(schema: TSchema, value: string): unknown {
  if (schema.type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (schema.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

const propertyOf = (name: string) => ConfigSchema.properties[name as keyof Config] as TSchema
const isRequired = (name: string) => (ConfigSchema.required as readonly string[]).includes(name)

function typeText(schema: TSchema): string {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(({ const: literal }) => literal).join(' | ')
  const { minimum, maximum } = schema
  return minimum === undefined ? schema.type : `${schema.type} ${minimum}..${maximum}`
}

function brokenRules(config: unknown): string[] {
  const problems = new Map<string, string>()
  for (const { path, schema } of Value.Errors(ConfigSchema, config)) {
    const name = path.slice(1).split('/')[0] as string
    const variable = propertyOf(name)
    const isMissing = isRequired(name) && (config as Record<string, unknown>)[name] === undefined
    const wanted =
      schema.pattern === undefined ? typeText(variable) : `${typeText(variable)} matching ${schema.pattern}`
    if (!problems.has(name)) problems.set(name, isMissing ? `${name} is required` : `${name} must be ${wanted}`)
  }
  return [...problems.values()]
}

function contradictions(config: Config): string[] {
  const problems: string[] = []
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD: password } = config
  if (mechanism !== undefined && (user === undefined || password === undefined))
    problems.push('KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD')
  if (mechanism === undefined && (user !== undefined || password !== undefined))
    problems.push('KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD need KAFKA_SASL_MECHANISM')
  if (config.METRICS_PORT !== undefined && config.METRICS_PORT === config.PORT)
    problems.push('METRICS_PORT must differ from PORT')
  if (config.KAFKA_ACK_TIMEOUT_MS >= config.KAFKA_REQUEST_TIMEOUT_MS)
    problems.push('KAFKA_ACK_TIMEOUT_MS must be less than KAFKA_REQUEST_TIMEOUT_MS')
  if (config.WATCHDOG_MS < 4 * config.KAFKA_REQUEST_TIMEOUT_MS)
    problems.push('WATCHDOG_MS must be at least 4 times KAFKA_REQUEST_TIMEOUT_MS')
  if (config.MAX_INVOICE_BYTES > config.MAX_BATCH_BYTES)
    problems.push('MAX_INVOICE_BYTES must not exceed MAX_BATCH_BYTES')
  if (config.MAX_INVOICE_BYTES + REQUEST_OVERHEAD_BYTES > config.BUFFER_MEMORY_BYTES)
    problems.push(`MAX_INVOICE_BYTES must be ${REQUEST_OVERHEAD_BYTES} or more below BUFFER_MEMORY_BYTES`)
  if (config.DRAIN_DELAY_MS >= config.SHUTDOWN_TIMEOUT_MS)
    problems.push('DRAIN_DELAY_MS must be less than SHUTDOWN_TIMEOUT_MS')
  return problems
}
