import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EVERY_LANE, EVERY_STAGE } from './explored.ts'

const EXPLORE = fileURLToPath(new URL('explore.ts', import.meta.url))

/** In a process of its own: in this one node:test follows every promise, which takes most of the time. */
async function explored(args: readonly string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [EXPLORE, ...args])
  return JSON.parse(stdout)
}

suite('in every schedule', () => {
  test('a lane of three records acknowledges what is in the log, in order, and tells each record one outcome', async () => {
    assert.deepEqual(await explored(EVERY_LANE.args), EVERY_LANE.found)
  })

  test('two owners of a partition write each invoice and each conflict once, and refuse nothing', async () => {
    assert.deepEqual(await explored(EVERY_STAGE.args), EVERY_STAGE.found)
  })
})
