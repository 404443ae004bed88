import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BY_THE_RULE, createTemptation, twinsAmong } from '../../../src/tools/simulate/wrong-tills.ts'

test('so many invoices are followed by something wrong as was asked for, and the same ones for the same seed', () => {
  const draw = () => {
    const { next } = createTemptation({ ...BY_THE_RULE, changedPercent: 10, olderPercent: 30 }, 5)
    return Array.from({ length: 10_000 }, next)
  }
  const drawn = draw()
  const share = (wrong: string) => drawn.filter((it) => it === wrong).length / drawn.length
  assert.ok(Math.abs(share('changed') - 0.1) < 0.01, String(share('changed')))
  assert.ok(Math.abs(share('older') - 0.3) < 0.015, String(share('older')))
  assert.deepEqual(draw(), drawn)
})

test('by the rule, nothing is wrong, and no till keeps an invoice', () => {
  const { next, keeps } = createTemptation(BY_THE_RULE, 1)
  for (let i = 0; i < 1_000; i++) assert.deepEqual([next(), keeps()], [undefined, false])
})

test('twins come in pairs: as many as were asked for, but at least two, and never an odd one', () => {
  const twins = (tills: number, twinsPercent: number) => twinsAmong(tills, { ...BY_THE_RULE, twinsPercent })
  assert.deepEqual(
    [twins(1_000, 0), twins(1_000, 10), twins(1_000, 0.01), twins(7, 100), twins(2, 1)],
    [0, 100, 2, 6, 2],
  )
})
