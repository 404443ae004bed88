import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JournalPlace, Outstanding, START } from '../../../src/tools/uploader/outstanding.ts'
import { PrefixHash } from '../../../src/tools/uploader/prefix-hash.ts'
import { readLines } from '../../../src/tools/uploader/read-lines.ts'
import { randomFrom } from '../../harness/random.ts'

const TEXT = Array.from({ length: 60 }, (_, i) => (i % 7 === 3 ? '\n' : `line ${i + 1}\n`)).join('')

function open(place: JournalPlace, text = TEXT, maxLineBytes = 100) {
  const chunks = async function* () {
    yield Buffer.from(text).subarray(place.offset)
  }
  return new Outstanding(readLines(chunks(), place, maxLineBytes, new PrefixHash()), place)
}

const none = async () => assert.fail('no line is too long')
const texts = (outstanding: Outstanding) => outstanding.lines.map(({ bytes }) => bytes.toString())

test('lines stay in the order of the journal, those that are not done in front', async () => {
  const outstanding = open(START)
  await outstanding.fill(4, 1_000, none)
  assert.deepEqual(texts(outstanding), ['line 1', 'line 2', 'line 3', 'line 5'])
  outstanding.settle(3, (index) => index !== 1)
  await outstanding.fill(4, 1_000, none)
  assert.deepEqual(texts(outstanding), ['line 2', 'line 5', 'line 6', 'line 7'])
})

test('bytes that wait are bounded, whatever the number of lines', async () => {
  const outstanding = open(START)
  await outstanding.fill(50, 15, none)
  assert.equal(outstanding.lines.length, 3)
  await outstanding.fill(50, 15, none)
  assert.equal(outstanding.lines.length, 3)
})

test('a place says what is not done, and nothing else', async () => {
  const outstanding = open(START)
  assert.deepEqual(outstanding.place(), START)
  await outstanding.fill(6, 1_000, none)
  outstanding.settle(6, (index) => index === 0 || index === 3)
  assert.deepEqual(outstanding.place(), {
    offset: 7,
    line: 2,
    through: 7,
    outstanding: [
      [2, 3],
      [6, 7],
    ],
  })
  outstanding.settle(4, () => true)
  assert.deepEqual(outstanding.place(), { offset: 43, line: 8, through: 7, outstanding: [] })
})

test('lines too long to be held are handed over in passing', async () => {
  const numbers: number[] = []
  const outstanding = open(START, 'a\nbbbbbb\nc\n', 5)
  await outstanding.fill(10, 1_000, async ({ number }) => void numbers.push(number))
  assert.deepEqual([texts(outstanding), numbers], [['a', 'c'], [2]])
})

test('whatever the requests, fates and restarts: each line is done once, and those that are sent are always the first', async () => {
  const all = TEXT.split('\n').filter((line) => line !== '')
  for (let seed = 1; seed <= 200; seed++) {
    const { below } = randomFrom(seed)
    const done: string[] = []
    for (let outstanding = open(START); ; ) {
      await outstanding.fill(1 + below(12), 1 + below(100), none)
      const lines = texts(outstanding)
      const left = all.filter((line) => !done.includes(line))
      assert.deepEqual(lines, left.slice(0, lines.length), `seed ${seed}`)
      if (lines.length === 0) break
      const count = 1 + below(lines.length)
      const fates = Array.from({ length: count }, () => below(2) === 0)
      done.push(...lines.filter((_, index) => fates[index]))
      outstanding.settle(count, (index) => fates[index] === true)
      if (below(3) === 0) outstanding = open(JSON.parse(JSON.stringify(outstanding.place())))
    }
    assert.deepEqual([done.length, new Set(done).size], [all.length, all.length], `seed ${seed}`)
  }
})
