import { FormatRegistry } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors'
import { pointerStep, shortPointer } from './pointer.ts'
import { type RuleCode, ruleOf } from './rules/catalogue.ts'
import { dayOf, timestampOf } from './rules/dates.ts'
import { InvoiceSchema } from './schema.ts'
import { schemaDetail } from './schema-detail.ts'
import type { Violation } from './violation.ts'

// The formats that the schema names. Both are called only with texts that have the form.
FormatRegistry.Set('date', (text) => dayOf(text) !== undefined)
FormatRegistry.Set('date-time', (text) => timestampOf(text) !== undefined)

const compiled = TypeCompiler.Compile(InvoiceSchema)

/**
 * Where a value departs from the schema: the first violation found at each place, at most `limit` of them. The first
 * `described` say in words what would be right there, which costs most of the time; the others say only which rule.
 * Without violations the value is an `Invoice`. Rules that a schema cannot express are not checked.
 */
export function schemaViolations(value: unknown, limit: number, described = limit): readonly Violation[] {
  if (compiled.Check(value)) return NONE
  const found = new Map<string, Violation>()
  for (const error of compiled.Errors(value)) {
    if (found.size >= limit) break
    if (found.has(error.path) || isShortEnough(error)) continue
    const code = codeOf(error)
    const detail = found.size < described ? schemaDetail(code, error) : ruleOf(code).meaning
    found.set(error.path, { pointer: shortPointer(maskedPointer(error.path)), code, detail })
  }
  return [...found.values()]
}

const NONE: readonly Violation[] = []

/**
 * The compiled check counts UTF-16 units, JSON Schema counts code points. No text has more code points than units, so
 * what the check accepts is right. What it finds too long is counted again.
 */
function isShortEnough({ type, value, schema }: ValueError): boolean {
  if (type !== ValueErrorType.StringMaxLength) return false
  const text = value as string
  const { maxLength } = schema
  return text.length <= 2 * maxLength && codePointsOf(text) <= maxLength
}

/** How many code points a text has that has no half of a surrogate pair. */
function codePointsOf(text: string): number {
  let pairs = 0
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) pairs++
  return text.length - pairs
}

/** A pointer with names that the sender chose, made safe to answer and to log. */
function maskedPointer(path: string): string {
  const steps = path.split('/').slice(1)
  return steps.map((step) => pointerStep(step.replaceAll('~1', '/').replaceAll('~0', '~'))).join('')
}

function codeOf({ type, schema }: ValueError): RuleCode {
  if (type === ValueErrorType.StringPattern && schema.enum !== undefined) return 'unknown-value'
  if (type === ValueErrorType.StringFormat) return schema.format === 'date' ? 'date-not-real' : 'timestamp-not-real'
  return CODES[type] ?? 'wrong-type'
}

const CODES: { readonly [type in ValueErrorType]?: RuleCode } = {
  [ValueErrorType.ObjectRequiredProperty]: 'missing-member',
  [ValueErrorType.ObjectAdditionalProperties]: 'unknown-member',
  [ValueErrorType.ObjectMaxProperties]: 'wrong-count',
  [ValueErrorType.ArrayMaxItems]: 'wrong-count',
  [ValueErrorType.ArrayMinItems]: 'wrong-count',
  [ValueErrorType.StringPattern]: 'wrong-format',
  [ValueErrorType.StringMinLength]: 'wrong-length',
  [ValueErrorType.StringMaxLength]: 'wrong-length',
  [ValueErrorType.IntegerMinimum]: 'out-of-range',
  [ValueErrorType.IntegerMaximum]: 'out-of-range',
  [ValueErrorType.Literal]: 'unknown-value',
}
