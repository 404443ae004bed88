import { addAbortSignal, type Readable } from 'node:stream'
import { type FileLock, lockFile } from './file-lock.ts'
import { type Journal, plain, rejectedFileOf, STANDARD_INPUT } from './journal.ts'
import { PrefixHash } from './prefix-hash.ts'

/**
 * Standard input as a journal. No file records its progress. Rejected invoices go into a file in the working folder;
 * unless `isDry`, this run locks it until release, or throws `LockedError`. `stopping` ends the reading.
 */
export function openStandardInput(input: Readable, stopping: AbortSignal, isDry: boolean): Journal {
  const rejectedFile = rejectedFileOf(STANDARD_INPUT)
  const lock: FileLock | undefined = isDry ? undefined : lockFile(rejectedFile)
  let bytes = 0
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of addAbortSignal(stopping, input)) {
        bytes += chunk.length
        yield chunk
      }
    } catch (error) {
      if (!stopping.aborted) throw error
    }
  }
  return {
    file: STANDARD_INPUT,
    ...{ bytes: undefined, progress: null, progressFile: null, rejectedFile },
    hash: new PrefixHash(),
    read: () => ({ chunks: plain(chunks()), bytesRead: () => bytes }),
    release: () => lock?.release(),
  }
}
