import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AppendedLines } from '../../../src/tools/uploader/append-lines.ts'
import { WriteError } from '../../../src/tools/uploader/write-error.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
})

after(() => rm(folder, { recursive: true, force: true }))

const BEGINNING = '{"line":'

test('lines are added behind those that are whole; a cut one is taken away', async () => {
  const file = join(folder, 'lines')
  const first = new AppendedLines(file, BEGINNING)
  const [a, b, c, d] = [1, 2, 3, 4].map((line) => JSON.stringify({ line })) as [string, string, string, string]
  await Promise.all([first.append([a, b]), first.append([]), first.append([c])])
  await first.close()
  await appendFile(file, '{"cut')
  const second = new AppendedLines(file, BEGINNING)
  await second.append([d])
  await second.close()
  assert.equal(await readFile(file, 'utf8'), `${a}\n${b}\n${c}\n${d}\n`)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})

test('what a crash left of a line is taken away, however long it is and whether or not a line stands before it', async () => {
  const entry = `${BEGINNING}1,"text":"${'x'.repeat(300_000)}"}`
  for (const whole of ['', `${entry}\n`]) {
    for (const cut of [1, 4, BEGINNING.length, 65_536, 131_072, entry.length - 1]) {
      const file = join(folder, 'cut')
      await writeFile(file, `${whole}${entry.slice(0, cut)}`)
      const lines = new AppendedLines(file, BEGINNING)
      await lines.append([entry])
      await lines.close()
      assert.ok((await readFile(file, 'utf8')) === `${whole}${entry}\n`, `${whole.length} ${cut}`)
    }
  }
})

test('long runs of lines that are added at once do not get mixed up', async () => {
  const file = join(folder, 'mixed')
  const lines = new AppendedLines(file, BEGINNING)
  const runs = ['a', 'b', 'c'].map((letter) => Array<string>(30_000).fill(letter.repeat(99)))
  await Promise.all(runs.map((run) => lines.append(run)))
  await lines.close()
  assert.ok((await readFile(file, 'utf8')) === `${runs.flat().join('\n')}\n`)
})

test('a last line that is complete and only lacks its line feed is kept: a person saved the file so', async () => {
  const file = join(folder, 'edited')
  const entry = `${BEGINNING}1,"text":"${'x'.repeat(300_000)}"}`
  for (const whole of ['', `${entry}\n`]) {
    await writeFile(file, `${whole}${entry}`)
    const lines = new AppendedLines(file, BEGINNING)
    await lines.append(['{"line":2}'])
    await lines.close()
    assert.ok((await readFile(file, 'utf8')) === `${whole}${entry}\n{"line":2}\n`, `${whole.length}`)
  }
})

test('a file that begins otherwise is not added to, nor cut: it is something else', async () => {
  const file = join(folder, 'something-else')
  for (const text of ['precious', '[]', 'precious\n', 'first\nlast', '\n{"line":1}\n', '{"lines":1}\n{"line":']) {
    await writeFile(file, text)
    const appended = new AppendedLines(file, BEGINNING).append(['a'])
    await assert.rejects(appended, (error) => error instanceof WriteError && error.file === file)
    await assert.rejects(appended, /something-else.*is it the right file/)
    assert.equal(await readFile(file, 'utf8'), text)
  }
})
