import { addAbortSignal, type Readable } from 'node:stream'
import { plainMessage } from '../../system-problem.ts'
import { InputError } from '../terminal/input-errors.ts'
import { assertAppendable } from './append-lines.ts'
import { type FileLock, lockFile } from './file-lock.ts'
import { type Journal, openContent, rejectedFileOf, STANDARD_INPUT } from './journal.ts'
import { PrefixHash } from './prefix-hash.ts'
import { REJECTED_BEGINNING } from './rejected-entry.ts'

/**
 * Standard input as a journal. No file records its progress. Rejected invoices go into a file in the working folder;
 * unless `isDry`, this run locks it until release, or throws `LockedError`. Throws `InputError` when that file is
 * something else, or the input is not one invoice a line. `stopping` ends the reading.
 */
export async function openStandardInput(input: Readable, stopping: AbortSignal, isDry: boolean): Promise<Journal> {
  const rejectedFile = rejectedFileOf(STANDARD_INPUT)
  const lock: FileLock | undefined = isDry ? undefined : lockFile(rejectedFile)
  await assertAppendable(rejectedFile, REJECTED_BEGINNING).catch((error: Error) => {
    lock?.release()
    throw new InputError(error.message)
  })
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of addAbortSignal(stopping, input)) yield chunk
    } catch (error) {
      if (!stopping.aborted) throw error
    }
  }
  const content = await openContent(chunks()).catch((error: Error) => {
    lock?.release()
    throw new InputError(`standard input: ${plainMessage(error)}`)
  })
  return {
    file: STANDARD_INPUT,
    ...{ bytes: undefined, progress: null, progressFile: null, rejectedFile },
    hash: new PrefixHash(),
    read: () => ({ chunks: content.chunks, bytesUpTo: (end) => end }),
    release: () => lock?.release(),
  }
}
