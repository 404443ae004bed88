import { everySchedule } from './every-schedule.ts'
import { LaneWorld } from './lane-world.ts'

/** Of how many schedules there is each happening, and each outcome of a record. */
export type Counts = Readonly<Record<string, number>>

/**
 * Goes through every schedule of a lane with so many steps; after the last one everything goes well. Rejects at the first
 * that breaks a promise. It waits for promises alone: the turn of the event loop is a step like the others.
 */
export async function exploreLane(steps: number): Promise<{ schedules: number; outcomes: Counts }> {
  const outcomes: Record<string, number> = {}
  const linger: (() => void)[] = []
  const real = globalThis.setImmediate
  globalThis.setImmediate = ((drain: () => void) => linger.push(drain)) as unknown as typeof real
  try {
    const schedules = await everySchedule(async (schedule) => {
      const world = new LaneWorld(linger)
      const story: string[] = []
      try {
        for (let step = 0; step < steps; step++) {
          const { happenings } = world
          if (happenings.length === 0) break
          const next = happenings[schedule.choose(happenings.length)]!
          story.push(next.name)
          next.happen()
          await Promise.resolve()
        }
        await world.heal()
        world.judge()
        for (const outcome of world.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      } catch (error) {
        throw new Error(story.join(', '), { cause: error })
      }
    })
    return { schedules, outcomes }
  } finally {
    globalThis.setImmediate = real
  }
}
