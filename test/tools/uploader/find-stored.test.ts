import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JournalName, journalText } from '../../../src/invoice/identity.ts'
import type { Cursor, CursorAnswer } from '../../../src/tools/uploader/cursor-answer.ts'
import { findStored } from '../../../src/tools/uploader/find-stored.ts'
import type { OutstandingLine } from '../../../src/tools/uploader/outstanding.ts'

const RUNNING = new AbortController().signal

const lineOf = (value: unknown, number = 1): OutstandingLine => ({
  ...{ number, start: 0, end: 0, wasSent: false, isAsked: false },
  bytes: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
})
const invoice = (sequenceNumber: unknown, journalId = 'J1') =>
  lineOf({ storeId: 'S1', terminalId: 'T1', journalId, sequenceNumber })

/** Answers for journals by name. */
function cursors(answers: Record<string, Cursor | CursorAnswer>) {
  const asked: string[] = []
  const cursorOf = async (journal: JournalName): Promise<CursorAnswer> => {
    asked.push(journalText(journal))
    const answer = answers[journalText(journal)]
    assert.ok(answer !== undefined, journalText(journal))
    return 'kind' in answer ? answer : { kind: 'cursor', cursor: answer }
  }
  return { asked, cursorOf }
}

test('what is up to through or ahead of it is found, and each journal is asked for once', async () => {
  const lines = [1, 2, 3, 4, 5].flatMap((number) => [invoice(number), invoice(number, 'J2')])
  const { asked, cursorOf } = cursors({
    'S1/T1/J1': { through: 2, ahead: [[4, 4]] },
    'S1/T1/J2': { through: 0, ahead: [] },
  })
  const { stored, unproven, obstacle } = await findStored(lines, cursorOf, 1_000, RUNNING)
  assert.deepEqual(
    [...stored].map((line) => lines.indexOf(line)),
    [0, 2, 6],
  )
  assert.deepEqual([unproven, obstacle], [0, undefined])
  assert.deepEqual(asked, ['S1/T1/J1', 'S1/T1/J2'])
  assert.ok(lines.every(({ isAsked }) => isAsked))
  assert.equal((await findStored(lines, cursorOf, 1_000, RUNNING)).stored.size, 0)
  assert.equal(asked.length, 2, 'lines that were asked about are not asked about again')
})

test('a line without an identity that a gateway takes is in no journal: nobody is asked, and it is sent', async () => {
  const odd = [
    ...['no JSON', '[]', 'null', '7', '{}', '{"storeId":"S1"}'].map((text) => lineOf(text)),
    ...[0, -1, 1.5, '1', null, 2 ** 60].map((number) => invoice(number)),
    ...['', '.J', 'J/1', 'j'.repeat(37), 'Ä'].map((journalId) => invoice(1, journalId)),
    lineOf({ storeId: 's'.repeat(33), terminalId: 'T1', journalId: 'J1', sequenceNumber: 1 }),
  ]
  const { cursorOf } = cursors({})
  const { stored, obstacle } = await findStored(odd, cursorOf, 1_000, RUNNING)
  assert.deepEqual([stored.size, obstacle], [0, undefined])
  assert.ok(odd.every(({ isAsked }) => isAsked))
})

test('lines of a journal that the gateway cannot tell of are counted, and are sent', async () => {
  const lines = [invoice(1), invoice(2), invoice(1, 'J2')]
  const { cursorOf } = cursors({ 'S1/T1/J1': { kind: 'no-cursor' }, 'S1/T1/J2': { through: 1, ahead: [] } })
  const { stored, unproven } = await findStored(lines, cursorOf, 1_000, RUNNING)
  assert.deepEqual([[...stored], unproven], [[lines[2]], 2])
})

test('after an obstacle nobody else is asked; what was answered counts, and the others are asked about again', async () => {
  const lines = Array.from({ length: 100 }, (_, i) => invoice(1, `J${i}`))
  let asked = 0
  const script: CursorAnswer[] = [
    { kind: 'cursor', cursor: { through: 1, ahead: [] } },
    { kind: 'again', reason: 'busy', retryAfterMs: 5 },
  ]
  const cursorOf = async () => script[asked++] ?? (script[1] as CursorAnswer)
  const { stored, obstacle } = await findStored(lines, cursorOf, 1_000, RUNNING)
  assert.deepEqual([stored.size, obstacle], [1, script[1]])
  assert.ok(asked <= 9, `${asked} questions`)
  assert.equal(lines.filter(({ isAsked }) => isAsked).length, 1)
})

test('nobody is asked once the upload is stopping', async () => {
  const cursorOf = async () => assert.fail('asked')
  const { obstacle } = await findStored([invoice(1)], cursorOf, 1_000, AbortSignal.abort())
  assert.equal(obstacle, undefined)
})
