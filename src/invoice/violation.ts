/** One broken rule of an invoice: where (RFC 6901 pointer), which rule, in words. Values are never echoed. */
export interface Violation {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}
