import { fetchRanges, readTopic } from '../../src/kafka/read-topic.ts'
import type { FindingKind } from '../../src/tools/audit/finding.ts'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { type AuditPass, runAudit } from '../../src/tools/audit/run-audit.ts'
import { answersText } from './answer-lines.ts'
import { readSession } from './read-topic.ts'
import type { SentInvoice } from './till.ts'

/**
 * The report of `tillgate audit` on a topic, given what tills sent to it and the answers. `gatewayPartitions`: how many
 * partitions the gateways know, if more were added to the topic.
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

/** The findings that break the promise: a line for each kind, with the first few of them. */
export function brokenRules({ brokenBy, totals, findings }: AuditReport): string[] {
  const where = (kind: FindingKind) =>
    findings[kind]
      .slice(0, 3)
      .map(({ storeId, terminalId, sequenceNumber }) => [storeId, terminalId, sequenceNumber].join('/'))
  return brokenBy.map((kind) => `${totals.found[kind]} ${kind}: ${where(kind)}`)
}
