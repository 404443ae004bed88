import { hash } from 'node:crypto'
import type { Identity } from '../../invoice/identity.ts'
import { pause, resendMs } from '../../waiting.ts'
import type { AnswerLine } from '../audit/answers.ts'
import type { AttemptAnswer } from './send.ts'

/** What a till works with. */
export interface TillWorld {
  readonly makeInvoice: (identity: Identity, occurredAt: Date) => Buffer
  readonly send: (body: Buffer, signal: AbortSignal) => Promise<AttemptAnswer>
  /** Called after every attempt, including the last one of an aborted run. */
  readonly onAnswer: (line: AnswerLine) => void
  /** Called when an invoice has a definite answer. Both times are of the monotonic clock. */
  readonly onSettled: (outcome: 'acknowledged' | 'quarantined', intendedAtMs: number, atMs: number) => void
  readonly onResend: () => void
  /** Ends every till at once. The outcome of invoices in flight is unknown. */
  readonly signal: AbortSignal
}

export interface Till {
  /** Adds an invoice that should be sent at this time of the monotonic clock. It waits for those before it. */
  add(intendedAtMs: number): void
  /** Resolves when the till has nothing left to do, or was ended. */
  idle(): Promise<void>
  /** The intended send times of the invoices without a definite answer. */
  unanswered(): readonly number[]
}

const BACKOFF = { firstMs: 100, maxMs: 10_000 }

/** A till by the documented rule: one invoice at a time, with the same bytes until it has a definite answer. */
export function createTill(name: Omit<Identity, 'sequenceNumber'>, world: TillWorld): Till {
  const waiting: number[] = []
  let sequenceNumber = 0
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    while (waiting.length > 0 && !world.signal.aborted) {
      const isSettled = await sendUntilSettled({ ...name, sequenceNumber: ++sequenceNumber }, waiting[0]!, world)
      if (isSettled) waiting.shift()
    }
    working = undefined
  }
  return {
    add(intendedAtMs) {
      waiting.push(intendedAtMs)
      working ??= work()
    },
    idle: async () => await working,
    unanswered: () => waiting,
  }
}

/** Resolves with true after a definite answer, or with false if the till was ended first. */
async function sendUntilSettled(identity: Identity, intendedAtMs: number, world: TillWorld): Promise<boolean> {
  const { signal } = world
  const body = world.makeInvoice(identity, new Date())
  const sha256 = hash('sha256', body)
  for (let failures = 0; ; failures++) {
    const { status, action, outcome, place, retryAfterMs } = await world.send(body, signal)
    const atMs = performance.now()
    world.onAnswer({ ...identity, outcome, status, ...place, sha256 })
    if (action !== 'resend') {
      world.onSettled(action === 'delete' ? 'acknowledged' : 'quarantined', intendedAtMs, atMs)
      return true
    }
    if (signal.aborted) return false
    await pause(resendMs(failures, retryAfterMs, BACKOFF), signal)
    if (signal.aborted) return false
    world.onResend()
  }
}
