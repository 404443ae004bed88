import { addressText } from '../network-address.ts'
import { inTime, pause } from '../waiting.ts'
import { connectInTime, createClient } from './client.ts'
import { answersAt } from './connection-probe.ts'
import type { Admin } from './kafkajs/index.ts'
import { fetchTopicMetadata, type TopicMetadata } from './kafkajs/topic-metadata.ts'
import type { TopicSession } from './topic-admin.ts'

/** A broker as it was seen last. */
export interface SeenBroker {
  /** null: only its address is known, from the bootstrap list. */
  readonly id: number | null
  readonly address: string
  /** Whether it answered when it was asked last; null: it was not asked yet. */
  readonly isReachable: boolean | null
  /** How long that has been so. */
  readonly sinceMs: number
  /** Partitions of the topic that it leads, and that it has a replica of; 0 where the cluster does not say. */
  readonly leads: number
  readonly replicas: number
}

/** What is seen of the cluster. */
export interface SeenCluster {
  readonly brokers: readonly SeenBroker[]
  /** Partitions of the topic without a leader, and with fewer replicas in sync than they have. */
  readonly leaderless: number
  readonly underReplicated: number
}

const ASK_EVERY_MS = 1_000
const ASK_TIMEOUT_MS = 900
const METADATA_EVERY_MS = 5_000
const METADATA_TIMEOUT_MS = 3_000
/** More are not asked. */
const MAX_BROKERS = 50

interface Known {
  id: number | null
  address: string
  isReachable: boolean | null
  changedAtMs: number
}

/**
 * Asks every broker once a second whether it is there, and one of them every few seconds which there are and what they
 * lead. Only while `watch` runs. A broker that is gone is still listed while a partition has a replica on it.
 */
export class BrokerWatch {
  readonly #session: TopicSession
  #brokers: Known[]
  #metadata: TopicMetadata | undefined

  constructor(session: TopicSession) {
    this.#session = { ...session, onClientLog: () => {} }
    this.#brokers = session.brokers.slice(0, MAX_BROKERS).map((address) => toKnown(null, address))
  }

  get seen(): SeenCluster {
    const partitions = this.#metadata?.partitions ?? []
    const nowMs = performance.now()
    return {
      brokers: this.#brokers.map(({ id, address, isReachable, changedAtMs }) => ({
        ...{ id, address, isReachable, sinceMs: nowMs - changedAtMs },
        leads: partitions.filter(({ leader }) => leader === id).length,
        replicas: partitions.filter(({ replicas }) => replicas.includes(id as number)).length,
      })),
      leaderless: partitions.filter(({ leader }) => leader === -1).length,
      underReplicated: partitions.filter(({ inSync, replicas }) => inSync.length < replicas.length).length,
    }
  }

  /** Resolves after `signal` aborts; never rejects. `onChange`: a broker is gone, or is back. */
  async watch(signal: AbortSignal, onChange: () => void): Promise<void> {
    await Promise.all([this.#askBrokers(signal, onChange), this.#followMetadata(signal)])
  }

  async #askBrokers(signal: AbortSignal, onChange: () => void): Promise<void> {
    const { ssl } = this.#session
    while (!signal.aborted) {
      const beganMs = performance.now()
      await Promise.all(
        this.#brokers.map(async (broker) => {
          const isReachable = await answersAt(broker.address, { ssl, timeoutMs: ASK_TIMEOUT_MS })
          if (isReachable === broker.isReachable) return
          broker.isReachable = isReachable
          broker.changedAtMs = performance.now()
          if (!signal.aborted) onChange()
        }),
      )
      await pause(Math.max(ASK_EVERY_MS - (performance.now() - beganMs), 50), signal)
    }
  }

  async #followMetadata(signal: AbortSignal): Promise<void> {
    let admin: Admin | undefined
    while (!signal.aborted) {
      try {
        admin ??= await connected(this.#session)
        const metadata = await inTime(METADATA_TIMEOUT_MS, fetchTopicMetadata(admin, this.#session.topic))
        if (metadata !== undefined) this.#learn(metadata)
      } catch {
        void admin?.disconnect().catch(() => {}) // it is thrown away in any case
        admin = undefined
      }
      await pause(admin === undefined ? ASK_EVERY_MS : METADATA_EVERY_MS, signal)
    }
    await admin?.disconnect().catch(() => {})
  }

  /** What the cluster says, and besides brokers that it does not name but that have replicas. */
  #learn(metadata: TopicMetadata): void {
    this.#metadata = metadata
    const named = metadata.brokers.map(({ id, host, port }) => ({ id, address: addressText(host, port) }))
    const ids = new Set(named.map(({ id }) => id))
    const replicas = new Set(metadata.partitions.flatMap((one) => one.replicas))
    const gone = this.#brokers.flatMap(({ id, address }) =>
      id !== null && !ids.has(id) && replicas.has(id) ? [{ id, address }] : [],
    )
    const before = new Map(this.#brokers.map((one) => [one.address, one]))
    this.#brokers = [...named, ...gone]
      .sort((a, b) => a.id - b.id)
      .slice(0, MAX_BROKERS)
      .map(({ id, address }) => Object.assign(before.get(address) ?? toKnown(id, address), { id }))
  }
}

function toKnown(id: number | null, address: string): Known {
  return { id, address, isReachable: null, changedAtMs: performance.now() }
}

async function connected(session: TopicSession): Promise<Admin> {
  const admin = createClient(session).admin()
  await connectInTime(admin, METADATA_TIMEOUT_MS)
  return admin
}
