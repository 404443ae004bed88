import { Problem } from '../errors.ts'
import { WorkerFailed } from '../uploads/worker-pool.ts'

/**
 * Throws the problem for a body that no worker thread has read; nothing of it is in Kafka. A lack of threads passes, and
 * so does a crash. But what has kept a thread for too long would do so again, so it is not said to pass: an upload has
 * to come in parts. Throws any other error as it is.
 */
export function notRead(error: unknown, said: { readonly tooMany: Problem; readonly tooCostly: string }): never {
  if (!(error instanceof WorkerFailed)) throw error
  switch (error.reason) {
    case 'busy':
    case 'waited':
      throw said.tooMany
    case 'overran':
      throw new Problem('too-costly', said.tooCostly, { cause: error })
    case 'crashed':
      throw new Problem('not-read', 'Nothing of it is in Kafka. Send the same document again.', { cause: error })
  }
}
