import { BodyReader } from './body-reader.ts'
import { createReadUpload, type UploadBody, type UploadLimits, type UploadRead } from './read-upload.ts'

export interface UploadReaderOptions {
  readonly limits: UploadLimits
  /** Worker threads; 0: everything is read on the main thread. */
  readonly workers: number
  /** Uploads that may wait for a worker. */
  readonly maxWaiting: number
  /** How long reading one upload may take, its waiting included. */
  readonly timeoutMs: number
  /** Uploads up to this size, as sent and inflated, are read on the main thread: handing them over costs more. */
  readonly inlineBytes: number
  readonly onTrouble: (error: Error) => void
}

/** A thousand tiny items would hold the main thread up as much as a large upload. */
const INLINE_INVOICES = 32

/** Reads uploads, small ones at once and the others in worker threads. */
export class UploadReader extends BodyReader<UploadBody, UploadRead> {
  constructor({ limits, inlineBytes, ...pool }: UploadReaderOptions) {
    const isAlone = pool.workers === 0
    const maxBytes = isAlone ? limits.maxBytes : Math.min(inlineBytes, limits.maxBytes)
    const maxInvoices = isAlone ? limits.maxInvoices : Math.min(INLINE_INVOICES, limits.maxInvoices)
    const readSmall = createReadUpload({ ...limits, maxBytes, maxInvoices })
    const readHere = (upload: UploadBody): UploadRead | null => {
      const read: UploadRead = upload.body.length > maxBytes ? { kind: 'too-large' } : readSmall(upload)
      const isTooMuch = read.kind === 'too-large' || read.kind === 'too-many'
      return isTooMuch && !isAlone ? null : read
    }
    super({ ...pool, file: new URL('./upload-worker.ts', import.meta.url), workerData: limits, readHere })
  }
}
