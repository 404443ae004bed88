import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { test } from 'node:test'
import { noFullDevice } from '../harness/full-device.ts'

const LOGGER = new URL('../../src/observability/logger.ts', import.meta.url).href

/** Starts `script`, which finds `createLogger` and `closeLogger` in its scope. */
function start(script: string, stdout: 'pipe' | number) {
  const source = `import { closeLogger, createLogger } from ${JSON.stringify(LOGGER)}\n${script}`
  return spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
  })
}

/** Runs `script` and resolves with what it logged and its exit code. */
async function run(script: string): Promise<{ lines: Record<string, unknown>[]; code: number }> {
  const child = start(script, 'pipe')
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  const [code] = await once(child, 'close')
  const lines = text.split('\n').filter((line) => line !== '')
  return { lines: lines.map((line) => JSON.parse(line)), code }
}

test('a line is one JSON object with level, time, service and message', async () => {
  const { lines } = await run(`createLogger('info').warn({ count: 3 }, 'text')`)
  assert.equal(lines.length, 1)
  const { time, ...line } = lines[0]!
  assert.deepEqual(line, { level: 40, service: 'tillgate', count: 3, msg: 'text' })
  assert.match(time as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('the message of a cause is left out, and where it came from is not', async () => {
  const { lines } = await run(`createLogger('info').error({ cause: new TypeError('secret') }, 'text')`)
  assert.match(JSON.stringify(lines), /"cause":\{"error":"TypeError","at":\["at /)
  assert.doesNotMatch(JSON.stringify(lines), /secret/)
})

test('lines below the level are not written', async () => {
  const { lines } = await run(`const l = createLogger('warn'); l.info('no'); l.error('yes')`)
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['yes'],
  )
  assert.deepEqual((await run(`createLogger('silent').fatal('no')`)).lines, [])
})

test('once the logger is closed everything is out, and nothing more is logged', async () => {
  const script = `
    const l = createLogger('info')
    for (let i = 0; i < 1000; i++) l.info({ i }, 'many')
    await Promise.all([closeLogger(l), closeLogger(l)])
    l.info('too late')
    process.exit(7)`
  const { lines, code } = await run(script)
  assert.deepEqual(
    lines.map(({ i }) => i),
    Array.from({ length: 1_000 }, (_, i) => i),
  )
  assert.equal(code, 7)
})

test('a logger that wrote nothing can be closed, too', async () => {
  assert.equal((await run(`await closeLogger(createLogger('info')); process.exit(7)`)).code, 7)
})

test('a log that cannot be written ends neither the process nor its end', { skip: noFullDevice }, async (t) => {
  const script = `
    import { setTimeout as sleep } from 'node:timers/promises'
    const l = createLogger('info')
    l.info('read or not')
    process.send('logged')
    await new Promise((resolve) => process.once('message', resolve))
    for (let i = 0; i < 5; i++) {
      l.info({ i }, 'nobody reads this')
      await sleep(20)
    }
    await Promise.all([closeLogger(l), closeLogger(l)])
    process.exit(7)`
  const full = await open('/dev/full', 'w')
  t.after(() => full.close())
  for (const [what, stdout] of [
    ['the reader goes away', 'pipe'],
    ['the disk is full', full.fd],
  ] as const) {
    await t.test(what, { timeout: 30_000 }, async () => {
      const child = start(script, stdout)
      t.after(() => child.kill('SIGKILL'))
      await once(child, 'message')
      child.stdout?.destroy()
      child.send('go on')
      const [code] = await once(child, 'exit')
      assert.equal(code, 7)
    })
  }
})
