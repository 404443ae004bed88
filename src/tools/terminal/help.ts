import type { Option, Options } from './options.ts'

/** Narrow enough for any terminal. */
const COLUMNS = 80
const INDENT = '  '

/** What the help of a command says. */
export interface Help {
  /** `tillgate upload` */
  readonly name: string
  /** Its arguments, e.g. `[OPTIONS] FILE...`; empty if it takes none. */
  readonly takes: string
  /** What the command does, as a sentence without its subject. */
  readonly does: string
  readonly options: Options
  /** What the options do not say; one paragraph each. */
  readonly notes?: readonly string[]
  /** What each exit code means. */
  readonly exitCodes: string
}

/** The help as text, no wider than 80 columns. */
export function helpText({ name, takes, does, options, notes = [], exitCodes }: Help): string {
  const optionLines = Object.keys(options).length === 0 ? [] : ['Options:', optionsText(options), '']
  return [
    ...[wrapped(`${name}: ${does}`, ''), '', `Usage: ${name} ${takes}`.trimEnd(), ''],
    ...optionLines,
    ...notes.flatMap((note) => [...note.split('\n').map((line) => wrapped(line, '')), '']),
    wrapped(`Exit code: ${exitCodes}`, ''),
  ].join('\n')
}

/** Each option with its value, what it does, and its default or that it is required. */
function optionsText(options: Options): string {
  const rows = Object.entries(options).map(([name, option]) => [usageOf(name, option), explained(option)] as const)
  const width = rows.reduce((most, [usage]) => Math.max(most, usage.length), 0)
  const hanging = ' '.repeat(INDENT.length + width + 2)
  return rows.map(([usage, text]) => wrapped(`${INDENT}${usage.padEnd(width)}  ${text}`, hanging)).join('\n')
}

function usageOf(name: string, { value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`
}

function explained({ help, isRequired, preset, presetText }: Option): string {
  if (isRequired) return `${help} (required)`
  const text = presetText ?? preset
  return text === undefined ? help : `${help} (default: ${text})`
}

/** Breaks a line at blanks; further lines begin with `hanging`. */
function wrapped(line: string, hanging: string): string {
  const lines: string[] = []
  let rest = line
  while (rest.length > COLUMNS) {
    const indent = lines.length === 0 ? Math.max(hanging.length, 1) : hanging.length + 1
    const blank = rest.lastIndexOf(' ', COLUMNS)
    if (blank < indent) break // a single long word
    lines.push(rest.slice(0, blank).trimEnd())
    rest = hanging + rest.slice(blank + 1).trimStart()
  }
  return [...lines, rest].join('\n')
}
