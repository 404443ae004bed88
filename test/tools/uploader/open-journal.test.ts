import assert from 'node:assert/strict'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { FileReport } from '../../../src/tools/uploader/file-report.ts'
import { progressFileOf, rejectedFileOf } from '../../../src/tools/uploader/journal.ts'
import { JournalError, openJournal, startOver } from '../../../src/tools/uploader/open-journal.ts'
import { writeProgress } from '../../../src/tools/uploader/progress-file.ts'
import type { UploadOptions } from '../../../src/tools/uploader/upload-file.ts'
import * as gateway from './scripted-gateway.ts'
import { LIMITS, optionsFor, scripted, upload } from './send-journal.ts'

let folder: string
let files = 0

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

const invoice = (number: number, pad = '') => JSON.stringify({ sequenceNumber: number, pad })
const newFile = (end = '.ndjson') => join(folder, `${++files}${end}`)

/** A thousand lines of about 200 bytes: the first 400 of them are more than 64 KiB. */
const THOUSAND = Array.from({ length: 1_000 }, (_, i) => `${invoice(i, 'x'.repeat(200))}\n`)

/** Sends so many requests of a hundred lines, and ends. */
async function sendSome(file: string, url: URL, requests: number): Promise<FileReport> {
  const stopping = new AbortController()
  let sent = 0
  const options = optionsFor(url, { limits: { ...LIMITS, maxInvoices: 100 }, stopping: stopping.signal })
  const send: UploadOptions['send'] = async (...given) => {
    if (++sent === requests) stopping.abort()
    return await options.send(...given)
  }
  return await upload(file, { ...options, send })
}

for (const end of ['.ndjson', '.ndjson.gz']) {
  const packed = (lines: readonly string[]) => (end.endsWith('.gz') ? gzipSync(lines.join('')) : lines.join(''))

  test(`a journal${end} that was replaced anywhere before its place is refused, and nothing of it is sent`, async (t) => {
    const server = await scripted(t, gateway.stored)
    const file = newFile(end)
    await writeFile(file, packed(THOUSAND))
    assert.equal((await sendSome(file, server.url, 9)).total.stored, 900)
    for (const changed of [0, 450, 899]) {
      await writeFile(file, packed(THOUSAND.with(changed, `${invoice(changed, 'y'.repeat(200))}\n`)))
      await assert.rejects(openJournal(file), /is not the journal .*--again/, `line ${changed}`)
    }
    assert.equal(server.received.length, 9)
    // What was not read yet may still change.
    const other = THOUSAND.with(999, `${invoice(7_777)}\n`)
    await writeFile(file, packed(other))
    assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished')
    assert.equal(server.lines().flat().join('\n'), other.join('').trim())
  })
}

test('lines that are done behind one that is not are part of what may not change', async (t) => {
  const server = await scripted(
    t,
    gateway.results((line) => (line.includes('"sequenceNumber":0,') ? 503 : 201)),
  )
  const file = newFile()
  await writeFile(file, THOUSAND.join(''))
  const stopping = new AbortController()
  const onTrouble = () => stopping.abort()
  const stuck = { onTrouble, stopping: stopping.signal, limits: { ...LIMITS, maxInvoices: 500 } }
  assert.equal((await upload(file, optionsFor(server.url, stuck))).total.stored, 499)
  await writeFile(file, THOUSAND.with(450, `${invoice(450, 'y'.repeat(200))}\n`).join(''))
  await assert.rejects(openJournal(file), /--again/)
})

test('a journal that became shorter than what was read is refused; one that lost only what was not read is not', async (t) => {
  const server = await scripted(t, gateway.stored)
  const file = newFile()
  await writeFile(file, THOUSAND.join(''))
  await sendSome(file, server.url, 9)
  const bytes = (lines: number) => Buffer.byteLength(THOUSAND.slice(0, lines).join(''))
  await truncate(file, bytes(950))
  assert.equal((await upload(file, optionsFor(server.url))).total.stored, 950)
  await truncate(file, bytes(899))
  await assert.rejects(openJournal(file), /--again/)
})

