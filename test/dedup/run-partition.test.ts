import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Fenced, type Ownership } from '../../src/dedup/ownership.ts'
import { Refusal } from '../../src/dedup/refusal.ts'
import { runPartition } from '../../src/dedup/run-partition.ts'
import { RULES } from './simulation/world.ts'

/** Runs until `opens` is used up: each open rejects with its error, or gives the owner. */
async function run(opens: (Error | Partial<Ownership>)[]) {
  const stopping = new AbortController()
  const [pausesMs, closed]: [number[], string[]] = [[], []]
  const world = {
    open: async (): Promise<Ownership> => {
      const next = opens.shift()
      if (opens.length === 0) stopping.abort()
      if (next instanceof Error) throw next
      return {
        restore: async () => {},
        hasUnique: async () => false,
        fetch: async (offset) => ({ kind: 'records', records: [], nextOffset: offset, startOffset: 0, endOffset: 0 }),
        append: async () => [],
        commit: async () => {},
        close: async () => void closed.push('closed'),
        ...next,
      }
    },
    pause: async (ms: number) => void pausesMs.push(ms),
    random: () => 0.5,
  }
  const watcher = { restored: () => {}, fetched: () => {}, committed: () => {}, lost: () => {} }
  await runPartition(world, RULES, watcher, stopping.signal)
  return { pausesMs, closed }
}

suite('a partition', () => {
  test('is owned anew after an error, later with every failure', async () => {
    const { pausesMs } = await run([new Error('a'), new Error('b'), new Error('c'), {}])
    assert.deepEqual(pausesMs, [200, 400, 800])
  })

  test('is left to another owner for some seconds after being fenced', async () => {
    const { pausesMs } = await run([new Fenced(), {}])
    assert.deepEqual(pausesMs, [5_000])
  })

  test('is closed however an ownership ends', async () => {
    const { closed } = await run([{ restore: async () => Promise.reject(new Error('lost')) }, {}])
    assert.deepEqual(closed, ['closed', 'closed'])
  })

  test('is given up when only an operator can help', async () => {
    await assert.rejects(run([{ hasUnique: async () => true }, {}]), Refusal)
  })
})
