import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import { recordOf } from './fakes.ts'

const batch = () => new ProducerBatch(0, [recordOf('a')], 100, 0)

test('a fresh batch can be recalled, and is then never attempted', () => {
  const recalled = batch()
  assert.equal(recalled.recall(), true)
  assert.equal(recalled.beginAttempt(), false)
  assert.equal(recalled.attempts, 0)
  assert.equal(recalled.isRecalled, true)
})

test('an attempted batch cannot be recalled, and may be attempted again', () => {
  const attempted = batch()
  assert.equal(attempted.beginAttempt(), true)
  assert.equal(attempted.recall(), false)
  assert.equal(attempted.beginAttempt(), true)
  assert.equal(attempted.attempts, 2)
})

test('a batch whose every attempt was refused is as good as fresh', () => {
  const refused = batch()
  refused.beginAttempt()
  refused.attemptRefused()
  assert.equal(refused.attempts, 0)
  assert.equal(refused.recall(), true)
})

test('a refusal of one attempt says nothing of another', () => {
  const attempted = batch()
  attempted.beginAttempt()
  attempted.beginAttempt()
  attempted.attemptRefused()
  assert.equal(attempted.recall(), false)
  assert.equal(attempted.attempts, 1)
})

test('a refusal without an attempt is a bug', () => {
  assert.throws(() => batch().attemptRefused())
})

test('a batch whose outcome is known is never attempted again', () => {
  const ended = batch()
  ended.beginAttempt()
  ended.end()
  assert.equal(ended.beginAttempt(), false)
  assert.equal(ended.attempts, 1)
})

test('an empty batch is a bug', () => {
  assert.throws(() => new ProducerBatch(0, [], 0, 0))
})
