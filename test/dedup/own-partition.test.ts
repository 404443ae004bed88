import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ownPartition } from '../../src/dedup/own-partition.ts'
import { Fenced, type Ownership } from '../../src/dedup/ownership.ts'
import type { PartitionState } from '../../src/dedup/partition-state.ts'
import { POSITION_KEY, positionValue } from '../../src/dedup/position.ts'
import { fingerprintOf, type RawRecord } from '../../src/dedup/raw-record.ts'
import { Refusal } from '../../src/dedup/refusal.ts'
import { runSeed } from './simulation/run-seed.ts'
import { RULES } from './simulation/world.ts'

/** `node test/dedup/simulation/main.ts --seeds 100000` runs more. */
const SEEDS = 1_000

suite('the loop of a partition', () => {
  test('writes each first occurrence once and each conflict once, whatever is lost, late or killed', async () => {
    const total = { raw: 0, unique: 0, conflicts: 0, deaths: 0 }
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await runSeed(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error })
      })
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result[key]
    }
    // The runs are about something: otherwise they would pass, whatever the loop does.
    assert.ok(
      total.unique > 10 * SEEDS && total.conflicts > 5 * SEEDS && total.deaths > 2 * SEEDS,
      JSON.stringify(total),
    )
  })
})

/** An owner that finds what a test says, and has nothing to judge. */
function owner(found: Partial<Ownership>): Ownership {
  return {
    restore: async () => {},
    hasUnique: async () => false,
    fetch: async (offset) => ({ kind: 'records', records: [], nextOffset: offset, startOffset: 0, endOffset: offset }),
    append: async () => [],
    commit: async () => {},
    close: async () => {},
    ...found,
  }
}

const WATCHER = { restored: () => {}, fetched: () => {}, committed: () => {} }
const own = (found: Partial<Ownership>) => ownPartition(owner(found), RULES, WATCHER, new AbortController().signal)
const atPosition =
  (next: number, judged: RawRecord | null = null): Ownership['restore'] =>
  async (take) => {
    const last = judged && { offset: judged.offset, fingerprint: fingerprintOf(judged) }
    take(Buffer.from(POSITION_KEY), positionValue({ next, timeMs: 1, last }))
  }

suite('the loop of a partition begins', () => {
  test('with the first record that is left, where it was never run before', async () => {
    const stopping = new AbortController()
    const record = { offset: 90, timestampMs: 1, key: null, value: null, headers: {} }
    const asked: number[] = []
    const positions: number[] = []
    const fetch: Ownership['fetch'] = async (offset) => {
      asked.push(offset)
      if (offset < 90) return { kind: 'out-of-range', startOffset: 90, endOffset: 91 }
      return { kind: 'records', records: [record], nextOffset: 91, startOffset: 90, endOffset: 91 }
    }
    const append: Ownership['append'] = async () => [{ topic: 'journals', baseOffset: 0 }]
    const watcher = {
      ...WATCHER,
      committed: (_: unknown, state: PartitionState) => {
        positions.push(state.position.next)
        stopping.abort()
      },
    }
    await ownPartition(owner({ fetch, append }), RULES, watcher, stopping.signal)
    assert.deepEqual(asked, [0, 90])
    assert.deepEqual(positions, [91])
  })

  const judged = { offset: 49, timestampMs: 1, key: null, value: Buffer.from('judged'), headers: {} }
  /** The offsets that are asked for, until there is something to judge. */
  async function askedBy(position: Ownership['restore'], records: RawRecord[], startOffset: number): Promise<number[]> {
    const stopping = new AbortController()
    const asked: number[] = []
    const fetch: Ownership['fetch'] = async (offset) => {
      asked.push(offset)
      if (offset === 50) stopping.abort()
      if (offset < startOffset) return { kind: 'out-of-range', startOffset, endOffset: 51 }
      const found = records.filter((record) => record.offset >= offset)
      return { kind: 'records', records: found, nextOffset: 51, startOffset, endOffset: 51 }
    }
    await ownPartition(owner({ restore: position, fetch }), RULES, WATCHER, stopping.signal)
    return asked
  }

  test('at its position, once it has seen that the record before is the one that it judged', async () => {
    const records = [judged, { ...judged, offset: 50, value: Buffer.from('next') }]
    assert.deepEqual(await askedBy(atPosition(50, judged), records, 0), [49, 50])
  })

  test('at its position, though retention has deleted the record before', async () => {
    assert.deepEqual(await askedBy(atPosition(50, judged), [{ ...judged, offset: 50 }], 50), [49, 50])
  })

  test('not while the record before cannot be read: its leader may not know yet that it is committed', async () => {
    await assert.rejects(askedBy(atPosition(50, judged), [], 0), (error: Error) => {
      assert.match(error.message, /record 49 of the raw topic cannot be read yet/)
      return !(error instanceof Refusal)
    })
  })
})

