import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from 'node:test'
import { spawnDependent } from '../../dev/dependent-process.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { isAlive } from '../../dev/kafka/folders.ts'

const DEADLINE_MS = 30_000
const MODULE = new URL('../../dev/dependent-process.ts', import.meta.url).href
/** A program that starts one that would run for minutes, and writes its process id. */
const STARTER = `
  import { spawnDependent, endWithParent } from '${MODULE}'
  if (process.argv[1] === 'with-parent') endWithParent()
  const child = spawnDependent(process.execPath, ['-e', 'setTimeout(() => {}, 300000)'], { stdio: [] })
  console.log(process.pid, child.pid)`

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const)
  test(`what a process has started ends with it, after ${signal}`, async (t) => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', STARTER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => parent.kill('SIGKILL'))
    const [, child] = await pidsOf(parent)
    assert.ok(isAlive(child))
    parent.kill(signal)
    await gone(child)
  })

const SCRIPT = 'node --input-type=module -e "$STARTER" with-parent & wait'
for (const [whose, script] of [
  ['its parent', SCRIPT],
  ['the parent of its shell, as npm is,', `sh -c '${SCRIPT}' & wait`],
] as const)
  test(`what ends with its parent does so when ${whose} is killed, with all that it has started`, async (t) => {
    const env = { ...process.env, STARTER }
    const killed = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], env })
    t.after(() => killed.kill('SIGKILL'))
    const [parent, child] = await pidsOf(killed)
    killed.kill('SIGKILL')
    await gone(parent)
    await gone(child)
  })

test('its output ends with it, and its exit code is that of the program', async () => {
  const child = spawnDependent('/bin/sh', ['-c', 'echo $0 $1; exit 3', 'one', 'two words'], {
    stdio: ['ignore', 'pipe'],
  })
  const [lines, [code]] = await Promise.all([(child.stdout as Readable).toArray(), once(child, 'close')])
  assert.equal(Buffer.concat(lines).toString(), 'one two words\n')
  assert.equal(code, 3)
})

async function pidsOf(child: ChildProcess): Promise<[number, number]> {
  for await (const line of createInterface({ input: child.stdout as Readable })) {
    const [parent, started] = line.split(' ').map(Number)
    return [parent as number, started as number]
  }
  throw new Error('it wrote nothing')
}

async function gone(pid: number): Promise<void> {
  await eventually(`process ${pid} is gone`, DEADLINE_MS, 50, async () => !isAlive(pid) || undefined)
}
