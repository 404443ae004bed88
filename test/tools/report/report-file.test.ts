import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createReportFile } from '../../../src/tools/report/report-file.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'

test('the file is there from the start, and has the report at the end; a file that is there is not replaced', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-report-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'report.html')
  const file = await createReportFile(path)
  assert.equal(readFileSync(path, 'utf8'), '')
  await assert.rejects(
    createReportFile(path),
    (error) => error instanceof UsageError && /--html: .*exist/.test(error.message),
  )
  await file.write('<p>done</p>')
  await file.close()
  assert.equal(readFileSync(path, 'utf8'), '<p>done</p>')
})

test('a name that cannot be written is said before the work begins', async () => {
  await assert.rejects(createReportFile('/nowhere/at/all.html'), UsageError)
})
