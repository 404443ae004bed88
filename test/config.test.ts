import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  authOptions,
  ConfigError,
  connectionTimeoutMs,
  describeConfig,
  kafkaOptions,
  longestAnswerMs,
  readConfig,
  readGatewayConfig,
  tlsFiles,
} from '../src/config.ts'
import { type Config, ConfigSchema } from '../src/config-schema.ts'
import { toRecord } from '../src/invoice/record.ts'
import { INVOICE_RULES, INVOICE_WARNINGS } from '../src/invoice/rules/catalogue.ts'
import { encodeRecordBatch } from '../src/kafka/kafkajs/record-batch.ts'
import { topicSettings } from '../src/tools/topics/settings.ts'

const BROKERS = { KAFKA_BROKERS: 'a:9092,b:9092' }
const BROKERS_FORM = 'host:port, host:port, ... (an IPv6 address in brackets: [::1]:9092)'
const NO_BROKERS = `KAFKA_BROKERS is required: ${BROKERS_FORM}`
const PORT_FORM = 'PORT must be a whole number from 0 to 65,535'

/** What is wrong with an environment. */
function problemsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    for (const problem of error.problems) assert.ok(error.message.includes(problem), 'the message says all of it')
    return error.problems
  }
  return []
}

test('the brokers are enough: everything else has a default or is unset', () => {
  const config = readConfig(BROKERS)
  assert.equal(config.PORT, 8080)
  assert.equal(config.KAFKA_TOPIC, 'pos.invoices')
  assert.equal(config.KAFKA_PARTITIONS, 12)
  assert.equal(config.ARITHMETIC, 'strict')
  assert.deepEqual([config.ADMIN_HOST, config.ADMIN_PORT], ['127.0.0.1', 9464])
  for (const [name, { default: byDefault }] of Object.entries(ConfigSchema.properties)) {
    if (name in BROKERS) continue
    assert.deepEqual(config[name as keyof typeof config], byDefault, name)
  }
})

test('without brokers it is said that they are required', () => {
  assert.deepEqual(problemsOf({}), [NO_BROKERS])
})

test('an empty variable is one that is not set', () => {
  assert.equal(readConfig({ ...BROKERS, PORT: '', KAFKA_SASL_MECHANISM: '' }).PORT, 8080)
  assert.deepEqual(problemsOf({ KAFKA_BROKERS: '' }), [NO_BROKERS])
})

test('text becomes the type of the variable', () => {
  const config = readConfig({ ...BROKERS, PORT: '0', KAFKA_TLS: 'true', LINGER_MS: '25', LENIENT_STORES: '12' })
  assert.equal(config.PORT, 0)
  assert.equal(config.KAFKA_TLS, true)
  assert.equal(config.LINGER_MS, 25)
  assert.equal(config.LENIENT_STORES, '12')
})

test('every wrong variable is named, once, with what it must be', () => {
  const problems = problemsOf({
    PORT: '65536',
    LOG_LEVEL: 'loud',
    KAFKA_BROKERS: 'no-port',
    KAFKA_PARTITIONS: '0',
    KAFKA_TLS: 'yes',
    KAFKA_TOPIC: 'a topic',
    LINGER_MS: '1.5',
    MAX_BATCH_RECORDS: '501',
    ARITHMETIC: 'sloppy',
  })
  const named = problems.map((problem) => problem.split(' ')[0])
  assert.equal(new Set(named).size, 9)
  assert.equal(named.length, 9)
  assert.ok(problems.includes(PORT_FORM))
  assert.ok(problems.includes('KAFKA_TLS must be true or false'))
  assert.ok(problems.includes('ARITHMETIC must be strict or lenient'))
  assert.ok(problems.includes(`KAFKA_BROKERS must be ${BROKERS_FORM}`))
  for (const problem of problems) assert.doesNotMatch(problem, /[\^$\\*]/, 'no pattern')
})

test('numbers are decimal integers and nothing else', () => {
  for (const text of ['1e3', '0x10', '1_000', ' 8080', '8080 ', '+1', 'NaN', '99999999999999999999'])
    assert.deepEqual(problemsOf({ ...BROKERS, PORT: text }), [PORT_FORM], text)
})

