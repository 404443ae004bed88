const MAX_NAME_LENGTH = 64
const TWELVE_DIGITS = /(?:\p{N}\P{N}*){12}/u

/** Longer than any pointer of the contract. */
const MAX_POINTER_LENGTH = 256

/** Replaces a member name that must not be repeated. */
const MASKED = '(masked)'

/**
 * One step of a JSON pointer (RFC 6901). The sender chose the name, and it may be a secret by mistake. So a name that
 * has 12 digits, as card numbers have, or more than 64 characters is masked; the pointer then no longer resolves. So is
 * a name that readers of the answer may refuse: with U+0000, or half of a surrogate pair.
 */
export function pointerStep(name: string | number): string {
  if (typeof name === 'number') return `/${name}`
  const isSafe =
    name.length <= MAX_NAME_LENGTH && !name.includes('\0') && name.isWellFormed() && !TWELVE_DIGITS.test(name)
  return isSafe ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : `/${MASKED}`
}

/**
 * A pointer that is not long. Names in `extensions` are the sender's, and a hundred long paths to violations would make a
 * much longer answer than the request was. The steps that go too far become one masked step.
 */
export function shortPointer(pointer: string): string {
  if (pointer.length <= MAX_POINTER_LENGTH) return pointer
  return `${pointer.slice(0, pointer.lastIndexOf('/', MAX_POINTER_LENGTH))}/${MASKED}`
}
