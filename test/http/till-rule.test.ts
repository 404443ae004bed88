import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PROBLEMS } from '../../src/errors.ts'
import { tillAction } from '../../src/http/till-rule.ts'

suite('the rule of the till', () => {
  test('deletes on 2xx, quarantines on 4xx, keeps and resends on everything else', () => {
    for (const status of [200, 201, 207]) assert.equal(tillAction(status), 'delete')
    for (const status of [400, 401, 403, 404, 405, 413, 415, 422, 431]) assert.equal(tillAction(status), 'quarantine')
    for (const status of [301, 408, 409, 424, 425, 429, 500, 502, 503, 504]) assert.equal(tillAction(status), 'resend')
  })

  test('agrees with the table of problems: resent is exactly what a retry can heal', () => {
    for (const [slug, { status, retry }] of Object.entries(PROBLEMS)) {
      assert.equal(tillAction(status), retry ? 'resend' : 'quarantine', slug)
    }
  })

  test('quarantines nothing that may be in Kafka', () => {
    for (const [slug, { status, outcome }] of Object.entries(PROBLEMS)) {
      if (outcome === 'unknown') assert.equal(tillAction(status), 'resend', slug)
    }
  })
})
