import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../dev/kafka/eventually.ts'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { runTool } from '../../dev/kafka/tools.ts'
import kafkajs, { type AclOperationTypes } from '../../src/kafka/kafkajs/index.ts'
import { withAdmin } from '../harness/admin.ts'
import { readinessAt } from '../harness/cli-process.ts'
import { scrape } from '../harness/exchange.ts'
import { assertSheds, type FaultCase, underLoad, WARM_UP } from './fault-case.ts'
import type { World } from './world.ts'

const USER = 'tillgate'
const PASSWORD = 'correct horse'
const WRITE = kafkajs.AclOperationTypes.WRITE
const DESCRIBE = kafkajs.AclOperationTypes.DESCRIBE

/** Every connection logs in again before that, under load. */
const SESSION_MS = 3_000

const LOGIN_AND_ACLS = {
  'listener.security.protocol.map': 'DIRECT:PLAINTEXT,PROXIED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'listener.name.proxied.sasl.enabled.mechanisms': 'SCRAM-SHA-256',
  'listener.name.proxied.scram-sha-256.sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'listener.name.proxied.connections.max.reauth.ms': String(SESSION_MS),
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS', // clients that bypass the proxies: the brokers and the tests
}

async function startWithLogin(): Promise<ProxiedKafka> {
  const kafka = await startProxiedKafka({ brokers: 3, brokerConfig: LOGIN_AND_ACLS })
  await setPassword(kafka, PASSWORD)
  await allow(kafka, [WRITE, DESCRIBE])
  return kafka
}

const behindLogin = {
  startBrokers: startWithLogin,
  environment: {
    KAFKA_SASL_MECHANISM: 'scram-sha-256',
    KAFKA_SASL_USERNAME: USER,
    KAFKA_SASL_PASSWORD: PASSWORD,
    STALL_AFTER_MS: '3000',
  },
}

/** Sets the password of the gateway's user; `null` removes the user. */
async function setPassword({ cluster }: ProxiedKafka, password: string | null): Promise<void> {
  const change =
    password === null ? ['--delete-config', 'SCRAM-SHA-256'] : ['--add-config', `SCRAM-SHA-256=[password=${password}]`]
  const user = ['--entity-type', 'users', '--entity-name', USER]
  await runTool('kafka.admin.ConfigCommand', [
    '--bootstrap-server',
    cluster.bootstrap.join(','),
    '--alter',
    ...change,
    ...user,
  ])
}

/** Allows the gateway's user only these operations, on every topic. */
async function allow({ cluster }: ProxiedKafka, operations: readonly AclOperationTypes[]): Promise<void> {
  const { AclPermissionTypes, AclResourceTypes, AclOperationTypes, ResourcePatternTypes } = kafkajs
  const ofUser = {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: '*',
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${USER}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
  }
  await withAdmin(cluster.bootstrap, async (admin) => {
    await admin.deleteAcls({ filters: [{ ...ofUser, operation: AclOperationTypes.ANY }] })
    const acl = operations.map((operation) => ({ ...ofUser, operation }))
    if (acl.length > 0) await admin.createAcls({ acl })
  })
}

const REFUSALS = 'tillgate_answers_total{route="post",status="503",problem="refused-by-kafka"}'

/** Waits until a till's answer says that Kafka refuses its invoice. */
async function refused({ gateway }: World): Promise<void> {
  const counted = () => scrape(gateway.adminUrl, REFUSALS).catch(() => 0) // not there before the first
  const before = await counted()
  await eventually('refused by Kafka', 30_000, 50, async () => (await counted()) > before || undefined)
}

/** Waits until the gateway is not ready, then `seconds` more, then until its user can log in again. */
async function lockedOut(world: World, seconds: number): Promise<void> {
  try {
    await readinessAt(world.gateway.adminUrl).untilNotReady('no broker answers')
    await assertSheds(world)
    await sleep(seconds * 1_000)
    assert.equal(await world.gateway.status('/readyz'), 503)
    assert.match(world.gateway.output, /authentication/i, 'the log says why')
  } finally {
    await setPassword(world.kafka, PASSWORD)
  }
  await world.gateway.ready()
}

/** Faults in which the gateway's user loses its rights for a while. */
export const CREDENTIALS_CASES: readonly FaultCase[] = [
  {
    number: 22,
    name: 'the user is removed: its sessions end, it cannot log in again',
    ...behindLogin,
    run: (world, random) =>
      underLoad(world, async () => {
        await sleep(3 * SESSION_MS) // it logs in again and again, under load
        await setPassword(world.kafka, null)
        await lockedOut(world, random.between(0.5, 3))
      }),
  },
  {
    number: 22,
    name: 'the password changes, connections are reset',
    ...behindLogin,
    run: (world, random) =>
      underLoad(world, async () => {
        await setPassword(world.kafka, 'wrong')
        for (const proxy of world.kafka.proxies) proxy.resetConnections()
        await lockedOut(world, random.between(0.5, 3))
      }),
  },
  {
    number: 22,
    name: 'the ACL to write, and to see the topic, removed',
    ...behindLogin,
    run: (world, random) =>
      underLoad(world, async () => {
        for (const left of [[DESCRIBE], []]) {
          try {
            await allow(world.kafka, left)
            await refused(world)
            await sleep(random.between(500, 3_000))
            await assertSheds(world)
          } finally {
            await allow(world.kafka, [WRITE, DESCRIBE])
          }
          await world.load.more(WARM_UP)
        }
        // It may not describe the topic's settings either, which the case begins with.
        assert.equal(world.gateway.output.match(/limit-unknown/g)?.length, 1, 'the log says it once')
        assert.equal(await world.gateway.status('/readyz'), 200)
      }),
  },
]
