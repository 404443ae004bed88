import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { plainMessage, systemWords } from '../../system-problem.ts'
import type { AnswerLine } from '../audit/answers.ts'
import { UsageError } from '../terminal/input-errors.ts'

/** The answers of a run, for `tillgate audit --answers`. */
export interface AnswersFile {
  write(line: AnswerLine): void
  /** Resolves when everything is written; rejects with any error since the file was opened. */
  close(): Promise<void>
}

const MAX_BUFFERED_BYTES = 64 * 2 ** 20

/**
 * Opens a new file. Rejects with `UsageError` when it cannot be made or already exists. `onFailure` is called once,
 * when the disk fails or cannot keep up: the file is then useless.
 */
export async function createAnswersFile(path: string, onFailure: (error: Error) => void): Promise<AnswersFile> {
  const stream = createWriteStream(path, { flags: 'wx' })
  await once(stream, 'open').catch((error: unknown) => {
    throw new UsageError(`--answers: ${plainMessage(error)}`)
  })
  stream.on('error', onFailure)
  return {
    write(line) {
      if (stream.destroyed) return
      stream.write(`${JSON.stringify(line)}\n`)
      if (stream.writableLength > MAX_BUFFERED_BYTES) stream.destroy(new Error('the disk is too slow'))
    },
    async close() {
      stream.end()
      await finished(stream).catch((error: unknown) => {
        throw new Error(`--answers: ${path}: ${systemWords(error) ?? plainMessage(error)}`, { cause: error })
      })
    },
  }
}
