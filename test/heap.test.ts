import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const SCRIPT = fileURLToPath(new URL('large-collections.ts', import.meta.url))

test('Buffers that live for a moment do not make every garbage collection a large one', async () => {
  const begun = async (heap: 'usual' | 'grown') => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, heap], { timeout: 120_000 })
    return Number(stdout)
  }
  const usual = await begun('usual')
  assert.ok(usual >= 4, `V8 does well by itself now: ${usual}`)
  const grown = await begun('grown')
  assert.ok(grown * 4 <= usual, `${grown}, and ${usual} without`)
})
