import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGulfVatNumber, isInHash, isInIban, isSiret } from '../../../src/invoice/card-numbers/own-check.ts'

const holds = (check: typeof isInIban, text: string, part: string) =>
  check(text, text.indexOf(part), text.indexOf(part) + part.length)

test('an IBAN is known by its remainder, grouped or not, with text around it', () => {
  for (const [text, part] of [
    ['AT611904300234573201', '1904300234573201'],
    ['AT61 1904 3002 3457 3201', '1904 3002 3457 3201'],
    ['IBAN: AT61 1904 3002 3457 3201 BIC BKAUATWW', '1904 3002 3457 3201'],
    ['gb29 nwbk 6016 1331 9268 19', '6016 1331 9268 19'],
    ['RF18 5390 0754 7034', '5390 0754 7034'],
  ] as const)
    assert.ok(holds(isInIban, text, part), text)
  for (const [text, part] of [
    ['AT62 1904 3002 3457 3201', '1904 3002 3457 3201'],
    ['VISA 4111 1111 1111 1111', '4111 1111 1111 1111'],
    ['1904 3002 3457 3201', '1904 3002 3457 3201'],
  ] as const)
    assert.ok(!holds(isInIban, text, part), text)
})

test('a hash or a UUID has 32 hexadecimal digits or more, and a letter', () => {
  assert.ok(holds(isInHash, 'a94a8fe5ccb19ba61c4c4111111111111111d391e987982fbbd3', '4111111111111111'))
  assert.ok(holds(isInHash, '0a1b4111-1111-4111-8111-abcdefabcdef', '4111-1111-4111'))
  assert.ok(!holds(isInHash, '11111111111111114111111111111111', '4111111111111111'))
  assert.ok(!holds(isInHash, 'abc 4111111111111111 def', '4111111111111111'))
})

test('a SIRET has a SIREN in it', () => {
  assert.ok(isSiret('38400000600013'))
  assert.ok(!isSiret('30569309025904'), 'a Diners Club number')
  assert.ok(!isSiret('38400000600014'))
})

test('VAT numbers of the Gulf begin and end alike', () => {
  for (const number of ['310122393500003', '100123456700003']) assert.ok(isGulfVatNumber(number))
  for (const number of ['378282246310005', '31012239350000', '410122393500003']) assert.ok(!isGulfVatNumber(number))
})
