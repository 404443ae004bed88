import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { freePorts } from '../../../dev/kafka/ports.ts'
import { readAnswers } from '../../../src/tools/audit/answers.ts'
import { ANSWERS_BEGINNING } from '../../../src/tools/uploader/answer-lines.ts'
import { AppendedLines } from '../../../src/tools/uploader/append-lines.ts'
import type { CursorAnswer } from '../../../src/tools/uploader/cursor-answer.ts'
import type { AskCursor } from '../../../src/tools/uploader/cursors.ts'
import { progressFileOf, rejectedFileOf } from '../../../src/tools/uploader/journal.ts'
import { openJournal } from '../../../src/tools/uploader/open-journal.ts'
import { readProgress } from '../../../src/tools/uploader/progress-file.ts'
import { type UploadOptions, uploadFile } from '../../../src/tools/uploader/upload-file.ts'
import { uploadFiles } from '../../../src/tools/uploader/upload-files.ts'
import * as gateway from './scripted-gateway.ts'
import { LIMITS, optionsFor, scripted, upload } from './send-journal.ts'

let folder: string
let files = 0

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

/** Small text that names an invoice. */
const invoice = (number: number, terminalId = 'T1') =>
  JSON.stringify({ storeId: 'S1', terminalId, journalId: 'J1', sequenceNumber: number })

async function journalOf(lines: readonly string[], name = `${++files}.ndjson`): Promise<string> {
  const file = join(folder, name)
  const text = lines.map((line) => `${line}\n`).join('')
  await writeFile(file, name.endsWith('.gz') ? gzipSync(text) : text)
  return file
}

const NOW = { 'retry-after': '0' }
const rejectedIn = async (file: string) =>
  (await readFile(rejectedFileOf(file), 'utf8')).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

async function answersIn(file: string) {
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  for await (const _ of readAnswers([lines.join('\n')] as never)) void _ // throws if one is not as the audit wants it
  return lines.map((line) => JSON.parse(line)).map(({ sequenceNumber, outcome }) => `${sequenceNumber} ${outcome}`)
}

test('a journal is sent in its order, in requests of so many, by each coding; a finished one is not sent again', async (t) => {
  for (const coding of ['gzip', 'zstd', 'identity'] as const) {
    const server = await scripted(t, gateway.stored)
    const file = await journalOf(['1', '2', '3', '4', '5'])
    const options = optionsFor(server.url, { coding, limits: { ...LIMITS, maxInvoices: 2 } })
    const { end, tally, total } = await upload(file, options)
    assert.deepEqual(end, { kind: 'finished' })
    assert.deepEqual(tally, { sent: 5, resent: 0, unknown: 0, stored: 5, rejected: 0, skipped: 0, unproven: 0 })
    assert.deepEqual(server.lines(), [['1', '2'], ['3', '4'], ['5']])
    const [{ path, headers }] = server.received as [gateway.Received]
    assert.equal(path, '/v1/invoices/batch')
    assert.equal(headers['content-type'], 'application/x-ndjson')
    assert.equal(headers['content-encoding'], coding === 'identity' ? undefined : coding)
    assert.equal(headers.accept, 'application/x-ndjson')

    const { mtimeNs } = await stat(progressFileOf(file), { bigint: true })
    const second = await upload(file, options)
    assert.equal((await stat(progressFileOf(file), { bigint: true })).mtimeNs, mtimeNs, 'nothing new to write down')
    assert.deepEqual([second.end.kind, second.tally.sent, second.total], ['finished', 0, total])
    assert.equal(server.received.length, 3)

    await appendFile(file, '6\n')
    assert.equal((await upload(file, options)).total.stored, 6)
    assert.deepEqual(server.lines().slice(3), [['6']])
  }
})

