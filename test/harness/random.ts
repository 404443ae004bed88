import { seededRandom } from '../../src/tools/simulate/seeded-random.ts'

/** A small deterministic generator: the same seed gives the same run. */
export function randomFrom(seed: number) {
  const next = seededRandom(seed)
  return {
    /** In [0, 1). */
    next,
    /** An integer in [0, below). */
    below: (below: number) => Math.floor(next() * below),
    pick: <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)] as T,
    between: (low: number, high: number) => low + next() * (high - low),
  }
}

export type Random = ReturnType<typeof randomFrom>
