import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { continueTraceparent, pooledRandomHex, readTraceparent } from '../../src/invoice/traceparent.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'
const fixed = (bytes: number) => 'ef'.repeat(bytes)
const NEW = `00-${fixed(16)}-${fixed(8)}-00`

describe('readTraceparent', () => {
  it('reads the trace, the span and the flags of the sender', () => {
    assert.deepEqual(readTraceparent(`00-${trace}-${span}-01`), { traceId: trace, spanId: span, flags: '01' })
  })

  it('is null for what is absent or invalid', () => {
    for (const header of [undefined, '', `00-${'0'.repeat(32)}-${span}-01`]) assert.equal(readTraceparent(header), null)
  })
})

describe('continueTraceparent', () => {
  it('keeps trace id and flags, under a new span', () => {
    for (const flags of ['00', '01', '03'])
      assert.equal(continueTraceparent(`00-${trace}-${span}-${flags}`, fixed), `00-${trace}-${fixed(8)}-${flags}`)
  })

  it('begins a new trace for what is absent or invalid', () => {
    const invalid = [
      undefined,
      '',
      'x',
      `00-${trace}-${span}`,
      `00-${trace}-${span}-01-more`,
      `00-${trace.toUpperCase()}-${span}-01`,
      `00-${'0'.repeat(32)}-${span}-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `ff-${trace}-${span}-01`,
      `00-${trace}-${span}-0g`,
      ` 00-${trace}-${span}-01`,
      `00-${trace}-${span}-01\n`,
    ]
    for (const header of invalid) assert.equal(continueTraceparent(header, fixed), NEW, header)
  })

  it('reads later versions as version 00, with the sampled flag only', () => {
    assert.equal(continueTraceparent(`01-${trace}-${span}-ff-more`, fixed), `00-${trace}-${fixed(8)}-01`)
    assert.equal(continueTraceparent(`cc-${trace}-${span}-fe`, fixed), `00-${trace}-${fixed(8)}-00`)
    assert.equal(continueTraceparent(`01-${trace}-${span}-01more`, fixed), NEW)
  })

  it('never makes an id of zeroes', () => {
    const drawn = ['0'.repeat(16), '12'.repeat(8)]
    assert.match(
      continueTraceparent(`00-${trace}-${span}-01`, () => drawn.shift() as string),
      /-(12){8}-01$/,
    )
  })

  it('makes other ids every time, across refills of the pool', () => {
    const ids = new Set(Array.from({ length: 2000 }, () => pooledRandomHex(8)))
    assert.equal(ids.size, 2000)
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/)
  })
})
