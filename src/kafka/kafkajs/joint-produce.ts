import { setTimeout as sleep, setImmediate as turnEnd } from 'node:timers/promises'
import { AttemptRefused, guardOf } from './attempt-gate.ts'
import type { Broker, Internals, ProduceRequest, ProduceResponse, RequestQueue } from './internals.ts'
import { endThrottle, isThrottled, keepPauses } from './throttling.ts'

/** The event of a producer whose produce request was answered. Its payload is a `ProduceNotice`. */
export const PRODUCED = 'network.produced'

/** One produce request that was answered, whatever the answer says of each batch. */
export interface ProduceNotice {
  readonly records: number
  /** Of their values. */
  readonly sizeBytes: number
  /** From the request, before it was encoded, to its answer. */
  readonly durationMs: number
}

/** Most bytes of values in a request that has more than one batch; a broker takes 100 MiB. */
const MAX_JOINT_BYTES = 8 * 2 ** 20

/**
 * Broker: all batches that wait for a broker go in one produce request, as in Java's producer. Each gets its own
 * partition's part of the answer. While a request is in flight, the next one gathers batches. Nothing goes to a
 * connection that is not up, and every batch passes its gate (`attempt-gate.ts`) right before the bytes are made.
 *
 * Without it kafkajs sends one request per batch: with many partitions on a broker, a batch waits one round trip for
 * each batch before it. And nobody knows what was attempted.
 */
export function joinProduceRequests(internals: Internals): void {
  const { Broker, produceResponse, replaceModule } = internals
  replaceModule<{ events: object }>('producer/instrumentationEvents', (module) => {
    Object.assign(module.events, { [PRODUCED]: PRODUCED })
    return module
  })
  const { produce } = Broker.prototype
  const lines = new WeakMap<Broker, ProduceLine>()

  // kafkajs's own would throw the first error of any partition at all of them.
  produceResponse.parse = async (response) => response

  Broker.prototype.produce = function (request) {
    let line = lines.get(this)
    if (line === undefined) {
      line = new ProduceLine(this, (joint) => produce.call(this, joint), internals)
      lines.set(this, line)
    }
    return line.add(request)
  }
}

/**
 * Producer: no lock per broker. Sequence numbers only need one batch in flight per *partition*, which the lanes
 * guarantee.
 *
 * Without it a batch reaches its broker only when the one before it is answered: no two ever go in one request.
 */
export function dropBrokerLock({ replaceModule }: Internals): void {
  replaceModule<CreateEos>('producer/eosManager', (create) => (options) => {
    return Object.assign(create(options), { acquireBrokerLock: async () => {}, releaseBrokerLock: () => {} })
  })
}

type CreateEos = (options: unknown) => object

/** How often it is looked whether a pause is over, or its connection closed. */
const THROTTLE_POLL_MS = 20

interface Waiting {
  readonly request: ProduceRequest
  /** Its topics' partitions, in the form that `nameOf` returns. */
  readonly names: readonly string[]
  readonly sizeBytes: number
  readonly resolve: (response: ProduceResponse) => void
  readonly reject: (error: unknown) => void
}

/** The produce requests to one broker: one is in flight; batches that came meanwhile wait for the next one. */
class ProduceLine {
  readonly #broker: Broker
  readonly #send: (joint: ProduceRequest) => Promise<ProduceResponse>
  readonly #internals: Internals
  #waiting: Waiting[] = []
  #isBusy = false

  constructor(broker: Broker, send: (joint: ProduceRequest) => Promise<ProduceResponse>, internals: Internals) {
    this.#broker = broker
    this.#send = send
    this.#internals = internals
  }

