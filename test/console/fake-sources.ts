import type { ConsoleSources } from '../../src/console/console.ts'
import { journalsOf } from './pack.ts'

/** A gateway at rest, without Kafka. */
export function fakeSources(changes: Partial<ConsoleSources> = {}): ConsoleSources {
  return {
    figures: () => ({
      instance: { name: 'gateway-1', topic: 'sales', partitions: 2 },
      readiness: { ready: true, reasons: [], warnings: [] },
      lanes: [
        { partition: 0, waitingRecords: 0, inFlightRecords: 0, batchAgeMs: 0, isStalled: false, isThrottled: false },
        { partition: 1, waitingRecords: 7, inFlightRecords: 3, batchAgeMs: 9, isStalled: true, isThrottled: false },
      ],
      ...{ pendingRecords: 10, bufferedBytes: 1, bufferCapacityBytes: 100, unreadAnswerBytes: 0 },
      ...{ longestBlockSeconds: 0.01, openBodies: 0, workers: 1 },
      journals: { journals: 0, isComplete: true, left: 0, ageMs: 0 },
    }),
    journals: journalsOf({}),
    rules: { silentAfterMs: 60_000 },
    maxViewers: 20,
    place: () => ({ topic: 'sales', partition: 1 }),
    brokers: { seen: { brokers: [], leaderless: 0, underReplicated: 0 }, watch: async () => {} },
    followConflicts: async () => {},
    readRecord: async () => undefined,
    ...changes,
  }
}
