import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { spawnDependent } from '../../dev/dependent-process.ts'
import { claimPort, freePorts } from '../../dev/kafka/ports.ts'

/** Of 20,000: two processes that pick by chance alone would have eight in common. */
const PORTS = 400
const PROGRAM = `
  const { freePorts } = await import(${JSON.stringify(new URL('../../dev/kafka/ports.ts', import.meta.url).href)})
  console.log((await freePorts(${PORTS})).join())
  setInterval(() => {}, 1000)`

test('two processes are never given the same port, although neither has used it yet', async (t) => {
  const child = spawnDependent(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const given = [...String(line).trim().split(',').map(Number), ...(await freePorts(PORTS))]
  assert.equal(new Set(given).size, 2 * PORTS)
})

test('who was given a port by another process can claim it', async () => {
  const [port] = (await freePorts(1)) as [number]
  assert.ok(await claimPort(port))
})
