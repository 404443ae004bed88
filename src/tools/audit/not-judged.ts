/** What an audit does not judge, and why: counts. */
export interface NotJudgedCounts {
  /** Receipts of offsets below the log's start: retention has deleted their records. */
  belowStart: number
  /** Receipts of records that are in the topic, but not in what is read. */
  notRead: number
  /** Acknowledged invoices without a place, whose number is below the first that was read of their journal. */
  unplaced: number
  /** Records with a number below the first that was read of their journal: that invoice may have stood before. */
  older: number
  /** Records that the audit was not asked about. */
  unwanted: number
  /** Repeated records that were deleted before they could be compared with the first. */
  uncompared: number
  /** Receipts and hashes whose record was deleted before they could be checked. */
  unchecked: number
  /** Records behind the last one in `.unique`: its stage may not have read them yet. */
  waiting: number
  /** Records before the first one in `.unique`, whose copies retention has deleted. */
  uniqueDeleted: number
}

export function nothingNotJudged(): NotJudgedCounts {
  return {
    ...{ belowStart: 0, notRead: 0, unplaced: 0, older: 0, unwanted: 0, uncompared: 0, unchecked: 0 },
    ...{ waiting: 0, uniqueDeleted: 0 },
  }
}
