import { seededRandom } from '../src/tools/simulate/seeded-random.ts'
import { digits, number } from '../test/invoice/card-numbers/random-text.ts'

const LENGTH = 800_000
const random = seededRandom(3)

const filled = (make: () => string) => {
  let text = ''
  while (text.length < LENGTH) text += make()
  return text
}

/** Texts of 800 KB that take a scan as long as possible. */
export const LONG_TEXTS: readonly { readonly kind: string; readonly text: string }[] = [
  { kind: 'digits', text: filled(() => digits(random, 1_000)) },
  { kind: '`123 `', text: filled(() => '123 ') },
  { kind: '`4 `', text: filled(() => '4 ') },
  { kind: '`4111 1111 1111 1112 `', text: filled(() => '4111 1111 1111 1112 ') },
  { kind: 'card numbers with a blank between', text: filled(() => '4111111111111111 ') },
  { kind: 'card numbers with a letter between', text: filled(() => '4111111111111111x') },
  { kind: 'random digits and blanks', text: filled(() => `${digits(random, Number(number(random, 1, 6)))} `) },
  {
    kind: 'groups of four, one or two blanks',
    text: filled(() => digits(random, 4) + ' '.repeat(1 + Number(random() < 0.5))),
  },
  { kind: 'single digits, 26 a time', text: filled(() => `${'4 '.repeat(26)} `) },
  { kind: 'words and digits', text: filled(() => 'ab cd 12 ') },
]
