import type { AnswerLine } from '../audit/answers.ts'
import { seededRandom } from './seeded-random.ts'

/** What a till must not do; see `AnswerLine`. */
export type Wrong = NonNullable<AnswerLine['wrong']>

/** How often tills go wrong. */
export interface WrongRates {
  /** Of the acknowledged invoices. */
  readonly changedPercent: number
  /** Of the acknowledged invoices. */
  readonly olderPercent: number
  /** Of the tills: so many share their identity with another one, two and two. */
  readonly twinsPercent: number
}

/** No till goes wrong. */
export const BY_THE_RULE: WrongRates = { changedPercent: 0, olderPercent: 0, twinsPercent: 0 }

/** What was sent wrongly. Each has one definite answer, unless the run ended first. */
export interface WrongCounts {
  readonly sent: number
  readonly acknowledged: number
  readonly quarantined: number
}

/** Decides after each acknowledged invoice what its till does wrong next. */
export interface Temptation {
  next(): 'changed' | 'older' | undefined
  /** Whether the till keeps this invoice as the one to send again, instead of the one that it has. */
  keeps(): boolean
}

/** So the invoice that is sent again is 16 invoices old on average, and sometimes much older. */
const KEPT_SHARE = 1 / 16

export function createTemptation({ changedPercent, olderPercent }: WrongRates, seed: number): Temptation {
  const random = seededRandom(seed)
  return {
    next() {
      const drawn = 100 * random()
      if (drawn < changedPercent) return 'changed'
      return drawn < changedPercent + olderPercent ? 'older' : undefined
    },
    keeps: () => olderPercent > 0 && random() < KEPT_SHARE,
  }
}

/** How many tills have a twin among them: an even number, and at least two if there are to be any. */
export function twinsAmong(tills: number, { twinsPercent }: WrongRates): number {
  if (twinsPercent === 0) return 0
  return Math.min(tills - (tills % 2), Math.max(2, 2 * Math.round((tills * twinsPercent) / 200)))
}
