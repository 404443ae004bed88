import type { JudgedInvoice, JudgedLine } from './judged.ts'
import type { Report } from './violation.ts'

type Target = NonNullable<JudgedLine['returnOf']>

/** A reference names the whole identity of a document or its receipt number; a `void` references what it takes back. */
export function checkReferences({ documentType, references }: JudgedInvoice, report: Report): void {
  let voids = false
  for (let i = 0; i < references.length; i++) {
    const reference = references[i] as JudgedInvoice['references'][number]
    if (reference.type === 'voids') voids = true
    if (!isComplete(reference)) report('reference-incomplete', `/references/${i}`)
  }
  if (documentType === 'void' && !voids) report('void-without-reference', '/references')
}

/** `checkReferences` for the sale that the returned goods of a line come from. */
export function checkReturnOf({ returnOf }: JudgedLine, index: number, report: Report): void {
  if (returnOf !== undefined && !isComplete(returnOf)) report('reference-incomplete', `/lines/${index}/returnOf`)
}

function isComplete({ receiptNumber, storeId, terminalId, journalId, sequenceNumber }: Target): boolean {
  if (receiptNumber !== undefined) return true
  return storeId !== undefined && terminalId !== undefined && journalId !== undefined && sequenceNumber !== undefined
}
