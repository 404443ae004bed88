import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { Arrivals } from '../../src/admission/arrivals.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem, JSON_HEADERS, listen, POST, testApp } from './test-app.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

test('a body in pieces reaches ingest byte for byte, in memory of its own, with or without a length', async (t) => {
  const { app, requests, memory } = await testApp(t)
  const port = await listen(app)
  const bytes = Buffer.from(Array.from({ length: 30_000 }, (_, i) => i % 251))
  for (const sizes of [[30_000], [1, 29_999], [1_000, 1, 5_000, 23_999], Array(300).fill(100)]) {
    const pieces: Buffer[] = []
    for (let at = 0; pieces.length < sizes.length; at += sizes[pieces.length - 1]!)
      pieces.push(bytes.subarray(at, at + sizes[pieces.length]!))
    for (const isChunked of [false, true]) {
      const length = isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes.length }
      const raw = rawSocket(port, message(`POST ${POST}`, { ...JSON_HEADERS, ...length }))
      for (const piece of pieces) {
        if (isChunked) raw.socket.write(`${piece.length.toString(16)}\r\n`)
        raw.socket.write(piece)
        if (isChunked) raw.socket.write('\r\n')
        if (sizes.length < 10) await turn()
      }
      if (isChunked) raw.socket.write('0\r\n\r\n')
      await raw.until('receivedAt')
      raw.socket.destroy()
      const { body, reservation } = requests.at(-1)!
      assert.deepEqual(body, bytes)
      assert.equal(body.buffer.byteLength, bytes.length)
      assert.equal(reservation.sizeBytes, 0)
    }
  }
  assert.equal(memory.usedBytes, 0)
})

test('a body for which memory has no room while it arrives is 503, and gives back what it held', async (t) => {
  const memory = new BufferMemory(50_000)
  const arrivals = new Arrivals({ capacityBytes: 50_000, minBytesPerSecond: 1, graceMs: 60_000 })
  const { app, requests, contract } = await testApp(t, { admit: () => memory.tryReserve(0), arrivals })
  const held = memory.tryReserve(20_000)
  const raw = rawSocket(
    await listen(app),
    message(`POST ${POST}`, { ...JSON_HEADERS, 'content-length': 60_000 }, 'x'.repeat(40_000)),
  )
  assertProblem(contract('POST', POST, parseAnswer(await raw.until('outcome'))), 'saturated', 503)
  assert.equal(memory.usedBytes, held?.sizeBytes)
  assert.equal(requests.length, 0)
  raw.socket.destroy()
})

test('an empty body is an answer at once', async (t) => {
  const { app, memory, contract } = await testApp(t)
  const answer = await app.inject({ method: 'POST', url: POST, headers: JSON_HEADERS, payload: '' })
  assertProblem(contract('POST', POST, answer), 'bad-request', 400)
  assert.equal(memory.usedBytes, 0)
})

test('a body in thousands of tiny pieces is refused, and its connection closed; four thousand are taken', async (t) => {
  const { app, requests, memory, contract } = await testApp(t)
  let looked = 0
  app.server.on('request', (request: IncomingMessage) => {
    const push = request.push.bind(request)
    request.push = (piece) => {
      looked++
      return push(piece)
    }
  })
  const port = await listen(app)
  const chunked = (piece: string, count: number) =>
    message(`POST ${POST}`, { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }) +
    `${piece.length.toString(16)}\r\n${piece}\r\n`.repeat(count)
  const tiny = rawSocket(port, chunked('x', 20_000))
  assertProblem(contract('POST', POST, parseAnswer(await tiny.closed)), 'bad-request', 400)
  assert.ok(looked <= 4_097, `${looked} were looked at`)
  assert.equal(memory.usedBytes, 0)
  assert.equal(requests.length, 0)
  const few = rawSocket(port, `${chunked('x'.repeat(10), 4_000)}0\r\n\r\n`)
  await few.until('receivedAt')
  few.socket.destroy()
  assert.equal(requests.at(-1)!.body.length, 40_000)
})
