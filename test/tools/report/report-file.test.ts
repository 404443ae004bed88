import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertNewReport, writeReport } from '../../../src/tools/report/report-file.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'

test('there is no file before the report is written, and a file that is there is not replaced', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-report-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'report.html')
  await assertNewReport(path)
  assert.deepEqual(readdirSync(folder), [])
  await writeReport(path, '<p>done</p>')
  await assert.rejects(
    assertNewReport(path),
    (error) => error instanceof UsageError && /--html: .*exist/.test(error.message),
  )
  await assert.rejects(writeReport(path, '<p>another</p>'), /--html: .*report\.html: .*exist/)
  assert.equal(readFileSync(path, 'utf8'), '<p>done</p>')
})

test('a name that cannot be written is said before the work begins', async () => {
  await assert.rejects(assertNewReport('/nowhere/at/all.html'), UsageError)
})
