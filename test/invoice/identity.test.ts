import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import {
  identityOf,
  identityPath,
  identityText,
  invoiceIdOf,
  journalText,
  sameIdentity,
} from '../../src/invoice/identity.ts'
import { plainSale } from './plain-sale.ts'

const identity = { storeId: 'S1', terminalId: 'T.2', journalId: '2026-03-14', sequenceNumber: 42 }

describe('identityOf', () => {
  it('takes the four members of an invoice and nothing else', () => {
    assert.deepEqual(identityOf(plainSale()), { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 7 })
  })
})

describe('journalText', () => {
  it('is what `.journals` has as the key', () => {
    assert.equal(journalText(identity), 'S1/T.2/2026-03-14')
  })
})

describe('identityText', () => {
  it('differs whenever a member differs', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,3}$/)
    const some = fc.record({
      storeId: name,
      terminalId: name,
      journalId: name,
      sequenceNumber: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(fc.property(some, some, (a, b) => assert.equal(identityText(a) === identityText(b), sameIdentity(a, b))))
    assert.equal(identityText(identity), 'S1/T.2/2026-03-14/42')
  })
})

describe('identityPath', () => {
  it('is the resource of the invoice', () => {
    assert.equal(identityPath(identity), '/v1/stores/S1/terminals/T.2/journals/2026-03-14/invoices/42')
  })

  it('escapes what no valid identity has', () => {
    assert.match(identityPath({ ...identity, storeId: 'a/b?' }), /^\/v1\/stores\/a%2Fb%3F\/terminals/)
  })
})

describe('sameIdentity', () => {
  it('compares all four members', () => {
    assert.ok(sameIdentity(identity, { ...identity }))
    for (const other of [{ storeId: 'x' }, { terminalId: 'x' }, { journalId: 'x' }, { sequenceNumber: 1 }])
      assert.ok(!sameIdentity(identity, { ...identity, ...other }))
  })
})

describe('invoiceIdOf', () => {
  it('is a UUID of version 5', () => {
    const some = fc.integer({ min: 1, max: 999_999_999_999 })
    fc.assert(
      fc.property(some, (sequenceNumber) => {
        assert.match(
          invoiceIdOf({ ...identity, sequenceNumber }),
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        )
      }),
    )
  })

  it('is the same for names of every length, whichever came before', () => {
    for (const length of [1, 400, 3, 2, 400, 1]) {
      const long = { ...identity, journalId: 'J'.repeat(length) }
      const name = Buffer.concat([
        Buffer.from('280eefe63259412cb8243df644d1b3a5', 'hex'),
        Buffer.from(identityText(long)),
      ])
      const digest = createHash('sha1').update(name).digest('hex')
      assert.equal(invoiceIdOf(long).replaceAll('-', '').slice(20), digest.slice(20, 32))
      assert.equal(invoiceIdOf(long).slice(0, 8), digest.slice(0, 8))
    }
  })

  it('never changes: tills have stored it', () => {
    assert.equal(invoiceIdOf(identity), 'c2bcd22e-e8ea-5239-afc0-6d3f613d5d3d')
  })
})
