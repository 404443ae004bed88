import { randomUUID } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { sampleInvoice } from '../../src/tools/simulate/sample-invoice.ts'
import { saleWith } from '../invoice/card-numbers/member.ts'

/** The defaults of MAX_INVOICE_BYTES, UPLOAD_MAX_INVOICES and UPLOAD_MAX_BYTES. */
export const MAX_INVOICE_BYTES = 800_000
const MAX_INVOICES = 1_000
const MAX_UPLOAD_BYTES = 8 * 2 ** 20

/** Made once, when it is first needed: an attacker that needs another body does not wait for this one. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Of this process alone: the gateway may know numbers of an earlier one with other content. */
const journalId = randomUUID()
let lastNumber = 0

/** A valid small sale of a store of the attacker, with a number of its own. */
export function newSale(index: number): Buffer {
  const sequenceNumber = ++lastNumber
  const invoice = sampleInvoice({ storeId: `X${index}`, terminalId: 'T1', journalId, sequenceNumber, lines: 1 })
  return Buffer.from(JSON.stringify(invoice))
}

const saleOf = (pointer: string, value: unknown) => Buffer.from(JSON.stringify(saleWith(pointer, value)))

/** 780 KB of short groups of digits, which a scan for card numbers looks at. */
export const digits = lazy(() => saleOf('/extensions/note', '123 '.repeat(195_000)))
/** The same as an upload: 18 KB compressed, 7.8 MB inflated. */
export const digitsUpload = lazy(() => gzipSync(lines(Array<Buffer>(10).fill(digits()))))

export const hugeNumber = lazy(() => raw('huge', '9'.repeat(790_000)))
export const hugeExponent = lazy(() => raw('huge', `1e${'9'.repeat(700_000)}`))
export const nested = lazy(() => raw('deep', '['.repeat(390_000) + ']'.repeat(390_000)))
export const open = lazy(() => Buffer.from('['.repeat(790_000)))
export const escapes = lazy(() => raw('text', `"${'\\u0041'.repeat(130_000)}"`))
/** 60,000 members, of which the last has the name of the first. */
export const duplicateKeys = lazy(() => raw('many', `{${members(60_000)},"x100000":1}`))
/** Members whose names are numbers: V8 keeps them apart from other names. */
export const indexKeys = lazy(() => raw('many', `{${members(48_000, (i) => String(i * 65_537))}}`))
export const unknownMembers = lazy(() => Buffer.from(`{${members(60_000)}}`))

/** 1,000 lines of 100 unknown members each: 3.6 KB compressed. */
export const unknownMembersUpload = lazy(() => {
  const line = Buffer.from(`{${members(100)}}`)
  return gzipSync(lines(Array<Buffer>(MAX_INVOICES).fill(line)), { level: 9 })
})
/** 1,000 lines that are no JSON, so that the answer is many times as long as the upload. */
export const badLinesUpload = lazy(() => gzipSync(lines(Array<Buffer>(MAX_INVOICES).fill(Buffer.from('{')))))
export const gzipBomb = lazy(() => gzipSync(Buffer.alloc(512 * 2 ** 20, ' ')))
export const zstdBomb = lazy(() => zstdCompressSync(Buffer.alloc(512 * 2 ** 20, ' ')))
/** As much as an upload may hold, all of it blank. */
export const blanksUpload = lazy(() => gzipSync(Buffer.alloc(MAX_UPLOAD_BYTES - 1, '\n')))

/** The largest invoices of lines that are taken. */
export const largeSale = lazy(() => {
  const many = (count: number) =>
    Buffer.from(
      JSON.stringify(
        sampleInvoice({ storeId: 'X0', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1, lines: count }),
      ),
    )
  const bytesPerLine = (many(200).length - many(100).length) / 100
  return many(Math.floor((0.9 * MAX_INVOICE_BYTES) / bytesPerLine))
})

/** An upload of this many small sales of one terminal, each with a number of its own, compressed. */
export function newUpload(index: number, invoices: number): Buffer {
  return gzipSync(lines(Array.from({ length: invoices }, () => newSale(index))), { level: 1 })
}

function members(count: number, name = (i: number) => `x${100_000 + i}`): string {
  return Array.from({ length: count }, (_, i) => `"${name(i)}":1`).join()
}

/** A sale with one extension that is this JSON as it stands. */
function raw(name: string, json: string): Buffer {
  const sale = JSON.stringify(saleWith(`/extensions/${name}`, 'HERE'))
  return Buffer.from(sale.replace('"HERE"', () => json))
}

function lines(all: readonly Buffer[]): Buffer {
  return Buffer.concat(all.flatMap((line) => [line, NEWLINE]))
}

const NEWLINE = Buffer.from('\n')