test('what has to be sent again goes first, the rest of the journal behind it', async (t) => {
  const fates: Record<string, number> = { b1: 503, b2: 424, c1: 422, d1: 429, e1: 504 }
  const server = await scripted(
    t,
    gateway.results((line) => fates[line] ?? 201, NOW),
    gateway.stored,
  )
  const file = await journalOf(['a1', 'b1', 'a2', 'b2', 'c1', 'c2', 'd1', 'e1', 'b3', 'f1', 'f2'])
  const { tally } = await upload(file, optionsFor(server.url, { limits: { ...LIMITS, maxInvoices: 8 } }))
  assert.deepEqual(server.lines(), [
    ['a1', 'b1', 'a2', 'b2', 'c1', 'c2', 'd1', 'e1'],
    ['b1', 'b2', 'd1', 'e1', 'b3', 'f1', 'f2'],
  ])
  assert.deepEqual(tally, { sent: 15, resent: 4, unknown: 1, stored: 10, rejected: 1, skipped: 0, unproven: 0 })
  const [{ line, status, problem, text }] = await rejectedIn(file)
  assert.deepEqual([line, status, problem.title, text], [5, 422, 'says 422', 'c1'])
})

test('the same lines again after a 5xx or 429 for all of them, no answer, and answers that are not whole', async (t) => {
  const whole = gateway.answerText([201, 201])
  const replies: [gateway.Reply, number][] = [
    [gateway.whole(503, NOW), 0],
    [gateway.whole(429, NOW), 0],
    [gateway.whole(302, { ...NOW, location: '/elsewhere' }), 0],
    [gateway.noAnswer, 2],
    [gateway.text(whole.slice(0, -5)), 2],
    [gateway.text(gateway.answerText([201])), 2],
    [gateway.text(whole, { 'content-type': 'text/html' }), 2],
  ]
  const sendTwice = async ([reply, unknown]: [gateway.Reply, number]) => {
    const server = await scripted(t, reply, gateway.stored)
    const { end, tally } = await upload(await journalOf(['1', '2']), optionsFor(server.url))
    assert.equal(end.kind, 'finished')
    assert.deepEqual(server.lines(), Array(2).fill(['1', '2']))
    assert.deepEqual(tally, { sent: 4, resent: 2, unknown, stored: 2, rejected: 0, skipped: 0, unproven: 0 })
  }
  await Promise.all(replies.map(sendTwice))
})

test('what stands in the way is told once, until it is something else', async (t) => {
  const troubles: string[] = []
  const server = await scripted(t, ...[503, 503, 429, 503].map((status) => gateway.whole(status, NOW)), gateway.stored)
  const onTrouble = (_: string, text: string) => troubles.push(text)
  await upload(await journalOf(['1']), optionsFor(server.url, { onTrouble }))
  assert.deepEqual(
    troubles,
    [503, 429, 503].map((status) => `answered ${status}: whole ${status}`),
  )
})

test('an answer that does not come in time is none', async (t) => {
  const server = await scripted(t, () => {}, gateway.stored)
  const { tally } = await upload(await journalOf(['1']), optionsFor(server.url, { timeoutMs: 200 }))
  assert.deepEqual([tally.stored, tally.unknown, server.received.length], [1, 1, 2])
})

test('too large as a whole: halved; a single line that is too large is rejected, and requests are large again', async (t) => {
  const isTooLarge = ({ lines }: gateway.Received) => lines.length > 3 || lines.includes('huge')
  const server = await scripted(t, (one, response) =>
    (isTooLarge(one) ? gateway.whole(413, {}, 'quarantine') : gateway.stored)(one, response),
  )
  const file = await journalOf(['1', '2', '3', '4', '5', 'huge', '7', '8', '9'])
  const { end, tally } = await upload(file, optionsFor(server.url))
  assert.equal(end.kind, 'finished')
  assert.deepEqual(
    server.lines().map((lines) => lines.join()),
    ['1,2,3,4,5,huge,7,8,9', '1,2,3,4', '1,2', '3,4', '5,huge', '5', 'huge', 'huge', '7,8,9'],
  )
  assert.deepEqual([tally.stored, tally.rejected], [8, 1])
  assert.deepEqual(
    (await rejectedIn(file)).map(({ status, text }) => [status, text]),
    [[413, 'huge']],
  )
})

