import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { dryRun, isSendable } from '../../../src/tools/uploader/dry-run.ts'
import { openJournal } from '../../../src/tools/uploader/open-journal.ts'
import { LIMITS } from './send-journal.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

test('a journal that cannot be read on is told, behind what can be sent of it', async () => {
  const file = join(folder, 'cut.ndjson.gz')
  const lines = Array.from({ length: 20_000 }, () => JSON.stringify({ total: Math.random() }))
  await writeFile(file, gzipSync(lines.join('\n')).subarray(0, -20_000))
  const journal = await openJournal(file, { isDry: true })
  const report = await dryRun(journal, LIMITS.maxBytes, new AbortController().signal)
  assert.match(report.fault ?? '', /^its compressed data are cut off$/)
  assert.ok(report.toSend.invoices > 5_000)
  assert.ok(!isSendable({ files: [report], unusable: [] }))
})
