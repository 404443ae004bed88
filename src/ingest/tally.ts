import { PROBLEMS, Problem, type ProblemSlug } from '../errors.ts'
import type { Ingest } from './invoice.ts'
import type { IngestUpload } from './upload.ts'

/** What an invoice that was received can be answered with, besides a receipt. Others are counted as they come. */
const PROBLEMS_OF_INVOICES: readonly ProblemSlug[] = [
  'malformed-json',
  'invalid-invoice',
  'too-large',
  'too-costly',
  'identity-conflict',
  'identity-mismatch',
  'forbidden',
  'quota-exceeded',
  'saturated',
  'not-read',
  'not-attempted',
  'refused-by-kafka',
  'kafka-unavailable',
  'topic-unusable',
  'throttled',
  'draining',
  'outcome-unknown',
  'internal-error',
]

/**
 * The balance of invoices: what was received is acknowledged, replayed, got a problem (whose `outcome` says rejected or
 * unknown), or is in flight.
 *
 * An invoice is received once its body was read in full, or the upload that it is a line of was read and has memory.
 * What is refused before has no invoice that anybody knows of: it is among the answers alone. An invoice gets its
 * outcome when its answer is decided. Whether the till is still there to take the answer changes nothing. The invoices
 * of an upload get theirs together. One that joins the same invoice in flight is received, too, and gets that one's outcome.
 */
export class Tally {
  readonly #received = { single: 0, upload: 0 }
  readonly #problems: Partial<Record<ProblemSlug, number>> = {}
  #acknowledged = 0
  #replayed = 0
  #settled = 0

  constructor() {
    for (const slug of PROBLEMS_OF_INVOICES) this.#problems[slug] = 0
  }

  received(way: 'single' | 'upload', invoices = 1): void {
    this.#received[way] += invoices
  }

  stored(isReplay: boolean): void {
    this.#settled++
    if (isReplay) this.#replayed++
    else this.#acknowledged++
  }

  /** `error`: why they have no receipt. What is no `Problem` will be answered as `internal-error`. */
  failed(error: unknown, invoices = 1): void {
    const slug = error instanceof Problem ? error.slug : 'internal-error'
    this.#settled += invoices
    this.#problems[slug] = (this.#problems[slug] ?? 0) + invoices
  }

  get figures() {
    const received = { ...this.#received }
    const inFlight = received.single + received.upload - this.#settled
    const problems = { ...this.#problems }
    return { received, acknowledged: this.#acknowledged, replayed: this.#replayed, problems, inFlight }
  }

  /** The balance in six numbers. */
  get balance() {
    const { received, acknowledged, replayed, problems, inFlight } = this.figures
    const settled = { rejected: 0, unknown: 0 }
    for (const [slug, count] of Object.entries(problems)) settled[PROBLEMS[slug as ProblemSlug].outcome] += count
    return { received: received.single + received.upload, acknowledged, replayed, ...settled, inFlight }
  }
}

interface Flows {
  readonly ingest: Ingest
  readonly ingestUpload: IngestUpload
}

/** The same flows, with each invoice in the balance. */
export function tallied({ ingest, ingestUpload }: Flows, tally: Tally): Flows {
  return {
    ingest: async (request) => {
      tally.received('single')
      try {
        const stored = await ingest(request)
        tally.stored(stored.isReplay)
        return stored
      } catch (error) {
        tally.failed(error)
        throw error
      }
    },
    ingestUpload: async (request) => {
      let invoices = 0
      const onRead = (read: number) => {
        invoices = read
        tally.received('upload', read)
      }
      try {
        const answers = await ingestUpload({ ...request, onRead })
        for (const answer of answers) {
          if (answer.kind === 'receipt') tally.stored(answer.isReplay)
          else tally.failed(answer.problem)
        }
        return answers
      } catch (error) {
        tally.failed(error, invoices) // this is what the till is told of all of them
        throw error
      }
    },
  }
}