test('a line that is too large for an upload, but not for the gateway, is stored alone', async (t) => {
  const server = await scripted(t, gateway.whole(413), gateway.whole(503, NOW), gateway.stored)
  const file = await journalOf(['large', '2'])
  const { end, tally } = await upload(file, optionsFor(server.url, { limits: { ...LIMITS, maxInvoices: 1 } }))
  assert.equal(end.kind, 'finished')
  assert.deepEqual(
    server.received.map(({ path, lines, headers }) => [path, lines.join(), headers['content-type']]),
    [
      ['/v1/invoices/batch', 'large', 'application/x-ndjson'],
      ['/v1/invoices', 'large', 'application/json'],
      ['/v1/invoices', 'large', 'application/json'],
      ['/v1/invoices/batch', '2', 'application/x-ndjson'],
    ],
  )
  assert.deepEqual([tally.stored, tally.rejected], [2, 0])
})

test('a proxy that takes no body of this size ends it; the line is kept', async (t) => {
  const server = await scripted(t, gateway.whole(413))
  const file = await journalOf(['huge'])
  const { end, tally } = await upload(file, optionsFor(server.url))
  assert.deepEqual(end, { kind: 'refused', reason: 'answered 413: whole 413' })
  assert.deepEqual([tally.stored, tally.rejected, server.received.length], [0, 0, 2])
})

test('a request that did not arrive in time is halved, and its lines are never rejected', async (t) => {
  const server = await scripted(
    t,
    gateway.whole(408, NOW),
    gateway.whole(408, NOW),
    gateway.whole(408, NOW),
    gateway.stored,
  )
  const { tally } = await upload(await journalOf(['1', '2', '3', '4']), optionsFor(server.url))
  assert.deepEqual(
    server.lines().map(({ length }) => length),
    [4, 2, 1, 1, 1, 1, 1],
  )
  assert.deepEqual([tally.stored, tally.rejected], [4, 0])
})

test('a server that takes no uploads ends it; nothing is rejected', async (t) => {
  for (const status of [400, 404, 415]) {
    const server = await scripted(t, gateway.whole(status))
    const file = await journalOf(['1', '2'])
    const { end, tally } = await upload(file, optionsFor(server.url))
    assert.deepEqual(end, { kind: 'refused', reason: `answered ${status}: whole ${status}` })
    assert.deepEqual([tally.stored, tally.rejected, server.received.length], [0, 0, 1])
    await assert.rejects(readFile(rejectedFileOf(file)), /ENOENT/)
  }
})

test('a journal that gets nowhere is given up; the next run goes on', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (line === '2' ? 503 : 201), NOW),
    gateway.whole(503),
  )
  const file = await journalOf(['1', '2', '3'])
  const { end } = await upload(file, optionsFor(server.url, { giveUpAfterMs: 1_400 }))
  assert.deepEqual(end, { kind: 'given-up', reason: 'answered 503: whole 503' })
  const healed = await scripted(t, gateway.stored)
  assert.equal((await upload(file, optionsFor(healed.url))).end.kind, 'finished')
  assert.deepEqual(healed.lines(), [['2']])
})

test('nobody listens: nothing counts as sent', async () => {
  const answers = new AppendedLines(join(folder, 'unsent.answers'), ANSWERS_BEGINNING)
  const [port] = await freePorts(1)
  const nowhere = optionsFor(new URL(`http://127.0.0.1:${port}/`), { giveUpAfterMs: 300, answers })
  const { end, tally } = await upload(await journalOf([invoice(1)]), nowhere)
  assert.ok(end.kind === 'given-up')
  assert.equal(end.reason, `no answer: 127.0.0.1:${port}: nothing listens there (connection refused)`)
  assert.equal(tally.sent, 0)
  await answers.close()
  await assert.rejects(readFile(answers.file), /ENOENT/)
})

