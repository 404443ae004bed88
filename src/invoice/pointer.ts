import { holdsCardNumber } from './rules/card-number.ts'

const MAX_NAME_LENGTH = 64

/** Replaces a member name that must not be repeated. */
export const MASKED = '(masked)'

/**
 * One step of a JSON pointer (RFC 6901). The sender chose the name, and it may be a secret by mistake. So a name that
 * looks like a card number or has more than 64 characters is masked; the pointer then no longer resolves. So is a name
 * that readers of the answer may refuse: with U+0000, or half of a surrogate pair.
 */
export function pointerStep(name: string | number): string {
  if (typeof name === 'number') return `/${name}`
  const isSafe = name.length <= MAX_NAME_LENGTH && !name.includes('\0') && name.isWellFormed() && !holdsCardNumber(name)
  return isSafe ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : `/${MASKED}`
}
