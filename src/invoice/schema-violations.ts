import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors'
import { pointerStep } from './pointer.ts'
import type { RuleCode } from './rules/catalogue.ts'
import { type Invoice, InvoiceSchema } from './schema.ts'
import { type Violation, violation } from './violation.ts'

const compiled = TypeCompiler.Compile(InvoiceSchema)

/** Whether the value matches the schema. Rules that a schema cannot express are not checked. */
export function hasInvoiceShape(value: unknown): value is Invoice {
  return compiled.Check(value)
}

/** Where a value departs from the schema: the first violation found at each place, at most `limit` of them. */
export function schemaViolations(value: unknown, limit: number): Violation[] {
  const found = new Map<string, Violation>()
  for (const error of compiled.Errors(value)) {
    if (found.size >= limit) break
    if (!found.has(error.path)) found.set(error.path, violation(codeOf(error), maskedPointer(error.path)))
  }
  return [...found.values()]
}

/** A pointer with names that the sender chose, made safe to answer and to log. */
function maskedPointer(path: string): string {
  const steps = path.split('/').slice(1)
  return steps.map((step) => pointerStep(step.replaceAll('~1', '/').replaceAll('~0', '~'))).join('')
}

function codeOf({ type, schema }: ValueError): RuleCode {
  if (type === ValueErrorType.StringPattern && schema.enum !== undefined) return 'unknown-value'
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