test('rejected lines: their place and bytes, as text or base64; too long ones only their place', async (t) => {
  const server = await scripted(
    t,
    gateway.results(() => 422),
  )
  const file = join(folder, 'odd.ndjson')
  const noUtf8 = Buffer.from([0x7b, 0xff, 0x7d])
  await writeFile(file, Buffer.concat([Buffer.from(' {"ü":1}\r\n\n'), noUtf8, Buffer.from(`\n${'x'.repeat(50)}\n`)]))
  const { end, tally } = await upload(file, optionsFor(server.url, { limits: { ...LIMITS, maxBytes: 50 } }))
  assert.deepEqual([end.kind, tally.rejected, tally.sent], ['finished', 3, 2])
  const entries = await rejectedIn(file)
  const byLine = entries.sort((a, b) => a.line - b.line).map(({ problem, ...entry }) => [entry, problem.title])
  assert.deepEqual(byLine, [
    [{ line: 1, offset: 0, bytes: 11, status: 422, text: '{"ü":1}' }, 'says 422'],
    [{ line: 3, offset: 12, bytes: 4, status: 422, base64: noUtf8.toString('base64') }, 'says 422'],
    [{ line: 4, offset: 16, bytes: 51, status: null }, 'The line is too long for a request; it was not sent'],
  ])
})

test('what is under way is on the disk before it is sent, and taken up by the next run as an unknown outcome', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (line === invoice(2) ? 503 : 201), NOW),
    gateway.stored,
  )
  const lines = [1, 2, 3, 4, 5, 6].map((number) => invoice(number))
  const file = await journalOf(lines)
  const answers = new AppendedLines(join(folder, 'crash.answers'), ANSWERS_BEGINNING)
  const given = { answers, limits: { ...LIMITS, maxInvoices: 3 } }
  const sound = optionsFor(server.url, given)
  let requests = 0
  const crashing = optionsFor(server.url, {
    ...given,
    send: async (request, timeoutMs) => {
      const { underWay, line, outstanding, through } = (await readProgress(progressFileOf(file))) ?? {}
      const expected =
        requests === 0
          ? [3, 1, [[1, 3]], 3]
          : [
              3,
              2,
              [
                [2, 2],
                [4, 5],
              ],
              5,
            ]
      assert.deepEqual([underWay, line, outstanding, through], expected)
      const answer = await sound.send(request, timeoutMs)
      if (++requests === 2) throw new Error('crash')
      return answer
    },
  })
  await assert.rejects(upload(file, crashing), /crash/)
  await answers.close()

  const more = new AppendedLines(answers.file, ANSWERS_BEGINNING)
  const fewer = { ...LIMITS, maxInvoices: 2 }
  const { end, tally, total } = await upload(file, { ...sound, answers: more, limits: fewer })
  await more.close()
  assert.equal(end.kind, 'finished')
  assert.deepEqual(tally, { sent: 4, resent: 3, unknown: 3, stored: 4, rejected: 0, skipped: 0, unproven: 0 })
  assert.deepEqual(total, { stored: 6, rejected: 0, skipped: 0 })
  assert.deepEqual(server.lines(), [
    [lines[0], lines[1], lines[2]],
    [lines[1], lines[3], lines[4]],
    [lines[1], lines[3]],
    [lines[4], lines[5]],
  ])
  assert.deepEqual(await answersIn(answers.file), [
    ...['1 acknowledged', '2 rejected', '3 acknowledged'],
    ...['2 unknown', '4 unknown', '5 unknown'],
    ...['2 acknowledged', '4 acknowledged', '5 acknowledged', '6 acknowledged'],
  ])
})

