import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors'
import { pointerStep } from './pointer.ts'
import type { RuleCode } from './rules/catalogue.ts'
import { type Invoice, InvoiceSchema } from './schema.ts'
import { type Violation, violation } from './violation.ts'

const compiled = TypeCompiler.Compile(InvoiceSchema)

/** Whether the value has the shape of the schema. The rules that no schema can say are not looked at. */
export function hasInvoiceShape(value: unknown): value is Invoice {
  return compiled.Check(value)
}

/** Where a value departs from the schema, at most `limit` times: one violation for each place, the first one found. */
export function schemaViolations(value: unknown, limit: number): Violation[] {
  const found = new Map<string, Violation>()
  for (const error of compiled.Errors(value)) {
    if (found.size >= limit) break
    if (!found.has(error.path)) found.set(error.path, violation(codeOf(error), maskedPointer(error.path)))
  }
  return [...found.values()]
}

/** The steps of a pointer that was made from names of the sender, each fit to be answered and logged. */
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
