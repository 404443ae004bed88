import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readMarks } from '../../../src/tools/simulate/marks.ts'
import { InputError } from '../../../src/tools/terminal/input-errors.ts'

test('each line is a mark; what is none is left out', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-marks-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'marks.ndjson')
  const lines = [
    '{"at":"1970-01-01T00:00:01Z","until":"1970-01-01T00:00:03Z","text":"broker 1 frozen"}',
    '{"at":"1970-01-01T00:00:05Z","text":"broker 1 killed"}',
    '{"at":"1970-01-01T00:00:05Z","until":"1970-01-01T00:00:04Z","text":"ends before it begins"}',
    '{"at":"yesterday","text":"no time"}',
    '{"at":"1970-01-01T00:00:05Z"}',
    'null',
    'not JSON',
    '',
  ]
  writeFileSync(path, lines.join('\n'))
  assert.deepEqual(await readMarks(path), [
    { fromMs: 1_000, toMs: 3_000, text: 'broker 1 frozen' },
    { fromMs: 5_000, toMs: 5_000, text: 'broker 1 killed' },
  ])
  await assert.rejects(readMarks(join(folder, 'none')), InputError)
})
