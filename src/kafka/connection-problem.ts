import { addressText, parseAddress } from '../network-address.ts'
import { plainMessage, wordsOf } from '../system-problem.ts'
import type { ClientOptions } from './client.ts'
import { probe, type Seen } from './connection-probe.ts'
import kafkajs from './kafkajs/index.ts'
import { codeOf, rootCause, UNKNOWN_TOPIC_OR_PARTITION } from './verdict.ts'

/** The cluster and topic in question. */
export type Connection = Pick<ClientOptions, 'brokers' | 'ssl' | 'sasl' | 'connectionTimeoutMs'> & {
  readonly topic: string
}

const TOPIC_AUTHORIZATION_FAILED = 29
const MAX_PROBE_MS = 5_000

/**
 * Runs `work` on the cluster. If it fails because of the connection or a missing topic, rejects with an error that says
 * what was tried, what listens at each address, and which variable to set. If `work` said something itself, and gave
 * the client's error as the cause, that comes first, and at least the client's words follow. Otherwise rejects with what
 * `work` rejects with.
 */
export async function withConnectionProblems<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const problem = topicProblem(error, connection.topic) ?? (await connectionProblem(error, connection))
    const own = ownWords(error)
    if (problem === undefined && own === undefined) throw error
    throw new Error([own, problem ?? plainMessage(rootCause(error))].filter(Boolean).join('\n'), { cause: error })
  }
}

/** What somebody on our side made of the client's error; undefined if it comes straight from the client. */
function ownWords(error: unknown): string | undefined {
  const isOwn = error instanceof Error && error.cause !== undefined && !(error instanceof kafkajs.KafkaJSError)
  return isOwn ? error.message : undefined
}

/** What an error means for the topic; undefined if it is about something else. */
export function topicProblem(error: unknown, topic: string): string | undefined {
  const code = codeOf(error)
  if (code === UNKNOWN_TOPIC_OR_PARTITION)
    return `topic ${topic} is missing: create it with tillgate topics create, or set KAFKA_TOPIC to another one`
  if (code === TOPIC_AUTHORIZATION_FAILED)
    return `topic ${topic} is not allowed for this login: KAFKA_SASL_USERNAME needs rights (ACLs) for it`
  return undefined
}

/** Probes every address and says what is wrong; undefined if the error is not about the connection. */
export async function connectionProblem(error: unknown, connection: Connection): Promise<string | undefined> {
  const root = rootCause(error)
  if (!isOfConnection(root)) return undefined
  const { brokers, ssl, sasl } = connection
  const broker = brokerOf(root)
  const isBootstrap = broker === undefined || brokers.includes(broker)
  const addresses = isBootstrap ? brokers : [...brokers, broker]
  const timeoutMs = Math.min(connection.connectionTimeoutMs, MAX_PROBE_MS)
  const seen = await Promise.all(addresses.map((address) => probe(address, { ssl, timeoutMs })))
  const tried = `${ssl ? 'TLS' : 'no TLS'}, ${sasl === undefined ? 'no SASL' : `SASL ${sasl.mechanism}`}`
  const lines = addresses.map((address, i) => {
    const advertised = isBootstrap || i < brokers.length ? '' : ' (its advertised address)'
    return `  ${address}${advertised}: ${meaning(seen[i] as Seen, connection, root)}`
  })
  return `no connection to Kafka (tried with ${tried}):\n${lines.join('\n')}`
}

/** The broker that an error of the client is about; the client writes an IPv6 address without brackets. */
function brokerOf(error: Error): string | undefined {
  const { broker } = error as { broker?: unknown }
  if (typeof broker !== 'string') return undefined
  const { host, port } = parseAddress(broker)
  return addressText(host, port)
}

/** UNSUPPORTED_SASL_MECHANISM, ILLEGAL_SASL_STATE, SASL_AUTHENTICATION_FAILED */
const LOGIN_CODES: ReadonlySet<unknown> = new Set([33, 34, 58])

