import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { UnreadAnswers, type UnreadLimits } from '../../src/http/unread-answers.ts'

/** As much of a socket as is looked at: what was given to it, and what of that is still there. */
class Connection extends EventEmitter {
  bytesWritten = 0
  writableLength = 0
  isCutOff = false

  answer(bytes: number): void {
    this.bytesWritten += bytes
    this.writableLength += bytes
  }

  read(bytes: number): void {
    this.writableLength -= bytes
  }

  destroy(): void {
    this.isCutOff = true
    this.emit('close')
  }
}

function watched(limits: Partial<UnreadLimits> = {}) {
  let nowMs = 0
  let cutOff = 0
  const unread = new UnreadAnswers(() => void cutOff++, {
    maxBytes: 1_000_000,
    windowMs: 30_000,
    bytesPerWindow: 30_000,
    now: () => nowMs,
    ...limits,
  })
  const server = new EventEmitter()
  unread.watch(server as Server)
  return {
    unread,
    cutOff: () => cutOff,
    connect: () => {
      const connection = new Connection()
      server.emit('connection', connection)
      return connection
    },
    /** Lets seconds go by, with a look at each. */
    pass: (seconds: number, eachSecond = () => {}) => {
      for (let i = 0; i < seconds; i++) {
        nowMs += 1_000
        eachSecond()
        unread.sweep()
      }
    },
  }
}

test('a connection that takes nothing of its answer is closed after one window; one without answers is kept', () => {
  const { connect, pass, cutOff, unread } = watched()
  const [stuck, idle] = [connect(), connect()]
  stuck.answer(5_000)
  pass(30)
  assert.equal(stuck.isCutOff, false)
  assert.equal(unread.bytes, 5_000)
  pass(2)
  assert.deepEqual([stuck.isCutOff, idle.isCutOff, cutOff(), unread.bytes], [true, false, 1, 0])
})

test('one that reads at the lowest rate has its answer, however long that is; a slower one has not', () => {
  const { connect, pass } = watched()
  const [slow, tooSlow] = [connect(), connect()]
  for (const connection of [slow, tooSlow]) connection.answer(200_000)
  pass(190, () => {
    slow.read(1_000)
    if (!tooSlow.isCutOff) tooSlow.read(500)
  })
  assert.deepEqual([slow.isCutOff, tooSlow.isCutOff], [false, true])
})

test('one that has read all begins anew with the next answer', () => {
  const { connect, pass } = watched()
  const till = connect()
  for (let i = 0; i < 5; i++) {
    till.answer(100)
    pass(25)
    till.read(100)
    pass(1)
  }
  assert.equal(till.isCutOff, false)
})

test('where all of them hold too much, those that are unread for longest are closed, and no others', () => {
  const { connect, pass, unread } = watched()
  const connections = Array.from({ length: 5 }, () => {
    const connection = connect()
    connection.answer(300_000)
    pass(1)
    return connection
  })
  assert.deepEqual(
    connections.map(({ isCutOff }) => isCutOff),
    [true, true, false, false, false],
  )
  assert.equal(unread.bytes, 900_000)
})

test('what an answer holds besides counts until it is over, and a new one makes the oldest go at once', () => {
  const { connect, pass, unread } = watched()
  const hold = (bytes: number) => {
    const socket = connect()
    const answer = Object.assign(new EventEmitter(), { req: { socket }, closed: false })
    unread.hold(answer as unknown as ServerResponse, bytes)
    return { socket, answer }
  }
  const first = hold(400_000)
  pass(1)
  const second = hold(400_000)
  pass(1)
  assert.equal(unread.bytes, 800_000)
  second.answer.emit('close')
  assert.equal(unread.bytes, 400_000)
  const third = hold(500_000)
  assert.equal(first.socket.isCutOff, false)
  const fourth = hold(200_000)
  assert.deepEqual(
    [first, second, third, fourth].map(({ socket }) => socket.isCutOff),
    [true, false, false, false],
  )
  first.answer.emit('close')
  assert.equal(unread.bytes, 700_000)
})

test('a single answer that is larger than all may hold is not cut off for that', () => {
  const { connect, pass } = watched()
  const connection = connect()
  connection.answer(2_000_000)
  pass(5)
  assert.equal(connection.isCutOff, false)
})
