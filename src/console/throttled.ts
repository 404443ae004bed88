import type { SeenBroker, SeenCluster } from '../kafka/broker-watch.ts'

/** A broker, and whether it throttles this gateway because of a quota. */
export interface ShownBroker extends SeenBroker {
  readonly isThrottled: boolean
  /** The pauses that it has asked for since the gateway started. */
  readonly pausesMs: number
}

/** More brokers than this are not told apart; there are no more in `Throttles` either. */
const MAX_BROKERS = 100

/** Which brokers throttle this gateway, by address. */
export class Throttled {
  readonly #brokers = new Map<string, { isThrottled: boolean; pausesMs: number }>()

  note(what: 'pause' | 'began' | 'ended', broker: string, ms: number): void {
    const known = this.#brokers.get(broker) ?? { isThrottled: false, pausesMs: 0 }
    if (what === 'pause') known.pausesMs += ms
    else known.isThrottled = what === 'began'
    if (this.#brokers.size < MAX_BROKERS || this.#brokers.has(broker)) this.#brokers.set(broker, known)
  }

  addTo(cluster: SeenCluster): Omit<SeenCluster, 'brokers'> & { readonly brokers: readonly ShownBroker[] } {
    const brokers = cluster.brokers.map((one) => {
      const { isThrottled, pausesMs } = this.#brokers.get(one.address) ?? { isThrottled: false, pausesMs: 0 }
      return { ...one, isThrottled, pausesMs }
    })
    return { ...cluster, brokers }
  }
}
