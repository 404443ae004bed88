import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { HttpAnswer } from './ask-gateway.ts'
import { PASSING, reasonOf } from './decide.ts'
import { parseObject, readRetryAfter } from './gateway-answer.ts'

/** Which numbers of a journal are in Kafka: 1 to `through`, and the ranges of `ahead`. Perhaps more are. */
export interface Cursor {
  readonly through: number
  readonly ahead: readonly (readonly [first: number, last: number])[]
}

/** What became of a question for a cursor. */
export type CursorAnswer =
  | { readonly kind: 'cursor'; readonly cursor: Cursor }
  /** The gateway cannot say of this journal: whatever it has is to be sent. */
  | { readonly kind: 'no-cursor' }
  /** Wait, then ask again. */
  | { readonly kind: 'again'; readonly reason: string; readonly retryAfterMs: number | undefined }
  /** Only a person can remove the cause. */
  | { readonly kind: 'stop'; readonly reason: string }

const CursorSchema = Type.Object({
  through: Type.Integer({ minimum: 0 }),
  ahead: Type.Array(Type.Tuple([Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })])),
})

const OFF = 'this gateway has no resume cursors: it needs JOURNALS_TOPIC. Without --resume, everything is sent'

export function readCursorAnswer(answer: HttpAnswer): CursorAnswer {
  if (answer.kind === 'none') return { kind: 'again', reason: answer.reason, retryAfterMs: undefined }
  const { status, headers, text } = answer
  const document = parseObject(text) ?? undefined
  const retryAfterMs = readRetryAfter(headers.get('retry-after'))
  if (status === 200 && Value.Check(CursorSchema, document)) return { kind: 'cursor', cursor: document }
  if (status >= 200 && status < 300)
    return { kind: 'again', reason: `answered ${status}, but not with a cursor`, retryAfterMs }
  if (document?.type === '/problems/cursors-off') return { kind: 'stop', reason: OFF }
  // Of a journal that another version names otherwise, the answer to its invoices will say more.
  if (document?.type === '/problems/cursor-not-kept' || status === 400) return { kind: 'no-cursor' }
  const reason = reasonOf(status, document)
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { kind: 'stop', reason }
  return { kind: 'again', reason, retryAfterMs }
}

/** Whether the cursor says that this number is in Kafka. */
export function isStored({ through, ahead }: Cursor, sequenceNumber: number): boolean {
  return sequenceNumber <= through || ahead.some(([first, last]) => sequenceNumber >= first && sequenceNumber <= last)
}
