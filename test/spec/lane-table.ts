import { Lane, type LaneEntry } from '../../src/accumulator/lane.ts'
import { LIMITS, recordOf } from '../accumulator/fakes.ts'
import { SyncPublisher } from './sync-publisher.ts'
import type { Cell, Table } from './table.ts'

export type LaneState = 'idle' | 'gathering' | 'out' | 'stalled'
export type LaneEvent =
  | 'append'
  | 'the turn ends'
  | 'settled'
  | 'settled, and others wait'
  | 'not attempted'
  | 'stallAfterMs passes'
  | 'abandon'

const NO_BATCH = { never: 'no batch is out' }

/** A lane. *gathering*: a batch will leave at the end of this turn. *out*: one has left, and *stalled*: long ago. */
export const LANE: Table<LaneState, LaneEvent> = {
  idle: {
    append: { to: 'gathering' },
    'the turn ends': { to: 'idle' },
    settled: NO_BATCH,
    'settled, and others wait': NO_BATCH,
    'not attempted': NO_BATCH,
    'stallAfterMs passes': { to: 'idle' },
    abandon: { to: 'idle' },
  },
  gathering: {
    append: { to: 'gathering' },
    'the turn ends': { to: 'out', says: 'a batch leaves' },
    settled: NO_BATCH,
    'settled, and others wait': NO_BATCH,
    'not attempted': NO_BATCH,
    'stallAfterMs passes': { to: 'gathering' },
    abandon: { to: 'gathering' },
  },
  out: {
    append: { to: 'out' },
    'the turn ends': { to: 'out' },
    settled: { to: 'idle' },
    'settled, and others wait': { to: 'out', says: 'a batch leaves' },
    'not attempted': { to: 'out', says: 'a batch leaves' },
    'stallAfterMs passes': { to: 'stalled' },
    abandon: { to: 'out' },
  },
  stalled: {
    append: { to: 'stalled' },
    'the turn ends': { to: 'stalled' },
    settled: { to: 'idle' },
    'settled, and others wait': { to: 'out', says: 'a batch leaves' },
    'not attempted': { to: 'out', says: 'a batch leaves' },
    'stallAfterMs passes': { to: 'stalled' },
    abandon: { to: 'stalled' },
  },
}

const REFUSED = { kind: 'rejected', reason: 'refused' } as const

/** A real lane whose time and turns of the event loop are steps of the test. */
class Scene {
  readonly publisher = new SyncPublisher()
  readonly lane = new Lane(0, this.publisher, LIMITS, () => this.#nowMs)
  readonly #turn: (() => void)[]
  #nowMs = 0

  constructor(turn: (() => void)[]) {
    this.#turn = turn
  }

  get state(): LaneState {
    if (this.lane.isStalled) return 'stalled'
    if (this.publisher.out !== undefined) return 'out'
    return this.#turn.length > 0 ? 'gathering' : 'idle'
  }

  readonly events: Readonly<Record<LaneEvent, () => void>> = {
    append: () => this.lane.append(entry()),
    'the turn ends': () => {
      for (const drain of this.#turn.splice(0)) drain()
    },
    settled: () => this.publisher.answer(REFUSED),
    'settled, and others wait': () => {
      this.lane.append(entry())
      this.publisher.answer(REFUSED)
    },
    'not attempted': () => this.publisher.answer({ kind: 'not-attempted' }),
    'stallAfterMs passes': () => {
      this.#nowMs += LIMITS.stallAfterMs
    },
    abandon: () => this.lane.abandon(),
  }
}

function entry(): LaneEntry {
  return {
    ...{ record: recordOf('a'), sizeBytes: 100, position: 0, appendedAtMs: 0 },
    state: 'waiting',
    isCutOff: false,
    onSettled: () => {},
  }
}

const WAYS: Readonly<Record<LaneState, readonly LaneEvent[]>> = {
  idle: [],
  gathering: ['append'],
  out: ['append', 'the turn ends'],
  stalled: ['append', 'the turn ends', 'stallAfterMs passes'],
}
const ANSWERS: readonly LaneEvent[] = ['settled', 'settled, and others wait', 'not attempted']

/** What the real lane does. */
export function seenOfLane(state: LaneState, event: LaneEvent): Cell<LaneState> {
  const turn: (() => void)[] = []
  const real = globalThis.setImmediate
  globalThis.setImmediate = ((drain: () => void) => turn.push(drain)) as unknown as typeof real
  try {
    const scene = new Scene(turn)
    for (const step of WAYS[state]) scene.events[step]()
    if (scene.state !== state) throw new Error(`the lane is ${scene.state}, not ${state}`)
    const { publisher } = scene
    if (publisher.out === undefined && ANSWERS.includes(event)) return NO_BATCH
    const before = publisher.published
    scene.events[event]()
    return publisher.published > before ? { to: scene.state, says: 'a batch leaves' } : { to: scene.state }
  } finally {
    globalThis.setImmediate = real
  }
}
