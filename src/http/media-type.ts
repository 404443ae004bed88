import type { IncomingHttpHeaders } from 'node:http'
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
export function invoiceMediaProblem(headers: IncomingHttpHeaders): Problem | null {
  if (!isUtf8Of('application/json', headers['content-type'])) return UNSUPPORTED_MEDIA_TYPE
  return codingOf(headers) === 'identity' ? null : UNSUPPORTED_CODING
}

/** The content coding of a body, in lower case; `identity` where there is none. */
export function codingOf(headers: IncomingHttpHeaders): string {
  return headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
}

/**
 * Whether a `Content-Type` is `mediaType` in UTF-8. Parameters other than `charset` mean nothing for JSON and are
 * ignored (RFC 8259, 11).
 */
export function isUtf8Of(mediaType: string, contentType: string | undefined): boolean {
  if (contentType === mediaType) return true
  if (contentType === undefined) return false
  const [essence, ...parameters] = contentType.toLowerCase().split(';')
  if (essence?.trim() !== mediaType) return false
  return parameters.every((parameter) => {
    const [name, value] = parameter.split('=')
    return name?.trim() !== 'charset' || /^"?utf-?8"?$/.test(value?.trim() ?? '')
  })
}
