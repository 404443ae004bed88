import { test } from 'node:test'
import { Problem } from '../../src/errors.ts'
import { Tally } from '../../src/ingest/tally.ts'
import { addInvoiceMetrics } from '../../src/observability/invoice-metrics.ts'
import { createRegistry } from '../../src/observability/registry.ts'
import { assertScraped } from './sources.ts'

test('the balance of invoices: received, settled by outcome and problem, in flight', async () => {
  const [registry, tally] = [createRegistry(), new Tally()]
  addInvoiceMetrics(registry, () => tally.figures)
  tally.received('single')
  tally.received('upload', 5)
  tally.stored(false)
  tally.stored(true)
  tally.failed(new Problem('outcome-unknown', ''))
  tally.failed(new Problem('invalid-invoice', ''), 2)
  const lines = [
    'invoices_received_total{way="single"} 1',
    'invoices_received_total{way="upload"} 5',
    'invoices_settled_total{outcome="acknowledged",problem="none"} 1',
    'invoices_settled_total{outcome="replayed",problem="none"} 1',
    'invoices_settled_total{outcome="unknown",problem="outcome-unknown"} 1',
    'invoices_settled_total{outcome="rejected",problem="invalid-invoice"} 2',
    'invoices_settled_total{outcome="rejected",problem="saturated"} 0',
    'invoices_in_flight 1',
  ]
  await assertScraped(registry, lines)
  await assertScraped(registry, lines) // a scrape changes nothing
})
