/** Fewer names than this take less memory in an array, and are found as fast. */
const SMALL = 8

/** The names of journals (`journalText`) by store. It may change between two steps of an iteration. */
export class StoreNames {
  readonly #stores = new Map<string, string[] | Set<string>>()

  get stores(): ReadonlyMap<string, Iterable<string>> {
    return this.#stores
  }

  /** A name that is there already stays there once. */
  add(name: string): void {
    const storeId = storeOf(name)
    const names = this.#stores.get(storeId)
    if (names === undefined) this.#stores.set(storeId, [name])
    else if (!Array.isArray(names)) names.add(name)
    else if (names.includes(name)) return
    else if (names.length < SMALL) this.#stores.set(storeId, [...names, name])
    else this.#stores.set(storeId, new Set([...names, name]))
  }

  drop(name: string): void {
    const storeId = storeOf(name)
    const names = this.#stores.get(storeId)
    if (names === undefined) return
    if (!Array.isArray(names)) {
      names.delete(name)
      if (names.size === 0) this.#stores.delete(storeId)
      return
    }
    const left = names.filter((one) => one !== name)
    if (left.length === 0) this.#stores.delete(storeId)
    else this.#stores.set(storeId, left)
  }
}

function storeOf(name: string): string {
  const end = name.indexOf('/')
  return end === -1 ? name : name.slice(0, end)
}
