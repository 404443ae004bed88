import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Progress, readProgress, writeProgress } from '../../../src/tools/uploader/progress-file.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

const PROGRESS: Omit<Progress, 'prefix'> = {
  version: 3,
  offset: 10,
  line: 3,
  through: 9,
  outstanding: [
    [3, 4],
    [9, 9],
  ],
  underWay: 2,
  stored: 6,
  rejected: 1,
  skipped: 0,
}

test('progress comes back as it was written, and leaves no other file', async () => {
  const file = join(folder, 'back.progress')
  assert.equal(await readProgress(file), null)
  const progress = { ...PROGRESS, prefix: { bytes: 1, sha256: 'x' } }
  await writeProgress(file, { ...progress, line: 2 })
  await writeProgress(file, progress)
  assert.deepEqual(await readProgress(file), progress)
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('back')),
    ['back.progress'],
  )
})

test('a file that is no progress is not taken for one', async () => {
  const file = join(folder, 'odd.progress')
  for (const text of ['', '{', '{}', '{"version":1}', JSON.stringify(PROGRESS)]) {
    await writeFile(file, text)
    await assert.rejects(readProgress(file), /odd\.progress is not a progress file/)
  }
})

test('a progress file that cannot be read is named, in words', async () => {
  const folderInstead = join(folder, 'folder.progress')
  await mkdir(folderInstead)
  await assert.rejects(readProgress(folderInstead), { message: `${folderInstead}: it is a folder, not a file` })
})
