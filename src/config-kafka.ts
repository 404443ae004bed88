import { readFileSync } from 'node:fs'
import { type Static, Type } from '@sinclair/typebox'
import { milliseconds, privacyProblems, text } from './config-forms.ts'
import { systemWords } from './system-problem.ts'

/** A name or an address, and a port. */
const BROKER_PATTERN = '(?:[^\\s,:/[\\]]+|\\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%\\w+)?\\]):\\d{1,5}'

type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
type Mechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer'

const TOPIC_NAME = {
  pattern: '^[A-Za-z0-9._-]{1,249}$',
  form: 'the name of a topic: letters, digits, dots, underscores and hyphens, at most 249',
}

/** The variables that say how to reach Kafka. */
export const KAFKA_VARIABLES = {
  KAFKA_BROKERS: text('Bootstrap brokers, host:port, separated by commas; some of the cluster are enough.', {
    pattern: `^\\s*${BROKER_PATTERN}(?:\\s*,\\s*${BROKER_PATTERN})*\\s*$`,
    form: 'host:port, host:port, ... (an IPv6 address in brackets: [::1]:9092)',
  }),
  KAFKA_TOPIC: text('Topic of the invoices. It must exist.', { default: 'pos.invoices', ...TOPIC_NAME }),
  JOURNALS_TOPIC: Type.Optional(
    text(
      'KAFKA_TOPIC.journals, as tillgate dedup writes it: repeats of what other instances stored are answered, too.',
      TOPIC_NAME,
    ),
  ),
  KAFKA_PARTITIONS: Type.Integer({
    default: 12,
    minimum: 1,
    maximum: 10_000,
    description: 'Partitions of the topic; must match it. The number decides which partition a store has.',
  }),
  KAFKA_COMPRESSION: Type.Union(
    ['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((name) => Type.Literal(name as Compression)),
    { default: 'none', description: 'How batches are compressed before they go to Kafka.' },
  ),
  KAFKA_CLIENT_ID: text('Client id that brokers see.', { default: 'tillgate' }),
  KAFKA_TLS: Type.Boolean({ default: false, description: 'Encrypt the connections to the brokers.' }),
  KAFKA_TLS_CA_FILE: Type.Optional(
    text('Who may vouch for the brokers: certificates (PEM); unset: those that Node knows.'),
  ),
  KAFKA_TLS_CERT_FILE: Type.Optional(text('Our own certificate for the brokers (PEM), its chain behind it.')),
  KAFKA_TLS_KEY_FILE: Type.Optional(text('The private key of KAFKA_TLS_CERT_FILE (PEM), without a passphrase.')),
  KAFKA_SASL_MECHANISM: Type.Optional(
    Type.Union(
      ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'].map((name) => Type.Literal(name as Mechanism)),
      { description: 'How to log in to the brokers; without it, no login.' },
    ),
  ),
  KAFKA_SASL_USERNAME: Type.Optional(text('User of the login.')),
  KAFKA_SASL_PASSWORD: Type.Optional(text('Password of the login.', { secret: true })),
  KAFKA_SASL_PASSWORD_FILE: Type.Optional(text('File with this password, instead of KAFKA_SASL_PASSWORD.')),
  KAFKA_OAUTH_TOKEN_URL: Type.Optional(
    text('With oauthbearer: where tokens for Kafka come from; https, or http on this machine.', {
      pattern: '^https?://\\S+$',
      form: 'https://host/path',
    }),
  ),
  KAFKA_OAUTH_CLIENT_ID: Type.Optional(text('Our client id at the token server.')),
  KAFKA_OAUTH_CLIENT_SECRET_FILE: Type.Optional(text('File with the secret of this client.')),
  KAFKA_OAUTH_SCOPE: Type.Optional(text('The scope to ask for, if the token server wants one.')),
  KAFKA_REQUEST_TIMEOUT_MS: milliseconds(8_000, 'How long to wait for the answer of a broker.', 1_000),
  KAFKA_ACK_TIMEOUT_MS: milliseconds(5_000, 'How long the leader waits for its in-sync replicas.', 500),
  KAFKA_CONNECTION_TIMEOUT_MS: milliseconds(3_000, 'How long connecting to a broker may take.', 100),
  KAFKA_METADATA_MAX_AGE_MS: milliseconds(15_000, 'How old the metadata of the cluster may get.', 1_000),
}

const KafkaSchema = Type.Object(KAFKA_VARIABLES)
type KafkaConfig = Static<typeof KafkaSchema>

/** The files of the connections to the brokers; `false` without TLS. */
export function kafkaTls(config: KafkaConfig) {
  if (!config.KAFKA_TLS) return false
  return {
    caFile: config.KAFKA_TLS_CA_FILE,
    certFile: config.KAFKA_TLS_CERT_FILE,
    keyFile: config.KAFKA_TLS_KEY_FILE,
  }
}

/** The login to the brokers; undefined without one. */
export function kafkaLogin(config: KafkaConfig) {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_PASSWORD_FILE: file } = config
  if (mechanism === undefined) return undefined
  if (mechanism === 'oauthbearer')
    return {
      mechanism,
      tokenUrl: config.KAFKA_OAUTH_TOKEN_URL as string,
      clientId: config.KAFKA_OAUTH_CLIENT_ID as string,
      clientSecretFile: config.KAFKA_OAUTH_CLIENT_SECRET_FILE as string,
      scope: config.KAFKA_OAUTH_SCOPE,
    }
  const password = file === undefined ? (config.KAFKA_SASL_PASSWORD as string) : { file }
  return { mechanism, username: config.KAFKA_SASL_USERNAME as string, password }
}

