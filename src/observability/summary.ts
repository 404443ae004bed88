import type { Logger } from 'pino'

/** The latest event of a class, and how many there were since the last line. */
interface EventClass {
  count: number
  fields: Record<string, unknown>
  level: 'info' | 'warn' | 'error' | 'debug'
}

/** Maximum number of classes per second; any others share one. */
const MAX_CLASSES = 100
const INTERVAL_MS = 1_000

/**
 * Logs events by class, not one by one: at most one line per class and second, with the number of events and the fields
 * of the latest one. A thousand tills with the same trouble make one line a second.
 */
export class EventSummary {
  readonly #logger: Logger
  readonly #classes = new Map<string, EventClass>()
  readonly #timer: NodeJS.Timeout

  constructor(logger: Logger) {
    this.#logger = logger
    this.#timer = setInterval(() => this.flush(), INTERVAL_MS)
  }

  /** Counts one event. `fields` must hold no value of an invoice beyond its identity. */
  note(level: EventClass['level'], name: string, fields: Record<string, unknown> = {}): void {
    const key = this.#classes.size < MAX_CLASSES || this.#classes.has(name) ? name : 'other events'
    const known = this.#classes.get(key)
    if (known === undefined) this.#classes.set(key, { count: 1, fields, level })
    else {
      known.count++
      known.fields = fields
    }
  }

  /** Writes a line for every class that had events since the last flush. */
  flush(): void {
    for (const [name, { count, fields, level }] of this.#classes) this.#logger[level]({ ...fields, count }, name)
    this.#classes.clear()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.flush()
  }
}
