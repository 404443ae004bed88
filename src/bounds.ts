import { Arrivals } from './admission/arrivals.ts'
import { BufferMemory } from './admission/buffer-memory.ts'
import { LiveLimit } from './admission/live-limit.ts'
import { SENDER_MEMORY, type Sender, type SenderLimits, Senders } from './admission/senders.ts'
import { REQUEST_OVERHEAD_BYTES, uploadBytes, uploadMemoryBytes } from './config-memory.ts'
import type { Config } from './config-schema.ts'
import type { UploadReader } from './uploads/upload-reader.ts'

/** This many live invoices may always be in flight, however slowly they are stored. */
const MIN_LIVE = 1_000

/** What bounds memory and load before a body is read. `http/admission.ts` lists all bounds. */
export function createBounds(config: Config, memory: BufferMemory, reader: UploadReader) {
  const uploadMemory = new BufferMemory(uploadMemoryBytes(config), memory)
  const admitTo = (part: BufferMemory, ofSender: (sender: Sender) => BufferMemory) => {
    return (announcedBytes: number, sender: Sender) => {
      const own = ofSender(sender)
      const bytes = announcedBytes + REQUEST_OVERHEAD_BYTES
      if (!part.hasRoom(bytes)) return null
      return own.hasRoom(bytes) ? part.tryReserve(REQUEST_OVERHEAD_BYTES, own) : SENDER_MEMORY
    }
  }
  const rate = { minBytesPerSecond: config.BODY_MIN_BYTES_PER_SECOND, graceMs: config.BODY_GRACE_MS }
  return {
    senders: new Senders(senderLimits(config)),
    liveLimit: new LiveLimit({ maxQueueMs: config.MAX_QUEUE_MS, minimum: MIN_LIVE }),
    admit: admitTo(memory, (sender) => sender.memory),
    arrivals: new Arrivals({ ...rate, capacityBytes: arrivingBytes(config) }),
    hasReader: (sender: string) => reader.hasRoom('upload', sender),
    hasInvoiceReader: (sender: string) => reader.hasRoom('invoice', sender),
    admitUpload: admitTo(uploadMemory, (sender) => sender.uploadMemory),
    uploadArrivals: new Arrivals({ ...rate, capacityBytes: arrivingUploadBytes(config) }),
  }
}

/** What one principal may take, or one address where tokens are not asked for. */
export function senderLimits(config: Config): SenderLimits {
  const percent = config.AUTH === 'off' ? config.ADDRESS_SHARE_PERCENT : config.PRINCIPAL_SHARE_PERCENT
  const share = percent / 100
  const { MAX_CONNECTIONS, BUFFER_MEMORY_BYTES, MAX_INVOICE_BYTES } = config
  // Whoever may have all of it finds the gateway full, not itself at a bound.
  const part = (wholeBytes: number, leastBytes: number) =>
    share === 1 ? Infinity : Math.max(wholeBytes * share, leastBytes)
  return {
    maxConnections: Math.ceil(MAX_CONNECTIONS * share),
    memoryBytes: part(BUFFER_MEMORY_BYTES, MAX_INVOICE_BYTES + REQUEST_OVERHEAD_BYTES),
    uploadMemoryBytes: part(uploadMemoryBytes(config), uploadBytes(config) + REQUEST_OVERHEAD_BYTES),
    timeShare: config.SENDER_TIME_PERCENT / 100,
  }
}

/** The most bytes that invoices hold that still arrive. The rest of the buffer is for those that Kafka has not stored. */
function arrivingBytes({ BUFFER_MEMORY_BYTES, MAX_INVOICE_BYTES }: Config): number {
  return Math.max(BUFFER_MEMORY_BYTES / 4, MAX_INVOICE_BYTES)
}

/** The same for uploads: half of the part that uploads may take. */
function arrivingUploadBytes(config: Config): number {
  return Math.max(uploadMemoryBytes(config) / 2, config.UPLOAD_MAX_BYTES)
}