const OAUTH = ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET_FILE'] as const
const FILES = [
  'KAFKA_TLS_CA_FILE',
  'KAFKA_TLS_CERT_FILE',
  'KAFKA_TLS_KEY_FILE',
  'KAFKA_SASL_PASSWORD_FILE',
  'KAFKA_OAUTH_CLIENT_SECRET_FILE',
] as const

/** With the journals of another topic, new invoices would be refused for ever, or left out by `tillgate upload --resume`. */
export function journalsProblems({ KAFKA_TOPIC: topic, JOURNALS_TOPIC: journals }: KafkaConfig): string[] {
  if (journals === undefined || journals === `${topic}.journals`) return []
  return ['JOURNALS_TOPIC must be KAFKA_TOPIC with .journals behind it: any other topic tells of other invoices']
}

/** What contradicts itself, and which file cannot be read. */
export function kafkaProblems(config: KafkaConfig): string[] {
  return [...tlsProblems(config), ...loginProblems(config), ...FILES.flatMap((name) => fileProblem(name, config[name]))]
}

function tlsProblems({
  KAFKA_TLS: isOn,
  KAFKA_TLS_CA_FILE: ca,
  KAFKA_TLS_CERT_FILE: cert,
  KAFKA_TLS_KEY_FILE: key,
}: KafkaConfig): string[] {
  const problems: string[] = []
  if (!isOn && [ca, cert, key].some((file) => file !== undefined)) problems.push('KAFKA_TLS_ files need KAFKA_TLS=true')
  if ((cert === undefined) !== (key === undefined))
    problems.push('KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE need each other')
  return problems
}

function loginProblems(config: KafkaConfig): string[] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD: password } = config
  const { KAFKA_SASL_PASSWORD_FILE: passwordFile, KAFKA_OAUTH_TOKEN_URL: url } = config
  const isOauth = mechanism === 'oauthbearer'
  const hasPassword = password !== undefined || passwordFile !== undefined
  const problems: string[] = []
  const refuse = (isWrong: boolean, problem: string) => isWrong && problems.push(problem)
  refuse(password !== undefined && passwordFile !== undefined, 'KAFKA_SASL_PASSWORD and _FILE exclude each other')
  refuse(
    mechanism !== undefined && !isOauth && (user === undefined || !hasPassword),
    'KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME, and KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE',
  )
  refuse(
    (mechanism === undefined || isOauth) && (user !== undefined || hasPassword),
    'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD need KAFKA_SASL_MECHANISM plain or scram',
  )
  const missing = OAUTH.filter((name) => config[name] === undefined)
  refuse(isOauth && missing.length > 0, `KAFKA_SASL_MECHANISM=oauthbearer needs ${missing.join(', ')}`)
  refuse(!isOauth && missing.length < OAUTH.length, 'KAFKA_OAUTH_ variables need KAFKA_SASL_MECHANISM=oauthbearer')
  return [...problems, ...privacyProblems('KAFKA_OAUTH_TOKEN_URL', url)]
}

/** It is read again whenever it is needed; a mistake should be told at the start. */
function fileProblem(name: string, file: string | undefined): string[] {
  if (file === undefined) return []
  try {
    readFileSync(file)
    return []
  } catch (error) {
    return [`${name}: ${file} cannot be read: ${systemWords(error) ?? (error as Error).message}`]
  }
}
