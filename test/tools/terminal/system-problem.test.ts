import assert from 'node:assert/strict'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemProblem } from '../../../src/tools/terminal/system-problem.ts'
import { noFullDevice } from '../../harness/full-device.ts'

test("the system's refusals are words, with the path", { skip: noFullDevice }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-system-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'file')
  await writeFile(file, '')
  const full = await open('/dev/full', 'w')
  t.after(() => full.close())
  const refused: [Promise<unknown>, string][] = [
    [readFile(join(folder, 'missing')), `${folder}/missing: there is no such file or folder`],
    [open(file, 'wx'), `${file}: something with that name exists already`],
    [readFile(join(file, 'below')), `${file}/below: a part of the path is not a folder`],
    [writeFile(folder, ''), `${folder}: it is a folder, not a file`],
    [full.write('x'), 'the disk is full'],
  ]
  for (const [attempt, words] of refused) assert.equal(systemProblem(await attempt.catch((error) => error)), words)
})

test('other errors are left to others', () => {
  for (const error of [new Error('x'), 'x', undefined, Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])
    assert.equal(systemProblem(error), undefined)
})
