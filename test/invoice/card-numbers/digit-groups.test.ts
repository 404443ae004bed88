import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Candidate, someCandidate } from '../../../src/invoice/card-numbers/digit-groups.ts'

const PAN = '4111111111111111'

function candidatesIn(text: string): Candidate[] {
  const candidates: Candidate[] = []
  someCandidate(text, (candidate) => {
    candidates.push(candidate)
    return false
  })
  return candidates
}

const found = (text: string) =>
  candidatesIn(text).map(
    ({ start, end, lengths }) => `${text.slice(start, end).replaceAll(/\D/g, '')} ${lengths.join('-')}`,
  )

/** A text that counts how often it is read. */
function counting(text: string) {
  const reads = { count: 0 }
  const read = <R>(result: R): R => {
    reads.count++
    return result
  }
  const counted = {
    length: text.length,
    charCodeAt: (at: number) => read(text.charCodeAt(at)),
    slice: (start: number, end: number) => {
      reads.count += end - start
      return text.slice(start, end)
    },
  }
  return { counted: counted as unknown as string, reads }
}

describe('someCandidate', () => {
  it('finds one group of digits, alone and in a text', () => {
    for (const text of [PAN, `x${PAN}y`, `(${PAN})`, `1 ${PAN} 2`]) assert.deepEqual(found(text), [`${PAN} 16`], text)
  })

  it('finds groups with any separator of up to three characters that are no letters', () => {
    for (const separator of [' ', '-', ' - ', '.', '/', '%', '·', '💳', '\n', '】【'])
      assert.deepEqual(found(`4111${separator}1111${separator}1111${separator}1111`), [`${PAN} 4-4-4-4`], separator)
    for (const separator of ['x', ' x ', '    ', 'か'])
      assert.deepEqual(found(['4111', '1111', '1111', '1111'].join(separator)), [])
  })

  it('finds groups with something before and behind, and tells where they are', () => {
    const text = 'No. 12: 4111 1111 1111 1111 12/27'
    const [first] = candidatesIn(text)
    assert.equal(text.slice(first!.start, first!.end), '4111 1111 1111 1111')
    assert.equal(first?.separator, ' ')
    assert.deepEqual(found('2026 4111 1111 1111 1111 0326'), [`${PAN} 4-4-4-4`])
  })

  it('finds groups with different separators, and says so', () => {
    assert.deepEqual(
      candidatesIn('4111 1111-1111 1111').map(({ separator }) => separator),
      [null],
    )
  })

  it('finds each number of a list', () => {
    assert.deepEqual(found('4111 1111 1111 1111, 5555 5555 5555 4444; 6011-1111-1111-1117'), [
      `${PAN} 4-4-4-4`,
      '5555555555554444 4-4-4-4',
      '6011111111111117 4-4-4-4',
    ])
    assert.deepEqual(found(`${PAN} 5555555555554444`), [`${PAN} 16`, '5555555555554444 16'])
  })

  it('finds no part of a longer group or of many groups', () => {
    for (const text of [`0${PAN}`.padEnd(44, '0'), `${PAN}000000`, `${'1111 '.repeat(8)}4111 1111 1111 1111`])
      assert.deepEqual(found(text), [], text)
  })

  it('finds a number that an expiry date follows without a separator', () => {
    for (const expiry of ['2712', '1227']) {
      const [candidate] = candidatesIn(PAN + expiry)
      assert.deepEqual([candidate?.lengths, candidate?.hasExpiry], [[20], true])
    }
    assert.deepEqual(found(`${PAN}2713`), [])
  })

  it('asks about each long group, and ends when it is told to', () => {
    const asked: string[] = []
    const text = `12345 ${PAN} 12345678901234 5`
    const result = someCandidate(
      text,
      () => false,
      (start, end) => asked.push(text.slice(start, end)) === 2,
    )
    assert.deepEqual([result, asked], [true, [PAN, '12345678901234']])
    assert.equal(
      someCandidate(PAN, () => true),
      true,
    )
  })

  it('reads each character a few times at most, whatever the text', () => {
    const texts = [
      '4',
      '4 ',
      '123 ',
      '4111 1111 1111 1112 ',
      `${PAN} `,
      `${PAN}, `,
      `${'4 '.repeat(26)} `,
      'x4',
      '44 44 44  ',
    ]
    for (const text of texts) {
      for (const length of [1_000, 64_000]) {
        const { counted, reads } = counting(text.repeat(length / text.length))
        someCandidate(counted, () => false)
        assert.ok(reads.count <= 8 * length, `${JSON.stringify(text)}: ${reads.count} reads of ${length}`)
      }
    }
  })
})
