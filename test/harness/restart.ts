import assert from 'node:assert/strict'
import { eventually } from '../../dev/kafka/eventually.ts'
import { scrape } from './exchange.ts'
import type { GatewayProcess } from './gateway-process.ts'

const DEADLINE_MS = 30_000

/** Resolves when this gateway has stored another ten invoices that the balancer sent it. */
export async function untilServing(gateway: GatewayProcess): Promise<void> {
  let goal: number | undefined
  await eventually('invoices at the gateway', DEADLINE_MS, 50, async () => {
    const stored = await scrape(gateway.adminUrl, 'tillgate_answers_total{route="post",status="201",problem="none"}')
    goal ??= stored + 10
    return stored >= goal || undefined
  })
}

/** Ends a gateway (SIGTERM: orderly) and starts it again. Resolves when it serves tills behind its balancer. */
export async function restart(gateway: GatewayProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const exit = await gateway.end(signal)
  if (signal === 'SIGTERM') assert.deepEqual(exit, { code: 0, signal: null }, gateway.output.slice(-2_000))
  gateway.launch()
  await gateway.ready()
  await untilServing(gateway)
}
