import type { ProxiedKafka } from '../../../dev/kafka/proxied-cluster.ts'
import type { Action } from '../../../dev/kafka/wire-delivery.ts'
import type { Frame } from '../../../dev/kafka/wire-frames.ts'
import type { Random } from '../../harness/random.ts'

/** The requests whose answers get lost, by Kafka's numbers. One of `chance` answers does. */
const ANSWERS: Readonly<Record<number, { name: string; chance: number }>> = {
  0: { name: 'Produce', chance: 400 }, // the gateways', too
  22: { name: 'InitProducerId', chance: 10 },
  24: { name: 'AddPartitions', chance: 40 },
  26: { name: 'EndTxn', chance: 40 },
}
const HOW = ['lost', 'cut', 'late'] as const
const ACTIONS: Readonly<Record<(typeof HOW)[number], Action>> = {
  lost: { type: 'drop' },
  cut: { type: 'cut' },
  late: { type: 'delay', delayMs: 2_500 }, // after the client has given up
}
const [ADD_PARTITIONS, END_TXN] = [24, 26] as const
/** One of so many EndTxn requests waits until the next transaction of its producer is open (KAFKA-17754). */
const HELD_CHANCE = 20

/** Every fault that a long run must have seen. */
export const WIRE_FAULTS: readonly string[] = [
  ...Object.values(ANSWERS).flatMap(({ name }) => HOW.map((how) => `${name} ${how}`)),
  'EndTxn held',
  'broker unreachable',
  'broker answers unreachable',
]

/** What happens between the clients and the brokers during a plan. */
export class WireFaults {
  readonly counts = new Map<string, number>()
  /** Answers to EndTxn, whatever became of them. */
  transactions = 0
  readonly #kafka: ProxiedKafka
  readonly #random: Random
  /** EndTxn requests that wait, by transactional id: the broker that they are for. */
  readonly #held = new Map<string, number>()
  readonly #unreachable = new Map<number, readonly Frame['direction'][]>()

  constructor(kafka: ProxiedKafka, random: Random) {
    this.#kafka = kafka
    this.#random = random
    for (const broker of kafka.proxies.keys()) this.#apply(broker)
  }

  /** Nothing passes between the clients and a broker, or none of its answers, until `reach`. */
  separate(broker: number, directions: readonly Frame['direction'][]): void {
    this.#count(directions.length === 2 ? 'broker unreachable' : 'broker answers unreachable')
    this.#unreachable.set(broker, directions)
    this.#apply(broker)
  }

  reach(broker: number): void {
    this.#unreachable.delete(broker)
    this.#apply(broker)
  }

  /** No more faults. */
  end(): void {
    for (const proxy of this.#kafka.proxies) proxy.setRule(null)
  }

  /** Also lets go of what waits there. */
  #apply(broker: number): void {
    this.#kafka.proxies[broker]?.setRule((frame) => this.#judge(frame, broker))
  }

  #judge(frame: Frame, broker: number): Action {
    const { direction, apiKey, transactionalId = '' } = frame
    if (this.#unreachable.get(broker)?.includes(direction)) return { type: 'hold' }
    if (direction === 'request') {
      if (apiKey !== END_TXN || this.#held.has(transactionalId) || this.#random.below(HELD_CHANCE) > 0)
        return { type: 'forward' }
      this.#held.set(transactionalId, broker)
      return { type: 'hold' }
    }
    if (apiKey === ADD_PARTITIONS) this.#letGo(transactionalId)
    if (apiKey === END_TXN) this.transactions++
    const fault = ANSWERS[apiKey]
    if (fault === undefined || this.#random.below(fault.chance) > 0) return { type: 'forward' }
    const how = this.#random.pick(HOW)
    this.#count(`${fault.name} ${how}`)
    return ACTIONS[how]
  }

  /** The next transaction is open: now comes the request that was to end the one before. */
  #letGo(transactionalId: string): void {
    const broker = this.#held.get(transactionalId)
    if (broker === undefined) return
    this.#held.delete(transactionalId)
    this.#count('EndTxn held')
    if (!this.#unreachable.has(broker)) queueMicrotask(() => this.#apply(broker))
  }

  #count(fault: string): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1)
  }
}
