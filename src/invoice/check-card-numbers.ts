import { exemptAt, type IsExempt } from './card-numbers/exempt.ts'
import { findCard, type Place } from './card-numbers/find.ts'
import { MIN_LENGTH } from './card-numbers/issuers.ts'
import { type Meaning, meaningOfName } from './card-numbers/words.ts'
import { pointerStep } from './pointer.ts'

/**
 * Whether a card number refuses the invoice or only warns, and where none is looked for. In lenient stores it only warns;
 * in the identity, which is logged and answered, it always refuses.
 */
export interface CardNumberPolicy {
  readonly mode: 'refuse' | 'warn'
  readonly isExempt: IsExempt
}

/** The policy of a gateway; `exempt` has JSON pointers, with `*` for any step. */
export function cardNumberPolicy(
  mode: CardNumberPolicy['mode'] = 'refuse',
  exempt: readonly string[] = [],
): CardNumberPolicy {
  return { mode, isExempt: exemptAt(exempt) }
}

/** Where card numbers were found in a document: pointers, never values. A name that may hold one is masked. */
export interface CardNumbers {
  /** In members that name the invoice. It may then neither be logged nor answered. */
  readonly inIdentity: readonly string[]
  /** Elsewhere; at most as many as asked for. */
  readonly elsewhere: readonly string[]
}

/**
 * Looks for card numbers and track data in every text, member name and integer of a parsed document, whether the schema
 * allows it or not. In exempt places only track data is found.
 */
export function checkCardNumbers(document: unknown, isExempt: IsExempt, limit: number): CardNumbers {
  const walk: Walk = {
    path: [],
    meanings: [],
    inIdentity: [],
    elsewhere: [],
    limit,
    isExempt,
    placeOfText: () => placeOf(walk),
    placeOfName: () => namedPlace(walk, walk.path.length - 1),
  }
  visit(document, walk)
  return walk
}

const SMALLEST_NUMBER = 10 ** (MIN_LENGTH - 1)
const IDENTITY = ['storeId', 'terminalId', 'journalId']

interface Walk {
  readonly path: (string | number)[]
  /** What the names of the path say, each looked up when it is needed; `undefined`: not yet. */
  readonly meanings: (Meaning | null | undefined)[]
  readonly inIdentity: string[]
  readonly elsewhere: string[]
  readonly limit: number
  readonly isExempt: IsExempt
  /** Of the text at the path; of the last name of the path, which is in the place that the names around it make. */
  readonly placeOfText: () => Place
  readonly placeOfName: () => Place
}

function visit(value: unknown, walk: Walk): void {
  if (typeof value === 'string') {
    if (value.length >= MIN_LENGTH) look(value, walk.placeOfText, walk)
  } else if (typeof value === 'number') {
    if (Math.abs(value) >= SMALLEST_NUMBER) look(String(value), walk.placeOfText, walk)
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) visitMember(i, value[i], walk)
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) visitMember(name, (value as Record<string, unknown>)[name], walk)
  }
}

function visitMember(step: string | number, value: unknown, walk: Walk): void {
  const { path, meanings } = walk
  path.push(step)
  meanings.push(typeof step === 'number' ? null : undefined)
  if (typeof step === 'string' && step.length >= MIN_LENGTH) look(step, walk.placeOfName, walk)
  visit(value, walk)
  path.pop()
  meanings.pop()
}

function look(text: string, placeOf: () => Place, walk: Walk): void {
  const finding = findCard(text, placeOf)
  if (finding !== null) found(finding, walk)
}

function found(finding: 'track' | 'number', walk: Walk): void {
  const { path, inIdentity, elsewhere, limit, isExempt } = walk
  if (finding === 'number' && isExempt(path)) return
  const pointers = isIdentity(path) ? inIdentity : elsewhere
  if (pointers.length < limit) pointers.push(path.map(pointerStep).join(''))
}

function placeOf(walk: Walk): Place {
  return isIdentity(walk.path) ? 'identity' : namedPlace(walk, walk.path.length)
}

function isIdentity(path: readonly (string | number)[]): boolean {
  return path.length === 1 && IDENTITY.includes(String(path[0]))
}

/** What the innermost of the first `count` names says that says anything. */
function namedPlace({ path, meanings }: Walk, count: number): Place {
  for (let i = count - 1; i >= 0; i--) {
    if (meanings[i] === undefined) meanings[i] = meaningOfName(String(path[i]))
    if (meanings[i]) return meanings[i] as Meaning
  }
  return 'none'
}
