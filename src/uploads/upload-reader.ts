import { extname } from 'node:path'
import type { ValidationResult } from '../invoice/validate.ts'
import type { Ask } from './ask.ts'
import { type BodyOwner, BodyReader } from './body-reader.ts'
import {
  createReadBody,
  type InvoiceBody,
  type UploadBody,
  type UploadLimits,
  type UploadRead,
  uploadItems,
} from './read-upload.ts'

export interface UploadReaderOptions {
  readonly limits: UploadLimits
  /** Worker threads; 0: everything is read on the main thread. */
  readonly workers: number
  /** Uploads of one sender that may wait for a worker, and invoices that may; 8 times as many of all. */
  readonly maxWaiting: number
  /** How long reading one body may take: a quarter of it the wait for a worker. It is too costly if it uses as much of a core. */
  readonly timeoutMs: number
  /** Uploads up to this size, both as sent and inflated, are read on the main thread: handing them over costs more. */
  readonly inlineBytes: number
  readonly onTrouble: (error: Error) => void
  /** Called for each body that is handed to a worker: an `upload` or an `invoice`. */
  readonly onHandOver?: (kind: string) => void
}

/** A thousand tiny items, or empty frames, would hold the main thread up as much as a large upload. */
const INLINE_INVOICES = 32

/** An invoice that a worker read: its bytes as they were sent, and the verdict on them. */
export interface ReadInvoice {
  readonly value: Buffer
  readonly verdict: ValidationResult
}

/**
 * How an upload is read: from the received body to invoices that may be published, or to the reason why there are none.
 *
 * 1. `ingest/upload.ts` gives the whole body to `read`. A body that is small, both as sent and inflated, is read on the
 *    main thread. Reading it stops as soon as it turns out to be larger than `inlineBytes` or to hold more than 32
 *    invoices or frames.
 * 2. Any other body moves to a thread of the pool (`worker-pool.ts`), or waits for one. At most `maxWaiting` bodies
 *    of one sender wait, in order, for at most a quarter of `timeoutMs`; reading takes at most the rest. `WorkerFailed`
 *    says why there is no result.
 * 3. The thread (`upload-worker.ts`, on top of `in-worker.ts`) does the same as the main thread does for small bodies
 *    (`read-upload.ts`): it undoes the content coding (`inflate.ts`), finds the invoices (`split.ts`), validates each
 *    (`invoice/validate.ts`), and writes their places and the findings into a parcel (`parcel.ts`).
 * 4. The parcel moves back. `uploadItems` (`read-upload.ts`) takes the invoices out of it, one by one.
 *
 * All of it is read before the first invoice is published. Bytes move between threads and are never copied: what was
 * validated is what is published. Large single invoices go to the same threads, and are a parcel of one item there.
 */
export class UploadReader extends BodyReader<UploadBody | InvoiceBody, UploadRead> {
  constructor({ limits, inlineBytes, timeoutMs, ...pool }: UploadReaderOptions) {
    const isAlone = pool.workers === 0
    const maxBytes = isAlone ? limits.maxBytes : Math.min(inlineBytes, limits.maxBytes)
    const maxInvoices = isAlone ? limits.maxInvoices : Math.min(INLINE_INVOICES, limits.maxInvoices)
    const readSmall = createReadBody({
      ...limits,
      maxBytes,
      maxInvoices,
      ...(isAlone ? {} : { maxFrames: INLINE_INVOICES }),
    })
    const readHere = (task: UploadBody | InvoiceBody, ask: Ask): UploadRead | null => {
      if (task.framing === 'none') return isAlone ? readSmall(task, ask) : null
      const read: UploadRead = task.body.length > maxBytes ? { kind: 'too-large' } : readSmall(task, ask)
      const isTooMuch = read.kind === 'too-large' || read.kind === 'too-many'
      return isTooMuch && !isAlone ? null : read
    }
    const file = new URL(`./upload-worker${extname(import.meta.url)}`, import.meta.url) // .ts here, .js in the package
    const timeouts = { waitTimeoutMs: timeoutMs / 4, runTimeoutMs: 0.75 * timeoutMs, costlyCpuMs: timeoutMs / 4 }
    const queueOf = ({ framing }: UploadBody | InvoiceBody) => (framing === 'none' ? 'invoice' : 'upload')
    super({ ...pool, file, workerData: limits, readHere, queueOf, ...timeouts })
  }

  /** Whether one more upload, or one more large invoice, may come from this sender now. Each kind has its own queue. */
  override hasRoom(kind: 'upload' | 'invoice', sender?: string): boolean {
    return super.hasRoom(kind, sender)
  }

  /** Validates one invoice in a worker. `body` may be unusable afterwards; `value` has its bytes. Throws `WorkerFailed`. */
  async readInvoice(body: Uint8Array<ArrayBuffer>, receivedAt: Date, owner?: BodyOwner): Promise<ReadInvoice> {
    const read = await this.read({ framing: 'none', body, receivedAtMs: receivedAt.getTime() }, owner)
    if (read.kind !== 'parcel') throw new Error('an invoice is always a parcel')
    const [item] = uploadItems(read.parcel)
    return item as ReadInvoice
  }
}
