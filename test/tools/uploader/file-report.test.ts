import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { quarantinedIn } from '../../../src/tools/uploader/file-report.ts'

test('as many are quarantined as their file has lines now; without the file, none', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'a.rejected.ndjson')
  const held = async (text: string) => {
    await writeFile(file, text)
    return await quarantinedIn(file, { rejected: 3 })
  }
  assert.equal(await held('{"line":1}\n{"line":2}\n{"line":3}\n'), 3)
  assert.equal(await held('{"line":2}\n{"line":3}'), 2)
  assert.equal(await held(''), 0)
  assert.equal(await quarantinedIn(file, { rejected: 0 }), 0, 'the file is of another run')
  await rm(file)
  assert.equal(await quarantinedIn(file, { rejected: 3 }), 0)
  assert.equal(await quarantinedIn(folder, { rejected: 3 }), 3, 'what cannot be read is not taken for dealt with')
})
