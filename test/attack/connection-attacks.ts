import { gzipSync } from 'node:zlib'
import { type Attack, GZIP_LINES, head, JSON_TYPE, LINES, POST, request, UPLOAD } from './attack.ts'
import { badLinesUpload, newSale, newUpload, unknownMembersUpload } from './bodies.ts'
import { churn, drip, flood, get, hold, unread } from './uses.ts'

/** As much as the buffer holds, and then what fits into the rest of it. */
const announced = (index: number) => head(POST, { ...JSON_TYPE, 'content-length': index < 330 ? 800_000 : 8_000 })
const LONGEST = { ...JSON_TYPE, 'content-length': 800_000 }
const CHUNKED = { ...JSON_TYPE, 'transfer-encoding': 'chunked' }

/** One invoice a second in an upload that never ends: the next line of a chunked body. */
const chunkOf = (bytes: Buffer) => Buffer.from(`${bytes.length.toString(16)}\r\n${bytes}\r\n`, 'latin1')

/** Sends a body in chunks of one byte, as quickly as they are taken, and reads the answer. */
function byteChunks(start: string): Attack['use'] {
  return async (connection) => {
    await connection.send(start)
    const chunks = '1\r\n \r\n'.repeat(1_000)
    for (let sent = 0; connection.isOpen && sent < 799; sent++) await connection.send(chunks)
    await connection.send('0\r\n\r\n')
    await connection.answer()
  }
}

/** Sends a body that never ends, as quickly as it is taken. */
function endless(start: string, more: Buffer): Attack['use'] {
  return async (connection) => {
    await connection.send(start)
    while (connection.isOpen) {
      await connection.send(more)
      // What is sent behind the gateway's end is called back before anything else has its turn.
      await new Promise(setImmediate)
    }
  }
}

/** Attacks by how and how slowly bytes are sent and read, whatever they say. */
export const CONNECTION_ATTACKS: readonly Attack[] = [
  {
    name: 'headers-only',
    what: 'header fields that announce 800,000 bytes, and no body',
    connections: 420,
    use: hold(announced),
  },
  {
    name: 'headers-only-spread',
    what: 'the same from 100 addresses',
    connections: 420,
    addresses: 100,
    use: hold(announced),
  },
  {
    name: 'headers-only-uploads',
    what: 'header fields that announce an upload of 8 MB, and no body',
    connections: 64,
    use: hold(head(UPLOAD, { ...LINES, 'content-length': 8_000_000 })),
  },
  {
    name: 'expect-continue',
    what: 'asks for 100 Continue for 800,000 bytes, and sends no body',
    connections: 340,
    use: hold(head(POST, { ...LONGEST, expect: '100-continue' })),
  },
  {
    name: 'gzip-headers-only',
    what: 'header fields that announce a gzip upload of 100 bytes, and no body',
    connections: 16,
    use: hold(head(UPLOAD, { ...GZIP_LINES, 'content-length': 100 })),
  },
  {
    name: 'slow-headers',
    what: 'a header field a second, for ever',
    connections: 500,
    use: drip('POST /v1/invoices HTTP/1.1\r\nhost: gateway\r\n', 'x-more: 1\r\n', 1_000),
  },
  {
    name: 'slow-bodies',
    what: 'a body of 800,000 bytes, a byte every 100 ms',
    connections: 340,
    use: drip(head(POST, LONGEST), ' ', 100),
  },
  {
    name: 'slow-upload',
    what: 'an upload without end, an invoice a second',
    connections: 64,
    use: drip(
      head(UPLOAD, { ...LINES, 'transfer-encoding': 'chunked' }),
      chunkOf(Buffer.concat([newSale(0), Buffer.from('\n')])),
      1_000,
    ),
  },
  {
    name: 'slow-gzip',
    what: 'a gzip upload, a byte every 100 ms',
    connections: 64,
    use: drip(
      Buffer.concat([Buffer.from(head(UPLOAD, { ...GZIP_LINES, 'content-length': 1_000_000 })), gzipSync('{}')]),
      '\0',
      100,
    ),
  },
  {
    name: 'byte-chunks',
    what: 'chunks of one byte each, as quickly as they are taken',
    connections: 16,
    use: byteChunks(head(POST, CHUNKED)),
  },
  {
    name: 'unread-byte-chunks',
    what: 'the same to /livez, where no body is read',
    connections: 16,
    use: byteChunks(head('GET /livez', { 'transfer-encoding': 'chunked' })),
  },
  {
    name: 'refused-chunks',
    what: 'a body without end to a path that there is not, in chunks of 64 KB',
    connections: 16,
    use: endless(head('POST /nope', CHUNKED), chunkOf(Buffer.alloc(65_536, ' '))),
  },
  {
    name: 'refused-byte-chunks',
    what: 'the same in chunks of one byte',
    connections: 16,
    use: endless(head('POST /nope', CHUNKED), Buffer.from('1\r\n \r\n'.repeat(10_000))),
  },
  {
    name: 'refused-chunk-size',
    what: 'the same with a chunk size without end',
    connections: 16,
    use: endless(head('POST /nope', CHUNKED), Buffer.alloc(65_536, '0')),
  },
  {
    name: 'refused-lengths',
    what: 'bodies of 16 MB to a path that there is not',
    connections: 16,
    use: flood(request('POST /nope', JSON_TYPE, Buffer.alloc(2 ** 24, ' '))),
  },
  {
    name: 'idle',
    what: 'connections that send nothing',
    connections: 1_000,
    addresses: 10,
    use: hold(''),
  },
  {
    name: 'churn',
    what: 'connections that are opened and broken off',
    connections: 50,
    use: churn(''),
  },
  {
    name: 'half-requests',
    what: 'connections that break off in the middle of a body',
    connections: 50,
    use: churn(`${head(POST, { ...JSON_TYPE, 'content-length': 2_000 })}{"a":`),
  },
  {
    name: 'pipelining',
    what: '100 requests for /livez at a time',
    connections: 16,
    use: flood(get('/livez'), { pipelined: 100 }),
  },
  {
    name: 'pipelined-posts',
    what: '100 posts at a time, of one till',
    connections: 4,
    use: flood((index) => request(POST, JSON_TYPE, newSale(index)), { pipelined: 100 }),
  },
  {
    name: 'unread-pages',
    what: 'asks for the OpenAPI document, and reads no answer',
    connections: 64,
    use: unread(get('/openapi.json').repeat(20)),
  },
  {
    name: 'unread-uploads',
    what: 'uploads of 1,000 bad lines, and reads no answer',
    connections: 64,
    use: unread(() => request(UPLOAD, GZIP_LINES, badLinesUpload())),
  },
  {
    name: 'unread-violations',
    what: 'uploads with 100,000 violations, and reads no answer',
    connections: 64,
    use: unread(() => request(UPLOAD, GZIP_LINES, unknownMembersUpload())),
  },
  {
    name: 'one-store',
    what: 'one store posts as much as is taken',
    connections: 64,
    use: flood(() => request(POST, JSON_TYPE, newSale(0))),
  },
  {
    name: 'one-uploader',
    what: 'one store uploads as much as is taken',
    connections: 16,
    use: flood((index) => request(UPLOAD, GZIP_LINES, newUpload(index, 200))),
  },
]
