/**
 * How much of anything one invoice may hold. Real receipts do not come near. What protects the memory of the gateway is
 * MAX_INVOICE_BYTES; these limits keep each list and text within reason for whoever reads the topic.
 */
export const LIMITS = {
  lines: 5_000,
  lineDiscounts: 100,
  documentDiscounts: 500,
  /** Of the document, of a line, of a discount. The rules keep the taxes of a document in the bits of one integer. */
  taxes: 32,
  tenders: 500,
  references: 500,
  /** Members of `extensions`. */
  extensions: 1_000,
  /** Characters of a number, code or name: a UUID, a hash, a token. */
  codeLength: 128,
  /** Characters of a text for people. The fiscal standard with the longest descriptions allows 1,000 (CFDI 4.0). */
  textLength: 1_000,
  /** Characters of what a fiscal device returned. Signed XML in base64 takes tens of thousands. */
  payloadLength: 65_536,
} as const
