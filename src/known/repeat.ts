/** Whether an invoice comes again, as far as is known. */
export type Repeat =
  /** Nothing is known of its identity. */
  | { readonly kind: 'new' }
  /** An invoice with this identity and content is in Kafka. */
  | {
      readonly kind: 'same'
      /** Of its record, as text; null if the broker did not say. */
      readonly offset: string | null
      /** When the gateway received it, in milliseconds since 1970. */
      readonly receivedAtMs: number
    }
  /** An invoice with this identity is in Kafka, with other content. */
  | { readonly kind: 'other' }
  /** One is in Kafka, but it is not known any more with which content. */
  | { readonly kind: 'uncompared' }

export const NEW: Repeat = { kind: 'new' }
export const OTHER: Repeat = { kind: 'other' }
export const UNCOMPARED: Repeat = { kind: 'uncompared' }
