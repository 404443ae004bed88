import { tillAction } from '../../errors.ts'
import type { GatewayAnswer, ProblemDocument } from './gateway-answer.ts'

/** What is done with one invoice that was answered. */
export type LineFate = 'stored' | 'rejected' | 'again'

/** What is done after a request. */
export type Decision =
  /**
   * One fate for each invoice of the request. `reason`: why the first one of them has to be sent again. `isWhole`: the
   * answer was not to the invoice but to the request, of which it was the only one.
   */
  | {
      readonly kind: 'fates'
      readonly fates: readonly LineFate[]
      readonly reason: string | undefined
      readonly isWhole: boolean
    }
  /** All of it is sent again, after a while. `isSmaller`: fewer invoices at once. */
  | { readonly kind: 'again'; readonly isSmaller: boolean; readonly reason: string }
  /** It is cut smaller and sent at once; nothing of it was taken. */
  | { readonly kind: 'smaller' }
  /** Sending it again cannot help, nor can any other request: this is no invoice's fault. */
  | { readonly kind: 'stop'; readonly reason: string }

/** The till's rule, for a request of so many invoices. */
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
  // It did not arrive in time: a slow line takes less at once.
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
