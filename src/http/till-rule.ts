/** What a till does with an answer, by its status. No answer at all is the same as `resend`. */
export type TillAction = 'delete' | 'quarantine' | 'resend'

const HEALING: ReadonlySet<number> = new Set([408, 409, 424, 425, 429])

/**
 * The till's rule: 2xx: delete the invoice from the journal; 4xx other than 408, 409, 424, 425 and 429: quarantine it and
 * alert; anything else: keep it and resend it unchanged.
 */
export function tillAction(status: number): TillAction {
  if (status >= 200 && status < 300) return 'delete'
  if (status >= 400 && status < 500 && !HEALING.has(status)) return 'quarantine'
  return 'resend'
}