suite('the loop of a partition refuses', () => {
  test('to go on behind records that retention has deleted', async () => {
    const fetch = async () => ({ kind: 'out-of-range', startOffset: 90, endOffset: 100 }) as const
    await assert.rejects(own({ restore: atPosition(50), fetch }), (error: Error) => {
      return (
        error instanceof Refusal && error.message.startsWith('records 50 to 89 were deleted before they were judged')
      )
    })
  })

  test('a raw topic that ends before the position', async () => {
    const fetch = async () => ({ kind: 'out-of-range', startOffset: 0, endOffset: 20 }) as const
    await assert.rejects(
      own({ restore: atPosition(50), fetch }),
      /the position 50 is behind the end 20 of the raw topic/,
    )
  })

  test('a raw topic that reaches beyond the position, but has another record before it', async () => {
    const judged = { offset: 49, timestampMs: 1, key: null, value: Buffer.from('judged'), headers: {} }
    const fetch: Ownership['fetch'] = async (offset) => {
      const records = Array.from({ length: 60 - offset }, (_, index) => ({ ...judged, offset: offset + index }))
      const others = records.map((record) => ({ ...record, value: Buffer.from('other') }))
      return { kind: 'records', records: others, nextOffset: 60, startOffset: 0, endOffset: 60 }
    }
    await assert.rejects(own({ restore: atPosition(50, judged), fetch }), (error: Error) => {
      assert.match(error.message, /record 49 of the raw topic is not the one that was judged/)
      return error instanceof Refusal
    })
  })

  test('records from before the position', async () => {
    const records = [{ offset: 49, timestampMs: 1, key: null, value: null, headers: {} }]
    const fetch = async () => ({ kind: 'records', records, nextOffset: 50, startOffset: 0, endOffset: 50 }) as const
    await assert.rejects(own({ restore: atPosition(50), fetch }), Refusal)
  })

  test('to start without a state where invoices were written', async () => {
    await assert.rejects(own({ hasUnique: async () => true }), /\.journals is empty, but \.unique is not/)
  })

  test('nothing when another owner has moved the position meanwhile: then its own state is old', async () => {
    const first = async () => {}
    const later = atPosition(50)
    const restoring = (...reads: Ownership['restore'][]): Ownership['restore'] => {
      return (take) => (reads.length > 1 ? reads.shift()! : reads[0]!)(take)
    }
    await assert.rejects(own({ restore: restoring(first, later), hasUnique: async () => true }), Fenced)
    const fetch = async () => ({ kind: 'out-of-range', startOffset: 90, endOffset: 100 }) as const
    await assert.rejects(own({ restore: restoring(later, atPosition(95)), fetch }), Fenced)
  })

  test('a damaged state, and names the record', async () => {
    const restore: Ownership['restore'] = async (take) => take(Buffer.from('S/T/J'), Buffer.from('no journal'))
    await assert.rejects(own({ restore }), /\.journals is damaged: the record with key "S\/T\/J": it is of version 110/)
  })

  test('a position that goes back', async () => {
    const restore: Ownership['restore'] = async (take) => {
      for (const next of [50, 49]) take(Buffer.from(POSITION_KEY), positionValue({ next, timeMs: 1, last: null }))
    }
    await assert.rejects(own({ restore }), /\.journals is damaged: .*the position goes back/)
  })

  test('an answer that has no offset for a topic', async () => {
    const records = [{ offset: 0, timestampMs: 1, key: null, value: null, headers: {} }]
    const fetch = async () => ({ kind: 'records', records, nextOffset: 1, startOffset: 0, endOffset: 1 }) as const
    const commit = () => Promise.reject(new Error('must not be asked'))
    for (const appended of [[], [{ topic: 'journals', baseOffset: -1 }]] as const)
      await assert.rejects(
        own({ fetch, append: async () => appended, commit }),
        /does not say that \.journals was written/,
      )
  })
})
