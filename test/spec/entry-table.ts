import { Lane, type LaneEntry } from '../../src/accumulator/lane.ts'
import type { BatchOutcome } from '../../src/accumulator/producer-batch.ts'
import { LIMITS, recordOf, turn } from '../accumulator/fakes.ts'
import { SyncPublisher } from './sync-publisher.ts'
import type { Cell, Table } from './table.ts'

export type EntryState = Exclude<LaneEntry['state'], 'in-flight'> | `in-flight, ${'fresh' | 'attempted' | 'recalled'}`
export type EntryEvent =
  | 'withdraw'
  | 'abandon'
  | 'cut off, and acknowledged'
  | `${BatchOutcome['kind']}`
  | 'too-large, alone'

const LIE = 'of a batch that may be in the log'
const [WITHDRAWN, SETTLED] = [{ to: 'withdrawn' }, { to: 'settled' }] as const

/**
 * A record in a lane. The last six events are the answers of the publisher for the batch that is out: that of the record,
 * or, while it waits, the one before. After an answer the lane takes its next batch at once.
 */
export const ENTRY: Table<EntryState, EntryEvent> = {
  waiting: {
    withdraw: { to: 'withdrawn', says: 'true' },
    abandon: { to: 'settled', says: 'rejected, draining' },
    'cut off, and acknowledged': { to: 'settled', says: 'rejected, predecessor' },
    acknowledged: { to: 'in-flight, fresh' },
    rejected: { to: 'in-flight, fresh' },
    unknown: { to: 'in-flight, fresh' },
    'too-large': { to: 'waiting' },
    'too-large, alone': { to: 'in-flight, fresh' },
    'not-attempted': { to: 'waiting' },
  },
  'in-flight, fresh': {
    withdraw: { to: 'withdrawn', says: 'true' },
    abandon: { to: 'settled', says: 'rejected, draining' },
    'cut off, and acknowledged': { to: 'settled', says: 'acknowledged' },
    acknowledged: { to: 'settled', says: 'acknowledged' },
    rejected: { to: 'settled', says: 'rejected, refused' },
    unknown: { to: 'settled', says: 'unknown, producer-replaced' },
    'too-large': { to: 'in-flight, fresh' },
    'too-large, alone': { to: 'settled', says: 'rejected, too-large' },
    'not-attempted': { to: 'in-flight, fresh' },
  },
  'in-flight, attempted': {
    withdraw: { to: 'in-flight, attempted', says: 'false' },
    abandon: { to: 'settled', says: 'unknown, shutdown' },
    'cut off, and acknowledged': { to: 'settled', says: 'acknowledged' },
    acknowledged: { to: 'settled', says: 'acknowledged' },
    rejected: { bug: `rejected: ${LIE}` },
    unknown: { to: 'settled', says: 'unknown, producer-replaced' },
    'too-large': { bug: `too-large: ${LIE}` },
    'too-large, alone': { bug: `too-large: ${LIE}` },
    'not-attempted': { bug: `not-attempted: ${LIE}` },
  },
  'in-flight, recalled': {
    withdraw: { to: 'withdrawn', says: 'true' },
    abandon: { to: 'settled', says: 'rejected, draining' },
    'cut off, and acknowledged': { to: 'settled', says: 'acknowledged' },
    acknowledged: { to: 'settled', says: 'acknowledged' },
    rejected: { to: 'settled', says: 'rejected, refused' },
    unknown: { to: 'settled', says: 'unknown, producer-replaced' },
    'too-large': { to: 'in-flight, fresh' },
    'too-large, alone': { never: 'a batch of one is recalled only when its record is withdrawn or settled' },
    'not-attempted': { to: 'in-flight, fresh' },
  },
  withdrawn: {
    withdraw: { to: 'withdrawn', says: 'true' },
    abandon: WITHDRAWN,
    'cut off, and acknowledged': WITHDRAWN,
    acknowledged: WITHDRAWN,
    rejected: WITHDRAWN,
    unknown: WITHDRAWN,
    'too-large': WITHDRAWN,
    'too-large, alone': WITHDRAWN,
    'not-attempted': WITHDRAWN,
  },
  settled: {
    withdraw: { to: 'settled', says: 'false' },
    abandon: SETTLED,
    'cut off, and acknowledged': SETTLED,
    acknowledged: SETTLED,
    rejected: SETTLED,
    unknown: SETTLED,
    'too-large': SETTLED,
    'too-large, alone': SETTLED,
    'not-attempted': SETTLED,
  },
}

