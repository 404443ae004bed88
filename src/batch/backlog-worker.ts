import { inWorker } from './in-worker.ts'
import { parcelBuffers } from './parcel.ts'
import { type BacklogRead, createReadBacklog } from './read-backlog.ts'

/** The module of the workers that read uploads; its pool's `workerData` are `BacklogLimits`. */
export default inWorker(createReadBacklog, (result: BacklogRead) =>
  result.kind === 'parcel' ? parcelBuffers(result.parcel) : [],
)
