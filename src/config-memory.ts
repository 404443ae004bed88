import type { Config } from './config-schema.ts'

/** Bytes of `BUFFER_MEMORY_BYTES` that a request costs besides its body. */
export const REQUEST_OVERHEAD_BYTES = 2_048

/**
 * What the process takes besides the parts below, young objects and worker threads included, and what sockets hold for
 * it. Measured under a memory limit, with all parts in use at once: `npm run bench:memory`.
 */
const PROCESS_BYTES = 400 * 2 ** 20

/** Of one open connection, in the process and in the kernel: measured there, too. */
const CONNECTION_BYTES = 20 * 2 ** 10

/** Of one remembered token: `npm run bench:tokens`. */
const TOKEN_BYTES = 512

/** The memory limit below which the system may end the gateway when its buffer is full. Whole MiB. */
export function neededMemoryBytes(config: Config): number {
  const { BUFFER_MEMORY_BYTES, REPLAY_MEMORY_BYTES, JOURNALS_TOPIC, JOURNALS_MEMORY_BYTES } = config
  const parts = [
    PROCESS_BYTES,
    config.MAX_CONNECTIONS * CONNECTION_BYTES,
    BUFFER_MEMORY_BYTES,
    REPLAY_MEMORY_BYTES,
    JOURNALS_TOPIC === undefined ? 0 : JOURNALS_MEMORY_BYTES,
    config.AUTH === 'off' ? 0 : config.AUTH_MAX_TOKENS * TOKEN_BYTES,
    compressedBytes(config),
  ]
  const bytes = parts.reduce((sum, part) => sum + part, 0)
  return Math.ceil(bytes / 2 ** 20) * 2 ** 20
}

/** The most that batches under way hold besides their records: one for each partition, and no larger than these. */
function compressedBytes({
  KAFKA_COMPRESSION,
  KAFKA_PARTITIONS,
  MAX_BATCH_BYTES,
  BUFFER_MEMORY_BYTES,
}: Config): number {
  return KAFKA_COMPRESSION === 'none' ? 0 : Math.min(KAFKA_PARTITIONS * MAX_BATCH_BYTES, BUFFER_MEMORY_BYTES)
}

/** Why a memory limit (`process.constrainedMemory`; 0: none is known) is too low; `null` when it is not. */
export function memoryProblem(config: Config, limitBytes: number): string | null {
  const neededBytes = neededMemoryBytes(config)
  if (limitBytes === 0 || limitBytes >= neededBytes) return null
  return `the memory limit is ${limitBytes} bytes; BUFFER_MEMORY_BYTES, MAX_CONNECTIONS and what else is set need up to ${neededBytes}`
}

/** The part of `BUFFER_MEMORY_BYTES` that uploads may take. */
export function uploadMemoryBytes({ BUFFER_MEMORY_BYTES, UPLOAD_BUFFER_PERCENT }: Config): number {
  return (BUFFER_MEMORY_BYTES * UPLOAD_BUFFER_PERCENT) / 100
}

/** Bytes of `BUFFER_MEMORY_BYTES` that an upload of the largest size takes. */
export function uploadBytes(config: Config): number {
  const { UPLOAD_MAX_BYTES, UPLOAD_MAX_COMPRESSED_BYTES, UPLOAD_MAX_INVOICES } = config
  return UPLOAD_MAX_BYTES + Math.max(UPLOAD_MAX_COMPRESSED_BYTES, UPLOAD_MAX_INVOICES * REQUEST_OVERHEAD_BYTES)
}
