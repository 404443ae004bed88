/**
 * `npm run bench:card-numbers -- [--count 10000] [--json]`: the two ways in which the scan for card numbers can be
 * wrong. How many generated identifiers are refused where they are at home, and how many card numbers are found where
 * cards are, per kind; track data anywhere. And how long 800 KB of text take, whatever is in it.
 */
import { parseArgs } from 'node:util'
import { seededRandom } from '../src/tools/simulate/seeded-random.ts'
import {
  ANY_FIELDS,
  BRAND_NAMES,
  CARD_FIELDS,
  cardNumber,
  TRACKS,
  WRITINGS,
} from '../test/invoice/card-numbers/cards.ts'
import { IDENTIFIERS } from '../test/invoice/card-numbers/identifiers.ts'
import { saleWith } from '../test/invoice/card-numbers/member.ts'
import { judge } from '../test/invoice/judge.ts'
import { LONG_TEXTS } from './long-texts.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, json: { type: 'boolean', default: false } },
})
const count = Number(values.count)

interface Rate {
  readonly kind: string
  readonly of: number
  readonly refused: number
}

function isRefused(pointer: string, value: unknown): boolean {
  const verdict = judge(saleWith(pointer, value))
  return verdict.kind === 'invalid' && verdict.errors.some(({ code }) => code === 'card-number')
}

const identifiers: readonly (Rate & { field: string; mayBeRefused: boolean })[] = IDENTIFIERS.flatMap(
  ({ kind, pointers, make, mayBeRefused }, seed) =>
    pointers.map((field) => {
      const random = seededRandom(seed)
      let refused = 0
      for (let i = 0; i < count; i++) if (isRefused(field, make(random))) refused++
      return { kind, field, of: count, refused, mayBeRefused: mayBeRefused ?? false }
    }),
)

/** Each brand in each field. */
function written(kind: string, write: (pan: string, random: () => number) => string, fields: typeof CARD_FIELDS): Rate {
  const random = seededRandom(7)
  let refused = 0
  for (const brand of BRAND_NAMES)
    for (const [pointer, text] of fields)
      if (isRefused(pointer, text.replace('#', write(cardNumber(brand, random), random)))) refused++
  return { kind, of: BRAND_NAMES.length * fields.length, refused }
}

const writings = Object.entries(WRITINGS).map(([kind, write]) => written(kind, write, CARD_FIELDS))
const anywhere = ANY_FIELDS.map((pointer) => [pointer, '#'] as const)
const tracks = Object.entries(TRACKS).map(([kind, write]) => written(kind, write, anywhere))
const brands = BRAND_NAMES.map((brand): Rate => {
  const random = seededRandom(11)
  let refused = 0
  for (const write of Object.values(WRITINGS))
    for (const [pointer, text] of CARD_FIELDS)
      if (isRefused(pointer, text.replace('#', write(cardNumber(brand, random), random)))) refused++
  return { kind: brand, of: Object.keys(WRITINGS).length * CARD_FIELDS.length, refused }
})

/** The median of the processor time that the whole check of an invoice with this text takes. */
const times = LONG_TEXTS.map(({ kind, text }) => {
  const body = Buffer.from(JSON.stringify(saleWith('/extensions/note', text)))
  const withoutDigits = Buffer.from(JSON.stringify(saleWith('/extensions/note', text.replaceAll(/\d/g, 'x'))))
  const [ms, parseMs] = [body, withoutDigits].map((bytes) => {
    const taken = Array.from({ length: 15 }, () => {
      const start = process.cpuUsage()
      judge(bytes)
      return process.cpuUsage(start).user / 1_000
    })
    return taken.sort((a, b) => a - b)[7]!
  }) as [number, number]
  return { kind, bytes: body.length, scanMs: Math.max(ms - parseMs, 0) }
})

if (values.json) {
  console.log(JSON.stringify({ identifiers, writings, brands, tracks, times }, null, 2))
} else {
  const rows = (rates: readonly Rate[], cells: (rate: Rate) => string[]) =>
    rates.map((rate) => `| ${cells(rate).join(' | ')} |`).join('\n')
  const share = ({ refused, of }: Rate) => `${refused} of ${of}`
  const home = identifiers.filter(({ mayBeRefused }) => !mayBeRefused)
  const ambiguous = identifiers.filter(({ mayBeRefused }) => mayBeRefused)
  const head = (...cells: string[]) => `\n| ${cells.join(' | ')} |\n|${' --- |'.repeat(cells.length)}`
  const withField = (rate: Rate) => [rate.kind, (rate as Rate & { field: string }).field, share(rate)]
  const total = (rates: readonly Rate[]) =>
    share({
      kind: '',
      of: rates.reduce((sum, { of }) => sum + of, 0),
      refused: rates.reduce((sum, { refused }) => sum + refused, 0),
    })
  console.log(`Identifiers where they are at home: ${total(home)} refused`)
  console.log(`${head('identifier', 'member', 'refused')}\n${rows(home, withField)}`)
  console.log(`\nNumbers that look like a card number where they stand: ${total(ambiguous)} refused`)
  console.log(`${head('number', 'member', 'refused')}\n${rows(ambiguous, withField)}`)
  console.log(`\nCard numbers in card-like members: ${total(writings)} found`)
  console.log(`${head('written', 'found')}\n${rows(writings, (rate) => [rate.kind, share(rate)])}`)
  console.log(`${head('brand', 'found')}\n${rows(brands, (rate) => [rate.kind, share(rate)])}`)
  console.log(`\nTrack data in any member: ${total(tracks)} found`)
  console.log(`${head('track data', 'found')}\n${rows(tracks, (rate) => [rate.kind, share(rate)])}`)
  console.log(`${head('text', 'bytes', 'scan, ms of processor time')}`)
  for (const { kind, bytes, scanMs } of times) console.log(`| ${kind} | ${bytes} | ${scanMs.toFixed(1)} |`)
}