test('fewer invoices a request than the run before had: all that was left is found', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (Number(line) % 2 ? 503 : 201)),
    gateway.stored,
  )
  const file = await journalOf(Array.from({ length: 10 }, (_, i) => String(i)))
  const stopping = new AbortController()
  const onTrouble = () => stopping.abort()
  await upload(file, optionsFor(server.url, { onTrouble, stopping: stopping.signal }))
  const second = { limits: { ...LIMITS, maxInvoices: 2 } }
  const { end } = await upload(file, optionsFor(server.url, second))
  assert.equal(end.kind, 'finished')
  assert.deepEqual(server.lines().slice(1), [['1', '3'], ['5', '7'], ['9']])
})

test('attempts are noted as the audit reads them: acknowledged, rejected, unknown; nothing for what is no invoice', async (t) => {
  const answers = new AppendedLines(join(folder, 'all.answers'), ANSWERS_BEGINNING)
  const server = await scripted(
    t,
    gateway.noAnswer,
    gateway.whole(503, NOW),
    gateway.results((_, index) => [201, 422, 504, 422, 422][index] ?? 201, NOW),
    gateway.stored,
  )
  const file = await journalOf([invoice(1), invoice(2), invoice(3), 'no JSON', invoice(4, 'no name')])
  await upload(file, optionsFor(server.url, { answers }))
  await answers.close()
  assert.deepEqual(await answersIn(answers.file), [
    ...['1 unknown', '2 unknown', '3 unknown'],
    ...['1 rejected', '2 rejected', '3 rejected'],
    ...['1 acknowledged', '2 rejected', '3 unknown'],
    '3 acknowledged',
  ])
})

test('a signal ends it after the request under way, and at once while it waits', async (t) => {
  const stopping = new AbortController()
  const server = await scripted(t, (one, response) => {
    stopping.abort()
    gateway.stored(one, response)
  })
  const file = await journalOf(['1', '2'])
  const given = { stopping: stopping.signal, limits: { ...LIMITS, maxInvoices: 1 } }
  const { end, total } = await upload(file, optionsFor(server.url, given))
  assert.deepEqual([end.kind, total.stored, server.received.length], ['interrupted', 1, 1])

  const waiting = new AbortController()
  const busy = await scripted(t, gateway.whole(503, { 'retry-after': '250' }))
  const onTrouble = () => setTimeout(() => waiting.abort(), 10)
  const second = await upload(file, optionsFor(busy.url, { stopping: waiting.signal, onTrouble }))
  assert.equal(second.end.kind, 'interrupted')
})

test('a compressed journal is read the same, and goes on in the middle of it', async (t) => {
  const lines = Array.from({ length: 30_000 }, (_, i) => `${'x'.repeat(i % 50)}${i}`)
  const file = await journalOf(lines, 'journal.ndjson.gz')
  const stopping = new AbortController()
  const server = await scripted(t, gateway.stored)
  const onProgress: UploadOptions['onProgress'] = (_, { bytesDone, stored }) => {
    assert.equal(bytesDone > 0, stored > 0)
    if (stored === 10_000) stopping.abort()
  }
  const first = await upload(file, optionsFor(server.url, { stopping: stopping.signal, onProgress }))
  assert.equal(first.end.kind, 'interrupted')
  assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished')
  assert.ok(server.lines().flat().join() === lines.join())
})

for (const name of ['counted.ndjson', 'counted.ndjson.gz'])
  test(`progress of ${name} counts what is done, not what was read to be sent`, async (t) => {
    const file = await journalOf(['"1"', '"2"', '"3"', '"4"'], name)
    const { size } = await stat(file)
    const server = await scripted(t, gateway.stored)
    const seen = new Map<number, number>()
    const onProgress: UploadOptions['onProgress'] = (_, { stored, bytesDone }) => seen.set(stored, bytesDone / size)
    await upload(file, optionsFor(server.url, { limits: { ...LIMITS, maxInvoices: 2 }, onProgress }))
    assert.deepEqual(
      [...seen].map(([stored, share]) => [stored, Number(share.toFixed(1))]),
      [
        [0, 0],
        [2, 0.5],
        [4, 1],
      ],
    )
  })

