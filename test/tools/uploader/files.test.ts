import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AppendedLines } from '../../../src/tools/uploader/append-lines.ts'
import { progressFileOf, rejectedFileOf } from '../../../src/tools/uploader/journal.ts'
import { JournalError, openJournal } from '../../../src/tools/uploader/open-journal.ts'
import { type Progress, readProgress, writeProgress } from '../../../src/tools/uploader/progress-file.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

const PROGRESS: Omit<Progress, 'prefix'> = {
  version: 2,
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
    await assert.rejects(readProgress(file), /odd\.progress is no progress file/)
  }
})

test('starting over deletes what earlier runs left beside the journal', async () => {
  const file = join(folder, 'journal.ndjson')
  await writeFile(file, 'one\ntwo\n')
  await writeProgress(progressFileOf(file), { ...PROGRESS, prefix: { bytes: 1, sha256: 'x' } })
  await writeFile(rejectedFileOf(file), '{}\n')
  await assert.rejects(openJournal(file), JournalError)
  const journal = await openJournal(file, { again: true })
  assert.equal(journal.progress, null)
  journal.release()
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('journal')),
    ['journal.ndjson'],
  )
})

test('a journal that is not there, or no file, says so', async () => {
  await assert.rejects(openJournal(join(folder, 'none')), /none: there is no such file/)
  await assert.rejects(openJournal(folder), /is no file/)
})

const NUMBERS = '{"line":'

test('lines are added behind those that are whole; a cut one is taken away', async () => {
  const file = join(folder, 'lines')
  const first = new AppendedLines(file, NUMBERS)
  await Promise.all([first.append(['a', 'b']), first.append([]), first.append(['c'])])
  await first.close()
  await appendFile(file, '{"cut')
  const second = new AppendedLines(file, NUMBERS)
  await second.append(['d'])
  await second.close()
  assert.equal(await readFile(file, 'utf8'), 'a\nb\nc\nd\n')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})

test('what a crash left of a line is taken away, however long it is and whether or not a line stands before it', async () => {
  const entry = `${NUMBERS}1,"text":"${'x'.repeat(300_000)}"}`
  for (const whole of ['', `${entry}\n`]) {
    for (const cut of [1, 4, NUMBERS.length, 65_536, 131_072, entry.length]) {
      const file = join(folder, 'cut')
      await writeFile(file, `${whole}${entry.slice(0, cut)}`)
      const lines = new AppendedLines(file, NUMBERS)
      await lines.append([entry])
      await lines.close()
      assert.ok((await readFile(file, 'utf8')) === `${whole}${entry}\n`, `${whole.length} ${cut}`)
    }
  }
})

test('long runs of lines that are added at once do not get mixed up', async () => {
  const file = join(folder, 'mixed')
  const lines = new AppendedLines(file, NUMBERS)
  const runs = ['a', 'b', 'c'].map((letter) => Array<string>(30_000).fill(letter.repeat(99)))
  await Promise.all(runs.map((run) => lines.append(run)))
  await lines.close()
  assert.ok((await readFile(file, 'utf8')) === `${runs.flat().join('\n')}\n`)
})

test('a file without any line that begins otherwise is not added to: it is something else', async () => {
  const file = join(folder, 'something-else')
  await writeFile(file, 'precious')
  await assert.rejects(new AppendedLines(file, NUMBERS).append(['a']), /something-else.*is it the right file/)
  assert.equal(await readFile(file, 'utf8'), 'precious')
})
