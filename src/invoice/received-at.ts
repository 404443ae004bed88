let lastMs = Number.NaN
let lastText = ''

/**
 * `Date.prototype.toISOString`, which takes half a microsecond: invoices that come in the same millisecond, and most do
 * under load, share one text.
 */
export function receivedAtText(receivedAt: Date): string {
  const ms = receivedAt.getTime()
  if (ms !== lastMs) {
    lastText = receivedAt.toISOString()
    lastMs = ms
  }
  return lastText
}