test('of a journal that cannot be read on, all lines before are sent', async (t) => {
  const server = await scripted(t, gateway.stored)
  const file = await journalOf([], 'cut.ndjson.gz')
  const noise = Array.from({ length: 20_000 }, () => String(Math.random()))
  await writeFile(file, gzipSync(noise.join('\n')).subarray(0, -20_000))
  const { end, tally } = await upload(file, optionsFor(server.url))
  assert.ok(end.kind === 'unreadable')
  assert.match(end.reason, /^its compressed data are cut off$/)
  assert.ok(tally.stored > 5_000)
  assert.ok(server.lines().flat().join() === noise.slice(0, tally.stored).join())
})

test('several at once, each in its order; after one that does not come to its end no other is started', async (t) => {
  const server = await scripted(t, gateway.stored)
  const names = [
    ['a1', 'a2'],
    ['b1', 'b2'],
    ['c1', 'c2'],
  ]
  const three = await Promise.all(names.map((lines) => journalOf(lines)))
  const open = () => Promise.all(three.map((file) => openJournal(file, { again: true })))
  const one = { ...LIMITS, maxInvoices: 1 }
  const first = await open()
  const reports = await uploadFiles(first, { parallel: 2, keepGoing: false }, optionsFor(server.url, { limits: one }))
  for (const journal of first) journal.release()
  assert.deepEqual(
    reports.map(({ file }) => file),
    three,
  )
  const lines = server.lines().flat()
  for (const [first, second] of names as [string, string][])
    assert.ok(lines.indexOf(first) < lines.indexOf(second) && lines.includes(first))

  const refusing = await scripted(t, gateway.whole(404))
  const second = await open()
  const ended = await uploadFiles(second, { parallel: 1, keepGoing: false }, optionsFor(refusing.url))
  assert.deepEqual(
    ended.map(({ end }) => end.kind),
    ['refused'],
  )
})

test('a journal is given up while an answer is pending, not only between two requests', async (t) => {
  const server = await scripted(t, (one, response) => void setTimeout(() => gateway.stored(one, response), 3_000))
  const file = join(folder, 'pending.ndjson')
  await writeFile(file, '1\n')
  const { end, tally } = await upload(file, optionsFor(server.url, { giveUpAfterMs: 300 }))
  assert.equal(end.kind, 'given-up')
  assert.match('reason' in end ? end.reason : '', /^no answer within 0\.\d s$/)
  assert.deepEqual([tally.sent, tally.unknown], [1, 1])
})

test('it is told when an answer is waited for, and how far the journal is, earlier runs included', async (t) => {
  const server = await scripted(t, gateway.stored, gateway.whole(404), gateway.stored)
  const file = join(folder, 'progress.ndjson')
  await writeFile(file, '1\n2\n3\n')
  const seen: unknown[] = []
  const onProgress: UploadOptions['onProgress'] = (name, { stored, rejected, doing }) =>
    seen.push([name === file, stored, rejected, doing])
  const options = optionsFor(server.url, {
    onProgress,
    limits: { maxInvoices: 1, maxBytes: 100, maxCompressedBytes: 100 },
  })
  assert.equal((await upload(file, options)).end.kind, 'refused')
  assert.deepEqual(seen.splice(0), [
    [true, 0, 0, 'reading'],
    [true, 0, 0, 'waiting'],
    [true, 1, 0, 'reading'],
    [true, 1, 0, 'waiting'],
    [true, 1, 0, 'reading'],
    [true, 1, 0, 'ended'],
  ])
  assert.equal((await upload(file, options)).end.kind, 'finished')
  assert.deepEqual(seen[0], [true, 1, 0, 'reading'])
  assert.deepEqual(seen.at(-1), [true, 3, 0, 'ended'])
})

