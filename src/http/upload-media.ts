import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../errors.ts'
import type { UploadRequest } from '../ingest/upload.ts'
import { CODINGS } from '../uploads/inflate.ts'
import { codingOf, isUtf8Of } from './media-type.ts'

export const NDJSON = 'application/x-ndjson'

const FRAMINGS = { [NDJSON]: 'lines', 'application/json': 'array' } as const
const TAKEN_CODINGS: readonly string[] = [...CODINGS, 'identity']

const UNSUPPORTED_MEDIA_TYPE = new Problem(
  'unsupported-media-type',
  `An upload is sent as ${NDJSON}, or as one JSON array in application/json; in UTF-8.`,
  { headers: { accept: `${NDJSON}, application/json` } },
)

const UNSUPPORTED_CODING = new Problem(
  'unsupported-media-type',
  'An upload is sent as it is, or with one content coding: gzip or zstd.',
  { headers: { 'accept-encoding': TAKEN_CODINGS.join(', ') } },
)

/** What is wrong with the `Content-Type` and `Content-Encoding` of an upload, or `null`. */
export function uploadMediaProblem(headers: IncomingHttpHeaders): Problem | null {
  if (framingOf(headers) === undefined) return UNSUPPORTED_MEDIA_TYPE
  return TAKEN_CODINGS.includes(codingOf(headers)) ? null : UNSUPPORTED_CODING
}

/** How an upload that has no media problem is to be read. */
export function uploadMedia(headers: IncomingHttpHeaders): Pick<UploadRequest, 'framing' | 'coding'> {
  return {
    framing: framingOf(headers) as UploadRequest['framing'],
    coding: codingOf(headers) as UploadRequest['coding'],
  }
}

/** Whether the answer is to be NDJSON: only for an NDJSON upload, and where `Accept` names it. */
export function wantsLines(headers: IncomingHttpHeaders): boolean {
  const accepted = headers.accept?.toLowerCase().split(',') ?? []
  return framingOf(headers) === 'lines' && accepted.some(namesLines)
}

/** A weight of 0 means "not acceptable" (RFC 9110, 12.4.2). */
function namesLines(range: string): boolean {
  const [mediaType, ...parameters] = range.split(';').map((part) => part.trim())
  return mediaType === NDJSON && !parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter))
}

function framingOf(headers: IncomingHttpHeaders): UploadRequest['framing'] | undefined {
  for (const [mediaType, framing] of Object.entries(FRAMINGS)) {
    if (isUtf8Of(mediaType, headers['content-type'])) return framing
  }
  return undefined
}
