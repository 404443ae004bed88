import { setTimeout as sleep } from 'node:timers/promises'

/** How impatient a till is: now and then it does not wait for the answer to an attempt. */
export interface Impatience {
  /** For each attempt, from 0 to 1. */
  readonly chance: number
  /** How long it then waits for the answer, at most. */
  readonly withinMs: number
}

/** What an impatient till does with an attempt. */
const FATES = ['send-again', 'hang-up', 'cut-off'] as const

/** How one attempt is made. `signal` breaks its connection. `cutOff`: it breaks in the middle of the body. */
export interface AttemptOptions {
  readonly signal?: AbortSignal
  readonly cutOff?: boolean
}

const MOST_OPEN = 3

/** The attempts of one till, some of which are still open when the next one begins. */
export class Attempts {
  readonly #impatience: Impatience | undefined
  readonly #open = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor(impatience: Impatience | undefined) {
    this.#impatience = impatience
  }

  /**
   * Resolves when an attempt was answered or its connection broke. `attempt` makes one and resolves when its answer was
   * recorded. A second one may be made while the first is open; the first is then answered later or never. Rejects with
   * the error of any attempt so far.
   */
  async make(attempt: (options: AttemptOptions) => Promise<void>): Promise<void> {
    while (this.#open.size >= MOST_OPEN) await Promise.race(this.#open)
    this.#throwFailure()
    const { chance, withinMs } = this.#impatience ?? { chance: 0, withinMs: 0 }
    if (Math.random() >= chance) return await this.#track(attempt({}))
    const waitMs = withinMs * Math.random()
    const fate = FATES[Math.floor(FATES.length * Math.random())]
    if (fate === 'cut-off') return await this.#track(attempt({ cutOff: true }))
    if (fate === 'hang-up') return await this.#track(attempt({ signal: AbortSignal.timeout(Math.ceil(waitMs)) }))
    const first = this.#track(attempt({}))
    const isOpen = await Promise.race([first.then(() => false), sleep(waitMs, true)])
    if (isOpen) await Promise.race([first, this.#track(attempt({}))])
  }

  /** Resolves when no attempt is open; rejects as `make` does. */
  async end(): Promise<void> {
    await Promise.all(this.#open)
    this.#throwFailure()
  }

  async #track(attempt: Promise<void>): Promise<void> {
    const tracked = attempt.catch((error) => {
      this.#failure ??= { error }
    })
    this.#open.add(tracked)
    await tracked
    this.#open.delete(tracked)
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
