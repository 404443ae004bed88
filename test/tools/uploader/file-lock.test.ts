import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LockedError, lockFile } from '../../../src/tools/uploader/file-lock.ts'

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
