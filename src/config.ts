import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { privacyProblems } from './config-forms.ts'
import { journalsProblems, kafkaLogin, kafkaProblems, kafkaTls } from './config-kafka.ts'
import { networkProblems, originProblems } from './config-lists.ts'
import { REQUEST_OVERHEAD_BYTES, uploadBytes, uploadMemoryBytes } from './config-memory.ts'
import { pointerProblems } from './config-pointers.ts'
import { type Config, ConfigSchema } from './config-schema.ts'
import { mistypedVariables } from './config-typos.ts'
import { typeWords } from './config-words.ts'
import { unbracketed } from './network-address.ts'

/** The most bytes that a batch of one invoice has besides the invoice, with the longest identity and every warning. */
const RECORD_OVERHEAD_BYTES = 2_048

/** The part of `SHUTDOWN_TIMEOUT_MS` for writing the last answers and closing the connections. */
export const LAST_ANSWERS_MS = 1_000

/**
 * The longest time from the end of a request to its answer. An upload waits to be read, then for its places among the
 * invoices in flight, then for Kafka. Whatever stands between gateway and till has to wait longer.
 */
export function longestAnswerMs({ UPLOAD_READ_TIMEOUT_MS, DELIVERY_TIMEOUT_MS }: Config): number {
  const [readMs, placeMs, deliveryMs] = [UPLOAD_READ_TIMEOUT_MS, DELIVERY_TIMEOUT_MS, DELIVERY_TIMEOUT_MS]
  return readMs + placeMs + deliveryMs
}

/** How long a connection may carry nothing before it is closed: as long as the slowest request and answer together. */
export function connectionTimeoutMs(config: Config): number {
  return config.REQUEST_TIMEOUT_MS + longestAnswerMs(config)
}

/** The environment is not a valid configuration. `problems` names every wrong variable, and never a secret value. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** What a gateway is configured with. Throws `ConfigError` with everything that is wrong. */
export function readGatewayConfig(environment: NodeJS.ProcessEnv): Config {
  return read(environment, (config) => [...journalsProblems(config), ...contradictoryAuth(config)])
}

/** The same for the programs beside the gateway. They take no requests, so they need no keys for tokens. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return read(environment, () => [])
}

function read(environment: NodeJS.ProcessEnv, more: (config: Config) => string[]): Config {
  const given: Record<string, unknown> = {}
  for (const name of Object.keys(ConfigSchema.properties)) {
    const value = environment[name]
    if (value !== undefined && value !== '') given[name] = typed(propertyOf(name), value)
  }
  const config = Value.Default(ConfigSchema, given) as Config
  const typos = mistypedVariables(environment, Object.keys(ConfigSchema.properties))
  const problems = [...brokenRules(config), ...contradictions(config), ...more(config), ...typos]
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...config, HOST: unbracketed(config.HOST), ADMIN_HOST: unbracketed(config.ADMIN_HOST) }
}

/** The options that `kafka/` needs to reach the cluster. */
export function kafkaOptions(config: Config) {
  return {
    brokers: config.KAFKA_BROKERS.split(',').map((address) => address.trim()),
    clientId: config.KAFKA_CLIENT_ID,
    topic: config.KAFKA_TOPIC,
    partitions: config.KAFKA_PARTITIONS,
    ssl: kafkaTls(config),
    sasl: kafkaLogin(config),
    requestTimeoutMs: config.KAFKA_REQUEST_TIMEOUT_MS,
    ackTimeoutMs: config.KAFKA_ACK_TIMEOUT_MS,
    connectionTimeoutMs: config.KAFKA_CONNECTION_TIMEOUT_MS,
    metadataMaxAgeMs: config.KAFKA_METADATA_MAX_AGE_MS,
    largestRecordBytes: config.MAX_INVOICE_BYTES + RECORD_OVERHEAD_BYTES,
    delivery: config.DELIVERY,
    watchdogMs: config.WATCHDOG_MS,
    rotateAfterRecords: 1_000_000_000,
  }
}

