import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ShortLivedMap } from '../src/short-lived.ts'
import { leftBySmallCollections } from './harness/small-collections.ts'

test('is a map, however much comes and goes', () => {
  const commands = fc.array(fc.tuple(fc.constantFrom('set', 'delete'), fc.nat(20)), { maxLength: 1_000, size: 'max' })
  fc.assert(
    fc.property(commands, (all) => {
      const map = new ShortLivedMap<number, number>()
      const model = new Map<number, number>()
      for (const [index, [command, key]] of all.entries()) {
        if (command === 'set') {
          map.set(key, index)
          model.set(key, index)
        } else {
          map.delete(key)
          model.delete(key)
        }
        assert.equal(map.size, model.size)
        for (let known = 0; known <= 20; known++) assert.equal(map.get(known), model.get(known))
      }
    }),
  )
})

test('what has left it does not outlive small garbage collections, as it does in a Map', () => {
  const UNDER_WAY = 60
  const left = (map: Map<number, unknown> | ShortLivedMap<number, unknown>) =>
    leftBySmallCollections((index) => {
      map.set(index, new Array(100).fill(index))
      map.delete(index - UNDER_WAY)
    })
  assert.ok(left(new Map()) > 10, 'a Map keeps them: it would do now')
  assert.ok(left(new ShortLivedMap()) < 2)
})
