import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigError, readConfig } from '../src/config.ts'
import { ConfigSchema } from '../src/config-schema.ts'
import { mistypedVariables } from '../src/config-typos.ts'

const KNOWN = Object.keys(ConfigSchema.properties)

/** What a variable was taken for; `undefined`: for somebody else's. */
function meant(name: string): string | undefined {
  const [problem] = mistypedVariables({ [name]: 'marker' }, KNOWN)
  assert.doesNotMatch(problem ?? '', /marker/, 'values are not repeated')
  return problem === undefined ? undefined : / did you mean (\w+)\?$/.exec(problem)?.[1]
}

suite('a variable that looks like one of ours', () => {
  for (const [name, ours] of [
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFKA_BROKERS_', 'KAFKA_BROKERS'],
    ['kafka_brokers', 'KAFKA_BROKERS'],
    ['KAFKA_TOPICS', 'KAFKA_TOPIC'],
    ['KAFKA_CLIENTID', 'KAFKA_CLIENT_ID'],
    ['KAFKA_SASL_USER', 'KAFKA_SASL_USERNAME'],
    ['KAFKA_SASL_PASS', 'KAFKA_SASL_PASSWORD'],
    ['KAFKA_REQUEST_TIMEOUT', 'KAFKA_REQUEST_TIMEOUT_MS'],
    ['UPLOADS_WORKERS', 'UPLOAD_WORKERS'],
    ['UPLOAD_WORKER', 'UPLOAD_WORKERS'],
    ['UPLOAD_MAX_SIZE', 'UPLOAD_MAX_BYTES'],
    ['UPLOAD_READ_TIMEOUT', 'UPLOAD_READ_TIMEOUT_MS'],
    ['UPLOADS_MAX_SIZE', 'UPLOAD_MAX_BYTES'],
    ['QUOTA_STORE_PER_MIN', 'QUOTA_STORE_PER_MINUTE'],
    ['QUOTAS_STORE_PER_MINUTE', 'QUOTA_STORE_PER_MINUTE'],
    ['DELIVERY_TIMEOUT_SM', 'DELIVERY_TIMEOUT_MS'],
    ['MAX_CONNECTION', 'MAX_CONNECTIONS'],
    ['LENIENT_STORE', 'LENIENT_STORES'],
  ] as const) {
    test(`${name} is ${ours}`, () => assert.equal(meant(name), ours))
  }

  test('is found by one letter too few in every name that is long enough to tell', () => {
    // What ends in _PORT may be Kubernetes telling of a service.
    for (const name of KNOWN.filter((name) => name.length > 10 && name !== 'ADMIN_PORT')) {
      for (let at = 0; at < name.length; at++) {
        const mistyped = name.slice(0, at) + name.slice(at + 1)
        if (!KNOWN.includes(mistyped)) assert.ok(KNOWN.includes(meant(mistyped) ?? ''), mistyped)
      }
    }
  })

  test('is an error, in one message with all that is wrong', () => {
    const read = () => readConfig({ KAFKA_BROKER: 'a:9092', PORT: 'x' })
    assert.throws(read, (error) => {
      assert.ok(error instanceof ConfigError)
      const named = error.problems.map((problem) => problem.split(' ')[0])
      assert.deepEqual(named.sort(), ['KAFKA_BROKER', 'KAFKA_BROKERS', 'PORT'])
      return true
    })
  })
})

suite('a variable of somebody else', () => {
  const OTHERS = [
    // Kafka's own scripts, and images of brokers.
    ...[
      'KAFKA_HOME',
      'KAFKA_OPTS',
      'KAFKA_HEAP_OPTS',
      'KAFKA_JMX_OPTS',
      'KAFKA_JMX_PORT',
      'KAFKA_LOG4J_OPTS',
      'KAFKA_DEBUG',
    ],
    ...[
      'KAFKA_JVM_PERFORMANCE_OPTS',
      'KAFKA_GC_LOG_OPTS',
      'KAFKA_VERSION',
      'KAFKA_BROKER_ID',
      'KAFKA_NODE_ID',
      'KAFKA_RACK',
    ],
    ...[
      'KAFKA_LISTENERS',
      'KAFKA_ADVERTISED_LISTENERS',
      'KAFKA_LOG_DIRS',
      'KAFKA_PROCESS_ROLES',
      'KAFKA_ZOOKEEPER_CONNECT',
    ],
    ...[
      'KAFKA_CFG_NODE_ID',
      'KAFKA_NUM_PARTITIONS',
      'KAFKA_MIN_INSYNC_REPLICAS',
      'KAFKA_DATA',
      'KAFKA_URL',
      'KAFKA_USER',
    ],
    ...['KAFKA_CONTROLLER_QUORUM_VOTERS', 'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR', 'KAFKA_CLUSTER_ID', 'KAFKA_CONFIG'],
    // Kubernetes tells of its services: kafka, kafka-brokers, kafka-broker, upload, quota, uploads.
    ...['KAFKA', 'KAFKA_BROKERS', 'KAFKA_BROKER', 'UPLOAD', 'QUOTA', 'UPLOADS'].flatMap((service) => [
      `${service}_SERVICE_HOST`,
      `${service}_SERVICE_PORT`,
      `${service}_SERVICE_PORT_TCP_CLIENT`,
      `${service}_PORT`,
      `${service}_PORT_9092_TCP`,
      `${service}_PORT_9092_TCP_PROTO`,
      `${service}_PORT_9092_TCP_PORT`,
      `${service}_PORT_9092_TCP_ADDR`,
    ]),
    // Systems, shells, languages, platforms.
    ...['PORT_RANGE', 'PORTS', 'POST', 'HOSTS', 'HOSTNAME', 'HOSTTYPE', 'HOME', 'host', 'port', 'LOGLEVEL'],
    ...['PATH', 'USER', 'SHELL', 'LANG', 'LC_ALL', 'TERM', 'TZ', 'PWD', 'MALLOC_ARENA_MAX', 'NODE_OPTIONS', 'NODE_ENV'],
    ...[
      'JAVA_HOME',
      'WEB_CONCURRENCY',
      'WORKERS',
      'MAX_WORKERS',
      'MAX_REQUESTS',
      'REQUEST_TIMEOUT',
      'SHUTDOWN_TIMEOUT',
    ],
    ...[
      'METRICS_PATH',
      'METRICS_HOST',
      'GUNICORN_WORKERS',
      'UPLOAD_DIR',
      'UPLOAD_PATH',
      'UPLOAD_URL',
      'QUOTA_FILE',
      'BATCH_SIZE',
    ],
    ...['TILLGATE_SERVICE_HOST', 'npm_config_cache', 'npm_lifecycle_event', 'GIT_BRANCH', 'CI', 'DELIVERY_DATE'],
  ]
  test('is left alone', () => {
    for (const name of OTHERS) assert.equal(meant(name), undefined, name)
  })

  test('is left alone whatever it is called, as long as it is not like ours', () => {
    assert.deepEqual(mistypedVariables(process.env, KNOWN), [])
  })

  test('and one of ours, and an empty one', () => {
    assert.deepEqual(mistypedVariables({ KAFKA_BROKERS: 'a:9092', KAFKA_BROKER: '', UPLOAD_WORKERS: '1' }, KNOWN), [])
  })
})
