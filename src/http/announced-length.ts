import type { IncomingHttpHeaders } from 'node:http'

/** The `Content-Length` of a request; `null` when its body comes in chunks. */
export function announcedLength({ 'content-length': length }: IncomingHttpHeaders): number | null {
  return length === undefined ? null : Number(length)
}
