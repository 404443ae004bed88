import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createInvoices } from '../../../src/tools/simulate/basket.ts'
import { violationsOf } from '../../invoice/judge.ts'

const identity = { storeId: 'S1', terminalId: 'T1', journalId: 'sim-1', sequenceNumber: 1 }

test('every basket makes an invoice that the gateway takes, with the identity and time that it was given', () => {
  const makeInvoice = createInvoices(5)
  const bodies = Array.from({ length: 130 }, (_, i) =>
    makeInvoice({ ...identity, sequenceNumber: i + 1 }, new Date('2026-03-14T23:30:00Z')),
  )
  for (const [i, body] of bodies.entries()) {
    const invoice = JSON.parse(body.toString())
    assert.deepEqual(violationsOf(body), [])
    assert.equal(invoice.sequenceNumber, i + 1)
    assert.equal(invoice.businessDate, '2026-03-15')
    assert.equal(invoice.occurredAt, '2026-03-15T00:30:00+01:00')
  }
  const sizes = bodies.map(({ length }) => length)
  assert.ok(Math.min(...sizes) > 1_000 && Math.max(...sizes) < 2_500, `${Math.min(...sizes)}..${Math.max(...sizes)}`)
})

test('the same seed gives the same bytes', () => {
  const at = new Date('2026-03-14T12:00:00Z')
  assert.deepEqual(createInvoices(1)(identity, at), createInvoices(1)(identity, at))
  assert.notDeepEqual(createInvoices(1)(identity, at), createInvoices(2)(identity, at))
})