test('brokers are host:port, separated by commas, with ports that exist', () => {
  for (const brokers of [
    'a',
    'a:',
    ':9092',
    'a:9092,',
    'a:9092 b:9092',
    'a:9092;b:9092',
    'a:9092,,b:9092',
    'http://a:9092',
    'PLAINTEXT://a:9092',
    '::1:9092',
    '[::1]',
    '[::1]9092',
    '[a]:9092',
    'a:123456',
    'a:9092,b:65536',
    'a:0',
  ])
    assert.equal(problemsOf({ KAFKA_BROKERS: brokers }).length, 1, brokers)
  for (const brokers of ['a:1', '127.0.0.1:65535', 'kafka-0.kafka.svc:9092,kafka-1.kafka.svc:9092'])
    assert.deepEqual(problemsOf({ KAFKA_BROKERS: brokers }), [], brokers)
  const spaced = readConfig({ KAFKA_BROKERS: ' a:9092, [::1]:9093 ,[fe80::1%eth0]:9094 ' })
  assert.deepEqual(kafkaOptions(spaced).brokers, ['a:9092', '[::1]:9093', '[fe80::1%eth0]:9094'])
})

test('the address to listen on may be an IPv6 one, with or without brackets, but has no port', () => {
  for (const [given, host] of [
    ['::', '::'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['till-gate.local', 'till-gate.local'],
  ] as const)
    assert.equal(readConfig({ ...BROKERS, HOST: given }).HOST, host)
  for (const host of ['127.0.0.1:8080', 'localhost:80', '[::1]:8080', 'http://localhost', 'a b'])
    assert.deepEqual(problemsOf({ ...BROKERS, HOST: host }), [
      'HOST must be an address or a name, without a port: that is PORT',
    ])
})

test('Kafka has no topic of one or two dots', () => {
  for (const topic of ['.', '..'])
    assert.deepEqual(problemsOf({ ...BROKERS, KAFKA_TOPIC: topic }), ['KAFKA_TOPIC must not be . or ..'])
  assert.deepEqual(problemsOf({ ...BROKERS, KAFKA_TOPIC: '...' }), [])
})

test('exempt places are JSON pointers, each named that is none', () => {
  const problemsOfExempt = (CARD_NUMBERS_EXEMPT: string) => problemsOf({ ...BROKERS, CARD_NUMBERS_EXEMPT })
  assert.deepEqual(problemsOfExempt('/extensions/siret, /extensions/orders/*/id,/storeId,/extensions/a~1b~0'), [])
  assert.deepEqual(problemsOfExempt('extensions.siret,/a'), [
    'pointer 1 in CARD_NUMBERS_EXEMPT must begin with /, for example /extensions/siret',
  ])
  assert.equal(problemsOfExempt('/a,,b/c,/d/,/e~f,/*/*').length, 5)
  assert.deepEqual(problemsOf({ ...BROKERS, CARD_NUMBERS: 'yes' }), ['CARD_NUMBERS must be refuse or warn'])
})

test('variables that contradict each other are named together', () => {
  const wrong: [NodeJS.ProcessEnv, string, string][] = [
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }, 'KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD'],
    [{ KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }, 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM'],
    [{ KAFKA_ACK_TIMEOUT_MS: '8000' }, 'KAFKA_ACK_TIMEOUT_MS', 'KAFKA_REQUEST_TIMEOUT_MS'],
    [{ MAX_INVOICE_BYTES: '900001' }, 'MAX_INVOICE_BYTES', 'MAX_BATCH_BYTES'],
    [
      {
        MAX_INVOICE_BYTES: '2000000',
        MAX_BATCH_BYTES: '2000000',
        BUFFER_MEMORY_BYTES: '1500000',
        UPLOAD_MAX_BYTES: '1024',
        UPLOAD_MAX_COMPRESSED_BYTES: '1024',
        UPLOAD_MAX_INVOICES: '1',
      },
      'MAX_INVOICE_BYTES',
      'BUFFER_MEMORY_BYTES',
    ],
    [{ UPLOAD_BUFFER_PERCENT: '3' }, 'BUFFER_MEMORY_BYTES', 'UPLOAD_BUFFER_PERCENT'],
    [{ UPLOAD_MAX_INVOICES: '100000' }, 'BUFFER_MEMORY_BYTES', 'UPLOAD_BUFFER_PERCENT'],
    [{ DRAIN_DELAY_MS: '30000' }, 'DRAIN_DELAY_MS', 'SHUTDOWN_TIMEOUT_MS'],
    [{ ADMIN_PORT: '8080' }, 'ADMIN_PORT', 'PORT'],
  ]
  for (const [environment, ...names] of wrong) {
    const problems = problemsOf({ ...BROKERS, ...environment })
    assert.equal(problems.length, 1, names.join())
    for (const name of names) assert.match(problems[0] as string, new RegExp(`\\b${name}\\b`))
  }
})

