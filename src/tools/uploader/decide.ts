import { tillAction } from '../../errors.ts'
import type { GatewayAnswer, ProblemDocument } from './gateway-answer.ts'

/** What happens to one invoice after its answer. */
export type LineFate = 'stored' | 'rejected' | 'again'

/** What happens after a request. */
export type Decision =
  /**
   * One fate for each invoice of the request. `reason`: why the first one that is sent again is. `isWhole`: the answer
   * was to the whole request, which had a single invoice.
   */
  | {
      readonly kind: 'fates'
      readonly fates: readonly LineFate[]
      readonly reason: string | undefined
      readonly isWhole: boolean
    }
  /** Wait, then send all of it again. `isSmaller`: with fewer invoices in a request. */
  | { readonly kind: 'again'; readonly isSmaller: boolean; readonly reason: string }
  /** Nothing was stored. Send smaller requests, without waiting. */
  | { readonly kind: 'smaller' }
  /** Stop: no request can succeed, and no invoice is at fault. */
  | { readonly kind: 'stop'; readonly reason: string }

/** The till's rule for the answer to a request. `invoices`: how many it had. */
export function decide(answer: GatewayAnswer, invoices: number): Decision {
  switch (answer.kind) {
    case 'none':
      return { kind: 'again', isSmaller: false, reason: answer.reason }
    case 'results': {
      const fates = answer.results.map(({ status }) => fateOf(status))
      const obstacle = answer.results[fates.indexOf('again')]
      return { kind: 'fates', fates, reason: obstacle && reasonOf(obstacle.status, obstacle.problem), isWhole: false }
    }
    case 'whole':
      return decideWhole(answer.status, reasonOf(answer.status, answer.problem), invoices)
  }
}

function decideWhole(status: number, reason: string, invoices: number): Decision {
  if (status === 413 && invoices > 1) return { kind: 'smaller' }
  if (status === 413) return { kind: 'fates', fates: ['rejected'], reason, isWhole: true }
  // The request did not arrive in time. The line is slow, so send less at once.
  if (status === 408) return { kind: 'again', isSmaller: true, reason }
  if (tillAction(status) === 'quarantine') return { kind: 'stop', reason }
  return { kind: 'again', isSmaller: false, reason }
}

function fateOf(status: number): LineFate {
  const action = tillAction(status)
  if (action === 'delete') return 'stored'
  return action === 'quarantine' ? 'rejected' : 'again'
}

function reasonOf(status: number, problem: ProblemDocument | undefined): string {
  const texts = [problem?.title, problem?.detail].filter((text) => typeof text === 'string')
  return [`answered ${status}`, ...texts].join(': ')
}
