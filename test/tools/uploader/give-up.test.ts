import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { UploadOptions } from '../../../src/tools/uploader/upload-file.ts'
import * as gateway from './scripted-gateway.ts'
import { optionsFor, scripted, upload } from './send-journal.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

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