/** A time-out, the value at which it contradicts another one, and the nearest that does not. */
const TIME_OUTS: readonly (readonly [
  name: string,
  wrong: number,
  right: number,
  others: NodeJS.ProcessEnv,
  sentence: string,
])[] = [
  ['KAFKA_ACK_TIMEOUT_MS', 8_000, 7_999, {}, 'must be less than KAFKA_REQUEST_TIMEOUT_MS'],
  ['WATCHDOG_MS', 31_999, 32_000, {}, 'must be at least 4 times KAFKA_REQUEST_TIMEOUT_MS'],
  [
    'WATCHDOG_MS',
    39_999,
    40_000,
    { KAFKA_CONNECTION_TIMEOUT_MS: '10000' },
    'must be at least 4 times KAFKA_CONNECTION_TIMEOUT_MS',
  ],
  ['STALL_AFTER_MS', 30_000, 29_999, {}, 'must be less than DELIVERY_TIMEOUT_MS'],
  ['STALL_AFTER_MS', 120_000, 119_999, { DELIVERY_TIMEOUT_MS: '130000' }, 'must be less than WATCHDOG_MS'],
  ['MAX_QUEUE_MS', 30_000, 29_999, {}, 'must be less than DELIVERY_TIMEOUT_MS'],
  ['LINGER_MS', 250, 249, {}, 'must be less than MAX_QUEUE_MS'],
  ['DRAIN_DELAY_MS', 29_000, 28_999, {}, 'must be less than SHUTDOWN_TIMEOUT_MS minus 1000'],
  [
    'LINGER_MS',
    200,
    199,
    { DRAIN_DELAY_MS: '28800' },
    'must be less than SHUTDOWN_TIMEOUT_MS minus DRAIN_DELAY_MS minus 1000',
  ],
]

for (const [name, wrong, right, others, sentence] of TIME_OUTS)
  test(`${name} ${sentence}`, () => {
    assert.deepEqual(problemsOf({ ...BROKERS, ...others, [name]: String(wrong) }), [`${name} ${sentence}`])
    assert.deepEqual(problemsOf({ ...BROKERS, ...others, [name]: String(right) }), [])
  })

test('a till may wait for less than a broker may take: its batch goes on, and is joined when it comes again', () => {
  const impatient = { DELIVERY_TIMEOUT_MS: '500', STALL_AFTER_MS: '400' }
  assert.deepEqual(problemsOf({ ...BROKERS, ...impatient }), [])
})

test('time-outs that contradict are all named in one message', () => {
  const problems = problemsOf({
    ...BROKERS,
    KAFKA_ACK_TIMEOUT_MS: '40000',
    KAFKA_CONNECTION_TIMEOUT_MS: '40000',
    DELIVERY_TIMEOUT_MS: '200',
    STALL_AFTER_MS: '130000',
    LINGER_MS: '300',
    DRAIN_DELAY_MS: '60000',
  })
  assert.deepEqual(problems, [
    'KAFKA_ACK_TIMEOUT_MS must be less than KAFKA_REQUEST_TIMEOUT_MS',
    'WATCHDOG_MS must be at least 4 times KAFKA_CONNECTION_TIMEOUT_MS',
    'STALL_AFTER_MS must be less than DELIVERY_TIMEOUT_MS',
    'STALL_AFTER_MS must be less than WATCHDOG_MS',
    'MAX_QUEUE_MS must be less than DELIVERY_TIMEOUT_MS',
    'LINGER_MS must be less than MAX_QUEUE_MS',
    'DRAIN_DELAY_MS must be less than SHUTDOWN_TIMEOUT_MS minus 1000',
  ])
})

