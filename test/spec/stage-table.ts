import type { Ownership } from '../../src/dedup/ownership.ts'
import type { Table } from './table.ts'

/** What the loop waits for: the answer to a request, the end of a pause, or nothing any more. */
export type StageState =
  | 'open'
  | Exclude<keyof Ownership, 'close'>
  | 'fetch the last judged'
  | 'restore again'
  | 'pause'
  | 'stopped'
  | 'refused'
/** *Contradicted*: the answer cannot be true, or says that going on would lose or repeat invoices. */
export type StageEvent =
  | 'answered'
  | 'answered with nothing'
  | 'contradicted'
  | 'failed'
  | 'fenced'
  | 'told to stop, and answered'

const FAILED = { to: 'pause', says: 'closed, 200 ms' } as const
const FENCED = { to: 'pause', says: 'closed, 5000 ms' } as const
const STOPPED = { to: 'stopped', says: 'closed' } as const
const REFUSED = { to: 'refused', says: 'closed' } as const
const OVER = { never: 'nothing is asked any more' }
const NO_CONTENT = { never: 'the answer has no content' }
const NO_FAILURE = { never: 'a pause does not fail' }

/** The loop of a partition. */
export const STAGE: Table<StageState, StageEvent> = {
  open: {
    answered: { to: 'restore' },
    'answered with nothing': NO_CONTENT,
    contradicted: { to: 'refused' },
    failed: { to: 'pause', says: '200 ms' },
    fenced: { to: 'pause', says: '5000 ms' },
    'told to stop, and answered': { to: 'restore' },
  },
  restore: {
    answered: { to: 'fetch the last judged' },
    'answered with nothing': { to: 'hasUnique' },
    contradicted: REFUSED,
    failed: FAILED,
    fenced: FENCED,
    'told to stop, and answered': { to: 'fetch the last judged' },
  },
  hasUnique: {
    answered: { to: 'fetch' },
    'answered with nothing': NO_CONTENT,
    contradicted: { to: 'restore again' },
    failed: FAILED,
    fenced: FENCED,
    'told to stop, and answered': STOPPED,
  },
  'fetch the last judged': {
    answered: { to: 'fetch' },
    'answered with nothing': FAILED,
    contradicted: { to: 'restore again' },
    failed: FAILED,
    fenced: FENCED,
    'told to stop, and answered': STOPPED,
  },
  'restore again': {
    answered: FENCED,
    'answered with nothing': REFUSED,
    contradicted: REFUSED,
    failed: FAILED,
    fenced: FENCED,
    'told to stop, and answered': FENCED,
  },
  fetch: {
    answered: { to: 'append' },
    'answered with nothing': { to: 'fetch' },
    contradicted: { to: 'restore again' },
    failed: FAILED,
    fenced: FENCED,
    'told to stop, and answered': STOPPED,
  },
  append: {
    answered: { to: 'commit' },
    'answered with nothing': FAILED,
    contradicted: FAILED,
    failed: FAILED,
    fenced: FENCED,
    'told to stop, and answered': { to: 'commit' },
  },
  commit: {
    answered: { to: 'fetch' },
    'answered with nothing': NO_CONTENT,
    contradicted: NO_CONTENT,
    failed: FAILED,
    fenced: FENCED,
    'told to stop, and answered': STOPPED,
  },
  pause: {
    answered: { to: 'open' },
    'answered with nothing': NO_CONTENT,
    contradicted: NO_CONTENT,
    failed: NO_FAILURE,
    fenced: NO_FAILURE,
    'told to stop, and answered': { to: 'stopped' },
  },
  stopped: {
    answered: OVER,
    'answered with nothing': OVER,
    contradicted: OVER,
    failed: OVER,
    fenced: OVER,
    'told to stop, and answered': OVER,
  },
  refused: {
    answered: OVER,
    'answered with nothing': OVER,
    contradicted: OVER,
    failed: OVER,
    fenced: OVER,
    'told to stop, and answered': OVER,
  },
}

/** How each state is reached. */
export const WAYS: Readonly<Record<StageState, readonly StageEvent[]>> = {
  open: [],
  restore: ['answered'],
  hasUnique: ['answered', 'answered with nothing'],
  'restore again': ['answered', 'answered with nothing', 'contradicted'],
  'fetch the last judged': ['answered', 'answered'],
  fetch: ['answered', 'answered', 'answered'],
  append: ['answered', 'answered', 'answered', 'answered'],
  commit: ['answered', 'answered', 'answered', 'answered', 'answered'],
  pause: ['failed'],
  stopped: ['failed', 'told to stop, and answered'],
  refused: ['contradicted'],
}
