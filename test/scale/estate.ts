import assert from 'node:assert/strict'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { TOKENS_REQUIRED } from '../harness/access.ts'
import { spawnCli } from '../harness/cli-process.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { type LoadBalancer, startHaproxy } from '../harness/load-balancer.ts'

export const TOPIC = 'pos.invoices'
export const PARTITIONS = 12
const COMMAND_DEADLINE_MS = 300_000

/** Everything that tills send to, as it is run in production, on this machine. */
export interface Estate {
  readonly kafka: KafkaCluster
  readonly gateways: readonly GatewayProcess[]
  readonly balancer: LoadBalancer
  /**
   * Runs `tillgate ...args` on the topic and resolves with what it printed. Rejects when it ends with another exit code
   * than these, by default 0, or takes longer than five minutes.
   */
  tillgate(args: readonly string[], codes?: readonly number[]): Promise<string>
  /** Ends all of it. */
  stop(): Promise<void>
}

/** Preferred leaders are elected within seconds instead of five minutes, which are more than the whole run. */
const BROKER_CONFIG = {
  'leader.imbalance.check.interval.seconds': '5',
  'leader.imbalance.per.broker.percentage': '0',
}

/**
 * Starts three brokers, the topic as `tillgate topics create` makes it, three gateways with the settings that are
 * shipped, and HAProxy before them. On failure nothing is left running.
 */
export async function startEstate(): Promise<Estate> {
  const kafka = await startKafka({ brokers: 3, brokerConfig: BROKER_CONFIG })
  const environment = {
    KAFKA_BROKERS: kafka.bootstrap.join(),
    KAFKA_TOPIC: TOPIC,
    KAFKA_PARTITIONS: String(PARTITIONS),
    ...TOKENS_REQUIRED,
  }
  const gateways: GatewayProcess[] = []
  let balancer: LoadBalancer | undefined
  const tillgate = async (args: readonly string[], codes: readonly number[] = [0]) => {
    const command = spawnCli([...args], environment)
    const deadline = setTimeout(command.end, COMMAND_DEADLINE_MS)
    const { code } = await command.exited
    clearTimeout(deadline)
    assert.ok(
      code !== null && codes.includes(code),
      `tillgate ${args.join(' ')} ended with ${code}: ${command.output()}`,
    )
    return command.stdout().toString()
  }
  const stop = async () => {
    await balancer?.stop()
    await Promise.all(gateways.map((gateway) => gateway.end('SIGKILL')))
    await kafka.stop()
  }
  try {
    await tillgate(['topics', 'create'])
    for (const _ of [1, 2, 3]) gateways.push(await GatewayProcess.start(environment))
    const [first, second, third] = gateways.map(({ url }) => new URL(url).host) as [string, string, string]
    balancer = await startHaproxy([first, second, third])
    return { kafka, gateways, balancer, tillgate, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
