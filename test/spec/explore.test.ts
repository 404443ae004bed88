import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const EXPLORE = fileURLToPath(new URL('explore.ts', import.meta.url))

/** In a process of its own: in this one node:test follows every promise, which takes most of the time. */
async function explored(...args: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [EXPLORE, ...args])
  return JSON.parse(stdout)
}

// An explorer that explores nothing finds nothing: so its numbers must be these. They change with what can happen.
suite('in every schedule', () => {
  test('a lane of three records acknowledges what is in the log, in order, and tells each record one outcome', async () => {
    assert.deepEqual(await explored('--lane', '8'), {
      schedules: 52_131,
      outcomes: {
        acknowledged: 51_322,
        'unknown producer-replaced': 28_974,
        'unknown shutdown': 10_351,
        'rejected refused': 4_994,
        'rejected too-large': 4_084,
        'rejected expired': 21_874,
        'rejected draining': 7_623,
      },
    })
  })

  test('two owners of a partition write each invoice and each conflict once, and refuse nothing', async () => {
    const bounds = ['--epochs', '3', '--faults', '2']
    assert.deepEqual(await explored(...bounds), { schedules: 82_931_390, states: 30_701, complete: 1_355 })
  })
})
