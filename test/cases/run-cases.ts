import type { KafkaCluster } from '../../dev/kafka/cluster.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { startHaproxy } from '../harness/load-balancer.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { type CaseResult, outcome, resultOf, wantedOf } from './outcome.ts'
import { bodyOf, declarationOf, REPORTED_INVOICES } from './reported.ts'
import { post, postGzip, sendAndShut, upload } from './send.ts'
import { WORLD } from './world.ts'
import { invoiceOfCase } from './world-case.ts'

/** A gateway that runs, and the topic that it publishes to. */
interface Target {
  readonly url: string
  readonly bootstrap: string[]
  readonly topic: string
}

/** Results of the inputs that were reported, and of the receipts of the world. */
export interface CaseResults {
  readonly reported: readonly CaseResult[]
  readonly world: readonly CaseResult[]
}

/**
 * Starts a gateway and sends it every case as its kind needs, one after another. An invoice that got 201 also has to be
 * in the topic, byte for byte.
 */
export async function runCases({ bootstrap, createTopic }: KafkaCluster): Promise<CaseResults> {
  const topic = 'cases'
  await createTopic({ topic, partitions: 1 })
  const environment = { KAFKA_BROKERS: bootstrap.join(','), KAFKA_TOPIC: topic, KAFKA_PARTITIONS: '1' }
  // Some cases have one identity: each is an input of its own.
  const gateway = await GatewayProcess.start({ ...environment, DRAIN_DELAY_MS: '0', REPLAY_MEMORY_BYTES: '0' })
  try {
    return await sendAll({ url: gateway.url, bootstrap, topic })
  } finally {
    await gateway.end('SIGTERM')
  }
}

async function sendAll(target: Target): Promise<CaseResults> {
  const { url } = target
  const sent: { result: CaseResult; body: Buffer }[] = []
  const postCase = async (name: string, how: string, wanted: readonly string[], body: Buffer) => {
    const result = resultOf(name, how, wanted, await post(url, body))
    sent.push({ result, body })
  }
  for (const reported of REPORTED_INVOICES) {
    const { file, wanted } = reported
    const how = declarationOf(file) === undefined ? 'posted' : 'posted with what it declares'
    await postCase(file, how, outcome(wanted), bodyOf(reported))
  }
  for (const receipt of WORLD)
    await postCase(
      receipt.name,
      'posted',
      outcome(wantedOf(receipt)),
      Buffer.from(JSON.stringify(invoiceOfCase(receipt))),
    )
  const judged = await withTopic(sent, target)
  const reported = judged.slice(0, REPORTED_INVOICES.length)
  return { reported: [...reported, ...(await runOthers(url))], world: judged.slice(REPORTED_INVOICES.length) }
}

async function withTopic(sent: { result: CaseResult; body: Buffer }[], target: Target): Promise<CaseResult[]> {
  const records = await recordsOf(target.bootstrap, target.topic)
  const values = new Set(records.map(({ value }) => String(value)))
  return sent.map(({ result, body }) =>
    result.got[0] === '201' && !values.has(String(body))
      ? { ...result, got: [...result.got, 'not in the topic'], verdict: 'wrong' }
      : result,
  )
}

/** The reported inputs that are no single invoice. */
export const OTHER_INPUTS = [
  'journal-with-bom.ndjson',
  'gzip-with-zero-padding.ndjson.gz',
  'half-close-after-request.http',
] as const

async function runOthers(url: string): Promise<CaseResult[]> {
  const [journal, zipped, halfClosed] = OTHER_INPUTS
  return [
    resultOf(journal, 'tillgate upload', ['exit 0', '2 stored, 0 rejected'], await upload(url, journal)),
    resultOf(zipped, 'posted as a gzip upload', ['200', '2 stored, 0 rejected'], await postGzip(url, zipped)),
    resultOf(halfClosed, 'by a socket that then shuts its side', ['201'], await sendAndShut(url, halfClosed)),
    await throughHaproxy(url, halfClosed),
  ]
}

async function throughHaproxy(url: string, file: string): Promise<CaseResult> {
  const sent = 'the same through HAProxy'
  const { host } = new URL(url)
  const balancer = await startHaproxy([host, host]).catch((error: Error) => error)
  if (balancer instanceof Error) {
    if (!balancer.message.includes('is missing')) throw balancer
    return { name: file, sent, wanted: ['201'], got: [balancer.message], verdict: 'not run' }
  }
  try {
    return resultOf(file, sent, ['201'], await sendAndShut(balancer.url, file))
  } finally {
    await balancer.stop()
  }
}
