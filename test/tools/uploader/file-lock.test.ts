import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../../dev/kafka/eventually.ts'
import { InputError } from '../../../src/tools/terminal/input-errors.ts'
import { LockedError, lockFile } from '../../../src/tools/uploader/file-lock.ts'
import { CLI, DEADLINE_MS, spawnCli } from '../../harness/cli-process.ts'
import * as gateway from './scripted-gateway.ts'
import { scripted } from './send-journal.ts'

const TAKE_TURNS = fileURLToPath(new URL('take-turns.ts', import.meta.url))

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-lock-'))
})

after(() => rm(folder, { recursive: true, force: true }))

test('a lock is held until it is released, and leaves no file', () => {
  const file = join(folder, 'held')
  const lock = lockFile(file)
  assert.throws(
    () => lockFile(file),
    (error: Error) => error instanceof LockedError && error.message.includes(`process ${process.pid}:`),
  )
  lock.release()
  assert.equal(existsSync(`${file}.lock`), false)
  lockFile(file).release()
})

test('where no lock file can be made, the file cannot be used, and it is said what helps', () => {
  const file = join(folder, 'nowhere', 'journal')
  assert.throws(
    () => lockFile(file),
    (error: Error) => error instanceof InputError && error.message.includes('there is no such file or folder'),
  )
})

test('whoever holds it on another host is not told to be ended by its number here', async () => {
  const file = join(folder, 'elsewhere')
  const lock = lockFile(file)
  await writeFile(`${file}.lock`, JSON.stringify({ pid: 17, host: `not-${hostname()}` }))
  assert.throws(() => lockFile(file), new RegExp(`in use by process 17 of not-${hostname()}$`))
  await writeFile(`${file}.lock`, '')
  assert.throws(() => lockFile(file), /in use by another process$/)
  lock.release()
})

test('processes that take turns hundreds of times are never two at once, although each one deletes the lock file', async () => {
  const file = join(folder, 'turns')
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [TAKE_TURNS, file, '300'], { stdio: 'pipe' }),
  )
  const codes = await Promise.all(
    children.map(async (child) => {
      const stderr = child.stderr.setEncoding('utf8').toArray()
      const [code] = await once(child, 'close')
      return `${code} ${(await stderr).join('')}`
    }),
  )
  assert.deepEqual(codes, Array(4).fill('0 '))
})

let files = 0

async function newJournal(): Promise<string> {
  const file = join(folder, `${++files}.ndjson`)
  await writeFile(file, '{"sequenceNumber":1}\n')
  return file
}

function start(t: TestContext, url: URL, args: readonly string[]) {
  const started = spawnCli(['upload', '--url', url.href, ...args])
  t.after(() => started.end())
  return started
}

/** A gateway that keeps the first request waiting, and stores whatever follows. */
async function busyGateway(t: TestContext) {
  const server = await scripted(t, () => {}, gateway.stored)
  const untilBusy = () =>
    eventually('the first request is there', DEADLINE_MS, 5, async () => server.received.length > 0 || undefined)
  return { server, untilBusy }
}

test('a second run with the same journal is refused and told which process has it; a crash sets it free', async (t) => {
  const { server, untilBusy } = await busyGateway(t)
  const file = await newJournal()
  const first = start(t, server.url, [file])
  await untilBusy()
  const second = start(t, server.url, [file])
  assert.equal((await second.exited).code, 2, second.output())
  assert.match(second.stderr(), new RegExp(`${file} is in use by process ${first.child.pid}\\b`))
  assert.equal(server.received.length, 1)

  await first.end()
  const third = start(t, server.url, [file])
  assert.equal((await third.exited).code, 0, third.output())
  assert.equal(server.received.length, 2)
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.lock')),
    [],
  )
})

test('a run whose parent was killed, as with npx, still has its journal', async (t) => {
  const { server, untilBusy } = await busyGateway(t)
  const file = await newJournal()
  const script = `const { spawn } = require('node:child_process')
    console.log(spawn(process.execPath, process.argv.slice(1), { stdio: 'ignore' }).pid)
    setInterval(() => {}, 1_000)`
  const parent = spawn(process.execPath, ['-e', script, CLI, 'upload', '--url', server.url.href, file])
  const [chunk] = (await parent.stdout.take(1).toArray()) as [Buffer]
  const child = Number(chunk.toString())
  t.after(() => process.kill(child, 'SIGKILL'))
  await untilBusy()
  parent.kill('SIGKILL')
  const second = start(t, server.url, [file])
  assert.equal((await second.exited).code, 2, second.output())
  assert.match(second.stderr(), new RegExp(`in use by process ${child}\\b`))
})

test('two runs with other journals and the same answers file: one of them is refused', async (t) => {
  const { server, untilBusy } = await busyGateway(t)
  const answers = join(folder, 'answers')
  const first = start(t, server.url, ['--answers', answers, await newJournal()])
  await untilBusy()
  const second = start(t, server.url, ['--answers', answers, await newJournal()])
  assert.equal((await second.exited).code, 2, second.output())
  assert.match(second.stderr(), new RegExp(`answers is in use by process ${first.child.pid}\\b`))
  assert.equal(server.received.length, 1)
})

test('of runs that start at once one sends, and the others are refused', async (t) => {
  const { server } = await busyGateway(t)
  const file = await newJournal()
  const runs = Array.from({ length: 6 }, () => start(t, server.url, [file]))
  await eventually('all but one are refused', DEADLINE_MS, 20, async () => {
    const ended = runs.filter(({ child }) => child.exitCode !== null)
    return ended.length === runs.length - 1 || undefined
  })
  const codes = runs.map(({ child }) => child.exitCode)
  assert.deepEqual(
    codes.filter((code) => code !== null),
    Array(5).fill(2),
  )
  await eventually('the one sends', DEADLINE_MS, 5, async () => server.received.length > 0 || undefined)
  assert.equal(server.received.length, 1)
})

test('a lock file that a crash left names a process that may be another one by now: it means nothing', async (t) => {
  const server = await scripted(t, gateway.stored)
  const file = await newJournal()
  await writeFile(`${file}.lock`, JSON.stringify({ pid: process.pid }))
  const run = start(t, server.url, [file])
  assert.equal((await run.exited).code, 0, run.output())
  await assert.rejects(readFile(`${file}.lock`), /ENOENT/)
})