test('what is wrong by itself and what contradicts is said in one message', () => {
  const problems = problemsOf({ PORT: 'x', DRAIN_DELAY_MS: '30000', KAFKA_SASL_MECHANISM: 'plain' })
  assert.deepEqual(problems.map((problem) => problem.split(' ')[0]).sort(), [
    'DRAIN_DELAY_MS',
    'KAFKA_BROKERS',
    'KAFKA_SASL_MECHANISM',
    'PORT',
  ])
})

test('no value reaches an error message, least of all a secret', () => {
  const environment = { KAFKA_BROKERS: 'marker', KAFKA_SASL_PASSWORD: 'marker', KAFKA_SASL_MECHANISM: 'marker' }
  assert.ok(problemsOf(environment).length > 0)
  assert.doesNotMatch(problemsOf(environment).join(), /marker/)
})

test('the description has every variable with type, default and meaning', () => {
  const text = describeConfig({})
  for (const [name, { description }] of Object.entries(ConfigSchema.properties)) {
    assert.ok(description, `${name} has a meaning`)
    assert.match(text, new RegExp(`^${name}\\n {4}\\S.*; (?:default: \\S.*|required)\\n {4}\\S`, 'm'), name)
  }
  assert.match(text, /^PORT\n {4}a whole number from 0 to 65,535; default: 8080$/m)
  assert.match(text, /^KAFKA_BROKERS\n {4}host:port, host:port, \.\.\. .*; required$/m)
  assert.match(text, /^KAFKA_SASL_PASSWORD\n {4}text; default: unset$/m)
  assert.doesNotMatch(text, /now:/)
})

test('the description has present values, and a secret only as given', () => {
  const text = describeConfig({ PORT: '9', KAFKA_SASL_USERNAME: 'till', KAFKA_SASL_PASSWORD: 'hunter2', OTHER: 'x' })
  assert.match(text, /^PORT\n.*\n.*\n {4}now: 9$/m)
  assert.match(text, /now: till$/m)
  assert.match(text, /^KAFKA_SASL_PASSWORD\n.*\n.*\n {4}now: \(redacted\)$/m)
  assert.doesNotMatch(text, /hunter2|OTHER/)
})

test('the cluster’s options are those of the variables; a login only with a mechanism', () => {
  assert.deepEqual(kafkaOptions(readConfig(BROKERS)).brokers, ['a:9092', 'b:9092'])
  assert.equal(kafkaOptions(readConfig(BROKERS)).sasl, undefined)
  const login = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }
  const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p' }
  assert.deepEqual(kafkaOptions(readConfig({ ...BROKERS, ...login })).sasl, sasl)
})

test('TLS to Kafka may have files, and a login a password or a token', () => {
  const file = fileURLToPath(import.meta.url)
  assert.equal(kafkaOptions(readConfig(BROKERS)).ssl, false)
  const tls = { KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: file }
  const expected = { caFile: file, certFile: undefined, keyFile: undefined }
  assert.deepEqual(kafkaOptions(readConfig({ ...BROKERS, ...tls })).ssl, expected)
  const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD_FILE: file }
  const { sasl } = kafkaOptions(readConfig({ ...BROKERS, ...login }))
  assert.deepEqual(sasl, { mechanism: 'plain', username: 'u', password: { file } })
  const oauth = {
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_URL: 'https://id.example/token',
    KAFKA_OAUTH_CLIENT_ID: 'tillgate',
    KAFKA_OAUTH_CLIENT_SECRET_FILE: file,
  }
  const tokenUrl = 'https://id.example/token'
  assert.deepEqual(kafkaOptions(readConfig({ ...BROKERS, ...oauth })).sasl, {
    ...{ mechanism: 'oauthbearer', tokenUrl, clientId: 'tillgate', clientSecretFile: file, scope: undefined },
  })
})

