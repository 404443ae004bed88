import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

const LOGGER = new URL('../../src/observability/logger.ts', import.meta.url).href

/** Runs `script`, which finds `createLogger` in its scope, and resolves with what it wrote and its exit code. */
async function run(script: string): Promise<{ lines: Record<string, unknown>[]; code: number }> {
  const source = `import { closeLogger, createLogger } from ${JSON.stringify(LOGGER)}\n${script}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
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
