import { LOAD_BOUNDS, type LoadBound, PROBLEMS, type ProblemSlug } from '../errors.ts'
import { Distribution, type Labels } from './distribution.ts'
import type { OwnRegistry } from './registry.ts'

const ROUTES = ['post', 'put', 'upload', 'cursor'] as const
export type AnsweringRoute = (typeof ROUTES)[number]

/** The statuses of what is no problem. */
const SUCCESSES: Readonly<Record<AnsweringRoute, readonly number[]>> = {
  post: [201],
  put: [201, 200],
  upload: [200, 207],
  cursor: [200],
}
const BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export interface AnswerMetrics {
  /** Counts one answer, and how long it took. `problem`: `none` for a receipt or a cursor. */
  readonly answered: (route: AnsweringRoute, status: number, problem: ProblemSlug | 'none', durationMs: number) => void
  /** Counts one refusal by the bound on load that was met. */
  readonly refused: (bound: LoadBound) => void
  /** Counts the invoices of one upload by their answer. */
  readonly upload: (invoices: Readonly<Record<'accepted' | 'rejected' | 'retry', number>>) => void
}

/** Counts what tills are answered. This is on the way of every invoice: two look-ups and two additions. */
export function createAnswerMetrics(registry: OwnRegistry): AnswerMetrics {
  const answers = new Map<string, { readonly labels: Labels; count: number }>()
  const times = new Map<string, readonly [Labels, Distribution]>()

  function answersOf(route: string, status: number, problem: string) {
    const key = `${route} ${status} ${problem}`
    let known = answers.get(key)
    if (known === undefined) {
      known = { labels: { route, status: String(status), problem }, count: 0 }
      answers.set(key, known)
    }
    return known
  }
  function timesOf(route: string, status: number): Distribution {
    const key = `${route} ${status}`
    let known = times.get(key)
    if (known === undefined) {
      known = [{ route, status: String(status) }, new Distribution(BOUNDS_SECONDS)]
      times.set(key, known)
    }
    return known[1]
  }
  for (const route of ROUTES) {
    for (const status of SUCCESSES[route]) {
      answersOf(route, status, 'none')
      timesOf(route, status)
    }
    for (const [problem, { status }] of Object.entries(PROBLEMS)) answersOf(route, status, problem)
  }

  registry.countedAtScrape(
    'tillgate_answers_total',
    'Answers to requests with invoices, and for cursors, by status and problem type (none: a receipt or a cursor).',
    ['route', 'status', 'problem'],
    () => Array.from(answers.values(), ({ labels, count }) => [labels, count] as const),
  )
  registry.histogramBy('tillgate_answer_seconds', 'Time from the head of a request to its answer, by status.', () =>
    times.values(),
  )
  const refusals = registry.counter(
    'tillgate_refusals_total',
    'Requests refused because of load, by the bound that was met.',
    { bound: LOAD_BOUNDS },
  )
  const uploadInvoices = registry.counter('tillgate_upload_invoices_total', 'Invoices of uploads, by answer.', {
    answer: ['accepted', 'rejected', 'retry'],
  })
  return {
    answered: (route, status, problem, durationMs) => {
      answersOf(route, status, problem).count++
      timesOf(route, status).observe(durationMs / 1_000)
    },
    refused: (bound) => refusals.inc({ bound }),
    upload: (invoices) => {
      for (const [answer, number] of Object.entries(invoices)) uploadInvoices.inc({ answer }, number)
    },
  }
}
