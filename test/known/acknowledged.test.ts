import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { invoiceIdOf } from '../../src/invoice/identity.ts'
import { Acknowledged } from '../../src/known/acknowledged.ts'

const idOf = (sequenceNumber: number) =>
  invoiceIdOf({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber })
const bytesOf = (value: unknown, spaces = 0) => Buffer.from(JSON.stringify(value, null, spaces))
const INVOICE = { total: 1_499, lines: [{ itemCode: 'A', amount: 1_499 }] }
const SAME = { kind: 'same', offset: '7', receivedAtMs: 1_773_504_310_123 } as const
const MIB = 2 ** 20

/** Enough to overwrite the bytes of what was remembered before, but not its slot. */
function pushOutBytes(acknowledged: Acknowledged): void {
  const large = Buffer.alloc(MIB / 32)
  for (let number = 1_000; number < 1_017; number++) acknowledged.remember(idOf(number), large, '1', 0)
}

suite('what an instance has acknowledged', () => {
  test('is found again with the parts of its receipt, and nothing else is', () => {
    const acknowledged = new Acknowledged(MIB)
    acknowledged.remember(idOf(1), bytesOf(INVOICE), SAME.offset, SAME.receivedAtMs)
    acknowledged.remember(idOf(2), bytesOf(INVOICE), null, SAME.receivedAtMs)
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf(INVOICE)), SAME)
    assert.deepEqual(acknowledged.find(idOf(2), bytesOf(INVOICE)), { ...SAME, offset: null })
    assert.deepEqual(acknowledged.find(idOf(3), bytesOf(INVOICE)), { kind: 'new' })
    assert.equal(acknowledged.count, 2)
  })

  test('is the same when it was serialised anew, and another with another content', () => {
    const acknowledged = new Acknowledged(MIB)
    acknowledged.remember(idOf(1), bytesOf(INVOICE), SAME.offset, SAME.receivedAtMs)
    const { total, lines } = INVOICE
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf({ lines, total }, 2)), SAME)
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf({ lines, total: total + 1 })), { kind: 'other' })
  })

  test('is still compared byte for byte when its bytes are gone; other bytes cannot be compared any more', () => {
    const acknowledged = new Acknowledged(MIB)
    acknowledged.remember(idOf(1), bytesOf(INVOICE), SAME.offset, SAME.receivedAtMs)
    pushOutBytes(acknowledged)
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf(INVOICE)), SAME)
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf(INVOICE, 2)), { kind: 'uncompared' })
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf({ ...INVOICE, total: 1_498 })), { kind: 'uncompared' })
  })

  test('is not compared by its content where that would take long; equal bytes are recognised at any size', () => {
    const acknowledged = new Acknowledged(16 * MIB)
    const large = { ...INVOICE, padding: 'x'.repeat(70_000) }
    acknowledged.remember(idOf(1), bytesOf(large), SAME.offset, SAME.receivedAtMs)
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf(large)), SAME)
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf(large, 1)), { kind: 'uncompared' })
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf(INVOICE)), { kind: 'uncompared' })
  })

  test('of two records with one identity is the later one', () => {
    const acknowledged = new Acknowledged(MIB)
    acknowledged.remember(idOf(1), bytesOf(INVOICE), '3', 0)
    acknowledged.remember(idOf(1), bytesOf(INVOICE, 2), SAME.offset, SAME.receivedAtMs)
    assert.deepEqual(acknowledged.find(idOf(1), bytesOf(INVOICE)), SAME)
    assert.equal(acknowledged.count, 1)
  })

  test('takes no more memory than it may: the oldest are forgotten', () => {
    const acknowledged = new Acknowledged(MIB)
    const { capacity } = acknowledged
    assert.ok(capacity > 5_000)
    for (let number = 1; number <= 3 * capacity; number++) acknowledged.remember(idOf(number), bytesOf(number), '1', 0)
    assert.equal(acknowledged.count, capacity)
    assert.equal(acknowledged.find(idOf(3 * capacity), bytesOf(3 * capacity)).kind, 'same')
    const latest = Array.from({ length: capacity / 4 }, (_, back) => 3 * capacity - back)
    const forgotten = latest.filter((number) => acknowledged.find(idOf(number), bytesOf(number)).kind === 'new')
    assert.ok(forgotten.length < latest.length / 100, `${forgotten.length} of ${latest.length}`)
    const oldest = Array.from({ length: capacity / 4 }, (_, index) => index + 1)
    assert.ok(oldest.every((number) => acknowledged.find(idOf(number), bytesOf(number)).kind === 'new'))
  })

  test('can be forgotten as a whole', () => {
    const acknowledged = new Acknowledged(MIB)
    acknowledged.remember(idOf(1), bytesOf(INVOICE), '7', 0)
    acknowledged.forgetAll()
    assert.equal(acknowledged.find(idOf(1), bytesOf(INVOICE)).kind, 'new')
    assert.equal(acknowledged.count, 0)
  })

  test('is never said of what was not acknowledged, whatever came before', () => {
    const step = fc.record({ number: fc.integer({ min: 1, max: 40 }), content: fc.nat(2), isAsked: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const acknowledged = new Acknowledged(4_096) // a slot of each row is overwritten now and then
        const stored = new Map<number, { content: number; offset: string }>()
        for (const [index, { number, content, isAsked }] of steps.entries()) {
          const value = Buffer.from(`{"number":${number},${' '.repeat(index % 3)}"content":${content}}`)
          if (!isAsked) {
            acknowledged.remember(idOf(number), value, String(index), index)
            stored.set(number, { content, offset: String(index) })
            continue
          }
          const found = acknowledged.find(idOf(number), value)
          const known = stored.get(number)
          if (found.kind === 'same') assert.deepEqual({ content, offset: found.offset }, known)
          if (found.kind === 'other') assert.notEqual(content, known?.content)
          if (known === undefined) assert.equal(found.kind, 'new')
        }
      }),
    )
  })
})
