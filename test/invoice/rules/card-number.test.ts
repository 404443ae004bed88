import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { holdsCardNumber, isCardNumber, mayHoldCardNumber } from '../../../src/invoice/rules/card-number.ts'
import { isGtin } from '../../../src/invoice/rules/gtin.ts'

/** Numbers that the schemes publish for tests. */
const TEST_NUMBERS = [
  '4111111111111111', // Visa
  '5555555555554444', // Mastercard
  '2223003122003222', // Mastercard, 2-series
  '378282246310005', // American Express
  '30569309025904', // Diners Club
  '6011111111111117', // Discover
  '3530111333300000', // JCB
  '6200000000000005', // UnionPay
  '6759649826438453', // Maestro
  '4000000000000000006', // Visa of 19 digits
]

const printed = (digits: string, separator: string) =>
  (digits.length === 15 ? /(.{4})(.{6})(.{5})/ : /(.{4})(.{4})(.{4})(.{1,4})(.*)/)
    .exec(digits)!
    .slice(1)
    .filter((group) => group !== '')
    .join(separator)

describe('isCardNumber', () => {
  it('knows the test numbers of the schemes', () => {
    for (const number of TEST_NUMBERS) assert.ok(isCardNumber(number), number)
  })

  it('needs the check digit, the prefix and the length together', () => {
    assert.ok(!isCardNumber('4111111111111112'), 'check digit')
    assert.ok(!isCardNumber('9111111111111110'), 'prefix')
    assert.ok(!isCardNumber('42222222222226'), 'length')
    assert.ok(!isCardNumber('4222222222222'), 'Visa of 13 digits')
    assert.ok(!isCardNumber(''))
  })

  it('takes no GTIN-8, -12 or -13 for a card', () => {
    fc.assert(fc.property(fc.integer({ min: 1e12, max: 1e13 - 1 }), (n) => !isCardNumber(String(n))))
  })
})

describe('holdsCardNumber', () => {
  it('finds a number alone, in a sentence, and in track data', () => {
    for (const number of TEST_NUMBERS)
      for (const text of [
        number,
        `Karte ${number}, gültig`,
        `pan=${number};`,
        `%B${number}^X/Y^2512`,
        `x${number}x`,
        `12-${number} 7`,
      ])
        assert.ok(holdsCardNumber(text), text)
  })

  it('finds it with blanks or dashes between groups, of any kind', () => {
    for (const number of TEST_NUMBERS)
      for (const separator of [' ', '-', '  ', ' - ', '\u00a0', '\u2009', '\u2013', '\t'])
        assert.ok(holdsCardNumber(`No. ${printed(number, separator)}.`), `${number} with "${separator}"`)
    assert.ok(holdsCardNumber('2026 4111 1111 1111 1111 0326'))
  })

  it('does not take parts of longer numbers, receipt numbers, dates and times for cards', () => {
    for (const text of [
      `0${'4111111111111111'.padEnd(44, '0')}`,
      '8100-822553010157',
      '2026-03-14 17:05:09',
      '20260314170509123',
      '+49 30 4111 1111',
      '1767225600000000',
      '4111.1111.1111.1111'.slice(0, 9),
      '4111 1111',
      'DE89 3704 0044 0532 0130 00',
    ])
      assert.ok(!holdsCardNumber(text), text)
  })

  it('leaves hashes and UUIDs alone', () => {
    const hash = 'a94a8fe5ccb19ba61c4c4111111111111111d391e987982fbbd3'
    assert.ok(!holdsCardNumber(hash))
    assert.ok(!holdsCardNumber('0a1b4111-1111-1111-1111-abcdefabcdef'))
    assert.ok(holdsCardNumber(`${hash} 4111111111111111`))
  })

  it('exempts what it is told to exempt', () => {
    const gtin14 = '36004006382097'
    assert.ok(holdsCardNumber(gtin14))
    assert.equal(holdsCardNumber(gtin14, isGtin), false)
  })
})

describe('mayHoldCardNumber', () => {
  it('never overlooks a text that holds one', () => {
    const inText = fc.tuple(
      fc.string({ unit: fc.constantFrom('a', '1', ' ', '-', '"', ',', 'é', '0') }),
      fc.constantFrom(...TEST_NUMBERS),
      fc.constantFrom('', ' ', '-', '\u00a0', '\u2013'),
      fc.string({ unit: fc.constantFrom('a', '1', ' ', '-', '"', ',', 'é', '0') }),
    )
    fc.assert(
      fc.property(inText, ([before, number, separator, after]) => {
        const text = `${before} ${printed(number, separator)} ${after}`
        if (holdsCardNumber(text)) assert.ok(mayHoldCardNumber(Buffer.from(JSON.stringify([text]))))
      }),
      { numRuns: 3_000 },
    )
  })

  it('spares ordinary texts the walk, and walks where escapes may hide digits', () => {
    assert.ok(
      !mayHoldCardNumber(Buffer.from('{"gtin":"4006381333931","amount":999999999999,"at":"2026-03-14T17:05:09"}')),
    )
    assert.ok(mayHoldCardNumber(Buffer.from('{"x":"\\u0034111111111111111"}')))
    assert.ok(!mayHoldCardNumber(Buffer.alloc(0)))
  })
})
