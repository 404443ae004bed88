import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { dayOf, timestampOf } from '../../../src/invoice/rules/dates.ts'

describe('dayOf', () => {
  it('counts the days since 1970-01-01', () => {
    assert.equal(dayOf('1970-01-01'), 0)
    assert.equal(dayOf('2026-03-14'), Date.UTC(2026, 2, 14) / 86_400_000)
    assert.equal(dayOf('1969-12-31'), -1)
  })

  it('agrees with the calendar of the platform on every day', () => {
    const day = fc.integer({ min: dayOf('0001-01-01') as number, max: dayOf('9999-12-31') as number })
    fc.assert(
      fc.property(day, (n) => assert.equal(dayOf(new Date(n * 86_400_000).toISOString().slice(0, 10)), n)),
      { numRuns: 2_000 },
    )
  })

  it('knows no day that the calendar has not', () => {
    for (const text of [
      '2026-02-29',
      '2024-02-30',
      '1900-02-29',
      '2026-04-31',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
      '0000-01-01',
      '0000-02-29',
    ])
      assert.equal(dayOf(text), undefined, text)
    for (const text of ['2024-02-29', '2000-02-29', '2026-12-31']) assert.notEqual(dayOf(text), undefined, text)
  })
})

describe('timestampOf', () => {
  it('is the instant, and the date on the wall', () => {
    const late = timestampOf('2026-03-15T00:30:00.250+02:00')
    assert.deepEqual(late, { epochMs: Date.parse('2026-03-14T22:30:00.250Z'), localDay: dayOf('2026-03-15') })
    assert.equal(timestampOf('2026-03-14T17:05:09-05:30')?.epochMs, Date.parse('2026-03-14T22:35:09Z'))
  })

  it('takes one to nine decimals of a second and keeps milliseconds', () => {
    for (const [decimals, ms] of [
      ['5', 500],
      ['25', 250],
      ['123', 123],
      ['123456789', 123],
    ] as const)
      assert.equal(timestampOf(`1970-01-01T00:00:00.${decimals}Z`)?.epochMs, ms)
  })

  it('knows no time and no offset that clocks have not', () => {
    for (const text of [
      '2026-03-14T24:00:00Z',
      '2026-03-14T23:60:00Z',
      '2026-03-14T23:59:61Z',
      '2026-02-30T00:00:00Z',
      '2026-03-14T12:00:00+24:00',
      '2026-03-14T12:00:00+01:60',
    ])
      assert.equal(timestampOf(text), undefined, text)
  })

  it('takes a leap second only where one can be: at the end of a day in UTC', () => {
    assert.equal(timestampOf('2016-12-31T23:59:60Z')?.epochMs, Date.UTC(2017, 0, 1))
    assert.equal(timestampOf('2017-01-01T00:59:60+01:00')?.epochMs, Date.UTC(2017, 0, 1))
    assert.equal(timestampOf('2026-03-14T18:29:60.5-05:30')?.epochMs, Date.UTC(2026, 2, 15, 0, 0, 0, 500))
    for (const text of ['2016-12-31T23:58:60Z', '2016-12-31T23:59:60+01:00', '2016-12-31T22:59:60Z'])
      assert.equal(timestampOf(text), undefined, text)
  })
})
