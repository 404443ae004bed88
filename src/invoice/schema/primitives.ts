import { Type } from '@sinclair/typebox'

/** The largest amount either side of zero, in minor units: sums over 1,000 lines stay exact integers. */
export const MAX_MONEY = 999_999_999_999

/** Closed objects: a member that the contract does not name is refused. */
export const CLOSED = { additionalProperties: false } as const

/** Settled money: an integer in minor units of the invoice's currency (1999 is 19.99 EUR, or 1999 JPY). */
export const money = (description: string) => Type.Integer({ minimum: -MAX_MONEY, maximum: MAX_MONEY, description })

/** Free text of 1..maxLength characters. No personal details, no card numbers. */
export const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description })

/**
 * One of a fixed list of words. It has a `pattern` besides the `enum`, because the compiled check knows only patterns.
 */
export const oneOf = <const T extends readonly string[]>(words: T, description: string) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...words], pattern: `^(?:${words.join('|')})$`, description }))

/** A decimal as text, so that no parser between till and ledger turns it into a float. */
export const decimal = (pattern: string, description: string) => Type.String({ pattern, description })

/** `YYYY-MM-DD`. A rule checks that the day exists. */
export const date = (description: string) => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description })

/** RFC 3339 with `T`, seconds and an offset (or `Z`), upper case. A rule checks that the instant exists. */
export const timestamp = (description: string) =>
  Type.String({
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?(?:Z|[+-]\\d{2}:\\d{2})$',
    description,
  })

/** A tax rate as a fraction: 19 % is `0.19`. At most eight decimals, below 10. */
export const rate = () =>
  decimal('^\\d(?:\\.\\d{1,8})?$', 'The rate as a fraction, not a percentage: "0.19" is 19 %, "0.055" is 5.5 %.')