/** How tokens are verified; `null` with `AUTH=off`. */
export function authOptions(config: Config) {
  if (config.AUTH === 'off') return null
  const { AUTH_JWKS_FILE: file, AUTH_JWKS_URL: url } = config
  const keysAt = url === undefined ? undefined : { url: new URL(url) }
  return {
    keys: file === undefined ? keysAt : { file },
    revocationsFile: config.AUTH_REVOCATIONS_FILE,
    certificatesFile: config.AUTH_CERTIFICATES_FILE,
    audience: config.AUTH_AUDIENCE,
    issuer: config.AUTH_ISSUER,
    maxTokens: config.AUTH_MAX_TOKENS,
  }
}

/** The files for HTTPS; undefined for HTTP. */
export function tlsFiles({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CLIENT_CA_FILE: clientCaFile }: Config) {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile, clientCaFile }
}

/** Every variable with its type, default, meaning and, where given, its present value; secrets redacted. */
export function describeConfig(environment: NodeJS.ProcessEnv): string {
  const lines = Object.entries(ConfigSchema.properties).map(([name, schema]: [string, TSchema]) => {
    const defaultText =
      isRequired(name) && schema.default === undefined ? 'required' : `default: ${schema.default ?? 'unset'}`
    const given = environment[name]
    const shown = given === undefined || given === '' ? '' : `\n    now: ${schema.secret ? '(redacted)' : given}`
    return `${name}\n    ${typeWords(schema)}; ${defaultText}\n    ${schema.description}${shown}`
  })
  return lines.join('\n')
}

