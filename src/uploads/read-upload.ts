import { arithmeticOf, validateInvoice } from '../invoice/validate.ts'
import { type Coding, inflate } from './inflate.ts'
import { type Parcel, ParcelWriter } from './parcel.ts'
import { type Framing, split } from './split.ts'
import { addItem } from './upload-item.ts'

/** The same for every upload. */
export interface UploadLimits {
  /** Of the whole body, inflated. */
  readonly maxBytes: number
  readonly maxInvoices: number
  readonly maxInvoiceBytes: number
  readonly arithmetic: 'strict' | 'lenient'
  /** Stores that are lenient whatever `arithmetic` says. */
  readonly lenientStores: readonly string[]
}

/** One upload as it came in. */
export interface UploadBody {
  readonly body: Uint8Array<ArrayBuffer>
  readonly coding: Coding | 'identity'
  readonly framing: Framing
  readonly receivedAtMs: number
}

/** What became of an upload: its invoices one by one, or why none of it can be read. */
export type UploadRead =
  | { readonly kind: 'parcel'; readonly parcel: Parcel }
  | { readonly kind: 'damaged' | 'too-large' | 'too-many' | 'empty' }
  | { readonly kind: 'malformed'; readonly at: number }

/**
 * Returns the function that inflates, splits, parses and validates uploads: all that is done before anything of one is
 * published, and all of its work on bytes. It runs in a worker, or for small uploads on the main thread.
 */
export function createReadUpload(limits: UploadLimits): (upload: UploadBody) => UploadRead {
  const arithmetic = arithmeticOf(limits.arithmetic, limits.lenientStores)

  return ({ body, coding, framing, receivedAtMs }) => {
    const inflated = inflate(body, coding, limits.maxBytes)
    if (inflated.kind !== 'bytes') return inflated
    const { bytes } = inflated
    const found = split(bytes, framing, limits.maxInvoices)
    if (found.kind !== 'items') return found
    if (found.items.length === 0) return { kind: 'empty' }

    const options = { arithmetic, receivedAt: new Date(receivedAtMs) }
    const parcel = new ParcelWriter(bytes as Uint8Array<ArrayBuffer>)
    for (const span of found.items) {
      const value = bytes.subarray(span.start, span.end)
      const isTooLarge = value.length > limits.maxInvoiceBytes
      addItem(parcel, span, isTooLarge ? { kind: 'too-large' } : validateInvoice(value, options))
    }
    return { kind: 'parcel', parcel: parcel.finish() }
  }
}
