import { inWorker } from './in-worker.ts'
import { parcelBuffers } from './parcel.ts'
import { createReadUpload, type UploadRead } from './read-upload.ts'

/** The module of the workers that read uploads. The pool's `workerData` is an `UploadLimits`. */
inWorker(createReadUpload, (result: UploadRead) => (result.kind === 'parcel' ? parcelBuffers(result.parcel) : []))
