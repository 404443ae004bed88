/** Numbers and times as people read them. */

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
})
const DAY_MS = 86_400_000

/** @param {number} value */
export const count = (value) => numbers.format(value)

/** @param {number} value @param {string} one @param {string} [many] */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`

/** A few digits, whatever the size. @param {number | null} ms */
export function duration(ms) {
  if (ms === null) return '–'
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`
  return age(ms)
}

/** In whole seconds, minutes, hours or days. @param {number} ms */
export function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 2 ** 20) return `${numbers.format(bytes / 1_024)} KiB`
  return `${numbers.format(bytes / 2 ** 20)} MiB`
}

/** The time of day, with the date if it was not lately. @param {number} atMs @param {number} [nowMs] */
export function time(atMs, nowMs = Date.now()) {
  if (atMs === 0) return '–'
  return (nowMs - atMs < DAY_MS / 2 ? clock : dayAndClock).format(atMs)
}

/** Runs of numbers: `4, 7 to 9`. @param {readonly (readonly [number, number])[]} runs */
export function runs(runs) {
  return runs.map(([first, last]) => (first === last ? String(first) : `${first} to ${last}`)).join(', ')
}
