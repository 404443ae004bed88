import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { HARDENING } from '../../src/kafka/hardening.ts'

const SCENARIOS = fileURLToPath(new URL('./hardening-scenarios.ts', import.meta.url))

async function run(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCENARIOS, ...args], { timeout: 30_000 })
  return stdout.trim()
}

for (const name of Object.keys(HARDENING)) {
  test(`hardening ${name}: the scenario it is for is sound with it, and broken without it`, async () => {
    assert.equal(await run(name), 'sound')
    assert.notEqual(await run(name, '--without'), 'sound')
  })
}
