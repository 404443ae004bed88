import { extname } from 'node:path'
import { createReadUpload, type UploadBody, type UploadLimits, type UploadRead } from './read-upload.ts'
import { BodyReader } from './worker-pool.ts'

export interface UploadReaderOptions {
  readonly limits: UploadLimits
  /** Worker threads; 0: everything is read on the main thread. */
  readonly workers: number
  /** Uploads that may wait for a worker. */
  readonly maxWaiting: number
  /** How long reading one upload may take, including the wait for a worker. */
  readonly timeoutMs: number
  /** Uploads up to this size, both as sent and inflated, are read on the main thread: handing them over costs more. */
  readonly inlineBytes: number
  readonly onTrouble: (error: Error) => void
}

/** A thousand tiny items would hold the main thread up as much as a large upload. */
const INLINE_INVOICES = 32

/**
 * How an upload is read: from the received body to invoices that may be published, or to the reason why there are none.
 *
 * 1. `ingest/upload.ts` gives the whole body to `read`. A body that is small, both as sent and inflated, is read on the
 *    main thread. Reading it stops as soon as it turns out to be larger than `inlineBytes` or to hold more than 32
 *    invoices.
 * 2. Any other body moves to a thread of the pool (`worker-pool.ts`), or waits for one. At most `maxWaiting` bodies
 *    wait, in order; the wait and the reading take at most `timeoutMs`. `WorkerFailed` says why there is no result.
 * 3. The thread (`upload-worker.ts`, on top of `in-worker.ts`) does the same as the main thread does for small bodies
 *    (`read-upload.ts`): it undoes the content coding (`inflate.ts`), finds the invoices (`split.ts`), validates each
 *    (`invoice/validate.ts`), and writes their places and the findings into a parcel (`parcel.ts`).
 * 4. The parcel moves back. `uploadItems` (`read-upload.ts`) takes the invoices out of it, one by one.
 *
 * All of it is read before the first invoice is published. Bytes move between threads and are never copied: what was
 * validated is what is published.
 */
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
    const file = new URL(`./upload-worker${extname(import.meta.url)}`, import.meta.url) // .ts here, .js in the package
    super({ ...pool, file, workerData: limits, readHere })
  }
}
