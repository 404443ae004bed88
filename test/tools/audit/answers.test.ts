import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerLine, AnswersError, readAnswers } from '../../../src/tools/audit/answers.ts'

const SECRET = 'marker'
const LINE: AnswerLine = {
  storeId: 'S1',
  terminalId: 'T1',
  journalId: 'J1',
  sequenceNumber: 7,
  outcome: 'acknowledged',
  status: 201,
  partition: 3,
  offset: '42',
  sha256: 'ab'.repeat(32),
}

async function read(...chunks: (string | Buffer)[]) {
  const answers = []
  for await (const answer of readAnswers(asynchronous(chunks))) answers.push(answer)
  return answers
}

async function* asynchronous<T>(values: Iterable<T>) {
  yield* values
}

test('a line is an answer; partition and offset are its place', async () => {
  const { status, partition, offset, sha256, ...rest } = LINE
  assert.deepEqual(await read(JSON.stringify(LINE)), [
    { ...rest, place: { partition: 3, offset: 42 }, sha256: Buffer.alloc(32, 0xab), isOtherContent: false },
  ])
})

test('only identity and outcome are needed; null says that there is none', async () => {
  const { storeId, terminalId, journalId, sequenceNumber } = LINE
  const least = { storeId, terminalId, journalId, sequenceNumber, outcome: 'unknown' }
  const nothing = { place: undefined, sha256: undefined, isOtherContent: false }
  assert.deepEqual(await read(`${JSON.stringify(least)}\n${JSON.stringify({ ...least, status: null })}\n`), [
    { ...least, ...nothing },
    { ...least, ...nothing },
  ])
  const [answer] = await read(JSON.stringify({ ...LINE, offset: null }))
  assert.equal(answer?.place, undefined, 'a receipt without an offset names no place')
})

test('what a till must not have sent is marked; an older invoice again has the same content', async () => {
  const wrongs = ['changed', 'twin', 'older'].map((wrong) => JSON.stringify({ ...LINE, wrong }))
  const answers = await read(wrongs.join('\n'))
  assert.deepEqual(
    answers.map(({ isOtherContent }) => isOtherContent),
    [true, true, false],
  )
  await assert.rejects(read(JSON.stringify({ ...LINE, wrong: 'late' })), /line 1: wrong is missing or wrong/)
})

test('lines are found however the file is cut into chunks', async () => {
  const lines = [1, 2, 3].map((sequenceNumber) => JSON.stringify({ ...LINE, sequenceNumber }))
  const file = Buffer.from(lines.join('\n'))
  for (const size of [1, 2, 7, 100, 10_000]) {
    const chunks = Array.from({ length: Math.ceil(file.length / size) }, (_, i) =>
      file.subarray(i * size, (i + 1) * size),
    )
    const numbers = (await read(...chunks)).map(({ sequenceNumber }) => sequenceNumber)
    assert.deepEqual(numbers, [1, 2, 3])
  }
})

test('a bad line is refused with its number and the member, never with its content', async () => {
  const wrong: [string, RegExp][] = [
    [SECRET, /not JSON/],
    ['', /not JSON/],
    ['null', /not an object/],
    ['[]', /not an object/],
    [JSON.stringify({ ...LINE, [SECRET]: 1 }), /a member other than storeId/],
    [JSON.stringify({ ...LINE, sha265: LINE.sha256 }), /a member other than/],
    [JSON.stringify({ ...LINE, storeId: `${SECRET}/1` }), /storeId/],
    [JSON.stringify({ ...LINE, terminalId: undefined }), /terminalId/],
    [JSON.stringify({ ...LINE, journalId: '' }), /journalId/],
    [JSON.stringify({ ...LINE, sequenceNumber: 0 }), /sequenceNumber/],
    [JSON.stringify({ ...LINE, sequenceNumber: '7' }), /sequenceNumber/],
    [JSON.stringify({ ...LINE, sequenceNumber: 1e12 }), /sequenceNumber/],
    [JSON.stringify({ ...LINE, outcome: SECRET }), /outcome/],
    [JSON.stringify({ ...LINE, status: 'lost' }), /status/],
    [JSON.stringify({ ...LINE, partition: -1 }), /partition/],
    [JSON.stringify({ ...LINE, offset: 42 }), /offset/],
    [JSON.stringify({ ...LINE, offset: '-1' }), /offset/],
    [JSON.stringify({ ...LINE, sha256: 'ab' }), /sha256/],
    [JSON.stringify({ ...LINE, partition: undefined }), /offset without partition/],
    [JSON.stringify({ ...LINE, outcome: 'unknown' }), /receipt/],
    [`"${SECRET.repeat(20_000)}`, /too long/],
  ]
  for (const [line, fault] of wrong) {
    const file = `${JSON.stringify(LINE)}\n${line}\n${JSON.stringify(LINE)}`
    const reading = line.length > 65_536 ? read(file.slice(0, 100_000), file.slice(100_000)) : read(file)
    await assert.rejects(reading, (error: Error) => {
      assert.ok(error instanceof AnswersError)
      assert.match(error.message, /^--answers, line 2: /)
      assert.match(error.message, fault)
      assert.ok(!error.message.includes(SECRET))
      return true
    })
  }
})

test('bytes that are not UTF-8 are refused', async () => {
  await assert.rejects(read(Buffer.from([0x7b, 0xff, 0x7d])), /line 1: not UTF-8/)
})
