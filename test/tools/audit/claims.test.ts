import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Claim, Claims } from '../../../src/tools/audit/claims.ts'

const bytes = (content: number) => Buffer.from(`content ${content}`)
const sha256 = (content: number) => hash('sha256', bytes(content), 'buffer')
const place = fc.record({ partition: fc.constantFrom(0, 1, 9_999), offset: fc.constantFrom(0, 7, 2 ** 40) })

test('claims are met and bytes judged as in a plain list of claims, in whatever order they come', () => {
  const claim = fc.record({
    sequenceNumber: fc.integer({ min: 1, max: 8 }),
    place: fc.option(place, { nil: undefined }),
    content: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  })
  const record = fc.record({ sequenceNumber: fc.integer({ min: 1, max: 8 }), place, content: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 60 }), fc.array(record), (made, records) => {
      const claims = new Claims()
      for (const { sequenceNumber, place, content } of made) {
        const added: Claim = {
          sequenceNumber,
          place,
          sha256: content === undefined ? undefined : sha256(content),
        }
        claims.add(added)
      }
      for (const { sequenceNumber, place, content } of records) {
        const sent = made.filter((claim) => claim.sequenceNumber === sequenceNumber && claim.content !== undefined)
        const fits = sent.length === 0 || sent.some((claim) => claim.content === content)
        assert.equal(claims.check(sequenceNumber, place, bytes(content)), fits)
      }
      const isMet = (claim: (typeof made)[number]) =>
        records.some(
          ({ sequenceNumber, place: { partition, offset } }) =>
            sequenceNumber === claim.sequenceNumber &&
            partition === claim.place?.partition &&
            offset === claim.place.offset,
        )
      const isSeen = (claim: (typeof made)[number]) =>
        records.some(({ sequenceNumber }) => sequenceNumber === claim.sequenceNumber)
      const unmet = made.filter((claim) => !(claim.place === undefined ? isSeen(claim) : isMet(claim)))
      assert.deepEqual([...claims.unmet()].map(text).sort(), unmet.map(text).sort())
    }),
  )
})

const text = ({ sequenceNumber, place }: Pick<Claim, 'sequenceNumber' | 'place'>) =>
  `${sequenceNumber} ${place?.partition} ${place?.offset}`
