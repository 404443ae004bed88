import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reassign } from '../../../src/tools/topics/reassign.ts'
import type { Replicas } from '../../../src/tools/topics/spread.ts'

const changes = [0, 1, 2, 3, 4].map((partition) => ({ partition, replicas: [0, 1, 3] }))

/** Each move is done at the second time that somebody asks. */
function cluster() {
  const asked = new Map<number, number>()
  const waves: number[][] = []
  return {
    waves,
    start: async (wave: readonly Replicas[]) => {
      waves.push(wave.map(({ partition }) => partition))
    },
    fetchReassigning: async (partitions: readonly number[]) =>
      partitions.filter((partition) => {
        asked.set(partition, (asked.get(partition) ?? 0) + 1)
        return asked.get(partition)! < 2
      }),
  }
}

const options = () => ({
  atOnce: 2,
  deadlineMs: 30_000,
  pollMs: 1,
  signal: new AbortController().signal,
  onProgress: () => {},
})

test('a few partitions at a time, the next only when those are done', async () => {
  const it = cluster()
  const done: number[] = []
  await reassign(it, changes, { ...options(), onProgress: (count) => done.push(count) })
  assert.deepEqual(it.waves, [[0, 1], [2, 3], [4]])
  assert.deepEqual(done, [0, 0, 2, 2, 4, 4, 5])
})

test('a cluster that does not answer once is asked again', async () => {
  const it = cluster()
  let calls = 0
  const fetchReassigning = async (partitions: readonly number[]) => {
    if (++calls === 1) throw new Error('connection lost')
    return await it.fetchReassigning(partitions)
  }
  await reassign({ ...it, fetchReassigning }, changes, options())
  assert.equal(it.waves.length, 3)
})

test('an abort and the deadline end the wait, and the message says what goes on by itself', async () => {
  const stuck = { start: async () => {}, fetchReassigning: async (partitions: readonly number[]) => partitions }
  const stopping = new AbortController()
  const stopped = reassign(stuck, changes, { ...options(), pollMs: 60_000, signal: stopping.signal })
  setTimeout(() => stopping.abort(), 10)
  await assert.rejects(stopped, /^Error: stopped; partitions 0, 1 go on moving by themselves\. Run grow again/)
  await assert.rejects(reassign(stuck, changes, { ...options(), deadlineMs: 20 }), /not done before the deadline/)
})

test('what the cluster refuses is not tried again', async () => {
  const refuse = async () => Promise.reject(new Error('not authorized'))
  await assert.rejects(reassign({ ...cluster(), start: refuse }, changes, options()), /not authorized/)
})
