const MINUTE_MS = 60_000
const MINUTES_OF_DAY = 24 * 60

/** A point in time and the date that the clock on the wall showed. */
export interface Timestamp {
  readonly epochMs: number
  /** Days since 1970-01-01 of the local date, that is at the offset of the text. */
  readonly localDay: number
}

/**
 * Days since 1970-01-01 of `YYYY-MM-DD` at the start of `text`, or undefined when the calendar has no such day. There is
 * no year 0000: RFC 3339 has it, but SQL and many libraries have not.
 */
export function dayOf(text: string): number | undefined {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return daysFromCivil(year, month, day)
}

/**
 * The instant of an RFC 3339 text that already has the form of the schema; undefined when its day, time or offset does
 * not exist. A second of 60 is accepted where a leap second can be, at 23:59:60 UTC (it reads as the next second). Of
 * which days have one, nothing is known in advance; validators of the JSON Schema format "date-time" do not ask either.
 * Digits after the milliseconds are ignored.
 */
export function timestampOf(text: string): Timestamp | undefined {
  const localDay = dayOf(text)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const offset = offsetMinutes(text)
  if (localDay === undefined || offset === undefined || hour > 23 || minute > 59 || second > 60) return undefined
  const epochMinute = (localDay * 24 + hour) * 60 + minute - offset
  if (second === 60 && (epochMinute + 1) % MINUTES_OF_DAY !== 0) return undefined
  return { epochMs: epochMinute * MINUTE_MS + second * 1000 + milliseconds(text), localDay }
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from March. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
}

/** Minutes east of UTC; undefined when hours are over 23 or minutes over 59. */
function offsetMinutes(text: string): number | undefined {
  const end = text.length
  if (text.charCodeAt(end - 1) === 0x5a) return 0
  const hours = twoDigits(text, end - 5)
  const minutes = twoDigits(text, end - 2)
  if (hours > 23 || minutes > 59) return undefined
  return (text.charCodeAt(end - 6) === 0x2d ? -1 : 1) * (hours * 60 + minutes)
}

function milliseconds(text: string): number {
  if (text.charCodeAt(19) !== 0x2e) return 0
  let value = 0
  for (let i = 20; i < 23; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (!(digit >= 0 && digit <= 9)) return value * 10 ** (23 - i)
    value = value * 10 + digit
  }
  return value
}
