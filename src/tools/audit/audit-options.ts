import type { JournalName } from '../../invoice/identity.ts'
import type { PartitionRange } from '../../kafka/read-position.ts'
import type { Findings } from './finding.ts'
import type { StageAudit } from './stage-audit.ts'

/** What an audit judges, and how much it holds. */
export interface AuditOptions {
  /** What is read of every partition of the topic. Receipts for records that exist but are not read are not judged. */
  readonly ranges: readonly PartitionRange[]
  /** Whether answers are given before the records of each pass that wants them. */
  readonly hasAnswers: boolean
  /** Parse every value and compare its identity with the headers'. */
  readonly verify?: boolean
  /** Which journals are judged; records and answers of others are ignored. Default: all. */
  readonly isWanted?: ((journal: JournalName) => boolean) | undefined
  /** Whether to judge only invoices that an answer names. */
  readonly namedOnly?: boolean
  /** Makes what judges `.unique` and `.conflicts`. Without it, they are not judged. */
  readonly makeStage?: ((findings: Findings) => StageAudit) | undefined
  /** The partition that a store's key selects. Without it, `misrouted` is not judged. */
  readonly partitionOf?: ((storeId: string) => number) | undefined
  /** How many findings of a kind are kept; counts are exact. Default 1,000. */
  readonly keptFindings?: number
  /** How many claims of answers one pass holds, 56 bytes each. Default 4,000,000. */
  readonly claimsPerPass?: number
  /** How many repeated invoices one pass compares, about 100 bytes each. Default 1,000,000. */
  readonly comparedPerPass?: number
}
