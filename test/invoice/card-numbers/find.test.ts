import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findCard, type Place } from '../../../src/invoice/card-numbers/find.ts'
import { seededRandom } from '../../../src/tools/simulate/seeded-random.ts'
import { judge, violationsOf } from '../judge.ts'
import { ANY_FIELDS, BRAND_NAMES, CARD_FIELDS, cardNumber, TRACKS, WRITINGS } from './cards.ts'
import { IDENTIFIERS } from './identifiers.ts'
import { saleWith } from './member.ts'

const PAN = '4111111111111111'
const PLACES: Place[] = ['card', 'payment', 'identity', 'other', 'none']
const placesWith = (text: string) => PLACES.filter((place) => findCard(text, () => place) !== null)

const isRefused = (pointer: string, value: unknown) => {
  const verdict = judge(saleWith(pointer, value))
  return verdict.kind === 'invalid' && verdict.errors.some(({ code }) => code === 'card-number')
}

describe('findCard', () => {
  it('needs evidence besides the digits', () => {
    assert.deepEqual(placesWith(PAN), ['card', 'payment', 'identity'])
    assert.deepEqual(placesWith('4111 1111 1111 1111'), PLACES)
    assert.deepEqual(placesWith('41 1111 1111 1111 11'), ['card'], 'no regular grouping')
    assert.deepEqual(placesWith(`Karte ${PAN}`), PLACES)
    assert.deepEqual(placesWith(`${PAN}2712`), ['card', 'payment'])
    assert.deepEqual(placesWith(`E${PAN}2712`), [], 'part of a longer code')
    assert.deepEqual(placesWith(`${PAN}=2712`), PLACES)
  })

  it('finds a printed grouping only as a whole, before a date, or behind one', () => {
    for (const text of [
      '(4111 1111 1111 1111)',
      '4111 1111 1111 1111, 12 x',
      '4111 1111 1111 1111 12/27',
      '14.03.2026 4111 1111 1111 1111',
    ])
      assert.ok(
        findCard(text, () => 'none'),
        text,
      )
    for (const text of [
      '12 4111 1111 1111 1111',
      '4111 1111 1111 1111 12',
      '+4111 1111 1111 1111',
      '1.4111 1111 1111 1111',
    ])
      assert.equal(
        findCard(text, () => 'none'),
        null,
        text,
      )
  })

  it('takes no part of a longer row of groups', () => {
    assert.deepEqual(placesWith('4111 1111 1111 1111 1111 1111'), ['card'])
    assert.deepEqual(placesWith('5555 4111 1111 1111 1111'), ['card'])
    assert.ok(
      findCard('4111 1111 1111 1111 1227 123', () => 'payment'),
      'an expiry date behind',
    )
  })

  it('takes a shorter number inside a longer one for nothing, and still sees the word before', () => {
    const digitByDigit = [...'4111111111111111003'].join(' ') // its first 16 digits are one too
    assert.equal(
      findCard(`Karte ${digitByDigit}`, () => 'none'),
      'number',
    )
  })

  it('takes store, date and number for a receipt number where that is meant', () => {
    assert.deepEqual(placesWith('4711-2026-0314-0041'), ['card', 'payment', 'none'])
  })

  it('does not ask for the place of a text without card numbers', () => {
    const place = (): Place => assert.fail('asked')
    for (const text of ['', '4111', 'Milch 3,5 %', '2026-03-14 17:05:09', '4111111111111112', '20260314170509123'])
      assert.equal(findCard(text, place), null)
  })
})

describe('identifiers of which each is at home in its members', () => {
  for (const [seed, { kind, pointers, make, mayBeRefused }] of IDENTIFIERS.entries()) {
    if (mayBeRefused) continue
    it(`are never refused: ${kind}`, () => {
      const random = seededRandom(seed)
      for (let i = 0; i < 60; i++) {
        for (const pointer of pointers) {
          const value = make(random)
          assert.ok(!isRefused(pointer, value), `${pointer}: ${value}`)
        }
      }
    })
  }

  it('are not refused in the two receipts that were', () => {
    for (const [pointer, value] of [
      ['/extensions/siret', '38400000600013'],
      ['/receiptNumber', '30593333333332'],
    ] as const)
      assert.deepEqual(violationsOf(saleWith(pointer, value)), [])
  })
})

describe('card numbers of 50 brands', () => {
  for (const [kind, write] of Object.entries(WRITINGS)) {
    it(`are found in members for cards: ${kind}`, () => {
      const random = seededRandom(7)
      for (const brand of BRAND_NAMES) {
        const [pointer, text] = CARD_FIELDS[Math.floor(random() * CARD_FIELDS.length)]!
        const value = text.replace('#', write(cardNumber(brand, random), random))
        assert.ok(isRefused(pointer, value), `${brand}, ${pointer}: ${value}`)
      }
    })
  }

  for (const [kind, write] of Object.entries(TRACKS)) {
    it(`are found in any member: ${kind}`, () => {
      const random = seededRandom(8)
      for (const brand of BRAND_NAMES) {
        const pointer = ANY_FIELDS[Math.floor(random() * ANY_FIELDS.length)]!
        const value = write(cardNumber(brand, random), random)
        assert.ok(isRefused(pointer, value), `${brand}, ${pointer}: ${value}`)
      }
    })
  }
})
