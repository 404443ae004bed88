import { collectGarbage } from './collect-garbage.ts'

const TURNS = 20_000
const TURNS_BETWEEN_COLLECTIONS = 1_000

/**
 * Runs `turn` many times: some turns, a full garbage collection, then the others with small ones in between. Returns by
 * how many MiB, at most, the heap was larger after a small one than after the full one. What earlier turns made and
 * released should not be part of that.
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