test('no request is sent that has no time to be answered before the journal is given up', async (t) => {
  const server = await scripted(t, gateway.whole(503, { 'retry-after': '0' }))
  const file = await journalOf(['1'])
  const options = optionsFor(server.url, { giveUpAfterMs: 1_200 })
  const timeouts: number[] = []
  const send: UploadOptions['send'] = (request, timeoutMs) => {
    timeouts.push(timeoutMs)
    return options.send(request, timeoutMs)
  }
  assert.equal((await upload(file, { ...options, send })).end.kind, 'given-up')
  assert.ok(timeouts.length > 0 && Math.min(...timeouts) >= 900, `${timeouts.at(-1)} ms`)
})

test('time to read the journal is not time without progress', async (t) => {
  const server = await scripted(t, gateway.stored)
  const journal = await openJournal(await journalOf(['1', '2']))
  t.after(() => journal.release())
  const [readingMs, giveUpAfterMs] = [1_200, 2_400]
  async function* slow() {
    await sleep(readingMs)
    yield Buffer.from('1\n2\n')
  }
  const options = optionsFor(server.url, { giveUpAfterMs })
  const timeouts: number[] = []
  const send: UploadOptions['send'] = (request, timeoutMs) => {
    timeouts.push(timeoutMs)
    return options.send(request, timeoutMs)
  }
  const read = () => ({ chunks: slow(), bytesUpTo: (end: number) => end })
  const { end } = await uploadFile({ ...journal, read }, { ...options, send })
  assert.equal(end.kind, 'finished')
  assert.ok(timeouts.length === 1 && (timeouts[0] as number) > giveUpAfterMs - readingMs, `${timeouts} ms`)
})

test('however long it takes to prepare a request, its answer has time to come', async (t) => {
  const server = await scripted(t, gateway.stored)
  const options = optionsFor(server.url, {
    giveUpAfterMs: 1_200,
    onProgress: (_, { doing }) => {
      const untilMs = performance.now() + 600
      while (doing === 'waiting' && performance.now() < untilMs);
    },
  })
  const timeouts: number[] = []
  const send: UploadOptions['send'] = (request, timeoutMs) => {
    timeouts.push(timeoutMs)
    return options.send(request, timeoutMs)
  }
  await upload(await journalOf(['1']), { ...options, send })
  assert.ok(timeouts.length === 1 && (timeouts[0] as number) >= 1_000, `${timeouts} ms`)
})

test('a journal is given up, too, when there is no time left for a smaller request', async (t) => {
  const now = performance.now.bind(performance)
  let laterMs = 0
  t.mock.method(performance, 'now', () => now() + laterMs)
  const server = await scripted(t, (one, response) => {
    laterMs = 59_500 // so long did the answer take
    gateway.whole(413)(one, response)
  })
  const { end } = await upload(await journalOf(['1', '2']), optionsFor(server.url, { giveUpAfterMs: 60_000 }))
  assert.deepEqual(end, { kind: 'given-up', reason: 'no time was left for a smaller request' })
  assert.deepEqual(server.lines(), [['1', '2']])
})

/** A cursor for every journal, after these obstacles. */
function cursorAt(through: number, ahead: readonly [number, number][], obstacles: CursorAnswer[] = []): AskCursor {
  return async () => obstacles.shift() ?? { kind: 'cursor', cursor: { through, ahead } }
}

