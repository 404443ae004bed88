import type { Buffer } from 'node:buffer'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { mayHoldCardNumber } from './card-numbers/may-hold.ts'
import { type CardNumberPolicy, type CardNumbers, cardNumberPolicy, checkCardNumbers } from './check-card-numbers.ts'
import { clockWarnings } from './check-dates.ts'
import { checkNul } from './check-nul.ts'
import type { Identity } from './identity.ts'
import type { JudgedInvoice } from './judged.ts'
import { shortPointer } from './pointer.ts'
import { ownText, quickRead } from './quick/quick-read.ts'
import { ruleOf } from './rules/catalogue.ts'
import { type Broken, checkRules, checkRulesAround } from './rules.ts'
import { identityMembers } from './schema/identity.ts'
import type { Invoice } from './schema.ts'
import { numberDetail } from './schema-detail.ts'
import { schemaViolations } from './schema-violations.ts'
import { parseStrictJson } from './strict-json.ts'
import type { Fault } from './strict-json-fault.ts'
import { type Report, type Violation, violation } from './violation.ts'

/**
 * The verdict on a body.
 *
 * - `valid`: it may be published. `warnings` are codes of `INVOICE_WARNINGS` and, in lenient stores, of broken exact
 *   rules, each once; and `card-number` where that only warns.
 * - `malformed` (400): it is not strict JSON.
 * - `invalid` (422): `errors` has every violation that could be computed, up to `maxViolations`. `omitted` is how many
 *   more were found; the search stops after about a hundred. `identity` is defined if its four members match the contract and hold no card number.
 */
export type ValidationResult =
  | {
      readonly kind: 'valid'
      /** No more than the record needs. */
      readonly invoice: Pick<Invoice, 'occurredAt'>
      readonly identity: Identity
      readonly warnings: readonly string[]
    }
  | { readonly kind: 'malformed'; readonly detail: string; readonly errors: readonly Violation[] }
  | {
      readonly kind: 'invalid'
      readonly identity: Identity | undefined
      readonly errors: readonly Violation[]
      readonly omitted: number
    }

export interface ValidationOptions {
  /** Whether broken exact rules of a store refuse the invoice (`strict`) or only warn (`lenient`). */
  readonly arithmetic: (storeId: string) => 'strict' | 'lenient'
  readonly receivedAt: Date
  /** Default: card numbers refuse the invoice wherever they stand. */
  readonly cardNumbers?: CardNumberPolicy | undefined
  /** How many violations are listed. Default, and the most: 100. */
  readonly maxViolations?: number | undefined
}

/** The `arithmetic` of a gateway: `ofAll` for every store, except those that are always lenient. */
export function arithmeticOf(
  ofAll: 'strict' | 'lenient',
  lenientStores: readonly string[],
): ValidationOptions['arithmetic'] {
  const lenient = new Set(lenientStores)
  return (storeId) => (lenient.has(storeId) ? 'lenient' : ofAll)
}

/** An invoice with that many is wrong as a whole: nobody reads on. */
export const MAX_VIOLATIONS = 100
const MAX_DEPTH = 32
const REFUSED_EVERYWHERE = cardNumberPolicy()
const NO_CARD_NUMBERS: CardNumbers = { inIdentity: [], elsewhere: [] }
const NO_CARDS: Cards = { inIdentity: [], isWarned: false }

/** The card numbers of a document, as far as they matter for the verdict. */
interface Cards extends Pick<CardNumbers, 'inIdentity'> {
  /** Those outside the identity only warn. */
  readonly isWarned: boolean
}

/** Judges a body: strict JSON, the schema, every rule. Changes nothing and keeps no reference to `body`. */
export function validateInvoice(body: Buffer, options: ValidationOptions): ValidationResult {
  const mayHoldCards = mayHoldCardNumber(body)
  const invoice = mayHoldCards ? undefined : quickRead(body)
  return invoice === undefined
    ? judgeCarefully(body, mayHoldCards, options)
    : judgeRules(invoice, listsOf(), NO_CARDS, options)
}

/** The violations of rules. Those of exact rules do not refuse the invoice everywhere. */
interface Lists {
  readonly errors: Violation[]
  readonly exact: Violation[]
  readonly report: Report
}

function listsOf(): Lists {
  const errors: Violation[] = []
  const exact: Violation[] = []
  const report: Report = (code, pointer, expected) => {
    const list = ruleOf(code).exact ? exact : errors
    if (list.length <= MAX_VIOLATIONS) list.push(violation(code, pointer, expected))
  }
  return { errors, exact, report }
}