/** The text as an integer or a boolean, if the schema wants one and the text is one. Otherwise the text itself. */
function typed(schema: TSchema, value: string): unknown {
  if (schema.type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (schema.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

const propertyOf = (name: string) => ConfigSchema.properties[name as keyof Config] as TSchema
const isRequired = (name: string) => (ConfigSchema.required as readonly string[]).includes(name)

function brokenRules(config: unknown): string[] {
  const problems = new Map<string, string>()
  for (const { path } of Value.Errors(ConfigSchema, config)) {
    const name = path.slice(1).split('/')[0] as string
    const wanted = typeWords(propertyOf(name))
    const isMissing = isRequired(name) && (config as Record<string, unknown>)[name] === undefined
    if (!problems.has(name)) problems.set(name, `${name} ${isMissing ? 'is required:' : 'must be'} ${wanted}`)
  }
  return [...problems.values()]
}

function contradictions(config: Config): string[] {
  const problems: string[] = []
  if (config.KAFKA_BROKERS?.split(',').some(hasImpossiblePort))
    problems.push('KAFKA_BROKERS must have ports from 1 to 65,535')
  if (config.KAFKA_TOPIC === '.' || config.KAFKA_TOPIC === '..') problems.push('KAFKA_TOPIC must not be . or ..')
  problems.push(...kafkaProblems(config))
  if (config.ADMIN_PORT === config.PORT && config.PORT !== 0) problems.push('ADMIN_PORT must differ from PORT')
  problems.push(...networkProblems('TRUSTED_PROXIES', config.TRUSTED_PROXIES))
  problems.push(...originProblems('CORS_ORIGINS', config.CORS_ORIGINS))
  problems.push(...contradictoryTls(config), ...contradictoryTimeouts(config))
  problems.push(...pointerProblems('CARD_NUMBERS_EXEMPT', config.CARD_NUMBERS_EXEMPT))
  if (config.MAX_INVOICE_BYTES > config.MAX_BATCH_BYTES)
    problems.push('MAX_INVOICE_BYTES must not exceed MAX_BATCH_BYTES')
  if (config.MAX_INVOICE_BYTES + REQUEST_OVERHEAD_BYTES > config.BUFFER_MEMORY_BYTES)
    problems.push(`MAX_INVOICE_BYTES must be ${REQUEST_OVERHEAD_BYTES} or more below BUFFER_MEMORY_BYTES`)
  if (uploadMemoryBytes(config) < uploadBytes(config))
    problems.push('BUFFER_MEMORY_BYTES times UPLOAD_BUFFER_PERCENT must hold one upload of the largest size')
  return problems
}

const NO_KEYS =
  'AUTH=required, the default, needs AUTH_JWKS_FILE or AUTH_JWKS_URL, the keys of tokens, or AUTH_CERTIFICATES_FILE; AUTH=off takes invoices from whoever reaches the port'

function contradictoryAuth(config: Config): string[] {
  const { AUTH, AUTH_JWKS_FILE: file, AUTH_JWKS_URL: url, AUTH_CERTIFICATES_FILE: certificates } = config
  if (AUTH === 'off') return []
  if ([file, url, certificates].every((place) => place === undefined)) return [NO_KEYS]
  if (file !== undefined && url !== undefined) return ['AUTH_JWKS_FILE and AUTH_JWKS_URL exclude each other']
  // Whoever can change the answer on its way can make tokens.
  return privacyProblems('AUTH_JWKS_URL', url)
}

function contradictoryTls(config: Config): string[] {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: ca, AUTH_CERTIFICATES_FILE: holders } = config
  const problems: string[] = []
  if ((cert === undefined) !== (key === undefined)) problems.push('TLS_CERT_FILE and TLS_KEY_FILE need each other')
  if (ca !== undefined && cert === undefined) problems.push('TLS_CLIENT_CA_FILE needs TLS_CERT_FILE')
  if ((ca === undefined) !== (holders === undefined))
    problems.push('TLS_CLIENT_CA_FILE and AUTH_CERTIFICATES_FILE need each other')
  return problems
}

/**
 * Time-outs that contradict each other: one could never pass, or would pass before another can take effect.
 * `DELIVERY_TIMEOUT_MS` may be shorter than the time-outs of `KAFKA_`. Unlike in Kafka's own producer, the batch stays
 * in flight after it, and a till that sends again joins it.
 */
function contradictoryTimeouts(config: Config): string[] {
  const { DELIVERY_TIMEOUT_MS, STALL_AFTER_MS, WATCHDOG_MS, LINGER_MS, DRAIN_DELAY_MS, SHUTDOWN_TIMEOUT_MS } = config
  const problems: string[] = []
  const refuse = (isWrong: boolean, problem: string) => isWrong && problems.push(problem)
  refuse(
    config.KAFKA_ACK_TIMEOUT_MS >= config.KAFKA_REQUEST_TIMEOUT_MS,
    'KAFKA_ACK_TIMEOUT_MS must be less than KAFKA_REQUEST_TIMEOUT_MS',
  )
  // One call of kafkajs tries up to four times.
  for (const name of ['KAFKA_REQUEST_TIMEOUT_MS', 'KAFKA_CONNECTION_TIMEOUT_MS'] as const)
    refuse(WATCHDOG_MS < 4 * config[name], `WATCHDOG_MS must be at least 4 times ${name}`)
  // A lane must refuse new invoices before its own expire. Otherwise a till that sends again meets its expiring ones.
  refuse(STALL_AFTER_MS >= DELIVERY_TIMEOUT_MS, 'STALL_AFTER_MS must be less than DELIVERY_TIMEOUT_MS')
  refuse(STALL_AFTER_MS >= WATCHDOG_MS, 'STALL_AFTER_MS must be less than WATCHDOG_MS')
  refuse(config.MAX_QUEUE_MS >= DELIVERY_TIMEOUT_MS, 'MAX_QUEUE_MS must be less than DELIVERY_TIMEOUT_MS')
  refuse(LINGER_MS >= config.MAX_QUEUE_MS, 'LINGER_MS must be less than MAX_QUEUE_MS')
  // The time left must be enough for invoices that linger and for the last answers.
  const leftMs = SHUTDOWN_TIMEOUT_MS - DRAIN_DELAY_MS - LAST_ANSWERS_MS
  refuse(leftMs <= 0, `DRAIN_DELAY_MS must be less than SHUTDOWN_TIMEOUT_MS minus ${LAST_ANSWERS_MS}`)
  refuse(
    leftMs > 0 && LINGER_MS >= leftMs,
    `LINGER_MS must be less than SHUTDOWN_TIMEOUT_MS minus DRAIN_DELAY_MS minus ${LAST_ANSWERS_MS}`,
  )
  return problems
}

/** Of an address that is otherwise as it should be: other addresses are refused by the schema. */
function hasImpossiblePort(address: string): boolean {
  const port = /:(\d{1,5})$/.exec(address.trim())?.[1]
  return port !== undefined && (Number(port) < 1 || Number(port) > 65_535)
}
