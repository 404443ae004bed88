import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnDependent } from '../../dev/dependent-process.ts'
import { freezeProcess } from '../../dev/freeze-process.ts'

/** Four threads that write without a pause; each write is one byte more in the file that is named. */
const WRITERS = `
  const { openSync, writeSync } = require('node:fs')
  const { isMainThread, Worker, workerData } = require('node:worker_threads')
  const file = isMainThread ? process.argv[1] : workerData
  const fd = openSync(file, 'a')
  if (isMainThread) for (let i = 0; i < 3; i++) new Worker(process.env.WRITERS, { eval: true, workerData: file })
  setInterval(() => { for (let i = 0; i < 1000; i++) writeSync(fd, 'x') }, 0)`

test('once a process is frozen, no thread of it writes a byte more', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'freeze-'))
  const file = join(folder, 'written')
  const child = spawnDependent(process.execPath, ['--eval', WRITERS, file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, WRITERS },
  })
  t.after(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
    rmSync(folder, { recursive: true })
  })
  const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const untilItWrites = async () => {
    for (const before = size(); size() === before; ) await sleep(5)
  }
  for (let round = 0; round < 50; round++) {
    await untilItWrites()
    await freezeProcess(child.pid as number)
    const frozenAt = size()
    await sleep(5)
    assert.equal(size(), frozenAt, `round ${round}`)
    child.kill('SIGCONT')
  }
})

test('a process that does not exist cannot be frozen', async () => {
  await assert.rejects(freezeProcess(2 ** 22 + 1), { code: 'ESRCH' })
})
