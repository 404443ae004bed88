import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKnownMetrics, type KnownFigures } from '../../src/observability/known-metrics.ts'
import { createRegistry } from '../../src/observability/registry.ts'
import { assertScraped } from './sources.ts'

function metricsOf(known: KnownFigures) {
  const registry = createRegistry()
  return { registry, ...createKnownMetrics(registry, () => known) }
}

test('what is known of .journals is shown where it is read', async () => {
  const off = metricsOf({ acknowledged: 12, journals: null })
  await assertScraped(off.registry, ['replay_invoices 12'])
  assert.doesNotMatch((await off.registry.scrape()).body, /tillgate_journals/)
  const journals = { journals: 3, bytes: 900, damaged: 1, isComplete: true, left: 4, ageMs: 1_500 }
  await assertScraped(metricsOf({ acknowledged: 0, journals }).registry, [
    'journals 3',
    'journals_bytes 900',
    'journals_damaged 1',
    'journals_complete 1',
    'journals_lag_records 4',
    'journals_age_seconds 1.5',
  ])
})

test('invoices that come again are counted by what is known of them, and by whom', async () => {
  const { registry, repeated } = metricsOf({ acknowledged: 0, journals: null })
  repeated('same', 'instance')
  repeated('other', 'journals')
  await assertScraped(registry, [
    'repeats_total{content="same",known_by="instance"} 1',
    'repeats_total{content="other",known_by="journals"} 1',
    'repeats_total{content="uncompared",known_by="journals"} 0',
  ])
})
