import { LRUCache } from 'lru-cache'
import { type JournalName, journalText } from '../../invoice/identity.ts'
import { askGateway, type GatewayAccess } from './ask-gateway.ts'
import { type CursorAnswer, readCursorAnswer } from './cursor-answer.ts'

/** Resolves within `timeoutMs` and never rejects. */
export type AskCursor = (journal: JournalName, timeoutMs: number) => Promise<CursorAnswer>

/** 2,000 ranges in each direction, with room. */
const MAX_ANSWER_BYTES = 2 ** 20
const TIMEOUT_MS = 10_000
/** So many are asked for at once, by all files together. */
const AT_ONCE = 8
/** So many ranges are remembered: some ten megabytes. */
const MAX_RANGES = 200_000

/** Asks a gateway for the cursor of a journal. */
export function askCursorAt(access: GatewayAccess): AskCursor {
  return async ({ storeId, terminalId, journalId }, timeoutMs) => {
    const [store, terminal, journal] = [storeId, terminalId, journalId].map(encodeURIComponent)
    const path = `v1/stores/${store}/terminals/${terminal}/journals/${journal}`
    const headers = { accept: 'application/json' }
    const question = { method: 'GET', path, headers, maxAnswerBytes: MAX_ANSWER_BYTES } as const
    return readCursorAnswer(await askGateway(question, timeoutMs, access))
  }
}

/**
 * The cursors of all journals of a run. One that was answered is remembered, as far as there is room: what it says stays
 * true. Few questions are under way at once, and each has a deadline.
 */
export class Cursors {
  readonly #ask: AskCursor
  readonly #known = new LRUCache<string, CursorAnswer>({
    maxSize: MAX_RANGES,
    sizeCalculation: (answer) => 1 + (answer.kind === 'cursor' ? answer.cursor.ahead.length : 0),
  })
  #free = AT_ONCE
  readonly #waiting: (() => void)[] = []

  constructor(ask: AskCursor) {
    this.#ask = ask
  }

  /** Resolves within `timeoutMs` of its turn, which is never later than that of all questions before it. */
  async of(journal: JournalName, timeoutMs: number): Promise<CursorAnswer> {
    const name = journalText(journal)
    const known = this.#known.get(name)
    if (known !== undefined) return known
    await this.#enter()
    try {
      const answer = await this.#ask(journal, Math.min(timeoutMs, TIMEOUT_MS))
      if (answer.kind === 'cursor' || answer.kind === 'no-cursor') this.#known.set(name, answer)
      return answer
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