const OUTCOMES: { readonly [Kind in BatchOutcome['kind']]: Extract<BatchOutcome, { kind: Kind }> } = {
  acknowledged: { kind: 'acknowledged', baseOffset: 0n },
  rejected: { kind: 'rejected', reason: 'refused' },
  unknown: { kind: 'unknown', reason: 'producer-replaced' },
  'too-large': { kind: 'too-large' },
  'not-attempted': { kind: 'not-attempted' },
}

/** A record in the real lane, in a batch of two, or alone. */
class Scene {
  readonly publisher = new SyncPublisher()
  readonly lane = new Lane(0, this.publisher, { ...LIMITS, maxBatchRecords: 2 }, () => 0)
  readonly told: string[] = []
  isCutOff = false
  readonly entry = this.#entry(
    (outcome) => this.told.push(outcome),
    () => this.isCutOff,
  )
  readonly other = this.#entry(
    () => {},
    () => false,
  )

  #entry(tell: (outcome: string) => void, isCutOff: () => boolean): LaneEntry {
    return {
      record: recordOf('a'),
      sizeBytes: 100,
      state: 'waiting',
      position: 0,
      appendedAtMs: 0,
      get isCutOff() {
        return isCutOff()
      },
      onSettled: (outcome) => tell('reason' in outcome ? `${outcome.kind}, ${outcome.reason}` : outcome.kind),
    }
  }

  get state(): EntryState {
    const { state } = this.entry
    if (state !== 'in-flight') return state
    const { isRecalled, attempts } = this.publisher.out!.batch
    return `in-flight, ${isRecalled ? 'recalled' : attempts > 0 ? 'attempted' : 'fresh'}`
  }
}

/** Brings a record into the state. `undefined`: there is no such state of a record that is alone in its batch. */
async function sceneIn(state: EntryState, isAlone: boolean): Promise<Scene | undefined> {
  const scene = new Scene()
  const { lane, entry, other } = scene
  if (state === 'waiting') {
    lane.append(other)
    if (!isAlone) lane.append({ ...other })
    await turn()
    lane.append(entry)
    return scene
  }
  lane.append(entry)
  if (!isAlone) lane.append(other)
  await turn()
  if (state === 'in-flight, attempted') scene.publisher.out!.batch.beginAttempt()
  if (state === 'in-flight, recalled') {
    if (isAlone) return undefined
    lane.withdraw(other)
  }
  if (state === 'withdrawn') lane.withdraw(entry)
  if (state === 'settled') lane.abandon()
  scene.told.length = 0
  return scene
}

/** What the real lane does. */
export async function seenOfEntry(state: EntryState, event: EntryEvent): Promise<Cell<EntryState>> {
  const scene = await sceneIn(state, event === 'too-large, alone')
  if (scene === undefined) return { never: 'a batch of one is recalled only when its record is withdrawn or settled' }
  if (scene.state !== state) throw new Error(`the record is ${scene.state}, not ${state}`)
  const { lane, entry, publisher, told } = scene
  try {
    if (event === 'withdraw') told.push(String(lane.withdraw(entry)))
    else if (event === 'abandon') lane.abandon()
    else if (event === 'cut off, and acknowledged') {
      scene.isCutOff = true
      publisher.answer(OUTCOMES.acknowledged)
    } else publisher.answer(OUTCOMES[event === 'too-large, alone' ? 'too-large' : event])
  } catch (error) {
    return { bug: (error as Error).message }
  }
  return told.length === 0 ? { to: scene.state } : { to: scene.state, says: told.join() }
}
