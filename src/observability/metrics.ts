import { type AnswerMetrics, createAnswerMetrics } from './answer-metrics.ts'
import { type BatchMetrics, createBatchMetrics } from './batch-metrics.ts'
import { addInvoiceMetrics, type InvoiceFigures } from './invoice-metrics.ts'
import { createKafkaMetrics, type KafkaMetrics } from './kafka-metrics.ts'
import { createKnownMetrics, type KnownFigures, type KnownMetrics } from './known-metrics.ts'
import { createRegistry, type OwnRegistry } from './registry.ts'
import { createStateMetrics, type StateMetrics, type StateSources } from './state-metrics.ts'
import { createTokenMetrics, type TokenMetrics, type TokenSources } from './token-metrics.ts'

/** The values that are read at each scrape. */
export interface MetricsSources extends StateSources, TokenSources {
  readonly invoices: () => InvoiceFigures
  readonly known: () => KnownFigures
}

export interface Metrics
  extends AnswerMetrics,
    BatchMetrics,
    StateMetrics,
    KafkaMetrics,
    TokenMetrics,
    KnownMetrics,
    Pick<OwnRegistry, 'scrape' | 'own'> {}

/** The metrics of `tillgate serve` in a registry of their own. `docs/metrics.md` is made from this. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = createRegistry()
  addInvoiceMetrics(registry, sources.invoices)
  return {
    ...createAnswerMetrics(registry),
    ...createBatchMetrics(registry),
    ...createStateMetrics(registry, sources),
    ...createKafkaMetrics(registry),
    ...createTokenMetrics(registry, sources),
    ...createKnownMetrics(registry, sources.known),
    scrape: registry.scrape,
    own: registry.own,
  }
}
