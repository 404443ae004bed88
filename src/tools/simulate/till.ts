import { hash } from 'node:crypto'
import type { Identity } from '../../invoice/identity.ts'
import { pause, resendMs } from '../../waiting.ts'
import type { AnswerLine } from '../audit/answers.ts'
import type { AttemptAnswer } from './send.ts'
import type { Temptation, Wrong } from './wrong-tills.ts'

/** What a till works with. */
export interface TillWorld {
  readonly makeInvoice: (identity: Identity, occurredAt: Date) => Buffer
  readonly send: (body: Buffer, signal: AbortSignal) => Promise<AttemptAnswer>
  /** Called before an invoice is sent for the first time, or once more by a till that goes wrong. */
  readonly onSend: (wrong: Wrong | undefined) => void
  /** Called after every attempt, including the last one of an aborted run. */
  readonly onAnswer: (line: AnswerLine) => void
  /** Called when a planned invoice has a definite answer. Both times are of the monotonic clock. */
  readonly onSettled: (outcome: SettledOutcome, intendedAtMs: number, atMs: number) => void
  /** Called when what was sent wrongly has a definite answer. */
  readonly onWrongSettled: (wrong: Wrong, outcome: SettledOutcome) => void
  readonly onResend: () => void
  /** Ends every till at once. The outcome of invoices in flight is unknown. */
  readonly signal: AbortSignal
  /** Without it, the till follows the rule. */
  readonly temptation?: Temptation | undefined
  /** Whether another till has the same identity. */
  readonly isTwin?: boolean
}

export type SettledOutcome = 'acknowledged' | 'quarantined'

export interface Till {
  /** Adds an invoice that should be sent at this time of the monotonic clock. It waits for those before it. */
  add(intendedAtMs: number): void
  /** Resolves when the till has nothing left to do, or was ended. */
  idle(): Promise<void>
  /** The intended send times of the invoices without a definite answer. */
  unanswered(): readonly number[]
}

/** An invoice as a till sends it. */
interface Sending {
  readonly identity: Identity
  readonly body: Buffer
  readonly wrong: Wrong | undefined
}

const BACKOFF = { firstMs: 100, maxMs: 10_000 }

/** A till by the documented rule: one invoice at a time, with the same bytes until it has a definite answer. */
export function createTill(name: Omit<Identity, 'sequenceNumber'>, world: TillWorld): Till {
  const waiting: number[] = []
  let sequenceNumber = 0
  let kept: Pick<Sending, 'identity' | 'body'> | undefined
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    while (waiting.length > 0 && !world.signal.aborted) {
      const invoice = made({ ...name, sequenceNumber: ++sequenceNumber })
      const wrong = world.isTwin ? 'twin' : undefined
      const outcome = await sendUntilSettled({ ...invoice, wrong }, world)
      if (outcome === undefined) break
      world.onSettled(outcome, waiting.shift()!, performance.now())
      if (wrong !== undefined) world.onWrongSettled(wrong, outcome)
      if (outcome === 'acknowledged') await goWrong(invoice)
    }
    working = undefined
  }

  /** Sends wrongly what the temptation says. The next invoice waits for it. */
  async function goWrong(last: Pick<Sending, 'identity' | 'body'>): Promise<void> {
    const wrong = world.temptation?.next()
    const again = wrong === 'changed' ? made(last.identity) : kept
    if (kept === undefined || world.temptation?.keeps()) kept = world.temptation && last
    if (wrong === undefined || again === undefined) return
    const outcome = await sendUntilSettled({ ...again, wrong }, world)
    if (outcome !== undefined) world.onWrongSettled(wrong, outcome)
  }

  const made = (identity: Identity) => ({ identity, body: world.makeInvoice(identity, new Date()) })

  return {
    add(intendedAtMs) {
      waiting.push(intendedAtMs)
      working ??= work()
    },
    idle: async () => await working,
    unanswered: () => waiting,
  }
}

/** Resolves with the definite answer, or with undefined if the till was ended first. */
async function sendUntilSettled(sending: Sending, world: TillWorld): Promise<SettledOutcome | undefined> {
  const { identity, body, wrong } = sending
  const { signal } = world
  const marked = wrong === undefined ? {} : { wrong }
  const sha256 = hash('sha256', body)
  world.onSend(wrong)
  for (let failures = 0; ; failures++) {
    const { status, action, outcome, place, retryAfterMs } = await world.send(body, signal)
    world.onAnswer({ ...identity, outcome, status, ...place, sha256, ...marked })
    if (action !== 'resend') return action === 'delete' ? 'acknowledged' : 'quarantined'
    if (signal.aborted) return undefined
    await pause(resendMs(failures, retryAfterMs, BACKOFF), signal)
    if (signal.aborted) return undefined
    world.onResend()
  }
}
