import { inWorker } from './in-worker.ts'
import { parcelBuffers } from './parcel.ts'
import { createReadBody, type UploadRead } from './read-upload.ts'

/** The module of the workers that read uploads and large invoices. The pool's `workerData` is an `UploadLimits`. */
inWorker(createReadBody, (result: UploadRead) => (result.kind === 'parcel' ? parcelBuffers(result.parcel) : []))
