import { collectGarbage } from './collect-garbage.ts'

const TURNS = 20_000
const TURNS_BETWEEN_COLLECTIONS = 1_000

/**
 * Does something many times, with small garbage collections in between and a large one at first, and returns how many
 * MiB of the heap one of the small ones left at most: what each turn made and let go should not be among them.
 */
export function leftBySmallCollections(turn: (index: number) => void): number {
  let index = 0
  const someTurns = () => {
    for (const end = index + TURNS_BETWEEN_COLLECTIONS; index < end; index++) turn(index)
  }
  someTurns()
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  let most = 0
  while (index < TURNS) {
    someTurns()
    collectGarbage({ type: 'minor' })
    most = Math.max(most, process.memoryUsage().heapUsed - before)
  }
  return most / 2 ** 20
}
