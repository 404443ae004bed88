import { closeSync, openSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { LockedError, lockFile } from '../../../src/tools/uploader/file-lock.ts'

/** Takes the lock of a file so many times; exits with 1 if it ever has company. */
const [file = '', turns = '1'] = process.argv.slice(2)

for (let left = Number(turns); left > 0; ) {
  try {
    const lock = lockFile(file)
    closeSync(openSync(`${file}.inside`, 'wx'))
    rmSync(`${file}.inside`)
    lock.release()
    left--
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    await sleep(0)
  }
}
