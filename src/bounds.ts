import { Arrivals } from './admission/arrivals.ts'
import { BufferMemory } from './admission/buffer-memory.ts'
import { LiveLimit } from './admission/live-limit.ts'
import { arrivingBytes, arrivingUploadBytes, REQUEST_OVERHEAD_BYTES } from './config.ts'
import type { Config } from './config-schema.ts'
import type { UploadReader } from './uploads/upload-reader.ts'

/** This many live invoices may always be in flight, however slowly they are stored. */
const MIN_LIVE = 1_000

/** What bounds memory and load before a body is read. `http/admission.ts` lists all bounds. */
export function createBounds(config: Config, memory: BufferMemory, reader: UploadReader) {
  const liveLimit = new LiveLimit({ maxQueueMs: config.MAX_QUEUE_MS, minimum: MIN_LIVE })
  const uploadMemory = new BufferMemory((config.BUFFER_MEMORY_BYTES * config.UPLOAD_BUFFER_PERCENT) / 100, memory)
  const admitTo = (part: BufferMemory) => (announcedBytes: number) =>
    part.hasRoom(announcedBytes + REQUEST_OVERHEAD_BYTES) ? part.tryReserve(REQUEST_OVERHEAD_BYTES) : null
  const rate = { minBytesPerSecond: config.BODY_MIN_BYTES_PER_SECOND, graceMs: config.BODY_GRACE_MS }
  return {
    liveLimit,
    admit: admitTo(memory),
    arrivals: new Arrivals({ ...rate, capacityBytes: arrivingBytes(config) }),
    hasReader: () => reader.hasRoom('upload'),
    hasInvoiceReader: () => reader.hasRoom('invoice'),
    admitUpload: admitTo(uploadMemory),
    uploadArrivals: new Arrivals({ ...rate, capacityBytes: arrivingUploadBytes(config) }),
  }
}
