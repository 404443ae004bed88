import { Problem } from '../errors.ts'

const UNSUPPORTED_MEDIA_TYPE = new Problem(
  'unsupported-media-type',
  'An invoice is sent as application/json, in UTF-8.',
  { headers: { accept: 'application/json' } },
)

const UNSUPPORTED_CODING = new Problem(
  'unsupported-media-type',
  'An invoice is sent without a content coding: what is published are the bytes that were sent.',
  { headers: { 'accept-encoding': 'identity' } },
)

/**
 * What is wrong with the `Content-Type` and `Content-Encoding` of an invoice request, or `null`. 415 names the header
 * field that would have been accepted (RFC 9110, 12.5.3 and 15.5.16).
 */
export function mediaTypeProblem(contentType: string | undefined, contentEncoding: string | undefined): Problem | null {
  if (contentType !== 'application/json' && !isUtf8Json(contentType)) return UNSUPPORTED_MEDIA_TYPE
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== 'identity') return UNSUPPORTED_CODING
  return null
}

/** Parameters other than `charset` mean nothing for JSON and are ignored (RFC 8259, 11). */
function isUtf8Json(contentType: string | undefined): boolean {
  if (contentType === undefined) return false
  const [mediaType, ...parameters] = contentType.toLowerCase().split(';')
  if (mediaType?.trim() !== 'application/json') return false
  return parameters.every((parameter) => {
    const [name, value] = parameter.split('=')
    return name?.trim() !== 'charset' || /^"?utf-?8"?$/.test(value?.trim() ?? '')
  })
}