/** Judges a body of which nothing is known yet, and finds all that is wrong with it. */
function judgeCarefully(body: Buffer, mayHoldCards: boolean, options: ValidationOptions): ValidationResult {
  const { maxViolations = MAX_VIOLATIONS } = options
  const parsed = parseStrictJson(body, { maxDepth: MAX_DEPTH })
  if (parsed.kind === 'malformed') return malformed(parsed.fault)
  const { value } = parsed

  const lists = listsOf()
  const { errors, exact, report } = lists
  if (parsed.mayHoldNul) checkNul(value, report)
  const { mode, isExempt } = options.cardNumbers ?? REFUSED_EVERYWHERE
  const found = mayHoldCards ? checkCardNumbers(value, isExempt, MAX_VIOLATIONS + 1) : NO_CARD_NUMBERS
  for (const pointer of found.inIdentity) report('card-number', pointer)
  const isWarned = found.elsewhere.length > 0 && (mode === 'warn' || isLenient(value, options))
  if (!isWarned) for (const pointer of found.elsewhere) report('card-number', pointer)
  const cards: Cards = { inIdentity: found.inIdentity, isWarned }

  const shape = schemaViolations(value, MAX_VIOLATIONS + 1, maxViolations)
  if (shape.length === 0) return judgeRules(value as Invoice, lists, cards, options)
  const isReadable = shape.length <= MAX_VIOLATIONS && shape[0]?.pointer !== ''
  if (isReadable) checkRulesAround(brokenBy(shape), value as unknown as Invoice, report)
  const all = [...shape, ...errors, ...(isLenient(value, options) ? [] : exact)]
  return invalid(value, cards, all, maxViolations)
}

/** Judges an invoice that matches the schema; `lists` has what was found before. */
function judgeRules(
  invoice: JudgedInvoice,
  { errors, exact, report }: Lists,
  cards: Cards,
  options: ValidationOptions,
): ValidationResult {
  checkRules(invoice, report)
  const refused = options.arithmetic(invoice.storeId) === 'strict' ? [...errors, ...exact] : errors
  if (refused.length > 0) return invalid(invoice, cards, refused, options.maxViolations ?? MAX_VIOLATIONS)
  const warnings: string[] = clockWarnings(invoice, options.receivedAt)
  if (exact.length > 0) warnings.push(...new Set(exact.map(({ code }) => code)))
  if (cards.isWarned) warnings.push('card-number')
  return {
    kind: 'valid',
    invoice: { occurredAt: ownText(invoice.occurredAt) },
    identity: ownIdentity(invoice),
    warnings,
  }
}

/** A fault of the JSON, with what the contract wants in the place of a number. */
function malformed({ code, pointer }: Fault): ValidationResult {
  const isNumber = code === 'number-not-integer' || code === 'number-too-large'
  const error = isNumber
    ? { pointer: shortPointer(pointer), code, detail: numberDetail(code, pointer) }
    : violation(code, pointer)
  return { kind: 'malformed', detail: error.detail, errors: [error] }
}

function invalid(value: unknown, cards: Cards, found: readonly Violation[], maxViolations: number): ValidationResult {
  const errors = found.slice(0, maxViolations)
  return {
    kind: 'invalid',
    identity: hasIdentity(value) && cards.inIdentity.length === 0 ? ownIdentity(value) : undefined,
    errors,
    omitted: found.length - errors.length,
  }
}

/** The identity, in texts that keep nothing else in memory. */
function ownIdentity({ storeId, terminalId, journalId, sequenceNumber }: Identity): Identity {
  return {
    storeId: ownText(storeId),
    terminalId: ownText(terminalId),
    journalId: ownText(journalId),
    sequenceNumber,
  }
}

const compiledIdentity = TypeCompiler.Compile(Type.Object(identityMembers))

function hasIdentity(value: unknown): value is Identity {
  return compiledIdentity.Check(value)
}

/** A document whose store is unknown is judged strictly. */
function isLenient(value: unknown, options: ValidationOptions): boolean {
  return hasIdentity(value) && options.arithmetic(value.storeId) === 'lenient'
}

/** Codes of violations that hinder no rule: none reads such members, or counts the characters of a text. */
const HARMLESS: ReadonlySet<string> = new Set(['unknown-member', 'wrong-length', 'date-not-real', 'timestamp-not-real'])

/** The parts that a rule cannot read. */
function brokenBy(shape: readonly Violation[]): Broken {
  const members = new Set<string>()
  const lines = new Set<number>()
  for (const { pointer, code } of shape) {
    if (HARMLESS.has(code)) continue
    const [, member, index] = pointer.split('/')
    if (member !== undefined) members.add(member)
    if (member === 'lines' && index !== undefined) lines.add(Number(index))
  }
  return { members, lines }
}
