import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { mayHoldCardNumber } from '../../../src/invoice/card-numbers/may-hold.ts'
import { clockWarnings } from '../../../src/invoice/check-dates.ts'
import { JUDGED, type JudgedInvoice } from '../../../src/invoice/judged.ts'
import { quickRead } from '../../../src/invoice/quick/quick-read.ts'
import { checkRules } from '../../../src/invoice/rules.ts'
import { LIMITS } from '../../../src/invoice/schema/limits.ts'
import { schemaViolations } from '../../../src/invoice/schema-violations.ts'
import { parseStrictJson } from '../../../src/invoice/strict-json.ts'
import { textNearSchema } from '../documents-near-schema.ts'
import { sampleInvoice, validInvoice } from '../generate.ts'
import { hostileBodies } from '../hostile-bodies.ts'
import { type Breakable, plainLine, plainSale, RECEIVED_AT } from '../plain-sale.ts'

/** Pieces that make a body wrong, or that make it another one. */
const PIECES = [
  ...['"', '\\', '\\u0041', '\\ud800', '\0', '\n', ' ', '\t', '\u007f', ',', ':', '{', '}', '[', ']', '{}', '[]'],
  ...['0', '-', '-0', '.0', 'e3', '1e3', '00', '+1', '9007199254740992', '1234567890123', '12345678901234', 'null'],
  ...[
    'true',
    'é',
    '日',
    '😀',
    '"x":1,',
    '"storeId":"S1",',
    '"amount":0,',
    '"__proto__":{},',
    ',"amount":0',
    'x'.repeat(130),
  ],
].map((piece) => Buffer.from(piece))
for (const bytes of [[0xff], [0x80], [0xc3], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf]]) PIECES.push(Buffer.from(bytes))

interface Edit {
  readonly at: number
  readonly dropped: number
  readonly piece: Buffer
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat({ max: 10_000 }),
  dropped: fc.constantFrom(0, 0, 0, 1, 1, 2, 9),
  piece: fc.constantFrom(Buffer.of(), Buffer.of(), ...PIECES),
})

/** Edits in places where values and names begin and end go wrong in more ways than those inside texts. */
function edited(body: Buffer, { at, dropped, piece }: Edit): Buffer {
  const start = at % (body.length + 1)
  const mark = at % 2 === 0 ? body.indexOf('":,[{'[at % 5] as string, start) : -1
  const place = mark === -1 ? start : mark + (at % 3 === 0 ? 0 : 1)
  return Buffer.concat([body.subarray(0, place), piece, body.subarray(place + dropped)])
}

/** The members of a parsed document that are chosen, absent ones left out. */
function chosen(value: Breakable, choice: Breakable): unknown {
  if (Array.isArray(value)) return value.map((element) => chosen(element, choice))
  if (typeof value !== 'object' || value === null || choice === true) return value
  const names = Object.keys(choice).filter((name) => Object.hasOwn(value, name))
  return Object.fromEntries(names.map((name) => [name, chosen(value[name], choice[name])]))
}

const withoutAbsent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function judged(invoice: JudgedInvoice): unknown {
  const reports: unknown[] = []
  checkRules(invoice, (...report) => reports.push(report))
  return [reports, clockWarnings(invoice, RECEIVED_AT)]
}

/** Whether a body is read. If so, it is right, and everything in it is what it is. */
function isTaken(body: Buffer): boolean {
  const invoice = quickRead(body)
  if (invoice === undefined) return false
  const parsed = parseStrictJson(body, { maxDepth: 32 })
  assert.equal(parsed.kind, 'value')
  assert.equal(parsed.mayHoldNul, false)
  assert.deepEqual(schemaViolations(parsed.value, 100), [])
  assert.deepEqual(withoutAbsent(invoice), chosen(parsed.value, JUDGED))
  assert.deepEqual(judged(invoice), judged(parsed.value as JudgedInvoice))
  return true
}

/** The same document with the members of every object in another order. */
function shuffled(value: Breakable, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((element) => shuffled(element, random))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [name, shuffled(member, random)] as const)
  return Object.fromEntries(
    members
      .map((member) => [random(), member] as const)
      .sort(([a], [b]) => a - b)
      .map(([, m]) => m),
  )
}

const bytesOf = (document: unknown, indent?: number) => Buffer.from(JSON.stringify(document, null, indent))

