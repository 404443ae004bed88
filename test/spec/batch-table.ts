import { ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import { recordOf } from '../accumulator/fakes.ts'
import type { Cell, Table } from './table.ts'

export type BatchState =
  | 'fresh'
  | 'attempted once'
  | 'attempted again'
  | 'recalled'
  | 'ended, not in the log'
  | 'ended, may be in the log'
export type BatchEvent = Exclude<
  { [Name in keyof ProducerBatch]: ProducerBatch[Name] extends () => unknown ? Name : never }[keyof ProducerBatch],
  undefined
>

const NO_ATTEMPT = { bug: 'no attempt is open' }

/** A batch. What it is asked is answered with true or false. */
export const BATCH: Table<BatchState, BatchEvent> = {
  fresh: {
    beginAttempt: { to: 'attempted once', says: 'true' },
    attemptRefused: NO_ATTEMPT,
    recall: { to: 'recalled', says: 'true' },
    end: { to: 'ended, not in the log' },
  },
  'attempted once': {
    beginAttempt: { to: 'attempted again', says: 'true' },
    attemptRefused: { to: 'fresh' },
    recall: { to: 'attempted once', says: 'false' },
    end: { to: 'ended, may be in the log' },
  },
  'attempted again': {
    beginAttempt: { to: 'attempted again', says: 'true' },
    attemptRefused: { to: 'attempted once' },
    recall: { to: 'attempted again', says: 'false' },
    end: { to: 'ended, may be in the log' },
  },
  recalled: {
    beginAttempt: { to: 'recalled', says: 'false' },
    attemptRefused: NO_ATTEMPT,
    recall: { to: 'recalled', says: 'true' },
    end: { to: 'recalled' },
  },
  'ended, not in the log': {
    beginAttempt: { to: 'ended, not in the log', says: 'false' },
    attemptRefused: NO_ATTEMPT,
    recall: { to: 'recalled', says: 'true' },
    end: { to: 'ended, not in the log' },
  },
  'ended, may be in the log': {
    beginAttempt: { to: 'ended, may be in the log', says: 'false' },
    attemptRefused: { to: 'ended, not in the log' },
    recall: { to: 'ended, may be in the log', says: 'false' },
    end: { to: 'ended, may be in the log' },
  },
}

const WAYS: Readonly<Record<BatchState, readonly BatchEvent[]>> = {
  fresh: [],
  'attempted once': ['beginAttempt'],
  'attempted again': ['beginAttempt', 'beginAttempt'],
  recalled: ['recall'],
  'ended, not in the log': ['end'],
  'ended, may be in the log': ['beginAttempt', 'end'],
}

/** What the real batch does. */
export function seenOfBatch(state: BatchState, event: BatchEvent): Cell<BatchState> {
  const batch = new ProducerBatch(0, [recordOf('a')], 100, 0)
  for (const step of WAYS[state]) batch[step]()
  try {
    const answer = batch[event]()
    const to = stateOf(batch)
    return answer === undefined ? { to } : { to, says: String(answer) }
  } catch (error) {
    return { bug: (error as Error).message }
  }
}

/** To be asked last: it tries to send the batch. */
function stateOf(batch: ProducerBatch): BatchState {
  const { attempts, isRecalled } = batch
  if (batch.beginAttempt()) return attempts === 0 ? 'fresh' : attempts === 1 ? 'attempted once' : 'attempted again'
  if (attempts > 0) return 'ended, may be in the log'
  return isRecalled ? 'recalled' : 'ended, not in the log'
}
