import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreNames } from '../../src/known/store-names.ts'

const shown = (index: StoreNames) =>
  Object.fromEntries(Array.from(index.stores, ([store, names]) => [store, [...names]]))

test('names are kept by store, each once, however many a store has', () => {
  const index = new StoreNames()
  const names = Array.from({ length: 20 }, (_, n) => `A/T${n}/J1`)
  for (const name of [...names, ...names, 'B/T1/J1']) index.add(name)
  assert.deepEqual(shown(index), { A: names, B: ['B/T1/J1'] })
  for (const name of [...names.slice(1), 'B/T1/J1', 'B/T2/J1', 'C/T1/J1']) index.drop(name)
  assert.deepEqual(shown(index), { A: ['A/T0/J1'] })
  index.drop('A/T0/J1')
  assert.deepEqual(shown(index), {})
})

test('it may change while somebody goes through it', () => {
  const index = new StoreNames()
  for (const store of ['A', 'B', 'C']) for (let n = 0; n < 3; n++) index.add(`${store}/T${n}/J1`)
  const seen: string[] = []
  for (const [, names] of index.stores)
    for (const name of names) {
      seen.push(name)
      index.drop('A/T1/J1')
      index.drop('B/T0/J1')
      index.add(name)
    }
  assert.deepEqual(seen.slice(-3), ['C/T0/J1', 'C/T1/J1', 'C/T2/J1'])
  assert.equal(new Set(seen).size, seen.length)
})
