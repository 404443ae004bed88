import { inWorker } from '../../src/uploads/in-worker.ts'
import { parcelBuffers } from '../../src/uploads/parcel.ts'
import { createReadTicks, type TicksRead } from './read-ticks.ts'

/** The module of the workers that read packets; its pool's `workerData` are `TickLimits`. */
inWorker(createReadTicks, (read: TicksRead) => (read.kind === 'parcel' ? parcelBuffers(read.parcel) : []))
