import * as fc from 'fast-check'
import { InvoiceSchema } from '../../src/invoice/schema.ts'
import type { Breakable } from './plain-sale.ts'

type Schema = Breakable

const CHARACTERS = ['a', 'é', '日', '😀', 'e\u0301', '\n', '\u009b'] as const
const DATES = ['2026-03-14', '2024-02-29', '2026-02-29', '1900-02-29', '2000-02-29', '0000-01-01', '0001-01-01']
const TIMES = ['17:05:09', '00:00:00', '24:00:00', '23:59:60', '23:58:60', '22:59:60', '23:59:61', '12:60:00']
const OFFSETS = ['Z', 'z', '+00:00', '-00:00', '+01:00', '-01:00', '+14:00', '+23:59', '+24:00', '+00:60', '', '+0100']
/** Texts near a date. */
export const day = fc.constantFrom(
  ...DATES,
  '2026-04-31',
  '2026-13-01',
  '2026-00-10',
  '2026-1-01',
  '9999-12-31',
  '10000-01-01',
)
/** Texts near a date and time. */
export const instant = fc
  .tuple(
    day,
    fc.constantFrom('T', 'T', 'T', 't', ' '),
    fc.constantFrom(...TIMES),
    fc.constantFrom('', '.5', '.123456789', '.', '.1234567890', ',5'),
    fc.constantFrom(...OFFSETS),
  )
  .map((parts) => parts.join(''))

/** Thirty texts of a form. Making new ones for each document would take most of the time. */
const textsMatching = (pattern: string) => fc.sample(fc.stringMatching(new RegExp(pattern)), 30)

/** Values that match a schema: all required members, and some of the optional ones. */
function valid(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.format === 'date') return fc.constantFrom('2026-03-14', '2024-02-29', '0001-01-01')
  if (schema.format === 'date-time') return fc.constantFrom('2026-03-14T17:05:09+01:00', '2016-12-31T23:59:60.25Z')
  if (schema.pattern !== undefined) return fc.constantFrom(...textsMatching(schema.pattern))
  if (schema.type === 'string') return fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...CHARACTERS) })
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum, max: schema.maximum })
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'array') return fc.array(valid(schema.items), { minLength: schema.minItems ?? 0, maxLength: 2 })
  if (schema.additionalProperties === true) return fc.dictionary(fc.string(), openValue, { maxKeys: 3 })
  const members = Object.entries(schema.properties).map(([name, member]) => [name, valid(member)] as const)
  return fc.record(Object.fromEntries(members), { requiredKeys: schema.required ?? [], noNullPrototype: true })
}

/** What may be tried in extensions. */
const openValue = fc.oneof(
  ...[fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.array(fc.string()), fc.dictionary(fc.string(), fc.string())],
  fc.constantFrom(
    1.5,
    2 ** 53,
    -(2 ** 53),
    2 ** 53 - 1,
    { 'a\0': 1 },
    [{ a: ['\0'] }],
    { ['__proto__']: { x: 0.5 } },
    '\0',
    null,
  ),
)

/** A place in a document, with the schema of what is there. */
interface Place {
  readonly holder: Breakable
  readonly name: string | number
  readonly schema: Schema
}

function placesIn(value: Breakable, schema: Schema): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const members: [string | number, Schema][] = Array.isArray(value)
    ? value.map((_, i) => [i, schema.items ?? {}])
    : Object.entries(schema.properties ?? {})
  return members
    .filter(([name]) => Object.hasOwn(value, name))
    .flatMap(([name, member]) => [{ holder: value, name, schema: member }, ...placesIn(value[name], member)])
}

/** Numbers that `JSON.stringify` does not write. They are put into the text in place of these texts. */
const SPELLINGS = ['1.0', '1e3', '1E2', '-0', '0.0', '1e400', '9007199254740993', '100000000000000000000', '1.5']
const placeholder = (spelling: string) => `(number ${spelling})`

const JUNK = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  ' ',
  '0',
  '1.0',
  [],
  {},
  [null],
  { a: 1 },
  ...SPELLINGS.map(placeholder),
]
const NAMES = ['x', '', 'constructor', '__proto__', 'toString', 'net_amount', 'a\0', '日', 'a/b~c']
const EDITS = [...'09.-+,eTtzZ: :'.split(''), '\n', '\0', '٣', '😀', 'A', 'é', '_', '']

/** Something else for a place: near what its schema allows, or far from it. */
function change({ holder, name, schema }: Place, kind: number, pick: number): void {
  const old = holder[name]
  const at = pick % (Math.max(old?.length ?? 0, 1) + 1)
  if (kind === 0) holder[name] = structuredClone(JUNK[pick % JUNK.length])
  else if (kind === 1 && !Array.isArray(holder)) delete holder[name]
  else if (kind === 2 && typeof old === 'object' && old !== null && !Array.isArray(old))
    define(old, NAMES[pick % NAMES.length] as string, 1)
  else if (schema.format !== undefined)
    holder[name] = fc.sample(schema.format === 'date' ? day : instant, { seed: pick, numRuns: 1 })[0]
  else if (typeof old === 'string' && schema.maxLength !== undefined && kind < 6)
    holder[name] = (CHARACTERS[pick % CHARACTERS.length] as string).repeat(schema.maxLength + (pick % 3) - 1)
  else if (typeof old === 'string')
    holder[name] = old.slice(0, at) + EDITS[pick % EDITS.length] + old.slice(at + (pick % 2))
  else if (typeof old === 'number')
    holder[name] = [schema.minimum - 1, schema.minimum, schema.maximum, schema.maximum + 1, 0][pick % 5]
  else if (Array.isArray(old) && schema.maxItems !== undefined)
    holder[name] = Array(schema.maxItems + (pick % 2)).fill(old[0] ?? 1)
  else if (schema.maxProperties !== undefined)
    holder[name] = Object.fromEntries(Array.from({ length: schema.maxProperties + (pick % 2) }, (_, i) => [`k${i}`, i]))
}

/** Adds a member whatever its name: assigning `__proto__` would change the prototype. */
function define(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
}

/** JSON texts of documents that match the schema of the invoice, or nearly. */
export const textNearSchema: fc.Arbitrary<string> = fc
  .tuple(valid(InvoiceSchema), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 }), fc.nat()), { maxLength: 2 }))
  .map(([document, changes]) => {
    const root = structuredClone({ document })
    for (const [at, kind, pick] of changes) {
      const places = placesIn(root, { properties: { document: InvoiceSchema } })
      if (places.length > 0) change(places[at % places.length] as Place, kind, pick)
    }
    let text = JSON.stringify(root.document) ?? 'null'
    for (const spelling of SPELLINGS) text = text.replaceAll(JSON.stringify(placeholder(spelling)), spelling)
    return text
  })
