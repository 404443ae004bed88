/** Keeps the highest of what it is given, at most `size`. */
export class Top<T> {
  readonly #size: number
  readonly #rankOf: (one: T) => number
  #kept: T[] = []

  constructor(size: number, rankOf: (one: T) => number) {
    this.#size = size
    this.#rankOf = rankOf
  }

  add(one: T): void {
    this.#kept.push(one)
    if (this.#kept.length >= 4 * this.#size) this.#kept = this.highest
  }

  /** The highest first. */
  get highest(): T[] {
    return this.#kept.sort((a, b) => this.#rankOf(b) - this.#rankOf(a)).slice(0, this.#size)
  }
}
