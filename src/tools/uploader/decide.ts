import { type TillAction, tillAction } from '../../errors.ts'
import { OTHER_TOKEN } from '../gateway/token.ts'
import type { CutRequest } from './cut-request.ts'
import type { GatewayAnswer, ProblemDocument } from './gateway-answer.ts'

/** What happens to one invoice after its answer. */
export type LineFate = 'stored' | 'rejected' | 'again'

/** What happens after a request. */
export type Decision =
  /**
   * One fate for each invoice of the request. `reason`: why the first one that is sent again is. `isRefused`: the token is
   * not for it, so that only a person can make it succeed.
   */
  | {
      readonly kind: 'fates'
      readonly fates: readonly LineFate[]
      readonly reason: string | undefined
      readonly isRefused: boolean
    }
  /** Wait, then send all of it again. `isSmaller`: with fewer invoices in a request. */
  | { readonly kind: 'again'; readonly isSmaller: boolean; readonly reason: string }
  /** Nothing was stored. Send smaller requests, without waiting. */
  | { readonly kind: 'smaller' }
  /** Nothing was stored. Send the first invoice alone: the answer to that is about the invoice, not about an upload. */
  | { readonly kind: 'alone' }
  /** Stop: no request can succeed, and no invoice is at fault. */
  | { readonly kind: 'stop'; readonly reason: string }

/** The till's rule for the answer to a request. `invoices`: how many it had; `isAlone`: one that was no upload. */
export function decide(
  answer: GatewayAnswer,
  { invoices, isAlone }: Pick<CutRequest, 'invoices' | 'isAlone'>,
): Decision {
  switch (answer.kind) {
    case 'none':
      return { kind: 'again', isSmaller: false, reason: answer.reason }
    case 'results': {
      const fates = answer.results.map(({ status, receipt, problem }) => FATES[tillAction(status, receipt ?? problem)])
      const obstacle =
        answer.results.find(({ status }) => UNAUTHORIZED.has(status)) ?? answer.results[fates.indexOf('again')]
      const isRefused = obstacle !== undefined && UNAUTHORIZED.has(obstacle.status)
      return { kind: 'fates', fates, reason: obstacle && reasonOf(obstacle.status, obstacle.problem), isRefused }
    }
    case 'whole':
      return decideWhole(answer.status, answer.problem, invoices, isAlone)
  }
}

/** There is no token, or it is not for this. */
const UNAUTHORIZED: ReadonlySet<number> = new Set([401, 403])

/** Each passes by itself. Of the other 4xx, only a person can remove the cause. */
export const PASSING: ReadonlySet<number> = new Set([408, 409, 424, 425, 429])

function decideWhole(
  status: number,
  problem: ProblemDocument | undefined,
  invoices: number,
  isAlone: boolean,
): Decision {
  const reason = reasonOf(status, problem)
  if (status === 413 && !isAlone) return { kind: invoices > 1 ? 'smaller' : 'alone' }
  if (isAlone && tillAction(status, problem) === 'quarantine')
    return { kind: 'fates', fates: ['rejected'], reason, isRefused: false }
  // The request did not arrive in time. The line is slow, so send less at once.
  if (status === 408) return { kind: 'again', isSmaller: true, reason }
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { kind: 'stop', reason }
  return { kind: 'again', isSmaller: false, reason }
}

const FATES = { delete: 'stored', quarantine: 'rejected', resend: 'again' } as const satisfies Record<
  TillAction,
  LineFate
>

/** An answer in words, without the full stop: a report goes on behind it. */
export function reasonOf(status: number, problem: ProblemDocument | undefined): string {
  const texts = [problem?.title, problem?.detail].filter((text) => typeof text === 'string')
  const text = [`answered ${status}`, ...texts].join(': ').replace(/\.$/, '')
  return UNAUTHORIZED.has(status) ? `${text} (${OTHER_TOKEN})` : text
}
