import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { count } from './count.ts'
import { suggestion } from './suggestion.ts'

/** The arguments of a command are wrong; the message says which. */
export class UsageError extends Error {}

/** A file that a command was given cannot be used as it is; the message says which and why. */
export class InputError extends Error {}

/** The values of a command's options. For a command that takes no other arguments. Throws `UsageError`. */
export function parseFlags<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  const { values, files } = parseFlagsAndFiles(args, options)
  if (files[0] !== undefined) throw new UsageError(`unexpected argument: ${files[0]}`)
  return values
}

/** The same for a command that takes files. */
export function parseFlagsAndFiles<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    const { values, positionals: files } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { values, files }
  } catch (error) {
    const { message } = error as Error
    const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
    if (unknown === undefined) throw new UsageError(message)
    const names = Object.keys(options)
    const meant = suggestion(unknown.replace(/^-+/, ''), names).replace('mean ', 'mean --')
    throw new UsageError(`unknown option ${unknown}${meant}`)
  }
}

/** What a number on the command line may be. */
export interface NumberRange {
  readonly min: number
  readonly max: number
  /** Whether it may have decimals. */
  readonly isReal?: boolean
}

/** `text` as a number. Throws `UsageError` with the flag's name and its range. */
export function numberOf(flag: string, text: string, { min, max, isReal = false }: NumberRange): number {
  const number = (isReal ? /^\d{1,15}(\.\d{1,6})?$/ : /^\d{1,15}$/).test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  const kind = isReal ? 'a number' : 'a whole number'
  throw new UsageError(`${flag} must be ${kind} from ${count(min)} to ${count(max)}`)
}

/** RFC 3339: date, time with seconds, and an offset or Z. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

/** `text` as a time, in milliseconds since 1970; undefined if not given. Throws `UsageError` with the flag's name. */
export function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const timeMs = TIME.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isNaN(timeMs)) throw new UsageError(`${flag} must be RFC 3339, e.g. 2026-03-01T06:00:00+01:00`)
  return timeMs
}