test('HTTPS has a certificate and a key; client certificates an authority and what their holders may do', () => {
  const tls = { TLS_CERT_FILE: 'c', TLS_KEY_FILE: 'k' }
  assert.equal(tlsFiles(readConfig(BROKERS)), undefined)
  const expected = { certFile: 'c', keyFile: 'k', clientCaFile: undefined }
  assert.deepEqual(tlsFiles(readConfig({ ...BROKERS, ...tls })), expected)
  const certificates = { ...tls, TLS_CLIENT_CA_FILE: 'a', AUTH_CERTIFICATES_FILE: 'h' }
  const options = authOptions(readGatewayConfig({ ...BROKERS, ...certificates }))
  assert.deepEqual([options?.keys, options?.certificatesFile], [undefined, 'h'], 'tokens need not be taken')
  const wrong: [NodeJS.ProcessEnv, RegExp][] = [
    [{ TLS_CERT_FILE: 'c' }, /TLS_CERT_FILE and TLS_KEY_FILE need each other/],
    [{ TLS_CLIENT_CA_FILE: 'a', AUTH_CERTIFICATES_FILE: 'h' }, /TLS_CLIENT_CA_FILE needs TLS_CERT_FILE/],
    [{ ...tls, TLS_CLIENT_CA_FILE: 'a' }, /TLS_CLIENT_CA_FILE and AUTH_CERTIFICATES_FILE need each other/],
    [{ AUTH_CERTIFICATES_FILE: 'h' }, /TLS_CLIENT_CA_FILE and AUTH_CERTIFICATES_FILE need each other/],
  ]
  for (const [env, said] of wrong) assert.throws(() => readConfig({ ...BROKERS, ...env }), said)
})

test('what contradicts itself in the connection to Kafka is told, and a file that cannot be read', () => {
  const oauth = { KAFKA_SASL_MECHANISM: 'oauthbearer' }
  const wrong: [NodeJS.ProcessEnv, RegExp][] = [
    [{ KAFKA_TLS_CA_FILE: '/none' }, /KAFKA_TLS_ files need KAFKA_TLS=true/],
    [
      { KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: '/none' },
      /KAFKA_TLS_CA_FILE: \/none cannot be read: there is no such file/,
    ],
    [{ KAFKA_TLS: 'true', KAFKA_TLS_CERT_FILE: '/none' }, /KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE need each other/],
    [{ KAFKA_SASL_PASSWORD: 'p', KAFKA_SASL_PASSWORD_FILE: '/none' }, /KAFKA_SASL_PASSWORD and _FILE exclude/],
    [{ KAFKA_SASL_PASSWORD: 'p' }, /need KAFKA_SASL_MECHANISM plain or scram/],
    [{ ...oauth, KAFKA_SASL_USERNAME: 'u' }, /need KAFKA_SASL_MECHANISM plain or scram/],
    [{ ...oauth }, /oauthbearer needs KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_CLIENT_ID, KAFKA_OAUTH_CLIENT_SECRET_FILE/],
    [{ KAFKA_OAUTH_CLIENT_ID: 'a' }, /KAFKA_OAUTH_ variables need KAFKA_SASL_MECHANISM=oauthbearer/],
    [{ ...oauth, KAFKA_OAUTH_TOKEN_URL: 'http://id.example/' }, /KAFKA_OAUTH_TOKEN_URL must be https/],
  ]
  for (const [env, said] of wrong) assert.throws(() => readConfig({ ...BROKERS, ...env }), said)
})

test('a connection outlives the request and every wait of its answer', () => {
  const config = readConfig(BROKERS)
  assert.equal(longestAnswerMs(config), 70_000)
  assert.equal(connectionTimeoutMs(config), 100_000)
  const longer = (name: keyof Config) => {
    const changed = { ...config, [name]: (config[name] as number) + 1_000 }
    return connectionTimeoutMs(changed) - connectionTimeoutMs(config)
  }
  assert.equal(longer('REQUEST_TIMEOUT_MS'), 1_000)
  assert.equal(longer('UPLOAD_READ_TIMEOUT_MS'), 1_000)
  assert.equal(longer('DELIVERY_TIMEOUT_MS'), 2_000, 'for a place, and for Kafka')
})

