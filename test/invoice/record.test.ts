import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { identityOf, invoiceIdOf } from '../../src/invoice/identity.ts'
import { toRecord } from '../../src/invoice/record.ts'
import { plainSale } from './plain-sale.ts'

const invoice = plainSale()
const valid = { invoice, identity: identityOf(invoice), warnings: [] as string[] }
const body = Buffer.from(JSON.stringify(invoice))
const context = {
  receivedAt: '2026-03-14T16:06:09.007Z',
  traceparent: undefined,
  ingest: 'live',
  principal: null,
} as const

describe('toRecord', () => {
  it('carries the bytes of the till themselves, keyed by store', () => {
    const record = toRecord(valid, body, context)
    assert.equal(record.value, body)
    assert.equal(record.key.toString(), 'S1')
    assert.equal(record.identity, invoiceIdOf(valid.identity))
  })

  it('has CloudEvents headers in the binary mode of Kafka, and our own', () => {
    const { headers } = toRecord(valid, body, context, undefined, (bytes) => 'ab'.repeat(bytes))
    assert.deepEqual(headers, {
      ce_specversion: '1.0',
      ce_id: '7',
      ce_source: '/stores/S1/terminals/T1/journals/J1',
      ce_type: 'pos.invoice.v1',
      ce_time: '2026-03-14T17:05:09+01:00',
      'content-type': 'application/json',
      traceparent: `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-00`,
      'pos-received-at': '2026-03-14T16:06:09.007Z',
      'pos-ingest': 'live',
    })
  })

  it('continues the trace of the request', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { headers } = toRecord(valid, body, { ...context, traceparent }, undefined, (bytes) => 'cd'.repeat(bytes))
    assert.equal(headers.traceparent, '00-0af7651916cd43dd8448eb211c80319c-cdcdcdcdcdcdcdcd-01')
  })

  it('carries the trace context of the gateway’s own span, where it has one', () => {
    const span = { traceparent: `00-${'1a'.repeat(16)}-${'2b'.repeat(8)}-01` }
    const { headers } = toRecord(valid, body, { ...context, traceparent: `00-${'3c'.repeat(16)}-00-01`, span })
    assert.equal(headers.traceparent, span.traceparent)
  })

  it('names warnings where there are any', () => {
    const { headers } = toRecord({ ...valid, warnings: ['tax-sum', 'occurred-in-future'] }, body, {
      ...context,
      ingest: 'upload',
      principal: null,
    })
    assert.equal(headers['pos-warnings'], 'tax-sum,occurred-in-future')
    assert.equal(headers['pos-ingest'], 'upload')
  })
})
