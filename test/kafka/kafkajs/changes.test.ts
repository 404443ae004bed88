import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CHANGES } from '../../../src/kafka/kafkajs/changes.ts'

const ROOT = new URL('../../../', import.meta.url)
const SCENARIOS = fileURLToPath(new URL('./change-scenarios.ts', import.meta.url))
const node = promisify(execFile)

async function run(...args: string[]): Promise<string> {
  const { stdout } = await node(process.execPath, [SCENARIOS, ...args], { timeout: 30_000 })
  return stdout.trim()
}

for (const name of CHANGES) {
  test(`${name}: the scenario it is for is sound with it, and broken without it`, async () => {
    const [withIt, withoutIt] = await Promise.all([run(name), run(name, '--without')])
    assert.equal(withIt, 'sound')
    assert.notEqual(withoutIt, 'sound')
  })
}

test('a clock that is set back by an hour would hold requests, throttled connections and metadata for that long', async () => {
  const expected = 'no time-out of a request, throttled for an hour, old metadata is kept'
  assert.equal(await run('monotonicTime', '--without'), expected)
})

test('docs/kafkajs.md lists exactly the changes that are made, in their order', async () => {
  const page = await readFile(new URL('docs/kafkajs.md', ROOT), 'utf8')
  const [, section] = page.split('\n## The changes to kafkajs\n')
  const listed = [...section!.split('\n## ')[0]!.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  assert.deepEqual(listed, CHANGES)
})

test('kafkajs that was loaded before it is changed is refused', async () => {
  const index = new URL('src/kafka/kafkajs/index.ts', ROOT).href
  const loadedBefore = `await import('kafkajs'); await import('${index}')`
  const running = node(process.execPath, ['--input-type=module', '--eval', loadedBefore], { cwd: fileURLToPath(ROOT) })
  await assert.rejects(running, /kafkajs was loaded before it was changed/)
})

test('nothing in src/ loads kafkajs, or a part of it, but the room that changes it', async () => {
  const loads = /(?:from|import|import\(|require\(|resolve\()\s*['"`]kafkajs['"`/]/
  const files = (await readdir(new URL('src/', ROOT), { recursive: true })).filter((file) => file.endsWith('.ts'))
  const loading: string[] = []
  for (const file of files) if (loads.test(await readFile(new URL(`src/${file}`, ROOT), 'utf8'))) loading.push(file)
  assert.deepEqual(loading.sort(), ['kafka/kafkajs/index.ts', 'kafka/kafkajs/internals.ts'])
})
