import { Agent } from 'node:http'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import type { Action } from '../../dev/kafka/wire-delivery.ts'
import type { Frame } from '../../dev/kafka/wire-frames.ts'
import kafkajs from '../../src/kafka/kafkajs/index.ts'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { TOKENS_REQUIRED } from '../harness/access.ts'
import { withAdmin } from '../harness/admin.ts'
import { auditSent } from '../harness/audit.ts'
import { scrape } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { type Load, type LoadOptions, startLoad } from '../harness/load.ts'
import { type OwnNames, ownNames } from '../harness/own-names.ts'
import { type Inspect, post, type SentInvoice, type TillAnswer } from '../harness/till.ts'
import type { FaultCase } from './fault-case.ts'

export const PARTITIONS = 6
const PRODUCE = 0
/** Resident memory that no gateway may exceed in these tests, far below what unbounded queues would reach. */
const RESIDENT_CAP_BYTES = 600 * 2 ** 20

/** What a case works with: brokers behind wire proxies, a gateway process and tills. */
export class World {
  readonly kafka: ProxiedKafka
  readonly topic: string
  readonly gateway: GatewayProcess
  readonly #names: OwnNames | undefined
  readonly findings: string[] = []
  #load: Load | undefined
  #sent: SentInvoice[] = []
  #sampler: NodeJS.Timeout

  constructor(kafka: ProxiedKafka, topic: string, gateway: GatewayProcess, names?: OwnNames) {
    this.kafka = kafka
    this.topic = topic
    this.gateway = gateway
    this.#names = names
    this.#sampler = setInterval(() => this.#sampleMemory(), 100)
  }

  /** Starts tills that send until `finish`. */
  startLoad(options: Partial<LoadOptions> = {}): Load {
    this.#load = startLoad({
      url: this.gateway.url,
      tills: 24,
      stores: 18,
      pauseMs: 20,
      giveUpAfterMs: 60_000,
      ...options,
    })
    return this.#load
  }

  get load(): Load {
    if (this.#load === undefined) throw new Error('no load was started')
    return this.#load
  }

  broker(id: number) {
    const broker = this.kafka.cluster.brokers[id]
    if (broker === undefined) throw new Error(`no broker ${id}`)
    return broker
  }

  /** The hosts file that only the gateway sees. */
  get names(): OwnNames {
    if (this.#names === undefined) throw new Error('the case does not ask for names of its own')
    return this.#names
  }

  /** Sets a rule for the answers to produce requests, or for all frames, at every proxy. */
  onWire(rule: ((frame: Frame) => Action) | null): void {
    for (const proxy of this.kafka.proxies) proxy.setRule(rule)
  }

  onProduceAnswers(rule: () => Action): void {
    this.onWire(({ apiKey, direction }) =>
      apiKey === PRODUCE && direction === 'response' ? rule() : { type: 'forward' },
    )
  }

  /** The id of the broker that leads a partition now. */
  async leaderOf(partition: number): Promise<number> {
    return (await this.leaders())[partition] ?? 0
  }

  /** The same for every partition, by partition. */
  leaders(): Promise<number[]> {
    return withAdmin(this.kafka.cluster.bootstrap, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [this.topic] })
      const partitions = topics[0]?.partitions ?? []
      return partitions.sort((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader)
    })
  }

  async addPartitions(count: number): Promise<void> {
    const topicPartitions = [{ topic: this.topic, count }]
    await withAdmin(this.kafka.cluster.bootstrap, (admin) => admin.createPartitions({ topicPartitions }))
  }

  /** Makes this the only setting that the topic has of its own. */
  async setTopicConfig(name: string, value: string): Promise<void> {
    const type = kafkajs.ConfigResourceTypes.TOPIC
    const resources = [{ type, name: this.topic, configEntries: [{ name, value }] }]
    await withAdmin(this.kafka.cluster.bootstrap, (admin) => admin.alterConfigs({ validateOnly: false, resources }))
  }

  /** Sends an invoice once, besides the load; the audit at the end is told its answers, too. */
  async post(invoice: SentInvoice, inspect?: Inspect): Promise<TillAnswer> {
    if (!this.#sent.includes(invoice)) this.#sent.push(invoice)
    const agent = new Agent()
    const answer = await post(agent, this.gateway.url, invoice.body, 30_000, inspect)
    agent.destroy()
    invoice.answers.push(answer)
    return answer
  }

  /** Ends the tills of the current load. Resolves with how much they sent. */
  async pauseLoad(): Promise<number> {
    const sent = await this.load.stop()
    this.#sent.push(...sent)
    this.#load = undefined
    return sent.length
  }

  /** Ends the load, heals the faults, stops the gateway and audits the topic. */
  async finish(): Promise<{ report: AuditReport; longestGapMs: number }> {
    this.onWire(null)
    this.#sent.push(...((await this.#load?.stop()) ?? []))
    this.findings.push(...(this.#load?.failures ?? []).slice(0, 3))
    const longestGapMs = this.#load?.longestGapMs ?? 0 // every till has its last acknowledgement now
    const pending = await scrape(this.gateway.adminUrl, 'tillgate_pending_records').catch(() => 0)
    if (pending !== 0) this.findings.push(`C: ${pending} records still pending`)
    const inFlight = await scrape(this.gateway.adminUrl, 'tillgate_invoices_in_flight').catch(() => 0)
    if (inFlight !== 0) this.findings.push(`C: ${inFlight} invoices without an outcome`)
    clearInterval(this.#sampler)
    const { code, signal } = await this.gateway.end('SIGTERM')
    this.#names?.remove()
    if (code !== 0) this.findings.push(`C: the gateway ended with ${code ?? signal}`)
    if (/"level":60/.test(this.gateway.output)) this.findings.push('C: the gateway failed')
    return { report: await auditSent(this.kafka.cluster.bootstrap, this.topic, this.#sent, PARTITIONS), longestGapMs }
  }

  #sampleMemory(): void {
    const residentBytes = this.gateway.residentBytes
    if (residentBytes > RESIDENT_CAP_BYTES) this.findings.push(`M: ${residentBytes} bytes resident`)
  }
}

let topics = 0

/** Starts three brokers behind proxies; shared by the cases of one run. */
export function startBrokers(): Promise<ProxiedKafka> {
  return startProxiedKafka({ brokers: 3 })
}

export type WorldOptions = Pick<FaultCase, 'environment' | 'names'> & { readonly program?: string[] }

/** A fresh topic, a fresh gateway process with short time-outs. */
export async function createWorld(kafka: ProxiedKafka, options: WorldOptions = {}): Promise<World> {
  const topic = `faults-${process.pid}-${++topics}`
  await kafka.cluster.createTopic({
    topic,
    partitions: PARTITIONS,
    replicationFactor: 3,
  })
  const environment = {
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_REQUEST_TIMEOUT_MS: '5000',
    KAFKA_ACK_TIMEOUT_MS: '3000',
    DRAIN_DELAY_MS: '0',
    SHUTDOWN_TIMEOUT_MS: '15000',
    LOG_LEVEL: 'warn',
    ...TOKENS_REQUIRED,
    ...options.environment,
  }
  const names = options.names === undefined ? undefined : ownNames(options.names)
  const gateway = await GatewayProcess.start(environment, options.program, names?.command)
  return new World(kafka, topic, gateway, names)
}
