import { type StringOptions, type TSchema, Type } from '@sinclair/typebox'
import { LIMITS } from './limits.ts'

/** The largest amount either side of zero, in minor units. 9,000 of them still add up to an exact integer. */
const MAX_MONEY = 999_999_999_999

/** Closed objects: a member that the contract does not name is refused. */
export const CLOSED = { additionalProperties: false } as const

/** Key of the words that say what a value has to be ("Must be ..."). As a symbol, it is not published. */
export const FORM = Symbol('form')

const inWords = <T extends TSchema>(form: string, schema: T): T => Object.assign(schema, { [FORM]: form })

/** Settled money: an integer in minor units of the invoice's currency (1999 is 19.99 EUR, or 1999 JPY). */
export const money = (description: string) =>
  inWords(
    'an integer in minor units (1999 for 19.99)',
    Type.Integer({ minimum: -MAX_MONEY, maximum: MAX_MONEY, description }),
  )

/** Published, but ignored by the compiled check: `checkNul` looks for U+0000 where the body has an escape of it. */
const NO_NUL = { not: { pattern: '\\x00' } }

/** A text of 1..maxLength characters (Unicode code points). No personal details, no card numbers. */
export const text = (maxLength: number, description: string) =>
  inWords(`a string of 1 to ${maxLength} characters`, Type.String({ minLength: 1, maxLength, ...NO_NUL, description }))

/** The number, code or name of something. */
export const code = (description: string) => text(LIMITS.codeLength, description)

/** Text of a fixed form. `form` says in words what `pattern` says, with an example. */
export const matching = (pattern: string, form: string, description: string, more: StringOptions = {}) =>
  inWords(form, Type.String({ pattern, ...more, description }))

/**
 * One of a fixed list of words. It has a `pattern` besides the `enum`, because the compiled check knows only patterns.
 */
export const oneOf = <const T extends readonly string[]>(words: T, description: string) =>
  inWords(
    `one of: ${words.join(', ')}`,
    Type.Unsafe<T[number]>(Type.String({ enum: [...words], pattern: `^(?:${words.join('|')})$`, description })),
  )

/** How a quotient becomes an integer; see `RoundingMode`. */
export const roundingMode = (description: string) =>
  oneOf(['halfUp', 'halfEven', 'halfDown', 'up', 'down'], description)

/** What amounts are rounded to, in minor units. */
export const roundingStep = (description: string) => Type.Integer({ minimum: 1, maximum: 1_000_000, description })

/** Key of the form of a decimal. As a symbol, it is not published. */
export const DECIMAL = Symbol('decimal')

const withForm = <T extends TSchema>(form: DecimalForm, schema: T): T => Object.assign(schema, { [DECIMAL]: form })

/**
 * A decimal as text, so that no parser between till and ledger turns it into a float. `integerDigits` and `decimals`
 * are the most that it may have before and after its point.
 */
export const decimal = (form: DecimalForm & { readonly example: string }, description: string) => {
  const { integerDigits, decimals, mayBeNegative = false, example } = form
  return withForm(
    form,
    matching(
      `^${mayBeNegative ? '-?' : ''}(?:0|[1-9][0-9]{0,${integerDigits - 1}})(?:\\.[0-9]{1,${decimals}})?$`,
      `a decimal in a string, such as ${example}, with at most ${integerDigits} digits before and ${decimals} after the point, and no ${mayBeNegative ? 'exponent' : 'sign or exponent'}`,
      description,
    ),
  )
}

export interface DecimalForm {
  readonly integerDigits: number
  readonly decimals: number
  readonly mayBeNegative?: boolean
}

/** What the format of a date leaves open. The compiled check ignores it: there, the format refuses the year 0000. */
const NO_YEAR_0 = { not: { pattern: '^0000' } }

/** A day of the calendar, `YYYY-MM-DD` (RFC 3339). */
export const date = (description: string) =>
  matching('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 'a date such as "2026-03-14"', description, { format: 'date', ...NO_YEAR_0 })

/**
 * A date and time as in RFC 3339, with an offset (or `Z`), upper case, at most nine decimals. The second 60 is allowed
 * where a leap second can be, at 23:59:60 UTC.
 */
export const timestamp = (description: string) =>
  matching(
    '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$',
    'a date and time with seconds and the offset from UTC, such as "2026-03-14T17:05:09+01:00"',
    description,
    { format: 'date-time', ...NO_YEAR_0 },
  )

/** A tax rate as a fraction: 19 % is `0.19`. At most eight decimals, below 10. */
export const rate = () =>
  withForm(
    { integerDigits: 1, decimals: 8 },
    matching(
      '^[0-9](?:\\.[0-9]{1,8})?$',
      'a fraction in a string, such as "0.19" for 19 %, with at most 8 digits after the point and no sign',
      'The rate as a fraction, not a percentage: "0.19" is 19 %, "0.055" is 5.5 %.',
    ),
  )