test('a last line without a line feed that is not complete JSON waits for the rest, as the report says', async (t) => {
  const server = await scripted(t, gateway.stored)
  const file = newFile()
  const [first, second] = [invoice(1), invoice(2)]
  for (const cut of [1, 5, second.length - 1]) {
    await writeFile(file, `${first}\n${second.slice(0, cut)}`)
    const { end, total } = await upload(file, optionsFor(server.url))
    assert.equal(end.kind, 'cut-off')
    assert.match('reason' in end ? end.reason : '', /line 2, \d+ bytes, has no line feed and is not complete JSON/)
    assert.deepEqual(total, { stored: 1, rejected: 0, skipped: 0 })
  }
  assert.deepEqual(server.lines(), [[first]])
  await assert.rejects(readFile(rejectedFileOf(file)), /ENOENT/)
  // The writer may begin the line anew.
  await writeFile(file, `${first}\n${invoice(22)}\n`)
  assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished')
  assert.deepEqual(server.lines(), [[first], [invoice(22)]])
})

test('a whole invoice without a line feed is sent, and whatever is appended goes on behind it', async (t) => {
  const server = await scripted(t, gateway.stored)
  const file = newFile()
  await writeFile(file, `${invoice(1)}\n${invoice(2)}`)
  assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished')
  await appendFile(file, `\n${invoice(3)}\n`)
  assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished')
  assert.deepEqual(server.lines(), [[invoice(1), invoice(2)], [invoice(3)]])
})

test('a journal is inflated by its first bytes, whatever its name says', async (t) => {
  const text = THOUSAND.join('')
  for (const [name, bytes] of [
    ['.ndjson', gzipSync(text)],
    ['.ndjson', zstdCompressSync(text)],
    ['.NDJSON.GZ', gzipSync(text)],
    ['.zst', zstdCompressSync(text)],
    ['.gz', Buffer.from(text)],
    ['.gz', Buffer.concat([gzipSync(text), Buffer.alloc(512)])],
    ['.zst', Buffer.concat(THOUSAND.map((line) => zstdCompressSync(line)))],
  ] as const) {
    const server = await scripted(t, gateway.stored)
    const file = newFile(name)
    await writeFile(file, bytes)
    assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished', name)
    assert.equal(server.lines().flat().join('\n'), text.trim())
  }
})

test('a byte order mark at the start does not belong to the first invoice; progress counts it', async (t) => {
  const server = await scripted(t, gateway.stored)
  for (const pack of [(text: string) => text, (text: string) => gzipSync(text)]) {
    const file = newFile()
    await writeFile(file, pack(`\ufeff${THOUSAND.slice(0, 2).join('')}`))
    assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished')
    await writeFile(file, pack(`\ufeff${THOUSAND.slice(0, 3).join('')}`))
    assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished')
  }
  const [one, two, three] = THOUSAND.map((line) => line.trim())
  assert.deepEqual(server.lines(), [[one, two], [three], [one, two], [three]])
})

test('what is not one invoice a line is told at once, with what to do, and nothing of it is sent', async () => {
  const invoices = [{ a: 1 }, { a: 2 }]
  const pretty = JSON.stringify(invoices[0], null, 2)
  for (const [content, told] of [
    [JSON.stringify(invoices), /is a JSON array.*jq -c "\.\[\]"/],
    [`\ufeff\n  ${JSON.stringify(invoices, null, 2)}`, /is a JSON array/],
    [pretty, /spread over several lines.*jq -c \./],
    [`${pretty}\n${pretty}\n`, /spread over several lines/],
    [Buffer.from(`\ufeff${THOUSAND[0]}`, 'utf16le'), /is UTF-16.*iconv/],
    [Buffer.from(THOUSAND[0] as string, 'utf16le'), /is UTF-16/],
    [Buffer.from(`\ufeff${THOUSAND[0]}`, 'utf16le').swap16(), /is UTF-16/],
    [gzipSync(pretty), /spread over several lines/],
    [zstdCompressSync(JSON.stringify(invoices)), /is a JSON array/],
  ] as const) {
    const file = newFile()
    await writeFile(file, content)
    await assert.rejects(openJournal(file), (error: Error) => {
      assert.ok(error instanceof JournalError)
      assert.ok(error.message.startsWith(`${file}: `), error.message)
      assert.match(error.message, told)
      return true
    })
    assert.deepEqual(
      (await readdir(folder)).filter((name) => join(folder, name) !== file && join(folder, name).startsWith(file)),
      [],
    )
  }
})

