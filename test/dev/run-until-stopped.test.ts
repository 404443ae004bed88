import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../dev/kafka/eventually.ts'

const PROGRAM = fileURLToPath(new URL('stopped-program.ts', import.meta.url))
const DEADLINE_MS = 30_000
/** Longer than the time in which two signals count as one. */
const PAUSE_MS = 600

/** The program in a process of its own, once it has written `until`. */
async function started(t: TestContext, what: string, until = 'started\n') {
  const child = spawn(process.execPath, [PROGRAM, what], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
    })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  const wrote = (text: string) =>
    eventually(`the program writes ${text}`, DEADLINE_MS, 5, async () => written.stdout.includes(text) || undefined)
  if (until !== '') await wrote(until)
  return { child, written, exited, wrote }
}

const STOPS = 'Stopping. Ctrl-C again ends everything at once.\nsecond stops\nfirst stopped\n'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} stops the parts, the last one first, also when one of them has a problem`, async (t) => {
    const { child, written, exited } = await started(t, 'ready')
    child.kill(signal)
    assert.equal(await exited, 0)
    assert.deepEqual(written, { stdout: `started\n${STOPS}`, stderr: 'second has a problem\n' })
  })
}

test('two signals at once are one: npm passes on a Ctrl-C that the terminal has sent already', async (t) => {
  const { child, written, exited, wrote } = await started(t, 'hanging')
  child.kill('SIGSTOP') // it gets both when it goes on, however long this process is held up between them
  child.kill('SIGINT')
  child.kill('SIGTERM') // a second SIGINT could merge with the first one on its way
  child.kill('SIGCONT')
  await wrote('second stops')
  assert.equal(await Promise.race([exited, sleep(200, 'running')]), 'running', written.stdout)
})

test('a second signal ends the process at once', async (t) => {
  const { child, exited, wrote } = await started(t, 'hanging')
  child.kill('SIGINT')
  await wrote('second stops')
  await sleep(PAUSE_MS)
  child.kill('SIGINT')
  assert.equal(await exited, 130)
})

test('a signal before it has started aborts the start, stops what is there and shows no error', async (t) => {
  const { child, written, exited } = await started(t, 'starting', 'starting\n')
  child.kill('SIGTERM')
  assert.equal(await exited, 143)
  assert.match(written.stdout, /second stops\n(aborted\n)?first stopped\n|aborted\nsecond stops\nfirst stopped\n/)
  assert.equal(written.stderr, 'second has a problem\n')
})

test('a start that fails stops what is there, and ends with its message alone', async (t) => {
  const { written, exited } = await started(t, 'failing', '')
  assert.equal(await exited, 1)
  assert.equal(written.stdout, 'second stops\nfirst stopped\n')
  assert.equal(written.stderr, 'no luck\nsecond has a problem\n')
})

test('after a failure a signal ends the process at once: there is nothing more to say', async (t) => {
  const { child, exited, wrote } = await started(t, 'failing hanging', '')
  await wrote('second stops')
  child.kill('SIGTERM')
  assert.equal(await exited, 143)
})

test('a part that fails while all run stops the others', async (t) => {
  const { written, exited } = await started(t, 'broken', '')
  assert.equal(await exited, 1)
  assert.match(written.stdout, /second stops\nfirst stopped\n/)
  assert.equal(written.stderr, 'the first is broken\nsecond has a problem\n')
})

test('the end of npm, however it came, stops the parts', async (t) => {
  const script = `const { spawn } = require('node:child_process')
    spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit', env: { npm_lifecycle_event: 'start' } })`
  const npm = spawn(process.execPath, ['-e', script, PROGRAM, 'ready'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => npm.kill('SIGKILL'))
  let written = ''
  for await (const text of npm.stdout.setEncoding('utf8')) {
    written += text
    if (written === 'started\n') npm.kill('SIGKILL')
  }
  assert.equal(written, `started\n${STOPS}`)
})

test('a terminal that is gone does not keep it from stopping in order', async (t) => {
  const { child, written, exited } = await started(t, 'ready')
  child.stdout.destroy()
  child.kill('SIGHUP')
  assert.equal(await exited, 0)
  assert.equal(written.stderr, 'second has a problem\n')
})