test('--resume: what is in Kafka is skipped, the rest is sent in order in full requests, and answers say so', async (t) => {
  const server = await scripted(t, gateway.stored)
  const lines = [...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => invoice(number)), 'no JSON']
  const file = await journalOf(lines)
  const answers = new AppendedLines(join(folder, 'resumed.ndjson'), ANSWERS_BEGINNING)
  const given = { answers, cursorOf: cursorAt(3, [[5, 6]]), limits: { ...LIMITS, maxInvoices: 2 } }
  const { end, tally, total } = await upload(file, optionsFor(server.url, given))
  await answers.close()
  assert.deepEqual(end, { kind: 'finished' })
  assert.deepEqual(server.lines(), [[invoice(4), invoice(7)], [invoice(8), invoice(9)], ['no JSON']])
  assert.deepEqual(tally, { sent: 5, resent: 0, unknown: 0, stored: 5, rejected: 0, skipped: 5, unproven: 0 })
  assert.deepEqual(total, { stored: 5, rejected: 0, skipped: 5 })
  assert.deepEqual(
    (await answersIn(answers.file)).sort(),
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `${number} acknowledged`),
  )
  const again = await upload(file, optionsFor(server.url, { cursorOf: async () => assert.fail('asked') }))
  assert.deepEqual([again.end.kind, again.tally.skipped, again.total], ['finished', 0, total])
})

test('--resume: of lines that an earlier run had under way, those that arrived are not sent again', async (t) => {
  const file = await journalOf([1, 2, 3, 4].map((number) => invoice(number)))
  const broken = await scripted(t, gateway.noAnswer)
  const stopping = new AbortController()
  const onTrouble = () => stopping.abort()
  await upload(file, optionsFor(broken.url, { onTrouble, stopping: stopping.signal }))
  const server = await scripted(t, gateway.stored)
  const { end, tally } = await upload(file, optionsFor(server.url, { cursorOf: cursorAt(3, []) }))
  assert.equal(end.kind, 'finished')
  assert.deepEqual(server.lines(), [[invoice(4)]])
  assert.deepEqual([tally.skipped, tally.stored], [3, 1])
})

test('--resume: what passes is asked again after a wait, and nothing is sent before the answer', async (t) => {
  const server = await scripted(t, gateway.stored)
  const troubles: string[] = []
  const obstacles: CursorAnswer[] = [1, 2].map(() => ({ kind: 'again', reason: 'busy', retryAfterMs: undefined }))
  const cursorOf = cursorAt(1, [], obstacles)
  const onTrouble = (_: string, text: string) => {
    troubles.push(text)
    assert.equal(server.received.length, 0)
  }
  const file = await journalOf([invoice(1), invoice(2)])
  const { end, tally } = await upload(file, optionsFor(server.url, { cursorOf, onTrouble }))
  assert.deepEqual([end.kind, tally.sent, tally.skipped, troubles], ['finished', 1, 1, ['busy']])
})

test('--resume: a gateway that never can tell is given up, and one that has no cursors ends it; nothing was sent', async (t) => {
  const server = await scripted(t, gateway.stored)
  const never: AskCursor = async () => ({ kind: 'again', reason: 'busy', retryAfterMs: 20 })
  const giveUp = { cursorOf: never, giveUpAfterMs: 1_100 }
  const busy = await upload(await journalOf([invoice(1)]), optionsFor(server.url, giveUp))
  assert.deepEqual(busy.end, { kind: 'given-up', reason: 'busy' })
  const cursorOf: AskCursor = async () => ({ kind: 'stop', reason: 'no cursors here' })
  const off = await upload(await journalOf([invoice(1)]), optionsFor(server.url, { cursorOf }))
  assert.deepEqual(off.end, { kind: 'refused', reason: 'no cursors here' })
  assert.equal(server.received.length, 0)
})

test('--resume: a journal that the gateway does not keep is sent as a whole, and counted', async (t) => {
  const server = await scripted(t, gateway.stored)
  const cursorOf: AskCursor = async () => ({ kind: 'no-cursor' })
  const { tally } = await upload(await journalOf([invoice(1), invoice(2)]), optionsFor(server.url, { cursorOf }))
  assert.deepEqual([tally.sent, tally.skipped, tally.unproven], [2, 0, 2])
})