  add(request: ProduceRequest): Promise<ProduceResponse> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, names: namesOf(request), sizeBytes: sizeOf(request), resolve, reject })
      if (this.#isBusy) return
      this.#isBusy = true
      void this.#sendAll()
    })
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Lanes that send in the same turn go together, including those that the previous answer has just set free.
      await turnEnd()
      // During a renewal the broker takes nothing: a batch would wait in the client, and count as attempted.
      await this.#renewSession()
      await this.#untilUnthrottled()
      await this.#sendSome()
    }
    this.#isBusy = false
  }

  /** If that fails, the connection is closed. */
  async #renewSession(): Promise<void> {
    const { sasl, pool } = this.#broker.connectionPool
    const [connection] = pool
    if (sasl === null || connection === undefined || !this.#broker.isConnected()) return
    if (!connection.isAuthenticated()) await connection.authenticate().catch(() => {})
  }

  /**
   * Waits until a quota lets the next request go, or the connection is closed. (kafkajs would accept the request and hold
   * it; meanwhile it would count as attempted.)
   */
  async #untilUnthrottled(): Promise<void> {
    while (this.#broker.isConnected() && this.#queue?.canSendSocketRequestImmediately() === false) {
      const fromMs = performance.now()
      await sleep(THROTTLE_POLL_MS)
      const heldMs = performance.now() - fromMs
      for (const waiting of this.#waiting) for (const guard of guardsOf(waiting)) guard.onHeld(heldMs)
    }
  }

  get #queue(): RequestQueue | undefined {
    return this.#broker.connectionPool.pool[0]?.requestQueue
  }

  async #sendSome(): Promise<void> {
    const queue = this.#queue
    // A throttled client sends little at once: the next pause is short then, and what is waiting can still be recalled.
    const taken = this.#take(queue && isThrottled(queue) ? 1 : Number.POSITIVE_INFINITY)
    if (!this.#broker.isConnected()) {
      const { KafkaJSConnectionClosedError } = this.#internals
      for (const { reject } of taken)
        reject(new KafkaJSConnectionClosedError('Not connected', this.#broker.connectionPool))
      return
    }
    const sent = taken.filter((waiting) => {
      const mayGo = guardsOf(waiting).every((guard) => guard.mayAttempt())
      if (!mayGo) waiting.reject(new AttemptRefused())
      return mayGo
    })
    if (sent.length === 0) return
    if (queue && sent[0]?.request.transactionalId) keepPauses(queue)
    const fromMs = performance.now()
    try {
      const response = await this.#send(joint(sent))
      queue?.instrumentationEmitter?.emit(PRODUCED, noticeOf(sent, performance.now() - fromMs))
      if (queue && !response.clientSideThrottleTime) endThrottle(queue)
      const parts = partsOf(response)
      for (const waiting of sent) this.#settle(waiting, response, parts)
    } catch (error) {
      for (const { reject } of sent) reject(error)
    }
  }

  /** The first waiting requests, as many as fit into one, at most `most`; never the same partition twice. */
  #take(most: number): Waiting[] {
    const partitions = new Set<string>()
    let sizeBytes = 0
    let count = 0
    for (const { request, names, sizeBytes: ofThis } of this.#waiting) {
      const fits = sizeBytes + ofThis <= MAX_JOINT_BYTES && !names.some((name) => partitions.has(name))
      if (count === most) break
      if (count > 0 && !(fits && isAlike(request, this.#waiting[0]!.request))) break
      for (const name of names) partitions.add(name)
      sizeBytes += ofThis
      count++
    }
    return this.#waiting.splice(0, count)
  }

  #settle(waiting: Waiting, response: ProduceResponse, parts: ReadonlyMap<string, TopicPart>): void {
    const own = waiting.names.map((name) => parts.get(name)).filter((part) => part !== undefined)
    const failed = own.flatMap(({ partitions }) => partitions).find(({ errorCode }) => errorCode !== 0)
    if (failed === undefined) waiting.resolve({ ...response, topics: own })
    else {
      for (const guard of guardsOf(waiting)) guard.onError(failed)
      waiting.reject(this.#internals.createErrorFromCode(failed.errorCode))
    }
  }
}

function noticeOf(sent: readonly Waiting[], durationMs: number): ProduceNotice {
  let records = 0
  let sizeBytes = 0
  for (const { request, sizeBytes: ofThis } of sent) {
    sizeBytes += ofThis
    for (const { partitions } of request.topicData) for (const { messages } of partitions) records += messages.length
  }
  return { records, sizeBytes, durationMs }
}

type TopicPart = ProduceResponse['topics'][number]

/** An answer split into parts of one topic and one partition each. */
function partsOf({ topics }: ProduceResponse): Map<string, TopicPart> {
  const parts = new Map<string, TopicPart>()
  for (const { topicName, partitions } of topics)
    for (const part of partitions) parts.set(nameOf(topicName, part.partition), { topicName, partitions: [part] })
  return parts
}

function joint(sent: readonly Waiting[]): ProduceRequest {
  const [{ request: first }] = sent as [Waiting]
  if (sent.length === 1) return first
  const topics = new Map<string, ProduceRequest['topicData'][number]['partitions'][number][]>()
  for (const { topic, partitions } of sent.flatMap(({ request }) => request.topicData))
    topics.set(topic, [...(topics.get(topic) ?? []), ...partitions])
  return { ...first, topicData: Array.from(topics, ([topic, partitions]) => ({ topic, partitions })) }
}

function isAlike(a: ProduceRequest, b: ProduceRequest): boolean {
  const isSameProducer = a.producerId === b.producerId && a.producerEpoch === b.producerEpoch
  const isPlain = a.transactionalId === b.transactionalId && a.compression === b.compression
  return isSameProducer && isPlain && a.acks === b.acks && a.timeout === b.timeout
}

function guardsOf({ request }: Waiting) {
  const all = request.topicData.flatMap(({ partitions }) => partitions.map(({ messages }) => guardOf(messages)))
  return all.filter((guard) => guard !== undefined)
}

function namesOf({ topicData }: ProduceRequest): string[] {
  return topicData.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => nameOf(topic, partition)))
}

function nameOf(topic: string, partition: number): string {
  return `${partition} ${topic}`
}

function sizeOf({ topicData }: ProduceRequest): number {
  let sizeBytes = 0
  for (const { partitions } of topicData)
    for (const { messages } of partitions) for (const { value } of messages) sizeBytes += value?.length ?? 0
  return sizeBytes
}
