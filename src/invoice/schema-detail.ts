import { OptionalKind, type TSchema } from '@sinclair/typebox'
import type { ValueError } from '@sinclair/typebox/errors'
import { nearestMember } from './nearest-member.ts'
import { type RuleCode, ruleOf } from './rules/catalogue.ts'
import { FORM } from './schema/primitives.ts'
import { InvoiceSchema } from './schema.ts'

/**
 * What would be right where a value departs from the schema: the form of the member, or the name that was meant. It
 * tells the JSON type of what was sent, and nothing else of it.
 */
export function schemaDetail(code: RuleCode, { schema, value, path }: ValueError): string {
  switch (code) {
    case 'missing-member':
      return `This member is required: ${formOf(schema)}${schema.type === 'array' ? ', or [] if there are none' : ''}.`
    case 'unknown-member': {
      const nearest = nearestMember(path.slice(path.lastIndexOf('/') + 1), schema.properties)
      return nearest === undefined ? ruleOf(code).meaning : `${ruleOf(code).meaning} Did you mean ${nearest}?`
    }
    case 'wrong-type':
      return `Must be ${formOf(schema)}; this is ${typeOf(value)}.${value === null ? orNothing(schema) : ''}`
    case 'date-not-real':
    case 'timestamp-not-real':
      return ruleOf(code).meaning
    case 'out-of-range':
      return `Must be ${rangeOf(schema)}.`
    default:
      return `Must be ${formOf(schema)}.${value === '' ? orNothing(schema) : ''}`
  }
}

/** What would be right in the place of a number that is no safe integer, where the contract knows the place. */
export function numberDetail(code: RuleCode, pointer: string): string {
  const schema = memberAt(pointer)
  if (schema === undefined) return ruleOf(code).meaning
  if (schema.type !== 'integer') return `Must be ${formOf(schema)}; this is a number.`
  return code === 'number-too-large'
    ? `Must be ${rangeOf(schema)}.`
    : `Must be ${formOf(schema)}, written without fraction or exponent, and 0 without a sign.`
}

/** The schema of the place that a pointer names, or undefined. */
function memberAt(pointer: string): TSchema | undefined {
  let schema: TSchema = InvoiceSchema
  for (const step of pointer.split('/').slice(1)) {
    const { type, items, properties = {} }: TSchema = schema
    schema = type === 'array' ? items : Object.hasOwn(properties, step) ? properties[step] : undefined
    if (schema === undefined) return undefined
  }
  return schema
}

function formOf(schema: TSchema): string {
  const words = (schema as { [FORM]?: string })[FORM]
  if (words !== undefined) return words
  const { type, const: word, minItems, maxItems, maxProperties } = schema
  if (word !== undefined) return `"${word}"`
  if (type === 'integer') return rangeOf(schema)
  if (type === 'boolean') return 'true or false'
  if (type === 'array') return `an array of ${minItems ? `${minItems} to` : 'at most'} ${maxItems} elements`
  return maxProperties === undefined ? 'an object' : `an object of at most ${maxProperties} members`
}

function rangeOf({ minimum, maximum }: TSchema): string {
  return `an integer from ${minimum} to ${maximum}`
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The hint for null and for an empty text, which tills send where they have no value. */
function orNothing(schema: TSchema): string {
  return schema[OptionalKind] === undefined ? '' : ' Leave the member out where there is no value.'
}
