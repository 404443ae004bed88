import { setTimeout as sleep } from 'node:timers/promises'
import type { Step } from './events.ts'
import { type ToldReader, toldText } from './told.ts'

const LEAST_PAUSE_MS = 5_000

/**
 * Takes all steps, a group after the other, spread evenly over `seconds`, or longer where they take longer. Prints a
 * line for each, and for each pause between two groups: when it began, how long it took, what tills were told meanwhile.
 * Rejects when a step fails.
 */
export async function runEvents(
  groups: readonly (readonly Step[])[],
  { seconds, told }: { seconds: number; told: ToldReader },
): Promise<void> {
  const startedAtMs = performance.now()
  const take = async ({ name, run }: Step) => {
    const beganAtMs = performance.now()
    await run()
    const took = `${((performance.now() - beganAtMs) / 1_000).toFixed(1)} s`
    const answers = toldText(await told.read())
    console.log(`${clock(beganAtMs - startedAtMs)}  ${took.padStart(7)}  ${name.padEnd(34)}  ${answers}`)
  }
  const pauseUntil = (part: number) => {
    const endMs = startedAtMs + (part / (groups.length + 1)) * seconds * 1_000
    return take({ name: '', run: () => sleep(Math.max(LEAST_PAUSE_MS, endMs - performance.now())) })
  }
  for (const [i, steps] of groups.entries()) {
    await pauseUntil(i + 1)
    for (const step of steps) await take(step)
  }
  await pauseUntil(groups.length + 1)
}

/** Minutes and seconds. */
function clock(ms: number): string {
  const total = Math.floor(ms / 1_000)
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, '0')}`
}
