import { inWorker } from './in-worker.ts'
import { parcelBuffers } from './parcel.ts'
import { createReadUpload, type UploadRead } from './read-upload.ts'

/** The module of the workers that read uploads; its pool's `workerData` are `UploadLimits`. */
inWorker(createReadUpload, (result: UploadRead) => (result.kind === 'parcel' ? parcelBuffers(result.parcel) : []))
