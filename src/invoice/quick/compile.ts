import type { TSchema } from '@sinclair/typebox'
import type { Choice } from '../judged.ts'
import { DECIMAL, type DecimalForm } from '../schema/primitives.ts'
import * as cursor from './cursor.ts'
import { type Cursor, quoted } from './cursor.ts'
import * as values from './values.ts'

/** What may be chosen in a place: everything, some members, or nothing. */
type Chosen = Choice<unknown> | undefined
/** The text of the program as it grows: its functions, and the constants that they name. */
interface Program {
  readonly functions: string[]
  readonly constants: unknown[]
}

const LIBRARY = { ...cursor, ...values }

/**
 * Compiles a closed schema into a function that reads what is chosen; it throws `NOT_SURE`. The function has one
 * function for each object and each array of the schema, and calls `values.ts` for everything else. So V8 knows what is
 * read where, and each object is made by one literal. Objects that are open are left out: they are never plain.
 */
export function compile<T>(schema: TSchema, choice: Choice<Readonly<T>>): (cursor: Cursor) => T {
  const program: Program = { functions: [], constants: [] }
  const start = callOf(schema, choice as Chosen, program)
  const text = `'use strict'
const { ${Object.keys(LIBRARY).join(', ')} } = library
${program.constants.map((_, i) => `const k${i} = constants[${i}]`).join('\n')}
${program.functions.join('\n')}
return (c) => ${start}`
  return new Function('library', 'constants', text)(LIBRARY, program.constants)
}

/** What the program checks. `not` says again that there is no U+0000 and no year 0: see `primitives.ts`. */
const CHECKED: Readonly<Record<string, readonly string[]>> = {
  integer: ['minimum', 'maximum'],
  boolean: [],
  string: ['const', 'enum', 'pattern', 'format', 'minLength', 'maxLength', 'not'],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties', 'maxProperties'],
}
const WORDS = ['type', '$id', 'title', 'description']

/** A schema that asks for more than the program checks is a mistake of ours. */
function refuseUnchecked(schema: TSchema): void {
  const { type, minimum, maximum, minLength, maxLength, pattern, const: word, maxItems } = schema
  const unchecked = Object.keys(schema).filter((key) => !WORDS.includes(key) && !CHECKED[type]?.includes(key))
  const isPlainText = type === 'string' && pattern === undefined && word === undefined
  if (type === 'integer' && !(Number.isSafeInteger(minimum) && Number.isSafeInteger(maximum))) unchecked.push('range')
  if (isPlainText ? !(minLength === 1 && maxLength > 0) : minLength !== undefined) unchecked.push('length')
  if (type === 'array' && maxItems === undefined) unchecked.push('maxItems')
  if (unchecked.length > 0) throw new TypeError(`The quick reader does not check ${unchecked.join(', ')} of ${type}.`)
}

/** The call that reads a value, or undefined where values of the schema are never plain. */
function callOf(schema: TSchema, chosen: Chosen, program: Program): string | undefined {
  refuseUnchecked(schema)
  switch (schema.type) {
    case 'integer':
      return `integer(c, ${schema.minimum}, ${schema.maximum})`
    case 'boolean':
      return 'truth(c)'
    case 'string':
      return callOfText(schema, chosen, program)
    case 'array':
      return callOfArray(schema, chosen, program)
    case 'object':
      return schema.additionalProperties === false ? callOfObject(schema, chosen, program) : undefined
    default:
      throw new TypeError(`There is no reader for the type ${schema.type}.`)
  }
}

/** The name of a value in the program. */
function constantOf(value: unknown, { constants }: Program): string {
  return `k${constants.push(value) - 1}`
}

function callOfText(schema: TSchema, chosen: Chosen, program: Program): string {
  const { const: word, enum: words = word === undefined ? undefined : [word], format, pattern, maxLength } = schema
  if (words !== undefined) return `oneOf(c, ${constantOf(words, program)}, ${constantOf(quoted(words), program)})`
  const form = (schema as { [DECIMAL]?: DecimalForm })[DECIMAL]
  if (form !== undefined) return `decimal(c, ${form.integerDigits}, ${form.decimals}, ${form.mayBeNegative === true})`
  if (pattern === undefined) return chosen === undefined ? `skipText(c, ${maxLength})` : `asciiText(c, ${maxLength})`
  const read = format === 'date' ? 'date' : format === 'date-time' ? 'timestamp' : 'matching'
  return `${read}(c, ${constantOf(new RegExp(pattern), program)})`
}

function callOfArray({ items, minItems = 0, maxItems }: TSchema, chosen: Chosen, program: Program): string {
  const item = callOf(items, chosen, program)
  const name = `array${program.functions.length}`
  program.functions.push(`function ${name}(c) {
  expect(c, OPEN_ARRAY)
  if (peek(c) === CLOSE_ARRAY) {
    c.at++
    ${minItems === 0 ? 'return []' : 'throw NOT_SURE'}
  }
  const items = [${item}]
  while (hasMore(c, CLOSE_ARRAY)) {
    if (items.length === ${maxItems}) throw NOT_SURE
    items.push(${item})
  }
  ${minItems > 1 ? `if (items.length < ${minItems}) throw NOT_SURE` : ''}
  return items
}`)
  return `${name}(c)`
}

function callOfObject({ properties, required = [] }: TSchema, chosen: Chosen, program: Program): string {
  const members = Object.entries(properties as Record<string, TSchema>).flatMap(([name, schema]) => {
    const wanted: Chosen = chosen === true ? true : (chosen as Record<string, Chosen> | undefined)?.[name]
    const call = callOf(schema, wanted, program)
    return call === undefined ? [] : [{ name, call, isWanted: wanted !== undefined }]
  })
  if (members.length > 31) throw new RangeError('The members of an object are the bits of one number.')
  const needed = members.reduce((bits, { name }, i) => (required.includes(name) ? bits | (1 << i) : bits), 0)
  const names = constantOf(quoted(members.map(({ name }) => name)), program)
  const wanted = members.flatMap(({ name, isWanted }, i) => (isWanted ? [{ name, variable: `m${i}` }] : []))
  const name = `object${program.functions.length}`
  program.functions.push(`function ${name}(c) {
  let found = 0, next = 0
  ${wanted.map(({ variable }) => `let ${variable}`).join('\n  ')}
  expect(c, OPEN_OBJECT)
  if (peek(c) === CLOSE_OBJECT) c.at++
  else do {
    const i = oneOfWords(c, ${names}, next)
    if ((found & (1 << i)) !== 0) throw NOT_SURE
    found |= 1 << i
    next = i + 1
    expect(c, COLON)
    switch (i) {
${members.map(({ call, isWanted }, i) => `      case ${i}: ${isWanted ? `m${i} = ` : ''}${call}; break`).join('\n')}
    }
  } while (hasMore(c, CLOSE_OBJECT))
  if ((found & ${needed}) !== ${needed}) throw NOT_SURE
  ${wanted.length === 0 ? '' : `return { ${wanted.map(({ name, variable }) => `${name}: ${variable}`).join(', ')} }`}
}`)
  return `${name}(c)`
}