describe('quickRead', () => {
  it('takes every example, however it is written', () => {
    const folder = new URL('../../../openapi/examples/', import.meta.url)
    for (const name of readdirSync(folder)) {
      const { extensions: _, ...document } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
      for (const indent of [0, 2]) assert.ok(isTaken(bytesOf(document, indent)), name)
    }
    for (const lines of [0, 3, 55]) {
      const body = bytesOf(
        sampleInvoice({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1, lines }),
      )
      assert.ok(isTaken(body) && !mayHoldCardNumber(body))
    }
  })

  it('takes every valid invoice without escapes, with its members in any order', () => {
    fc.assert(
      fc.property(validInvoice(), fc.nat(), (invoice, seed) => {
        let state = seed
        const random = () => {
          state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
          return state
        }
        const body = bytesOf(shuffled(invoice, random))
        assert.equal(isTaken(body), !body.includes('\\'))
      }),
      { numRuns: 200 },
    )
  })

  it('takes nothing that is wrong, and takes nothing for something else', () => {
    let taken = 0
    fc.assert(
      fc.property(textNearSchema, (text) => {
        isTaken(Buffer.from(text))
        // Most of these texts have characters that it leaves to others.
        const plain = text.replaceAll('\\n', 'n')
        isTaken(Buffer.from(plain))
        if (isTaken(Buffer.from(plain.replaceAll(/[^ -~]/gu, 'z')))) taken++
      }),
      { numRuns: 300 },
    )
    assert.ok(taken > 0)
    // Those with many taxes are plain, and their rules take long.
    for (const [name, body] of hostileBodies) if (!name.includes('tax')) isTaken(body)
  })

  it('takes nothing that is wrong after its bytes were changed', () => {
    let taken = 0
    const full = {
      ...plainSale(),
      startedAt: '2026-03-14T17:05:09Z',
      flags: { offline: true },
      lines: [plainLine(1, 5)],
    }
    const document = fc.oneof(validInvoice(), fc.constant(full))
    fc.assert(
      fc.property(
        document,
        fc.array(edit, { minLength: 1, maxLength: 2 }),
        fc.constantFrom(0, 1),
        (invoice, edits, indent) => {
          if (isTaken(edits.reduce(edited, bytesOf(invoice, indent)))) taken++
        },
      ),
      { numRuns: 2_000 },
    )
    assert.ok(taken > 0)
  })

  it('takes texts and lists up to their limits, and no further', () => {
    const cases: [limit: number, change: (document: Breakable, count: number) => void][] = [
      ...['x', 'é', '日', '😀'].map((character): [number, (document: Breakable, count: number) => void] => [
        LIMITS.textLength,
        (d, count) => (d.lines[0].description = character.repeat(count)),
      ]),
      [LIMITS.codeLength, (d, count) => (d.taxes[0].taxCode = 'x'.repeat(count))],
      [LIMITS.lines, (d, count) => (d.lines = Array(count).fill(d.lines[1]))],
      [LIMITS.taxes, (d, count) => (d.taxes = Array(count).fill(d.taxes[0]))],
      [9, (d, count) => (d.lines[0].quantity = '9'.repeat(count))],
      [6, (d, count) => (d.lines[0].quantity = `1.${'9'.repeat(count)}`)],
      [12, (d, count) => (d.totals.tax = -Number('9'.repeat(count)))],
      [32, (d, count) => (d.storeId = 'x'.repeat(count))],
    ]
    for (const [limit, change] of cases) {
      for (const count of [limit, limit + 1]) {
        const document: Breakable = structuredClone(plainSale())
        change(document, count)
        assert.equal(isTaken(bytesOf(document)), count === limit)
      }
    }
  })

  it('is not sure of what needs a closer look', () => {
    const body = JSON.stringify(plainSale())
    const replaced: [from: string, to: string][] = [
      ['"storeId"', '"store\\u0049d"'],
      ['"S1"', '"\\u0053"'],
      ['Thing', 'Thing\u0001'],
      ['"rounding":-1', '"rounding":-1.0'],
      ['"rounding":-1', '"rounding":-0'],
      ['"rounding":-1', '"rounding":-1e0'],
      ['"rounding":-1', '"rounding":-01'],
      ['"rounding":-1', '"rounding":null'],
      ['"storeId":"S1"', '"storeId":"S1","storeId":"S1"'],
      ['"storeId":"S1",', ''],
      ['"storeId":"S1"', '"storeId":"S1","extensions":{}'],
      ['"storeId":"S1"', '"storeId":"S1","x":1'],
      ['2026-03-14"', '2026-02-29"'],
      ['17:05:09+01:00', '24:05:09+01:00'],
      ['"references":[]}', '"references":[],}'],
      ['"references":[]}', '"references":[]'],
      ['"references":[]}', '"references":[]}}'],
      ['"quantity":"2"', '"quantity":"2."'],
      ['"quantity":"2"', '"quantity":"02"'],
      ['"taxAmount":171', '"taxAmount":171,"baseIncludes":[]'],
      ['"sale"', '"gift"'],
      ['{', '\ufeff{'],
      ['{', '[{'],
    ]
    for (const [from, to] of replaced) {
      assert.ok(body.includes(from))
      assert.equal(isTaken(Buffer.from(body.replace(from, () => to))), false, to)
    }
    for (const bytes of ['ff', 'c3', '80', 'eda080', 'f5808080', 'c080']) {
      const text = body.replace('Thing', `Thing${Buffer.from(bytes, 'hex').toString('latin1')}`)
      assert.equal(isTaken(Buffer.from(text, 'latin1')), false, bytes)
    }
    for (let length = 0; length < body.length; length++)
      assert.equal(isTaken(Buffer.from(body.slice(0, length))), false)
  })
})
