import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecentBytes } from '../../src/known/recent-bytes.ts'

test('bytes are found as they were added, or not at all; those that were added last are', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 200, size: 'max' }), (lengths) => {
      const recent = new RecentBytes(1_024)
      const added = lengths.map((length, index) => Buffer.alloc(length, index + 1))
      const places = added.map((bytes) => recent.add(bytes))
      const isFound = added.map((bytes, index) => {
        const found = recent.find(places[index]!, bytes.length)
        if (found !== undefined) assert.deepEqual(found, bytes)
        return found !== undefined
      })
      const kept = added.filter(({ length }) => length <= 64)
      const latest = kept.slice(-8)
      for (const bytes of latest) assert.ok(isFound[added.indexOf(bytes)])
      for (const [index, { length }] of added.entries()) if (length > 64) assert.equal(isFound[index], false)
    }),
  )
})
