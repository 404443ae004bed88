import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readings } from '../../../src/invoice/card-numbers/readings.ts'

const all = (text: string) => [...readings(text)]

test('an ordinary text has one reading', () => {
  for (const text of ['Milch 3,5 %', '4111 1111', 'Käse', '10%', 'DA 57 5A']) assert.deepEqual(all(text), [text])
})

test('digits of other scripts are read as digits', () => {
  for (const four of ['４', '٤', '۴', '४', '৪', '๔', '𝟒', '𝟰', '⁴', '④', '꘤', '𑁪'])
    assert.deepEqual(all(`a${four}b`), [`a${four}b`, 'a4b'], four)
  for (const digit of '٠١٢٣٤٥٦٧٨٩') assert.equal(all(digit)[1], String(digit.charCodeAt(0) - 0x660))
})

test('invisible characters are left out', () => {
  for (const invisible of ['\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u202e', '\ufe0f\u20e3'])
    assert.deepEqual(all(`4${invisible}1`), [`4${invisible}1`, '41'], JSON.stringify(invisible))
})

test('percent-encoding is decoded, and read as it is too', () => {
  assert.deepEqual(all('4%20%E2%80%934'), ['4%20%E2%80%934', '4 –4'])
  assert.deepEqual(all('%34%EF%BC%94'), ['%34%EF%BC%94', '44'])
  assert.deepEqual(all('4%ff1'), ['4%ff1', '4 1'])
})

test('a hex dump of a tag for card numbers is joined', () => {
  assert.deepEqual(all('9F 02 5A 08 41 11 11 11 11 11 11 11 5F').at(-1), '9F 02 5A0841111111111111115F')
})
