/** All entries move after this many new ones: `TURNOVER` times the current size, but at least `MIN_TURNOVER`. */
const MIN_TURNOVER = 64
const TURNOVER = 4

/**
 * A map for entries that come and go quickly, which spares V8's garbage collector. The tables of a `Map` form a chain:
 * a table that was outgrown, or is full of deleted entries, points to its successor and keeps its entries. Once a large
 * garbage collection has made one table old, all later tables survive the small collections, with everything that their
 * entries reach. Every small collection then copies objects that nobody needs any more. So the entries move to a new
 * `Map` from time to time, to which no old table points.
 */
export class ShortLivedMap<K, V> {
  #entries = new Map<K, V>()
  #left = MIN_TURNOVER

  get size(): number {
    return this.#entries.size
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  /** Those of now: what is set or deleted later changes nothing. */
  values(): readonly V[] {
    return [...this.#entries.values()]
  }

  set(key: K, value: V): void {
    if (this.#left-- === 0) {
      this.#entries = new Map(this.#entries)
      this.#left = Math.max(MIN_TURNOVER, TURNOVER * this.#entries.size)
    }
    this.#entries.set(key, value)
  }

  /** Whether it was there. */
  delete(key: K): boolean {
    return this.#entries.delete(key)
  }
}

/** The same for a set: the tables of a `Set` are as those of a `Map`. */
export class ShortLivedSet<T> {
  readonly #values = new ShortLivedMap<T, T>()

  get size(): number {
    return this.#values.size
  }

  has(value: T): boolean {
    return this.#values.has(value)
  }

  /** In the order in which they were added. Those of now: what is added or deleted later changes nothing. */
  values(): readonly T[] {
    return this.#values.values()
  }

  add(value: T): void {
    this.#values.set(value, value)
  }

  /** Whether it was there. */
  delete(value: T): boolean {
    return this.#values.delete(value)
  }
}
