import assert from 'node:assert/strict'
import { rawRecord } from '../dedup/raw-records.ts'
import { everySchedule } from './every-schedule.ts'
import { type Bounds, StageWorld } from './stage-world.ts'

const SENT = { journal: 0, sequenceNumber: 1, content: 0, writing: 0, clockErrorMs: 0, isForeign: false }
/** An invoice, a conflict with it, and another invoice: two transactions. */
const RAW = [SENT, { ...SENT, content: 1 }, { ...SENT, sequenceNumber: 2 }].map((sent, offset) =>
  rawRecord(sent, offset, 1_000 + offset),
)
const FIRSTS = [0, 2]
const CONFLICTS = [1]

/** What was explored. */
export interface Explored {
  /** Sequences of happenings, from the beginning until nothing can happen any more. */
  readonly schedules: number
  /** Different states of the log, of both processes and of the requests between them. */
  readonly states: number
  /** How many of the last states have everything judged. */
  readonly complete: number
}

/**
 * Goes through every schedule of two processes, by way of every state: a schedule that comes to a known state is not run
 * any further, because what follows is known. Rejects at the first state in which the log is not what it must be.
 */
export async function exploreStage(bounds: Bounds): Promise<Explored> {
  /** Each state's number. */
  const known = new Map<string, number>()
  /** Of each state, those that can come next. */
  const next: number[][] = []
  /** The states of the present schedule. */
  const path: number[] = []
  let complete = 0

  /** Notes the state after `depth` choices. Whether it is the first time. */
  const isFirst = (world: StageWorld, depth: number): boolean => {
    const { fingerprint } = world
    const number = known.get(fingerprint) ?? known.size
    if (depth > 0) next[path[depth - 1]!]!.push(number)
    path[depth] = number
    if (number < known.size) return false
    known.set(fingerprint, number)
    next.push([])
    return true
  }

  await everySchedule(async (schedule) => {
    const world = new StageWorld(RAW, bounds)
    const story: string[] = []
    try {
      for (;;) {
        await world.settle()
        if (schedule.isNew) {
          if (!isFirst(world, story.length)) return
          judge(world)
        }
        const { happenings } = world
        if (happenings.length === 0) {
          if (world.position === RAW.length) complete++
          return
        }
        const happening = happenings[schedule.choose(happenings.length)]!
        story.push(happening.name)
        happening.happen()
      }
    } catch (error) {
      throw new Error(story.join(', '), { cause: error })
    }
  })
  return { schedules: pathsFrom(0, next), states: known.size, complete }
}

/** What must hold at every moment: the position says what is in the other topics, each record once and in order. */
function judge({ log, positions, position }: StageWorld): void {
  const offsets = (topic: 'unique' | 'conflicts') =>
    log.read(topic, 0).records.map(({ headers }) => Number(headers['pos-raw-offset']))
  const before = (offset: number) => offset < position
  assert.deepEqual(offsets('unique'), FIRSTS.filter(before), '.unique is not what the position says')
  assert.deepEqual(offsets('conflicts'), CONFLICTS.filter(before), '.conflicts is not what the position says')
  assert.ok(
    positions.every((next, index) => index === 0 || next > positions[index - 1]!),
    'the position goes back',
  )
}

/** How many ways lead from a state to a last one. */
function pathsFrom(state: number, next: readonly (readonly number[])[], memory = new Map<number, number>()): number {
  const known = memory.get(state)
  if (known !== undefined) return known
  const children = next[state]!
  const paths = children.length === 0 ? 1 : children.reduce((sum, child) => sum + pathsFrom(child, next, memory), 0)
  memory.set(state, paths)
  return paths
}
