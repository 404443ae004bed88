import assert from 'node:assert/strict'
import { SCRAPE_TIMEOUT_MS } from './exchange.ts'

/** What became of the invoices that a gateway received. */
export interface Balance {
  readonly received: number
  readonly acknowledged: number
  readonly replayed: number
  readonly rejected: number
  readonly unknown: number
  readonly inFlight: number
}

/** The balance as a gateway's metrics have it. */
export async function balanceAt(adminUrl: string): Promise<Balance> {
  const answer = await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) })
  const lines = (await answer.text()).split('\n')
  const sumOf = (start: string) =>
    lines
      .filter((line) => line.startsWith(`tillgate_invoices_${start}`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  const settledAs = (outcome: string) => sumOf(`settled_total{outcome="${outcome}"`)
  return {
    received: sumOf('received_total{'),
    acknowledged: settledAs('acknowledged'),
    replayed: settledAs('replayed'),
    rejected: settledAs('rejected'),
    unknown: settledAs('unknown'),
    inFlight: sumOf('in_flight '),
  }
}

/** Asserts that these are what a gateway at rest received, and what became of them. Outcomes that are not named: none. */
export function assertBalance(balance: Balance, expected: Partial<Balance>): void {
  const none = { acknowledged: 0, replayed: 0, rejected: 0, unknown: 0, inFlight: 0 }
  const { acknowledged, replayed, rejected, unknown } = { ...none, ...expected }
  const received = acknowledged + replayed + rejected + unknown
  assert.deepEqual(balance, { ...none, ...expected, received })
}

/** Asserts that a gateway has told how many of these outcomes. */
export function assertTold(balance: Balance, outcomes: readonly ('acknowledged' | 'rejected' | 'unknown')[]): void {
  const told = (outcome: string) => outcomes.filter((one) => one === outcome).length
  assertBalance(balance, {
    acknowledged: told('acknowledged'),
    rejected: told('rejected'),
    unknown: told('unknown'),
  })
}
