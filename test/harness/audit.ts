import { fetchRanges, readTopic } from '../../src/kafka/read-topic.ts'
import type { FindingKind } from '../../src/tools/audit/finding.ts'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { type AuditPass, runAudit } from '../../src/tools/audit/run-audit.ts'
import { answersText } from './answer-lines.ts'
import { readSession } from './read-topic.ts'
import type { SentInvoice } from './till.ts'

/**
 * What `tillgate audit` says of a topic and of all that tills sent to it and were told. `gatewayPartitions`: how many the
 * gateways know, where the topic was given more.
 */
export async function auditSent(
  bootstrap: string[],
  topic: string,
  sent: readonly SentInvoice[],
  gatewayPartitions?: number,
): Promise<AuditReport> {
  const session = readSession(bootstrap, topic)
  const ranges = await fetchRanges(session)
  const read = ({ ranges, onRecord, onDeleted }: AuditPass) => readTopic(session, ranges, { onRecord, onDeleted })
  return await runAudit({ ranges, gatewayPartitions, read, verify: true, openAnswers: () => answersText(sent) })
}

/** The findings that break the promise, a line a kind with the first few of them. */
export function brokenRules({ brokenBy, totals, findings }: AuditReport): string[] {
  const where = (kind: FindingKind) =>
    findings[kind]
      .slice(0, 3)
      .map(({ storeId, terminalId, sequenceNumber }) => [storeId, terminalId, sequenceNumber].join('/'))
  return brokenBy.map((kind) => `${totals.found[kind]} ${kind}: ${where(kind)}`)
}