test('a damaged line, even the first, is for the gateway to judge', async (t) => {
  const server = await scripted(t, gateway.stored)
  for (const first of ['{"a":1,', '"a":1}', '{', 'x', '{"a":[{']) {
    const file = newFile()
    await writeFile(file, `${first}\n${THOUSAND[1]}`)
    assert.equal((await upload(file, optionsFor(server.url))).end.kind, 'finished', first)
    assert.deepEqual(server.lines().at(-1), [first, THOUSAND[1]?.trim()])
  }
})

test('a progress file of another version is named, with the remedy', async () => {
  const file = newFile()
  await writeFile(file, 'x\n')
  await writeFile(progressFileOf(file), '{"version":1}')
  await assert.rejects(openJournal(file), /\.progress is not a progress file of this version.*--again/)
})

/** Of some other journal. */
const PROGRESS = {
  version: 3,
  prefix: { bytes: 1, sha256: 'x' },
  ...{ offset: 1, line: 1, through: 0, outstanding: [], underWay: 0, stored: 0, rejected: 0, skipped: 0 },
} as const

test('starting over deletes what earlier runs left beside the journal', async () => {
  const file = join(folder, 'journal.ndjson')
  await writeFile(file, 'one\ntwo\n')
  await writeProgress(progressFileOf(file), PROGRESS)
  await writeFile(rejectedFileOf(file), '{}\n')
  await assert.rejects(openJournal(file), JournalError)
  const journal = await openJournal(file, { again: true })
  assert.equal(journal.progress, null)
  assert.equal(await readFile(rejectedFileOf(file), 'utf8'), '{}\n')
  await startOver(journal)
  journal.release()
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('journal')),
    ['journal.ndjson'],
  )
})

test('a file of rejected invoices that is something else is told before anything is sent; one of ours is not', async () => {
  const file = newFile()
  await writeFile(file, 'x\n')
  for (const isDry of [false, true]) {
    for (const foreign of ['[]', 'notes\n']) {
      await writeFile(rejectedFileOf(file), foreign)
      await assert.rejects(openJournal(file, { isDry }), (error) => error instanceof JournalError)
      await assert.rejects(openJournal(file, { isDry }), /\.rejected\.ndjson .*something else: is it the right file/)
    }
    for (const own of ['', '{"li', '{"line":1}', '{"line":1}\n']) {
      await writeFile(rejectedFileOf(file), own)
      const journal = await openJournal(file, { isDry })
      journal.release()
      assert.equal(await readFile(rejectedFileOf(file), 'utf8'), own)
    }
  }
  await rm(rejectedFileOf(file))
  await mkdir(rejectedFileOf(file))
  await assert.rejects(openJournal(file), /\.rejected\.ndjson .*it is a folder/)
})

test('a journal that is not there, or no file, says so', async () => {
  await assert.rejects(openJournal(join(folder, 'none')), /none: there is no such file or folder$/)
  await assert.rejects(openJournal(folder), /is a folder$/)
  await assert.rejects(openJournal('/dev/null'), /is no file: pipe it into tillgate upload -$/)
  await assert.rejects(openJournal(join(folder, 'x'.repeat(300))), /x: the name is too long$/)
})
