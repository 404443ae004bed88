import type { CaseResult } from './outcome.ts'
import { REPORTED_INVOICES } from './reported.ts'
import type { CaseResults } from './run-cases.ts'
import { WORLD } from './world.ts'
import { countryOf, declaredBy, invoiceOfCase } from './world-case.ts'

/** The results for people: two tables, then how many are right. */
export function resultsText({ reported, world }: CaseResults): string {
  const why = new Map(REPORTED_INVOICES.map((input) => [input.file, input.why]))
  const receipts = new Map(WORLD.map((receipt) => [receipt.name, receipt]))
  const blocks = [
    'Inputs that once got a wrong answer',
    ...reported.map((result) => block(result, [result.sent], [why.get(result.name) ?? ''])),
    'Receipts of the world: what they declare, what they are, where the rule is from',
    ...world.map((result) => {
      const receipt = receipts.get(result.name)
      if (receipt === undefined) return block(result, [], [])
      const declared = declaredBy(invoiceOfCase(receipt)).join(', ')
      return block(result, [countryOf(receipt), declared], [receipt.what, `source: ${receipt.source}`])
    }),
    ending([...reported, ...world]),
  ]
  return blocks.join('\n\n')
}

function block({ name, verdict, wanted, got }: CaseResult, facts: string[], texts: string[]): string {
  const [status = '', ...violations] = got
  const lines = [[verdict.padEnd(7), status.padEnd(6), name.padEnd(44), ...facts].join(' ').trimEnd()]
  const inner = [...violations, ...texts.filter((text) => text !== '')]
  if (verdict === 'wrong') inner.unshift(`should be: ${wanted.join('; ')}`)
  return [...lines, ...inner.map((text) => `        ${text}`)].join('\n')
}

function ending(results: readonly CaseResult[]): string {
  const of = (verdict: CaseResult['verdict']) => results.filter((result) => result.verdict === verdict).length
  const notRun = of('not run') === 0 ? '' : `, ${of('not run')} not run`
  return `${results.length} cases: ${of('right')} right, ${of('wrong')} wrong${notRun}`
}
