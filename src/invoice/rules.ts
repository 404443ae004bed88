import { checkLineAmounts, checkLineOrder, checkLineValues } from './check-lines.ts'
import { checkReferences, checkReturnOf } from './check-references.ts'
import { checkRounding } from './check-rounding.ts'
import { checkSigns, checkUnsettled } from './check-signs.ts'
import { checkTaxGroups, checkTaxKeys } from './check-taxes.ts'
import { checkCurrencies, checkForeignTenders, checkForfeited } from './check-tenders.ts'
import { checkTotals, type IsWhole } from './check-totals.ts'
import { linesRounded } from './how-rounded.ts'
import type { JudgedInvoice, JudgedLine } from './judged.ts'
import type { Report } from './violation.ts'

const ROUNDING = ['roundingMode', 'taxRoundingMode', 'roundingSteps'] as const

/**
 * Rules of the document, each with the members it reads. A rule is skipped if one of them does not match the schema.
 */
const DOCUMENT_RULES: readonly {
  readonly reads: readonly (keyof JudgedInvoice)[]
  readonly check: (invoice: JudgedInvoice, report: Report, isWhole?: IsWhole) => void
}[] = [
  { reads: ['currency', 'tenders'], check: checkCurrencies },
  { reads: ['documentType', 'references'], check: checkReferences },
  { reads: ['lines'], check: checkLineOrder },
  { reads: ['taxes'], check: checkTaxKeys },
  // It leaves out the lists that it cannot sum.
  { reads: ['documentType', 'taxMode', 'totals'], check: checkTotals },
  { reads: ['currency', 'roundingSteps', 'totals'], check: checkRounding },
  { reads: ['documentType', 'totals'], check: checkSigns },
  { reads: ['documentType', 'totals', 'lines', 'discounts', 'taxes', 'tenders'], check: checkUnsettled },
  {
    reads: ['documentType', 'taxMode', 'taxRounding', ...ROUNDING, 'lines', 'discounts', 'taxes'],
    check: checkTaxGroups,
  },
  { reads: ['currency', 'roundingSteps', 'tenders'], check: checkForeignTenders },
  { reads: ['documentType', 'totals', 'tenders'], check: checkForfeited },
]

/** The parts of a document that do not match the schema. */
export interface Broken {
  readonly members: ReadonlySet<string>
  readonly lines: ReadonlySet<number>
}

/** Checks every rule on an invoice that matches the schema. */
export function checkRules(invoice: JudgedInvoice, report: Report): void {
  const how = linesRounded(invoice)
  for (let i = 0; i < invoice.lines.length; i++) {
    const line = invoice.lines[i] as JudgedLine
    checkLineOnly(line, i, report)
    checkLineAmounts(line, i, how, report)
  }
  for (const { check } of DOCUMENT_RULES) check(invoice, report)
}

/** Checks the rules that can be computed although parts of the document do not match the schema. */
export function checkRulesAround(broken: Broken, document: JudgedInvoice, report: Report): void {
  const isWhole = (name: keyof JudgedInvoice) => !broken.members.has(name)
  if (Array.isArray(document.lines)) {
    const how = ROUNDING.every(isWhole) && linesRounded(document)
    for (let i = 0; i < document.lines.length; i++) {
      if (broken.lines.has(i)) continue
      checkLineOnly(document.lines[i] as JudgedLine, i, report)
      if (how) checkLineAmounts(document.lines[i] as JudgedLine, i, how, report)
    }
  }
  for (const { reads, check } of DOCUMENT_RULES) if (reads.every(isWhole)) check(document, report, isWhole)
}

function checkLineOnly(line: JudgedLine, index: number, report: Report): void {
  checkLineValues(line, index, report)
  checkReturnOf(line, index, report)
}
