import type { Impatience } from './impatience.ts'
import { runTill, type SentInvoice, type TillOptions } from './till.ts'
import { runUploader } from './uploader.ts'

export interface LoadOptions {
  readonly url: string
  readonly tills: number
  readonly stores: number
  /** How many of the tills send uploads of `invoicesPerUpload` instead of single invoices. */
  readonly uploaders?: number
  readonly invoicesPerUpload?: number
  /** The stores, instead of `stores` stores called S0, S1, ... */
  readonly storeIds?: readonly string[]
  /** Most invoices that a till sends. Default: it sends until `stop`. */
  readonly invoicesPerTill?: number
  /** How long a till waits between two invoices, at most. */
  readonly pauseMs?: number
  readonly answerTimeoutMs?: number
  readonly giveUpAfterMs?: number
  /** Makes tills send again before the previous attempt is answered, so that uploads overlap. */
  readonly impatience?: Impatience
}

/** Many sequential tills that send until they are told to stop. */
export interface Load {
  /** Invoices acknowledged so far. */
  readonly acknowledged: number
  /** Answers so far that said `unknown`, or were lost. */
  readonly unknown: number
  /** Resolves when this many more invoices were acknowledged. Rejects after `timeoutMs`. */
  more(invoices: number, timeoutMs?: number): Promise<void>
  /** The longest time in which one till got no acknowledgement, since the start or the latest `resetGap`. */
  readonly longestGapMs: number
  resetGap(): void
  /** Every till finishes its current invoice. Resolves with everything that was sent, till by till. */
  stop(): Promise<SentInvoice[]>
  /** Why tills gave up. An invoice that is never acknowledged breaks the promise of bounded times. */
  readonly failures: readonly string[]
}

let journals = 0

/** Starts the tills. Every load has its own journal, so that several can share a topic. */
export function startLoad(options: LoadOptions): Load {
  const { url, tills, stores, storeIds, invoicesPerTill = Number.POSITIVE_INFINITY } = options
  const journalId = `J${process.pid}-${++journals}`
  let isStopping = false
  let acknowledged = 0
  let unknown = 0
  let longestGapMs = 0
  const failures: string[] = []
  const latestAtMs = new Array<number>(tills).fill(performance.now())

  const { uploaders = 0, invoicesPerUpload = 50 } = options
  const runs = Array.from({ length: tills }, (_, till) => {
    const tillOptions: TillOptions = {
      url,
      storeId: storeIds?.[till % storeIds.length] ?? `S${till % stores}`,
      terminalId: `T${till}`,
      journalId,
      invoices: invoicesPerTill,
      shouldStop: () => isStopping,
      ...(options.pauseMs === undefined ? {} : { pauseMs: options.pauseMs }),
      ...(options.giveUpAfterMs === undefined ? {} : { giveUpAfterMs: options.giveUpAfterMs }),
      ...(options.impatience === undefined ? {} : { impatience: options.impatience }),
      onGivenUp: (error) => failures.push(error.message),
      ...(options.answerTimeoutMs === undefined ? {} : { answerTimeoutMs: options.answerTimeoutMs }),
      onAnswer: ({ outcome }) => {
        if (outcome === 'unknown') unknown++
        if (outcome !== 'acknowledged') return
        acknowledged++
        const nowMs = performance.now()
        longestGapMs = Math.max(longestGapMs, nowMs - (latestAtMs[till] as number))
        latestAtMs[till] = nowMs
      },
    }
    return till < uploaders ? runUploader({ ...tillOptions, invoicesPerUpload }) : runTill(tillOptions)
  })
  const done = Promise.all(runs).then((sent) => sent.flat())

  return {
    get acknowledged() {
      return acknowledged
    },
    get unknown() {
      return unknown
    },
    get longestGapMs() {
      return longestGapMs
    },
    resetGap() {
      longestGapMs = 0
      latestAtMs.fill(performance.now())
    },
    async more(invoices, timeoutMs = 60_000) {
      const goal = acknowledged + invoices
      const deadlineMs = performance.now() + timeoutMs
      while (acknowledged < goal) {
        if (failures.length > 0) throw new Error(failures[0])
        if (performance.now() > deadlineMs) throw new Error(`only ${acknowledged} of ${goal} were acknowledged in time`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    stop() {
      isStopping = true
      return done
    },
    failures,
  }
}
