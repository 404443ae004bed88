/** What the value of an option may be. */
export interface Form<T> {
  /** In words, behind "must be". */
  readonly words: string
  /** The value; undefined if the text is none. */
  read(text: string): T | undefined
}

/** Any text that is not empty, such as a file's name. `words` says what it is. */
export function text(words: string): Form<string> {
  return { words, read: (text) => (text === '' ? undefined : text) }
}

/** A whole number, written in digits. */
export function wholeNumber(min: number, max: number): Form<number> {
  return inRange('a whole number', /^\d{1,15}$/, min, max)
}

/** A number that may have decimals, at most six. */
export function number(min: number, max: number): Form<number> {
  return inRange('a number', /^\d{1,15}(\.\d{1,6})?$/, min, max)
}

/** One of these words. */
export function oneOf<const W extends string>(...words: readonly W[]): Form<W> {
  return { words: alternatives(words), read: (text) => words.find((word) => word === text) }
}

/** RFC 3339: date, time with seconds, and an offset or Z. */
const TIME = /^(\d{4}-\d\d)-(\d\d)[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

/** A time, in milliseconds since 1970. */
export const time: Form<number> = {
  words: 'a date and time with its offset (RFC 3339, e.g. 2026-03-01T06:00:00+01:00)',
  read(text) {
    const [, month, day] = TIME.exec(text) ?? []
    if (month === undefined) return undefined
    const timeMs = Date.parse(text.toUpperCase())
    // `Date.parse` takes 30 February for 2 March.
    const isInMonth = new Date(`${month}-${day}T00:00:00Z`).getUTCDate() === Number(day)
    return Number.isNaN(timeMs) || !isInMonth ? undefined : timeMs
  },
}

/** `a`, `a or b`, `a, b or c`. */
function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function inRange(kind: string, pattern: RegExp, min: number, max: number): Form<number> {
  return {
    words: `${kind} from ${rangeText(min, max)}`,
    read(text) {
      const number = pattern.test(text) ? Number(text) : Number.NaN
      return number >= min && number <= max ? number : undefined
    },
  }
}

/** The ends of a range, exactly. */
function rangeText(min: number, max: number): string {
  const [from, to] = [min, max].map((end) => end.toLocaleString('en-US', { maximumFractionDigits: 6 }))
  return `${from} to ${to}`
}
