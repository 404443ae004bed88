/** How many more entries are taken before all move: at least so many, and in proportion to those that are there. */
const MIN_TURNOVER = 64
const TURNOVER = 4

/**
 * A map whose entries come and go quickly, in V8's favour. The tables of a `Map` are a chain: one that was outgrown,
 * or is full of deleted entries, points to its successor and keeps its entries. As soon as a large garbage collection
 * has made one of them old, all later ones outlive the small collections, with everything that their entries reach:
 * each small collection copies what is long over. So the entries move to a new `Map` from time to time, where no chain
 * leads.
 */
export class ShortLivedMap<K, V> {
  #entries = new Map<K, V>()
  #left = MIN_TURNOVER

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  set(key: K, value: V): void {
    if (this.#left-- === 0) {
      this.#entries = new Map(this.#entries)
      this.#left = Math.max(MIN_TURNOVER, TURNOVER * this.#entries.size)
    }
    this.#entries.set(key, value)
  }

  delete(key: K): void {
    this.#entries.delete(key)
  }
}
