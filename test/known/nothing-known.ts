import type { IngestDeps } from '../../src/ingest/invoice.ts'

/** An instance that remembers nothing, and reads no `.journals`. */
export const NOTHING_KNOWN: IngestDeps['known'] = { find: () => ({ kind: 'new' }) }
