import assert from 'node:assert/strict'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { getSystemErrorMap } from 'node:util'
import { plainMessage, systemProblem, systemWords } from '../src/system-problem.ts'
import { noFullDevice } from './harness/full-device.ts'

test("the system's refusals are words, with the path", { skip: noFullDevice }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-system-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'file')
  await writeFile(file, '')
  const full = await open('/dev/full', 'w')
  t.after(() => full.close())
  const refused: [() => Promise<unknown>, string][] = [
    [() => readFile(join(folder, 'missing')), `${folder}/missing: there is no such file or folder`],
    [() => open(file, 'wx'), `${file}: something with that name exists already`],
    [() => readFile(join(file, 'below')), `${file}/below: a part of the path is not a folder`],
    [() => writeFile(folder, ''), `${folder}: it is a folder, not a file`],
    [() => full.write('x'), 'the disk is full'],
  ]
  for (const [attempt, words] of refused) assert.equal(systemProblem(await attempt().catch((error) => error)), words)
})

test('a connection or a port that is refused is words, with the address', async () => {
  const refused = await once(connect({ host: '127.0.0.1', port: 1 }), 'connect').catch((error) => error)
  assert.equal(systemProblem(refused), '127.0.0.1:1: nothing listens there (connection refused)')
  assert.equal(systemWords(refused), 'nothing listens there (connection refused)')
  assert.equal(plainMessage(refused), systemProblem(refused))
  const listening = once(createServer().listen(0, '192.0.2.1'), 'listening').catch((error) => error)
  assert.equal(systemProblem(await listening), '192.0.2.1: address not available')
  const unknown = await lookup('nowhere.invalid').catch((error) => error)
  assert.match(plainMessage(unknown), /^nowhere\.invalid: (?:there is no such name|the name cannot be looked up now)/)
})

test("a message that quotes the system keeps its own words and gets ours for the system's", () => {
  const quotes: [string, string][] = [
    [
      'Connection error: connect ECONNREFUSED ::1:9092',
      'Connection error: [::1]:9092: nothing listens there (connection refused)',
    ],
    ['gave up: read ECONNRESET', 'gave up: the other side broke the connection off'],
    ['getaddrinfo ENOTFOUND kafka-0.kafka', 'kafka-0.kafka: there is no such name'],
    ['write HARD', 'write HARD'],
  ]
  for (const [message, plain] of quotes) assert.equal(plainMessage(new Error(message)), plain)
})

test('no code of the system is without words', () => {
  for (const [code] of getSystemErrorMap().values()) {
    const words = systemProblem(Object.assign(new Error('x'), { code }))
    assert.match(words ?? '', /^[^A-Z]{2}.{2}/, code)
    assert.doesNotMatch(words ?? '', new RegExp(code))
  }
})

test('other errors are left to others', () => {
  const [named, numbered] = ['toString', 31].map((code) => Object.assign(new Error('x'), { code }))
  for (const error of [new Error('x'), 'x', undefined, named, numbered]) {
    assert.equal(systemProblem(error), undefined)
    assert.equal(plainMessage(error), error === undefined ? 'undefined' : 'x')
  }
})
