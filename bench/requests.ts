import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { sampleInvoice } from '../test/invoice/generate.ts'

const FIRST_NUMBER = 100_000_000_000

/**
 * The invoices of one terminal, one after the other: a few samples in turns, with rising numbers patched into prepared
 * bytes. About 1.6 KB each with 3 lines, 0.6 KB without lines (the contract's minimum), 16 KB with 55.
 */
export class InvoiceSource {
  readonly #bodies: readonly { body: Buffer; at: number }[]
  #number = FIRST_NUMBER

  constructor(storeId: string, terminalId: string, lines = 3, samples = 100) {
    const journalId = randomUUID()
    this.#bodies = Array.from({ length: samples }, (_, i) => {
      const invoice = sampleInvoice({ storeId, terminalId, journalId, sequenceNumber: i + 1, lines })
      const body = Buffer.from(JSON.stringify({ ...invoice, sequenceNumber: FIRST_NUMBER }))
      return { body, at: body.indexOf(String(FIRST_NUMBER)) }
    })
  }

  /** The next invoice. Its bytes are overwritten when this sample's turn comes again. */
  next(): Buffer {
    const { body, at } = this.#bodies[this.#number % this.#bodies.length] as { body: Buffer; at: number }
    body.write(String(this.#number++), at)
    return body
  }
}

/** The bytes of a whole request. */
export function requestBytes(path: string, headers: Record<string, string>, body: Buffer): Buffer {
  const lines = Object.entries({ host: 'bench', ...headers, 'content-length': String(body.length) })
  const head = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

export function postRequest(source: InvoiceSource, headers: Record<string, string> = {}): Buffer {
  return requestBytes('/v1/invoices', { 'content-type': 'application/json', ...headers }, source.next())
}

/** A gzip upload with this many invoices. */
export function uploadRequest(source: InvoiceSource, invoices: number): Buffer {
  const newline = Buffer.from('\n')
  const lines = Array.from({ length: invoices }, () => [Buffer.from(source.next()), newline]).flat()
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
  return requestBytes('/v1/invoices/batch', headers, gzipSync(Buffer.concat(lines), { level: 1 }))
}