function isOfConnection(error: Error & { code?: unknown }): boolean {
  if (LOGIN_CODES.has(error.code)) return true
  const { KafkaJSConnectionError, KafkaJSRequestTimeoutError, KafkaJSSASLAuthenticationError, KafkaJSBrokerNotFound } =
    kafkajs
  return [
    KafkaJSConnectionError,
    KafkaJSRequestTimeoutError,
    KafkaJSSASLAuthenticationError,
    KafkaJSBrokerNotFound,
  ].some((type) => error instanceof type)
}

/** What listens there, and what to do about it. */
function meaning(seen: Seen, { ssl, sasl, connectionTimeoutMs }: Connection, error: Error): string {
  switch (seen.kind) {
    case 'unreachable':
      return unreachable(seen.code)
    case 'late':
      return `no connection within ${connectionTimeoutMs} ms: the host is down or a firewall drops it; is KAFKA_BROKERS right?`
    case 'http':
      return `it speaks HTTP, not Kafka: KAFKA_BROKERS has to name a broker's port`
    case 'tls':
      return 'it wants TLS: set KAFKA_TLS=true'
    case 'tls-refused':
      if (/certificate|unknown ca/.test(seen.reason)) return certificateRefused(seen.reason, ssl)
      return `it speaks TLS but refuses our connection (${seen.reason}): does it want client certificates, or another version?`
    case 'untrusted':
      return untrusted(seen.code)
    case 'unusable-files':
      return `nothing was sent, because KAFKA_TLS_CA_FILE, KAFKA_TLS_CERT_FILE or KAFKA_TLS_KEY_FILE cannot be used: ${seen.reason}`
    case 'silent':
      return `it accepts connections but does not answer as Kafka does${ssl ? ', with or without TLS' : ''}: a broker that hangs or is starting, or something else; is KAFKA_BROKERS right?`
    case 'kafka':
      break
  }
  const { isPlain, mechanisms } = seen
  const offered = mechanisms.join(', ')
  if (isPlain) return `it is Kafka without TLS: set KAFKA_TLS=false, or KAFKA_BROKERS to a port with TLS`
  if (sasl === undefined && mechanisms.length > 0)
    return `it wants a login (SASL ${offered}): set KAFKA_SASL_MECHANISM and ${variablesOf(mechanisms.join())}`
  if (sasl !== undefined && mechanisms.length === 0)
    return `it is Kafka without SASL: unset KAFKA_SASL_MECHANISM and ${variablesOf(sasl.mechanism)}`
  if (sasl !== undefined && !mechanisms.includes(sasl.mechanism.toUpperCase()))
    return `it offers SASL ${offered}, not ${sasl.mechanism}: set KAFKA_SASL_MECHANISM`
  if (error instanceof kafkajs.KafkaJSSASLAuthenticationError || LOGIN_CODES.has((error as { code?: unknown }).code))
    return sasl?.mechanism === 'oauthbearer'
      ? 'it refuses the token: does it take tokens of KAFKA_OAUTH_TOKEN_URL, for this client and scope?'
      : 'it refuses the login: are KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD right?'
  return `it answers now; before: ${plainMessage(error)}`
}

function variablesOf(mechanisms: string): string {
  return /^oauthbearer$/i.test(mechanisms) ? 'KAFKA_OAUTH_ variables' : 'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD'
}

function certificateRefused(reason: string, ssl: Connection['ssl']): string {
  return typeof ssl === 'object' && ssl.certFile !== undefined
    ? `it speaks TLS but refuses our certificate (${reason}): KAFKA_TLS_CERT_FILE has to be one that it trusts`
    : `it speaks TLS but wants a client certificate (${reason}): set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE`
}

function unreachable(code: string): string {
  const isRunning = code === 'ECONNREFUSED' ? 'is the broker running, ' : ''
  return `${wordsOf(code) ?? 'it cannot be reached'}: ${isRunning}is KAFKA_BROKERS right?`
}

function untrusted(code: string): string {
  if (/ALTNAME/.test(code))
    return 'its certificate is for another name: KAFKA_BROKERS has to use a name in the certificate'
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired: the broker needs a new one'
  const why = code.toLowerCase().replaceAll('_', ' ')
  return `its certificate is not trusted (${why}): KAFKA_TLS_CA_FILE has to name a file with its authority`
}
