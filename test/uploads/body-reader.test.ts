import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BodyReader } from '../../src/uploads/body-reader.ts'
import type { OddResult, OddTask } from './odd-worker.ts'

type Upload = OddTask & { readonly body: Uint8Array<ArrayBuffer> }

const READ_HERE: OddResult = { bytes: new Uint8Array(), isMainThread: true, nice: 0 }

/** Reads bodies below 10 bytes on the main thread. */
function readerFor(t: TestContext, workers: number) {
  const reader = new BodyReader<Upload, OddResult>({
    file: new URL('./odd-worker.ts', import.meta.url),
    workerData: new Int32Array(new SharedArrayBuffer(4)),
    workers,
    maxWaiting: 0,
    waitTimeoutMs: 30_000,
    runTimeoutMs: 30_000,
    costlyCpuMs: 0,
    onTrouble: () => {},
    readHere: ({ body }) => (workers === 0 || body.length < 10 ? READ_HERE : null),
  })
  t.after(() => reader.stop())
  return { reader, read: (body: Uint8Array<ArrayBuffer>) => reader.read({ what: 'where', body }) }
}

test('what is not read here moves to a worker', async (t) => {
  const { read } = readerFor(t, 1)
  const [small, large] = [new Uint8Array(9), new Uint8Array(10)]
  assert.equal(await read(small), READ_HERE)
  assert.equal(small.byteLength, 9)
  assert.equal((await read(large)).isMainThread, false)
  assert.equal(large.byteLength, 0)
})

test('a part of larger memory is copied out of it, and what lies beside it stays', async (t) => {
  const { read } = readerFor(t, 1)
  const memory = new Uint8Array(100)
  assert.equal((await read(memory.subarray(20, 40))).isMainThread, false)
  assert.equal(memory.byteLength, 100)
})

test('without workers everything is read here, and there is always room', async (t) => {
  const { reader, read } = readerFor(t, 0)
  assert.equal(await read(new Uint8Array(1_000)), READ_HERE)
  assert.equal(reader.hasRoom(), true)
})

test('there is no room while every worker is busy', async (t) => {
  const { reader } = readerFor(t, 1)
  const waiting = reader.read({ what: 'wait', body: new Uint8Array(10) })
  assert.equal(reader.hasRoom(), false)
  await waiting
  assert.equal(reader.hasRoom(), true)
})
