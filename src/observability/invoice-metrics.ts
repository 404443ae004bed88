import { PROBLEMS, type ProblemSlug } from '../errors.ts'
import type { Labels } from './distribution.ts'
import type { OwnRegistry } from './registry.ts'

/** What became of the invoices that were received. */
export interface InvoiceFigures {
  readonly received: Readonly<Record<'single' | 'upload', number>>
  readonly acknowledged: number
  readonly replayed: number
  /** How many got each problem. */
  readonly problems: Readonly<Partial<Record<ProblemSlug, number>>>
  readonly inFlight: number
}

/** The balance: what was received has one outcome, or is in flight. */
export function addInvoiceMetrics(registry: OwnRegistry, read: () => InvoiceFigures): void {
  registry.countedAtScrape(
    'tillgate_invoices_received_total',
    'Invoices whose body was read in full, as a request of their own or in an upload.',
    ['way'],
    () => Object.entries(read().received).map(([way, count]) => [{ way }, count]),
  )
  registry.countedAtScrape(
    'tillgate_invoices_settled_total',
    'Received invoices by outcome: acknowledged, replayed (it was stored before), rejected or unknown; and by problem.',
    ['outcome', 'problem'],
    () => settledOf(read()),
  )
  registry.gauge(
    'tillgate_invoices_in_flight',
    'Received invoices without an outcome yet: received - settled.',
    () => read().inFlight,
  )
}

function settledOf({ acknowledged, replayed, problems }: InvoiceFigures): (readonly [Labels, number])[] {
  const rest = Object.entries(problems).map(
    ([problem, count]) => [{ outcome: PROBLEMS[problem as ProblemSlug].outcome, problem }, count] as const,
  )
  return [
    [{ outcome: 'acknowledged', problem: 'none' }, acknowledged],
    [{ outcome: 'replayed', problem: 'none' }, replayed],
    ...rest,
  ]
}
