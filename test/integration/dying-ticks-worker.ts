/** The handler's worker, but every fifth packet of a thread kills it. */
import { createReadTicks } from '../../examples/ticks/read-ticks.ts'
import { inWorker } from '../../src/uploads/in-worker.ts'
import { parcelBuffers } from '../../src/uploads/parcel.ts'

let packets = 0

inWorker(
  (limits: Parameters<typeof createReadTicks>[0]) => {
    const readTicks = createReadTicks(limits)
    return (packet: Parameters<typeof readTicks>[0]) => (++packets % 5 === 0 ? process.exit(3) : readTicks(packet))
  },
  (read) => (read.kind === 'parcel' ? parcelBuffers(read.parcel) : []),
)
