import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { AppendedLines } from '../../src/tools/uploader/append-lines.ts'
import { rejectedFileOf } from '../../src/tools/uploader/journal.ts'
import type { UploadReport } from '../../src/tools/uploader/report-text.ts'
import { spawnCli } from '../harness/cli-process.ts'
import { mountSmallDisk, type SmallDisk } from '../harness/small-disk.ts'
import * as gateway from '../tools/uploader/scripted-gateway.ts'
import { scripted } from '../tools/uploader/send-journal.ts'

let folder: string
let disk: SmallDisk

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
  disk = mountSmallDisk('uploader', 1)
})

after(async () => {
  disk?.unmount()
  await rm(folder, { recursive: true, force: true })
})

const invoice = (sequenceNumber: number, terminalId: string) =>
  JSON.stringify({ storeId: 'S1', terminalId, journalId: 'J1', sequenceNumber })

function writeJournal(file: string, terminalId: string, invoices: number): string {
  writeFileSync(file, Array.from({ length: invoices }, (_, i) => `${invoice(i + 1, terminalId)}\n`).join(''))
  return file
}

async function upload(t: TestContext, url: URL, args: readonly string[]) {
  const run = spawnCli(['upload', '--url', url.href, ...args])
  t.after(() => run.end())
  const { code } = await run.exited
  return { code, text: run.stdout().toString(), stderr: run.stderr() }
}

/** Throws if a line is no JSON, or the last one has no end. */
const linesOf = (file: string) => {
  const lines = readFileSync(file, 'utf8').split('\n')
  assert.equal(lines.pop(), '')
  return lines.map((line) => JSON.parse(line))
}

test('lines that a full disk did not take leave nothing behind, and those of another journal stand alone', async (t) => {
  const file = join(disk.path, 'appended')
  const lines = new AppendedLines(file, '{"storeId":')
  t.after(() => lines.close())
  await lines.append([invoice(1, 'T1')])
  disk.fill()
  const many = Array.from({ length: 1_000 }, (_, i) => invoice(i, 'T1'))
  await assert.rejects(
    lines.append(many),
    /appended could not be written: the disk is full.*run the same command again/,
  )
  assert.equal(linesOf(file).length, 1)
  disk.free()
  await lines.append([invoice(2, 'T2')])
  assert.deepEqual(
    linesOf(file).map(({ terminalId }) => terminalId),
    ['T1', 'T2'],
  )
  await rm(file)
})

test('a full disk of the answers: both journals end with a report that names it; the next run goes on', async (t) => {
  const server = await scripted(t, gateway.stored)
  const answers = join(disk.path, 'answers.ndjson')
  const journals = ['T1', 'T2'].map((id) => writeJournal(join(folder, `${id}.ndjson`), id, 3_000))
  const args = ['--invoices', '300', '--parallel', '2', '--answers', answers, ...journals]
  const first = await upload(t, server.url, ['--json', ...args])
  assert.equal(first.code, 1, first.stderr)
  const report = JSON.parse(first.text) as UploadReport
  assert.ok(
    report.files.some(({ end }) => end.kind === 'unwritable' && end.reason.startsWith(answers)),
    first.text,
  )
  const noted = linesOf(answers)
  assert.ok(noted.length >= report.tally.stored && noted.length > 0)

  // What is full of answers is made larger by moving them away.
  await rm(answers)
  const second = await upload(t, server.url, args)
  assert.equal(second.code, 0, second.stderr)
  const all = new Set([...noted, ...linesOf(answers)].map((line) => `${line.terminalId} ${line.sequenceNumber}`))
  assert.equal(all.size, 6_000)
  await rm(answers)
})

test('a disk that is full when an invoice is rejected: nothing is lost, and the next run needs nobody', async (t) => {
  let isFull = false
  const full: gateway.Reply = (one, response) => {
    if (!isFull) disk.fill()
    isFull = true
    gateway.results(() => 422)(one, response)
  }
  const server = await scripted(t, full)
  const file = writeJournal(join(disk.path, 'journal.ndjson'), 'T1', 2_000)
  const first = await upload(t, server.url, [file])
  assert.equal(first.code, 1)
  assert.match(
    first.text,
    new RegExp(`^${file}: stopped: ${rejectedFileOf(file)} could not be written: the disk is full`),
  )
  assert.match(first.text, /\n1,000 sent, 0 of them again/)
  // A second run on the full disk says the same kind of thing.
  const again = await upload(t, server.url, [file])
  assert.notEqual(again.code, 0)
  assert.match(again.text + again.stderr, /could not be written: the disk is full: free space/)
  disk.free()
  const second = await upload(t, server.url, [file])
  assert.equal(second.code, 1)
  assert.deepEqual(
    linesOf(rejectedFileOf(file)).map(({ line }) => line),
    Array.from({ length: 2_000 }, (_, i) => i + 1),
  )
  assert.deepEqual((await readdir(disk.path)).sort(), [
    'journal.ndjson',
    'journal.ndjson.progress',
    'journal.ndjson.rejected.ndjson',
  ])
})
