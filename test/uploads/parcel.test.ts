import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  ownMemory,
  type Parcel,
  ParcelWriter,
  parcelBuffers,
  parcelItems,
  parcelLength,
} from '../../src/uploads/parcel.ts'

const bytes = (text: string) => Buffer.from(text) as Uint8Array<ArrayBuffer>

/** What the other thread gets, with the memory gone from here. */
const moved = (parcel: Parcel): Parcel => structuredClone(parcel, { transfer: parcelBuffers(parcel) })

test('what was added comes out on the other side, in order, with its bytes and its note', () => {
  const item = fc.record({
    kind: fc.nat(3),
    value: fc.uint8Array({ maxLength: 50 }),
    note: fc.string({ unit: 'binary', maxLength: 3_000 }),
  })
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), (items) => {
      const writer = new ParcelWriter(Buffer.concat(items.map(({ value }) => value)))
      let at = 0
      for (const { kind, value, note } of items) {
        writer.add(kind, at, at + value.length, note)
        at += value.length
      }
      const parcel = moved(writer.finish())
      assert.equal(parcelLength(parcel), items.length)
      assert.deepEqual(
        [...parcelItems(parcel)].map(({ kind, value, note }) => ({ kind, value: new Uint8Array(value), note })),
        items.map(({ kind, value, note }) => ({ kind, value: new Uint8Array(value), note })),
      )
    }),
  )
})

test('all of its memory moves; none of it is copied', () => {
  const writer = new ParcelWriter(new Uint8Array(Buffer.from('abc')))
  writer.add(0, 0, 3, 'note')
  const parcel = writer.finish()
  moved(parcel)
  for (const { byteLength } of [parcel.bytes, parcel.table, parcel.notes]) assert.equal(byteLength, 0)
})

test('values are views of its bytes, made one by one', () => {
  const writer = new ParcelWriter(bytes('abcdef'))
  writer.add(1, 0, 2, '')
  writer.add(2, 3, 6, '')
  const parcel = writer.finish()
  const values = [...parcelItems(parcel)].map(({ value }) => value)
  assert.deepEqual(values.map(String), ['ab', 'def'])
  for (const { buffer } of values) assert.equal(buffer, parcel.bytes.buffer)
})

test('memory that is its own, or nearly, is taken as it is; shared memory, or much that is unused, is copied', () => {
  const own = new Uint8Array([1, 2, 3])
  assert.equal(ownMemory(own), own)
  const withSpare = new Uint8Array(new ArrayBuffer(1_000), 0, 999)
  assert.equal(ownMemory(withSpare), withSpare)
  assert.equal(ownMemory(new Uint8Array(new ArrayBuffer(1_000), 0, 900)).buffer.byteLength, 900)
  const pooled = bytes('pooled')
  assert.ok(pooled.buffer.byteLength > pooled.length)
  const copy = ownMemory(pooled)
  assert.equal(copy.buffer.byteLength, pooled.length)
  assert.deepEqual(Buffer.from(copy), pooled)
  assert.ok(!(copy instanceof Buffer))
})
