import { parseArgs } from 'node:util'
import type { Form } from './forms.ts'
import { UsageError } from './input-errors.ts'
import { suggestion } from './suggestion.ts'
import { visibleText } from './visible-text.ts'

/** One option of a command: the only definition that its parser and its help have. */
export interface Option {
  /** What it does, for the help. */
  readonly help: string
  /** What stands for its value in the help, e.g. FILE. Without a value it is a switch. */
  readonly value?: string
  /** Required with `value`. */
  readonly form?: Form<unknown>
  readonly isRequired?: true
  readonly preset?: string | number
  /** What applies without the option, for the help; instead of `preset`, or to explain it. */
  readonly presetText?: string
}

/** By name, without the dashes. */
export type Options = Readonly<Record<string, Option>>

/** The values of options. A switch is true or false; an option that is not given and has no preset is undefined. */
export type Values<O extends Options> = { readonly [Name in keyof O]: ValueOf<O[Name]> }

type ValueOf<O extends Option> = O extends { form: Form<infer T> }
  ? O extends { isRequired: true } | { preset: T }
    ? T
    : T | undefined
  : boolean

/** An argument that the command does not have. */
export class UnknownArgumentError extends UsageError {
  /** As it was typed, but an option without its value. */
  readonly argument: string

  constructor(argument: string, message: string) {
    super(message)
    this.argument = argument
  }
}

/** The values of a command that takes options only. Throws `UsageError`. */
export function parseOptions<const O extends Options>(args: readonly string[], options: O): Values<O> {
  const { values, files } = parseOptionsAndFiles(args, options)
  const [stray] = files
  if (stray !== undefined) throw new UnknownArgumentError(stray, `unexpected argument: ${quoted(stray)}`)
  return values
}

/** The same for a command that takes files. */
export function parseOptionsAndFiles<const O extends Options>(
  args: readonly string[],
  options: O,
): { values: Values<O>; files: string[] } {
  const types = Object.entries(options).map(([name, { form }]) => [name, { type: form === undefined ? BOOLEAN : TEXT }])
  const { tokens } = parseArgs({
    ...{ args: [...args], options: Object.fromEntries(types), allowPositionals: true },
    ...{ strict: false, tokens: true }, // our own checks name the form of the value
  } as const)
  const texts = new Map<string, string>()
  const files: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') files.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (option === undefined) throw unknownOption(token.rawName, Object.keys(options))
    texts.set(token.name, givenText(token.rawName, option, token))
  }
  refuseMissing(options, texts)
  const values = Object.entries(options).map(([name, option]) => [
    name,
    valueGiven(`--${name}`, option, texts.get(name)),
  ])
  return { values: Object.fromEntries(values), files }
}

function unknownOption(typed: string, names: readonly string[]): UnknownArgumentError {
  const meant = suggestion(typed.replace(/^-+/, ''), names).replace('mean ', 'mean --')
  return new UnknownArgumentError(typed, `unknown option ${quoted(typed)}${meant}`)
}

const [BOOLEAN, TEXT] = ['boolean', 'string'] as const

/** The text of an option that was given; of a switch an empty one. */
function givenText(
  flag: string,
  { form }: Option,
  { value, inlineValue }: { value?: string | undefined; inlineValue?: boolean | undefined },
): string {
  if (form === undefined) {
    if (value !== undefined) throw new UsageError(`${flag} takes no value: give it alone`)
    return ''
  }
  // What begins with two dashes is the next option, and the value was forgotten.
  if (value === undefined || (!inlineValue && /^--./.test(value)))
    throw new UsageError(`${flag} needs a value: ${form.words}`)
  return value
}

/** Names all that is missing at once. */
function refuseMissing(options: Options, texts: ReadonlyMap<string, string>): void {
  const missing = Object.entries(options).filter(([name, { isRequired }]) => isRequired && !texts.has(name))
  const [first] = missing
  if (first === undefined) return
  if (missing.length === 1) throw new UsageError(`--${first[0]} is required: ${first[1].form?.words}`)
  const names = missing.map(([name]) => `--${name}`)
  throw new UsageError(`${names.slice(0, -1).join(', ')} and ${names.at(-1)} are required`)
}

function valueGiven(flag: string, { form, preset }: Option, text: string | undefined): unknown {
  if (form === undefined) return text !== undefined
  return text === undefined ? preset : readValue(flag, form, text)
}

/** `text` in this form. Throws `UsageError` with the option's name and what is right. */
export function readValue<T>(flag: string, { words, read }: Form<T>, text: string): T {
  const value = read(text)
  if (value !== undefined) return value
  throw new UsageError(`${flag} must be ${words}, not ${quoted(text)}`)
}

const MOST_QUOTED = 60

/** What was typed, short and safe for a terminal. */
function quoted(text: string): string {
  const start = text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}...` : text
  return start === '' ? 'empty' : visibleText(start)
}
