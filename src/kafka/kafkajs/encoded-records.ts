/** The records of a batch as they go into it, made once: every attempt sends the same bytes behind its own head. */
export interface EncodedRecords {
  readonly count: number
  /** Its number in the attributes of a batch; 0: none. */
  readonly compression: number
  readonly bytes: Buffer
}

/** Kept on the first of the messages, as their guard is, for the same reason (`attempt-gate.ts`). */
const ENCODED = Symbol('encoded records')

type Encoded = object & { [ENCODED]?: EncodedRecords }

/** From now on a request with exactly these messages gets `records` for them. */
export function attachEncodedRecords(messages: readonly object[], records: EncodedRecords): void {
  const [firstMessage] = messages as readonly Encoded[]
  if (firstMessage !== undefined) firstMessage[ENCODED] = records
}

/** What was attached to these messages. */
export function encodedRecordsOf(messages: readonly object[]): EncodedRecords | undefined {
  return (messages[0] as Encoded | undefined)?.[ENCODED]
}
