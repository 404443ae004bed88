import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../errors.ts'
import type { UploadRequest } from '../ingest/upload.ts'
import { CODINGS } from '../uploads/inflate.ts'

export const NDJSON = 'application/x-ndjson'

const UNSUPPORTED = 'unsupported-media-type'

const NO_INVOICE = new Problem(UNSUPPORTED, 'An invoice is sent as application/json, in UTF-8.', {
  headers: { accept: 'application/json' },
})

/** The answer to an invoice in a content coding, whether the header fields say so or the bytes. */
export const CODED_INVOICE = new Problem(
  UNSUPPORTED,
  'An invoice is sent without a content coding: the gateway publishes the bytes as they were sent.',
  { headers: { 'accept-encoding': 'identity' } },
)

/**
 * What is wrong with the `Content-Type` and `Content-Encoding` of an invoice request, or `null`. The 415 has the header
 * field that says what would have been accepted (RFC 9110, 12.5.3 and 15.5.16).
 */
export function invoiceMediaProblem(headers: IncomingHttpHeaders): Problem | null {
  if (!isUtf8Of('application/json', headers['content-type'])) return NO_INVOICE
  return codingOf(headers) === 'identity' ? null : CODED_INVOICE
}

/** NDJSON has no registered media type, so tools send different ones. */
const LINE_TYPES: readonly string[] = [
  NDJSON,
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
]

/** The media types that an upload may have. */
export const UPLOAD_TYPES: readonly string[] = [...LINE_TYPES, 'application/json']
const TAKEN_CODINGS: readonly string[] = [...CODINGS, 'identity']

const NO_UPLOAD = new Problem(
  UNSUPPORTED,
  `An upload is sent as ${NDJSON}, or as one JSON array in application/json; in UTF-8.`,
  { headers: { accept: `${NDJSON}, application/json` } },
)

const CODED_UPLOAD = new Problem(UNSUPPORTED, 'An upload is sent as it is, or with one content coding: gzip or zstd.', {
  headers: { 'accept-encoding': TAKEN_CODINGS.join(', ') },
})

/** What is wrong with the `Content-Type` and `Content-Encoding` of an upload, or `null`. */
export function uploadMediaProblem(headers: IncomingHttpHeaders): Problem | null {
  if (framingOf(headers) === undefined) return NO_UPLOAD
  return TAKEN_CODINGS.includes(codingOf(headers)) ? null : CODED_UPLOAD
}

/** How to read an upload that has no media problem. */
export function uploadMedia(headers: IncomingHttpHeaders): Pick<UploadRequest, 'framing' | 'coding'> {
  return {
    framing: framingOf(headers) as UploadRequest['framing'],
    coding: codingOf(headers) as UploadRequest['coding'],
  }
}

/**
 * The media type of an answer in NDJSON, or `null` for JSON. Only an NDJSON upload is answered with NDJSON, and only if
 * `Accept` gives one of its media types a higher weight than JSON. Generated clients accept every documented media type
 * alike, and can only read JSON.
 */
export function linesType(headers: IncomingHttpHeaders): string | null {
  if (framingOf(headers) !== 'lines') return null
  const weights = weightsIn(headers.accept ?? '')
  const jsonWeight = weights.get('application/json') ?? 0
  const [lineType] = [...weights].find(([name, weight]) => LINE_TYPES.includes(name) && weight > jsonWeight) ?? []
  return lineType ?? null
}

/** The weight of each media type that `Accept` names: 1 unless it says another; 0 is "not acceptable" (RFC 9110, 12.4.2). */
function weightsIn(accept: string): Map<string, number> {
  const ranges = accept.toLowerCase().split(',')
  return new Map(
    ranges.map((range) => {
      const [mediaType = '', ...parameters] = range.split(';').map((part) => part.trim())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return [mediaType, weight === undefined ? 1 : Number(weight) || 0]
    }),
  )
}

function framingOf(headers: IncomingHttpHeaders): UploadRequest['framing'] | undefined {
  const mediaType = UPLOAD_TYPES.find((mediaType) => isUtf8Of(mediaType, headers['content-type']))
  if (mediaType === undefined) return undefined
  return mediaType === 'application/json' ? 'array' : 'lines'
}

/** The content coding of a body, in lower case; `identity` where there is none. `x-gzip` is `gzip` (RFC 9110, 8.4.1.3). */
export function codingOf(headers: IncomingHttpHeaders): string {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  return coding === 'x-gzip' ? 'gzip' : coding
}

/**
 * Whether a `Content-Type` is `mediaType` in UTF-8. Parameters other than `charset` mean nothing for JSON and are
 * ignored (RFC 8259, 11).
 */
function isUtf8Of(mediaType: string, contentType: string | undefined): boolean {
  if (contentType === mediaType) return true
  if (contentType === undefined) return false
  const [essence, ...parameters] = contentType.toLowerCase().split(';')
  if (essence?.trim() !== mediaType) return false
  return parameters.every((parameter) => {
    const [name, value] = parameter.split('=')
    return name?.trim() !== 'charset' || /^"?utf-?8"?$/.test(value?.trim() ?? '')
  })
}
