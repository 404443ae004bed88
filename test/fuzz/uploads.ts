import zlib from 'node:zlib'
import type { Random } from '../harness/random.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { emptyDocument } from '../invoice/plain-sale.ts'
import type { Upload } from './naive-upload.ts'
import { LIMITS } from './upload-app.ts'

/** How the bytes of an upload get onto the wire. */
export type Transfer =
  | { readonly kind: 'whole' }
  /** Announced as it is, and the connection is closed after so many bytes. */
  | { readonly kind: 'half'; readonly sentBytes: number; readonly isReset: boolean }
  /** `Content-Length` is so much too small: the rest is the beginning of a request that is none. */
  | { readonly kind: 'announced-shorter'; readonly byBytes: number }
  | { readonly kind: 'announced-longer'; readonly byBytes: number }
  | { readonly kind: 'chunked'; readonly chunkBytes: number }
  | { readonly kind: 'chunked-half'; readonly chunkBytes: number; readonly sentBytes: number }

export interface UploadCase {
  readonly upload: Upload
  readonly transfer: Transfer
  readonly wantsLines: boolean
  /** What it is, for the statistics. */
  readonly labels: readonly string[]
}

/** One upload, whatever comes of it; the same random numbers make the same one. `number` keeps identities apart. */
export function randomUpload(random: Random, number: number): UploadCase {
  const { pick, below } = random
  const isOf = (oneIn: number) => below(oneIn) === 0
  const labels: string[] = []
  const label = <T>(name: string, value: T): T => {
    labels.push(name)
    return value
  }

  const framing = pick(['lines', 'array'] as const)
  const items = randomItems(random, number, framing)
  let bytes = framing === 'lines' ? lines(random, items) : array(random, items)
  if (isOf(25)) bytes = label('byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]))
  if (isOf(25)) bytes = label('flipped inside', flipped(random, bytes))
  if (isOf(40))
    bytes = label('blank', Buffer.from(pick(['', ' ', '\n', '\r\n\r\n', '[]', ' [ ] ', '[,]', '[', ']', '{}'])))
  if (isOf(40))
    bytes = label('blanks up to the limit', Buffer.alloc(LIMITS.maxBytes - below(2) + below(2), pick([' ', '\n'])))

  const real = pick(['identity', 'gzip', 'gzip', 'zstd', 'zstd'] as const)
  let body = real === 'identity' ? bytes : deflate(bytes, real)
  if (real !== 'identity') {
    if (isOf(6)) body = label('several parts', inParts(random, bytes, real))
    if (isOf(30)) body = label('bomb', bomb(random, real))
    if (isOf(20)) body = label('deflated twice', deflate(body, pick(['gzip', 'zstd'])))
    if (isOf(8)) body = label('cut off', body.subarray(0, below(body.length)))
    if (isOf(10)) body = label('flipped', flipped(random, body))
    if (isOf(20))
      body = label('something behind', Buffer.concat([body, Buffer.alloc(1 + below(9), isOf(3) ? 0 : below(256))]))
  }
  if (isOf(60)) body = label('noise', Buffer.from(Array.from({ length: below(400) }, () => below(256))))
  if (isOf(30)) body = label('too long', Buffer.concat([body, Buffer.alloc(LIMITS.maxBytes + below(9), ' ')]))

  const declared = isOf(15) ? label('wrong coding', pick(['identity', 'gzip', 'zstd', 'br', 'gzip, gzip'])) : real
  const media = framing === 'array' ? 'application/json' : pick(['application/x-ndjson', 'application/jsonl'])
  const contentType = isOf(15)
    ? label('wrong media type', pick(['application/x-ndjson', 'application/json', 'text/plain']))
    : media
  const coding = declared === 'identity' && isOf(2) ? undefined : declared === 'gzip' && isOf(3) ? 'x-gzip' : declared
  const transfer = randomTransfer(random, body.length)
  labels.push(transfer.kind, declared)
  return { upload: { body, contentType, coding }, transfer, wantsLines: isOf(2), labels }
}

function randomTransfer({ pick, below }: Random, bodyBytes: number): Transfer {
  const kind = pick(['whole', 'whole', 'whole', 'whole', 'chunked', 'chunked', 'other'] as const)
  if (kind === 'whole') return { kind }
  const chunkBytes = pick([1 + below(60), 1 + below(2_000), 70_000])
  if (kind === 'chunked') return { kind, chunkBytes: Math.max(chunkBytes, Math.ceil(bodyBytes / 500)) }
  if (bodyBytes === 0) return { kind: 'whole' }
  const sentBytes = below(bodyBytes)
  return pick([
    { kind: 'half', sentBytes, isReset: below(2) === 0 },
    { kind: 'announced-shorter', byBytes: 1 + below(bodyBytes) },
    { kind: 'announced-longer', byBytes: 1 + below(100) },
    { kind: 'chunked-half', sentBytes, chunkBytes: Math.max(chunkBytes, 100) },
  ] as const)
}

function randomItems(random: Random, number: number, framing: 'lines' | 'array'): Buffer[] {
  const { below, pick } = random
  const count = pick([0, 1, 2, 3, 5, 8, LIMITS.maxInvoices, LIMITS.maxInvoices + below(4)])
  const isClean = below(3) === 0
  const items: Buffer[] = []
  for (let i = 0; i < count; i++) {
    const isGood = isClean || below(3) > 0
    items.push(isGood ? goodItem(random, number, i) : badItem(random, items, number, i, framing))
  }
  return items
}

function goodItem({ below, pick }: Random, number: number, i: number): Buffer {
  const identity = { storeId: pick(['S1', 'S2', 'S3', 'S4']), terminalId: pick(['T1', 'T2']), journalId: 'J1' }
  const sequenceNumber = 1 + number * 100 + i
  const invoice =
    below(4) === 0
      ? sampleInvoice({ ...identity, sequenceNumber })
      : { ...emptyDocument(pick(['noSale', 'cancelled'])), ...identity, sequenceNumber }
  const extensions = below(3) === 0 ? { extensions: { text: pick(TEXTS) } } : {}
  return Buffer.from(
    JSON.stringify({ ...invoice, ...extensions }, null, below(8) === 0 ? '\t' : '').replaceAll('\n', ' '),
  )
}

const TEXTS = ['', 'é', '€ 💩', '\\', '"', '"]}', '[{,', '\\"', '\u2028', '\u0001', 'x'.repeat(500)]

function badItem(random: Random, before: readonly Buffer[], number: number, i: number, framing: string): Buffer {
  const { below, pick } = random
  const good = () => goodItem(random, number, i)
  const again = before[below(before.length)] ?? good()
  const replaced = (from: RegExp, to: string) => Buffer.from(good().toString().replace(from, to))
  return pick([
    () => again,
    () => again,
    () => Buffer.from(again.toString().replace('"cashier":{"id":"', '"cashier":{"id":"9')),
    () => Buffer.from(again.toString().replace('{', '{ ')),
    () => flipped(random, good()),
    () => good().subarray(0, below(600)),
    () => Buffer.concat([good(), good()]),
    () => Buffer.concat([Buffer.from([0]), good()]),
    () => Buffer.concat([good(), Buffer.from([0])]),
    () => Buffer.concat([good().subarray(0, 40), Buffer.from([0xff, 0xfe]), good().subarray(40)]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), good()]),
    () => replaced(/"storeId":"S/, '"storeId":"\\ud800'),
    () => replaced(/"storeId":"S/, '"storeId":"\\n'),
    () => replaced(/^\{/, '{"\\udfff":1,'),
    () => replaced(/"cashier":\{"id":"/, '"cashier":{"id":"\\u0000'),
    () => replaced(/^\{/, '{"storeId":"S9",'),
    () => replaced(/"exponent":2/, '"exponent":2.0'),
    () => replaced(/"sequenceNumber":/, '"sequenceNumber":-'),
    () => replaced(/^\{/, `{"extensions":${'['.repeat(20 + below(30))}`),
    () => replaced(/^\{/, `{"extensions":${'[{"a":'.repeat(below(300))}`),
    () => Buffer.from(`${'['.repeat(1 + below(1_500))}${']'.repeat(1 + below(1_500))}`),
    () => Buffer.from('{"a":'.repeat(700)),
    () => Buffer.from(JSON.stringify({ ...JSON.parse(good().toString()), extensions: { t: 'y'.repeat(4_000) } })),
    () => deflate(good(), 'gzip').filter((byte) => byte !== 0x0a) as Buffer,
    () => Buffer.from(Array.from({ length: below(50) }, () => below(256))),
    () =>
      Buffer.from(pick(['{}', 'null', '0', '"', '"text"', '[]', '{"a":1}}', '}', ']', ',', 'NaN', '1e999', framing])),
    () => Buffer.from(`{${Array.from({ length: 150 }, (_, n) => `"m${n}":0`).join()}}`),
  ])()
}

function lines({ below, pick }: Random, items: readonly Buffer[]): Buffer {
  const end = () => Buffer.from(pick(['\n', '\n', '\n', '\r\n', '\n\n', ' \n\t\r\n', '\n \t']))
  const ends = items.flatMap((item) => [item, end()])
  return Buffer.concat(below(3) === 0 ? ends.slice(0, -1) : ends)
}

function array({ below, pick }: Random, items: readonly Buffer[]): Buffer {
  const isOdd = below(8) === 0
  const odd = (right: string, wrong: readonly string[]) => Buffer.from(isOdd && below(3) === 0 ? pick(wrong) : right)
  const comma = () => odd(pick([',', ',', ' ,\n', ',\t']), [',,', ' ', '],', '},', ';'])
  const separated = items.flatMap((item, i) => (i === 0 ? [item] : [comma(), item]))
  return Buffer.concat([
    odd(pick(['[', ' [', '\n[\n']), ['', '[[', '[,', '{', '\0[', '"[']),
    ...separated,
    odd(pick([']', ']\n', ' ] ']), ['', ',]', ']]', '] x', '}', ']\0', '][]', '"']),
  ])
}

function flipped({ below }: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) copy[below(copy.length)]! ^= 1 << below(8)
  return copy
}

function deflate(bytes: Buffer, coding: 'gzip' | 'zstd'): Buffer {
  return coding === 'gzip' ? zlib.gzipSync(bytes) : zlib.zstdCompressSync(bytes)
}

function inParts(random: Random, bytes: Buffer, coding: 'gzip' | 'zstd'): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + random.below(2_000)
    parts.push(deflate(bytes.subarray(at, end), coding))
    at = end
  }
  return Buffer.concat(parts)
}

/** More than 1,000 to one, in one layer or two. */
function bomb({ pick, below }: Random, coding: 'gzip' | 'zstd'): Buffer {
  const inside = Buffer.alloc(pick([LIMITS.maxBytes + 1, 7_000_000]), pick([0, 0x20, 0x0a, 0x5b]))
  const once = deflate(inside, coding)
  return below(3) === 0 ? deflate(Buffer.concat([once, Buffer.from('\n')]), coding) : once
}
