import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createAnswersFile } from '../../../src/tools/simulate/answers-file.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'

const LINE = { storeId: 'S', terminalId: 'T', journalId: 'J', sequenceNumber: 1, outcome: 'unknown' } as const

test('a new file gets a line for each answer; any other is refused in words, with the flag', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-answers-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'answers')
  const answers = await createAnswersFile(file, assert.fail)
  answers.write(LINE)
  await answers.close()
  assert.equal(await readFile(file, 'utf8'), `${JSON.stringify(LINE)}\n`)

  const refused: [string, string][] = [
    [file, 'something with that name exists already'],
    [join(folder, 'none', 'answers'), 'there is no such file or folder'],
    [join(file, 'answers'), 'a part of the path is not a folder'],
  ]
  for (const [path, words] of refused)
    await assert.rejects(createAnswersFile(path, assert.fail), (error: Error) => {
      assert.ok(error instanceof UsageError)
      assert.equal(error.message, `--answers: ${path}: ${words}`)
      return true
    })
})
