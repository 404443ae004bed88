import assert from 'node:assert/strict'
import { readConfig } from '../../src/config.ts'
import type { Config } from '../../src/config-schema.ts'
import { type Gateway, startGateway } from '../../src/gateway.ts'
import { createLogger } from '../../src/observability/logger.ts'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { auditSent, brokenRules } from './audit.ts'
import { FREE_PORTS } from './cli-process.ts'
import { checkContract } from './exchange.ts'
import { runTill, type SentInvoice, type TillAnswer } from './till.ts'

/** A gateway in this process, on ports of its own, without tokens and log output, that drains at once. */
export async function startTestGateway(bootstrap: string[], topic: string, overrides: NodeJS.ProcessEnv = {}) {
  const config: Config = readConfig({
    HOST: '127.0.0.1',
    ...FREE_PORTS,
    AUTH: 'off',
    KAFKA_BROKERS: bootstrap.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: '6',
    DRAIN_DELAY_MS: '0',
    SHUTDOWN_TIMEOUT_MS: '10000',
    LOG_LEVEL: 'silent',
    ...overrides,
  })
  const gateway: Gateway = await startGateway(config, createLogger(config.LOG_LEVEL))
  return gateway
}

export interface LoadOptions {
  readonly url: string
  readonly tills: number
  readonly stores: number
  readonly invoicesPerTill: number
  /** Called after every answer, with the number of acknowledged invoices so far. */
  readonly onAnswer?: (answer: TillAnswer, acknowledged: number) => void
}

/** Runs many sequential tills at once. Resolves with everything they sent, till by till. */
export async function runTills({ url, tills, stores, invoicesPerTill, onAnswer }: LoadOptions): Promise<SentInvoice[]> {
  let acknowledged = 0
  const runs = Array.from({ length: tills }, (_, till) =>
    runTill({
      url,
      storeId: `S${till % stores}`,
      terminalId: `T${till}`,
      journalId: 'J1',
      invoices: invoicesPerTill,
      inspect: (status, contentType, document) => checkContract('POST', status, contentType, document),
      onAnswer: (answer) => {
        if (answer.outcome === 'acknowledged') acknowledged++
        onAnswer?.(answer, acknowledged)
      },
    }),
  )
  return (await Promise.all(runs)).flat()
}

/** Audits the topic against the answers to the tills. Fails with the findings when the promise is broken. */
export async function assertDelivered(
  bootstrap: string[],
  topic: string,
  sent: readonly SentInvoice[],
): Promise<AuditReport['totals']> {
  const report = await auditSent(bootstrap, topic, sent)
  assert.deepEqual(brokenRules(report), [])
  assert.ok(report.held)
  return report.totals
}
