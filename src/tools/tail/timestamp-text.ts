/** The last millisecond that RFC 3339 can write. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** A record's timestamp as RFC 3339 in UTC. Null if it is out of range: a producer may send any number. */
export function timestampText(timestampMs: number): string | null {
  return timestampMs >= 0 && timestampMs <= LAST_MS ? new Date(timestampMs).toISOString() : null
}
