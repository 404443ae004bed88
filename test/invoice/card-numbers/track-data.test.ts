import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTrackData } from '../../../src/invoice/card-numbers/track-data.ts'

/** Whether one of the groups of digits in the text is track data. */
const isIn = (text: string) =>
  [...text.matchAll(/\d+/g)].some(({ index, 0: group }) => isTrackData(text, index, index + group.length))

const PAN = '4111111111111111'

test('track 1 is recognised by B or by name and date', () => {
  for (const text of [`%B${PAN}^DOE/JOHN^2712101?`, `B${PAN}^DOE/JOHN^2712`, `${PAN}^ /^2712`])
    assert.ok(isIn(text), text)
  for (const text of [`${PAN}^2`, 'B4111111111111112^DOE/JOHN^2712', 'B12345678901234^A^2712'])
    assert.ok(!isIn(text), text)
})

test('track 2 is recognised by the date behind the separator', () => {
  for (const text of [`;${PAN}=2712101?`, `${PAN}=2712`, `${PAN}D2712`, `${PAN}d27121010`, `${PAN}%3D2712`])
    assert.ok(isIn(text), text)
  for (const text of [`${PAN}=2713`, `${PAN}=`, `${PAN}D27`, `4111111111111112=2712`, `id=${PAN}`])
    assert.ok(!isIn(text), text)
})

test('tag 57 is recognised behind other tags, with any length of the number', () => {
  for (const pan of [PAN, '378282246310005', '30569309025904', '4000000000000000006']) {
    const value = `${pan}D2712201`
    const length = Math.ceil(value.length / 2)
    const tag = `57${length.toString(16).padStart(2, '0').toUpperCase()}${value}`
    assert.ok(isIn(`9F0206000000001234${tag}`), tag)
  }
})

test('tag 5A is recognised by its length, padded or not', () => {
  for (const text of [
    `5A08${PAN}`,
    `9F0206000000001234 5A08${PAN}5F2403271231`,
    `5a08${PAN}5f24`,
    '5A08378282246310005F',
    '5A0730569309025904',
    '5A0A4000000000000000006F5F24',
    `5A: ${PAN}`,
    `5A=${PAN}`,
  ])
    assert.ok(isIn(text), text)
  for (const text of [`5A09${PAN}55`, `5B08${PAN}`, `A08${PAN}`, '5A084111111111111112']) assert.ok(!isIn(text), text)
})

test('digits before a D are no track data in a hash', () => {
  assert.ok(!isIn(`a94a8fe5ccb19baf${PAN}D2712e987982fbbd3`))
})
