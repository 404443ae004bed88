import { test } from 'node:test'
import { createRegistry } from '../../src/observability/registry.ts'
import { createTokenMetrics } from '../../src/observability/token-metrics.ts'
import { assertScraped } from './sources.ts'

test('tokens are counted: verified, remembered, and refused by reason', async () => {
  const registry = createRegistry()
  const metrics = createTokenMetrics(registry, { rememberedTokens: () => 7, staleAuthFiles: () => 1 })
  metrics.tokenVerified()
  for (const reason of ['expired', 'expired', 'scope'] as const) metrics.tokenRefused(reason)
  await assertScraped(registry, [
    'tokens_verified_total 1',
    'tokens_refused_total{reason="expired"} 2',
    'tokens_refused_total{reason="scope"} 1',
    'tokens_refused_total{reason="store or terminal"} 0',
    'tokens_remembered 7',
    'auth_stale 1',
  ])
})
