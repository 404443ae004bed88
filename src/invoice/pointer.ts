import { holdsCardNumber } from './rules/card-number.ts'

const MAX_NAME_LENGTH = 64

/** Replaces a member name that must not be repeated. */
export const MASKED = '(masked)'

/**
 * One step of a JSON pointer (RFC 6901). The sender chose the name, and it may be a secret by mistake. So a name that
 * looks like a card number, has more than 64 characters or has half of a surrogate pair is masked; the pointer then no longer
 * resolves.
 */
export function pointerStep(name: string | number): string {
  if (typeof name === 'number') return `/${name}`
  if (name.length > MAX_NAME_LENGTH || !name.isWellFormed() || holdsCardNumber(name)) return `/${MASKED}`
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