test('a batch of the largest invoice, with everything that can be as long as it may, fits the largest record', () => {
  const { MAX_INVOICE_BYTES } = readConfig(BROKERS)
  const [unit, journalId, sequenceNumber] = ['S'.repeat(32), 'J'.repeat(36), 999_999_999_999]
  const exactRules = INVOICE_RULES.filter(({ exact }) => exact)
  const record = toRecord(
    {
      invoice: { occurredAt: '2026-03-14T17:05:09.123456789+01:00' },
      identity: { storeId: unit, terminalId: unit, journalId, sequenceNumber },
      warnings: [...INVOICE_WARNINGS, ...exactRules].map(({ code }) => code),
    },
    Buffer.alloc(MAX_INVOICE_BYTES),
    {
      receivedAt: '2026-03-14T16:06:09.007Z',
      traceparent: undefined,
      ingest: 'upload',
      principal: { name: 'p'.repeat(128) },
    },
  )
  const producer = { producerId: 2n ** 62n, producerEpoch: 32_767, firstSequence: 2 ** 31 - 1 }
  const batch = encodeRecordBatch([record], producer, Date.now(), 0)
  const { largestRecordBytes } = kafkaOptions(readConfig(BROKERS))
  assert.ok(batch.length <= largestRecordBytes, `${batch.length} bytes`)
  assert.ok(batch.length > MAX_INVOICE_BYTES + 500, 'everything is there')
})

test('what an invoice needs at most fits a topic with the defaults of Kafka, and one that topics create makes', () => {
  const { largestRecordBytes } = kafkaOptions(readConfig(BROKERS))
  const made = Number(topicSettings(3, 7).find(({ name }) => name === 'max.message.bytes')?.value)
  for (const maxMessageBytes of [1_048_588, made]) assert.ok(largestRecordBytes <= maxMessageBytes)
})

test('without keys and without AUTH=off a gateway is refused with both ways; the other programs need no keys', () => {
  const problemOf = (environment: NodeJS.ProcessEnv) => {
    try {
      readGatewayConfig({ ...BROKERS, ...environment })
    } catch (error) {
      return (error as ConfigError).problems.join('\n')
    }
    return null
  }
  for (const environment of [{}, { AUTH: 'required' }, { AUTH: '', AUTH_JWKS_FILE: '' }])
    assert.match(problemOf(environment) ?? '', /^AUTH=required, .* AUTH_JWKS_FILE or AUTH_JWKS_URL, .*; AUTH=off .*$/)
  assert.equal(problemOf({ AUTH: 'off' }), null)
  assert.equal(problemOf({ AUTH_JWKS_FILE: 'jwks.json' }), null)
  assert.equal(problemOf({ AUTH_JWKS_URL: 'https://id.example/keys' }), null)
  for (const AUTH_JWKS_URL of ['http://localhost:1/keys', 'http://127.0.0.1:1/keys', 'http://[::1]:1/keys'])
    assert.equal(problemOf({ AUTH_JWKS_URL }), null)
  assert.match(problemOf({ AUTH_JWKS_URL: 'http://id.example/keys' }) ?? '', /must be https/)
  assert.match(problemOf({ AUTH_JWKS_FILE: 'a', AUTH_JWKS_URL: 'https://id.example/keys' }) ?? '', /exclude each other/)
  assert.equal(readConfig(BROKERS).AUTH, 'required')
})

test('a gateway follows the journals of its own topic alone; the other programs may have another topic beside them', () => {
  const environment = { ...BROKERS, AUTH: 'off', KAFKA_TOPIC: 'pos.test', JOURNALS_TOPIC: 'pos.invoices.journals' }
  assert.throws(() => readGatewayConfig(environment), {
    problems: ['JOURNALS_TOPIC must be KAFKA_TOPIC with .journals behind it: any other topic tells of other invoices'],
  })
  assert.equal(readGatewayConfig({ ...environment, KAFKA_TOPIC: 'pos.invoices' }).KAFKA_TOPIC, 'pos.invoices')
  assert.equal(readConfig(environment).KAFKA_TOPIC, 'pos.test')
})
