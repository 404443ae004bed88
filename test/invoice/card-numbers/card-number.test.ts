import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { digitsOf, isCardNumberText, passesLuhn } from '../../../src/invoice/card-numbers/card-number.ts'

describe('isCardNumberText', () => {
  it('knows the numbers that the schemes publish for tests', () => {
    for (const number of [
      '4111111111111111', // Visa
      '4000000000000000006', // Visa of 19 digits
      '5555555555554444', // Mastercard
      '2223003122003222', // Mastercard, 2-series
      '378282246310005', // American Express
      '30569309025904', // Diners Club
      '6011111111111117', // Discover
      '3530111333300000', // JCB
      '6200000000000005', // UnionPay
      '6759649826438453', // Maestro
      '6703444444444449', // Bancontact
      '5019717010103742', // Dankort
      '2200000000000004', // Mir
      '5066991111111118', // Elo
      '6062826786276634', // Hipercard
      '135410014004955', // UATP
    ])
      assert.ok(isCardNumberText(number), number)
  })

  it('needs the check digit, the prefix and the length together', () => {
    assert.ok(!isCardNumberText('4111111111111112'), 'check digit')
    assert.ok(!isCardNumberText('7111111111111119'), 'prefix')
    assert.ok(!isCardNumberText('42222222222226'), 'length')
    assert.ok(!isCardNumberText('4222222222222'), 'Visa of 13 digits')
    assert.ok(!isCardNumberText(''))
    assert.ok(!isCardNumberText('4111 1111 1111 1111'), 'only digits')
  })

  it('takes no GTIN-8, -12 or -13 for a card', () => {
    fc.assert(fc.property(fc.integer({ min: 1e12, max: 1e13 - 1 }), (n) => !isCardNumberText(String(n))))
  })
})

describe('passesLuhn', () => {
  it('notices every wrong digit', () => {
    const digits = digitsOf('79927398713')!
    assert.ok(passesLuhn(digits, 0, digits.length))
    for (let at = 0; at < digits.length; at++) {
      for (let by = 1; by < 10; by++) {
        const wrong = digits.with(at, (digits[at]! + by) % 10)
        assert.ok(!passesLuhn(wrong, 0, wrong.length), `digit ${at} + ${by}`)
      }
    }
  })
})
