import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { type CliProcess, spawnCli } from '../harness/cli-process.ts'
import { createStageTopics, produce } from '../harness/dedup.ts'
import { type Answered, scrape, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { type Load, startLoad } from '../harness/load.ts'
import { sampleInvoice } from '../invoice/generate.ts'

/** In every invoice of the scene, and nowhere else: it must not be seen in a browser. */
export const MARKER = 'MARKER-IN-AN-INVOICE'
const TOPIC = 'sales'
const PARTITIONS = 6
export const SILENT_AFTER_MS = 1_000
const DEADLINE_MS = 30_000

/** Three brokers, the stage, and a gateway with load that follows `.journals`. */
export interface Scene {
  readonly kafka: KafkaCluster
  readonly gateway: GatewayProcess
  /** Sends invoices of a store's one till, with these numbers. Resolves with the last answer. */
  sell(storeId: string, numbers: readonly number[], pauseMs?: number): Promise<Answered>
  body(storeId: string, sequenceNumber: number, changes?: Record<string, unknown>): Buffer
  /** Appends a second document with the identity of one that is stored, as if it came past the gateway. */
  appendConflict(storeId: string, first: Answered, sequenceNumber: number): Promise<void>
  stop(): Promise<void>
}

export async function startScene({ stores = 12, tills = 24, pauseMs = 120 } = {}): Promise<Scene> {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.reverse()) await end().catch(() => {})
  }
  try {
    const kafka = await startKafka({ brokers: 3 })
    ends.push(() => kafka.stop())
    await createStageTopics(kafka, TOPIC, PARTITIONS)
    const environment = {
      KAFKA_BROKERS: kafka.bootstrap.join(),
      KAFKA_TOPIC: TOPIC,
      KAFKA_PARTITIONS: String(PARTITIONS),
    }
    const dedup: CliProcess = spawnCli(['dedup'], { ...environment, ADMIN_PORT: '0' })
    ends.push(() => dedup.end())
    const gateway = await GatewayProcess.start({
      ...environment,
      ...{ JOURNALS_TOPIC: `${TOPIC}.journals`, KAFKA_METADATA_MAX_AGE_MS: '1000', DRAIN_DELAY_MS: '0' },
      SILENT_AFTER_MS: String(SILENT_AFTER_MS),
    })
    ends.push(() => gateway.end('SIGTERM'))
    const load: Load = startLoad({ url: gateway.url, tills, stores, pauseMs })
    ends.push(() => load.stop())
    await eventually('the journals belong to the topic', DEADLINE_MS, 50, async () => {
      return (await scrape(gateway.adminUrl, 'tillgate_journals_complete')) === 1 || undefined
    })
    return { kafka, gateway, stop, body, ...sales(kafka, gateway) }
  } catch (error) {
    await stop()
    throw error
  }
}

const OCCURRED_AT = new Date(Date.now() - 60_000)

/** The same bytes each time. */
const body: Scene['body'] = (storeId, sequenceNumber, changes = {}) => {
  const invoice = sampleInvoice({ storeId, terminalId: 'T1', journalId: 'J1', sequenceNumber, occurredAt: OCCURRED_AT })
  return Buffer.from(JSON.stringify({ ...invoice, receiptNumber: MARKER, ...changes }))
}

function sales(kafka: KafkaCluster, gateway: GatewayProcess): Pick<Scene, 'sell' | 'appendConflict'> {
  return {
    sell: async (storeId, numbers, pauseMs = 0) => {
      let last: Answered | undefined
      for (const number of numbers) {
        last = await send(gateway.url, body(storeId, number))
        if (last.status !== 201) throw new Error(`answered ${last.status}: ${JSON.stringify(last.document)}`)
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
      return last as Answered
    },
    appendConflict: async (storeId, { document }, sequenceNumber) => {
      const headers = {
        ce_id: String(sequenceNumber),
        ce_source: `/stores/${storeId}/terminals/T1/journals/J1`,
        'pos-received-at': new Date().toISOString(),
      }
      const value = body(storeId, sequenceNumber, { receiptNumber: `${MARKER}-2` })
      await produce(kafka.bootstrap, TOPIC, [
        { partition: document.partition as number, key: Buffer.from(storeId), value, headers },
      ])
    },
  }
}
