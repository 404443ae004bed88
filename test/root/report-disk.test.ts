import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertNewReport, writeReport } from '../../src/tools/report/report-file.ts'
import { mountSmallDisk, type SmallDisk } from '../harness/small-disk.ts'

let disk: SmallDisk

before(() => {
  disk = mountSmallDisk('report', 1)
})

after(() => disk?.unmount())

test('a report that the disk has room for half of leaves nothing behind', async () => {
  const path = join(disk.path, 'report.html')
  await assertNewReport(path)
  await assert.rejects(writeReport(path, 'x'.repeat(2 ** 21)), /--html: .*report\.html: the disk is full$/)
  assert.deepEqual(readdirSync(disk.path), [])
})
