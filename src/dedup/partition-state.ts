import type { Buffer } from 'node:buffer'
import { DamagedValue } from './damaged-value.ts'
import type { Journal } from './journal.ts'
import { KEPT_RECENT, RECENT_FOR_MS, trim } from './journal.ts'
import { lastTouchMs, packedIn, packJournal, unpackJournal } from './journal-value.ts'
import { POSITION_KEY, type Position, positionIn, START } from './position.ts'

/** Rules of the state that are settings. */
export interface StateRules {
  /** A journal that took no number for this long is forgotten. */
  readonly idleMs: number
}

/** A packed journal longer than this holds more numbers than the `KEPT_RECENT` that stay for ever. */
const FAT_BYTES = 40 + 30 * KEPT_RECENT

/**
 * What is known about one partition: its journals, packed, and its position. It changes in whole steps: `restore` reads
 * the records of `.journals`, then each committed transaction is one `apply`.
 */
export class PartitionState {
  readonly rules: StateRules
  readonly #journals = new Map<string, string>()
  /** Journals that may hold numbers they need not keep for ever, the longest untouched first. */
  readonly #fat = new Set<string>()
  #position: Position = START
  #hasPosition = false
  #sweep: Iterator<[string, string]> | undefined

  constructor(rules: StateRules) {
    this.rules = rules
  }

  get position(): Position {
    return this.#position
  }

  /** Whether a position was restored or applied. */
  get hasPosition(): boolean {
    return this.#hasPosition
  }

  get journals(): number {
    return this.#journals.size
  }

  /** A journal as it is now, unpacked, to be changed by the caller; undefined if it is unknown. */
  find(journal: string): Journal | undefined {
    const packed = this.#journals.get(journal)
    return packed === undefined ? undefined : unpackJournal(packed)
  }

  /** Takes one record of `.journals`, in the order of their offsets. Throws `DamagedValue`, with the key. */
  restore(key: Buffer | null, value: Buffer | null): void {
    const name = key?.toString() ?? ''
    try {
      if (name === POSITION_KEY) {
        if (value === null) throw new DamagedValue('it was deleted')
        this.#moveTo(positionIn(value))
      } else if (name.split('/').length !== 3) throw new DamagedValue('no journal has such a name')
      else if (value === null) this.#forget(name)
      else this.#keep(name, packedIn(value))
    } catch (error) {
      if (!(error instanceof DamagedValue)) throw error
      throw new DamagedValue(`the record with key ${JSON.stringify(name.slice(0, 200))}: ${error.message}`)
    }
  }

  /** Takes over what a transaction has committed: packed journals, `null` for a forgotten one, and the position. */
  apply(changed: ReadonlyMap<string, string | null>, position: Position): void {
    for (const [name, packed] of changed) {
      if (packed === null) this.#forget(name)
      else this.#keep(name, packed)
    }
    this.#moveTo(position)
    this.#slim()
  }

  /** Whether a journal that last took a number at `touchedMs` counts as forgotten at this time. */
  isIdle(touchedMs: number, timeMs: number): boolean {
    return touchedMs < timeMs - this.rules.idleMs
  }

  /** Looks at the next `count` journals, in turns, and names those that are idle at this time. */
  idleAmong(count: number, timeMs: number): string[] {
    const idle: string[] = []
    for (let looked = 0; looked < count; looked++) {
      this.#sweep ??= this.#journals.entries()
      const { done, value } = this.#sweep.next()
      if (done) {
        this.#sweep = undefined
        break
      }
      if (this.isIdle(lastTouchMs(value[1]), timeMs)) idle.push(value[0])
    }
    return idle
  }

  /** Every journal at the partition's time, by name: equal for equal states, however they came about. For tests. */
  snapshot(): { position: Position; journals: Record<string, Journal> } {
    const journals: Record<string, Journal> = {}
    for (const name of [...this.#journals.keys()].sort()) {
      const journal = this.find(name) as Journal
      trim(journal, this.#position.timeMs)
      journals[name] = journal
    }
    return { position: this.#position, journals }
  }

  #keep(name: string, packed: string): void {
    this.#journals.set(name, packed)
    this.#fat.delete(name) // so that it goes to the end
    if (packed.length > FAT_BYTES) this.#fat.add(name)
  }

  #forget(name: string): void {
    this.#journals.delete(name)
    this.#fat.delete(name)
  }

  #moveTo(position: Position): void {
    if (position.next < this.#position.next) throw new DamagedValue('the position goes back')
    this.#position = position
    this.#hasPosition = true
  }

  /** Trims the journals whose numbers have become old. In memory alone: the next reader of `.journals` does the same. */
  #slim(): void {
    const { timeMs } = this.#position
    for (const name of this.#fat) {
      const packed = this.#journals.get(name) as string
      if (lastTouchMs(packed) >= timeMs - RECENT_FOR_MS) return
      this.#fat.delete(name)
      const journal = unpackJournal(packed)
      trim(journal, timeMs)
      this.#journals.set(name, packJournal(journal))
    }
  }
}
