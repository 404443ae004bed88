import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { eventually } from '../../dev/kafka/eventually.ts'
import openapi from '../../openapi/openapi.json' with { type: 'json' }
import { identityText } from '../../src/invoice/identity.ts'
import { randomFrom } from '../harness/random.ts'
import { assertMatchesContract, at, schemaErrors } from '../http/contract.ts'
import { message, parseAnswer } from '../http/raw-socket.ts'
import { type Expected, expectedOf } from './naive-upload.ts'
import { startUploadApp, type UploadApp } from './upload-app.ts'
import { randomUpload, type UploadCase } from './uploads.ts'

const PATH = '/v1/invoices/batch'
const DEADLINE_MS = 30_000

export interface FuzzOptions {
  readonly seed: number
  readonly cases: number
  /** Only this one, to see it again. */
  readonly only?: number | undefined
  readonly onProgress?: (cases: number) => void
}

/** How often what came; throws at the first case that is not as documented, with how to see it again. */
export async function fuzzUploads(options: FuzzOptions): Promise<Map<string, number>> {
  const { seed, cases, only, onProgress } = options
  const counts = new Map<string, number>()
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)
  const app = await startUploadApp()
  try {
    for (let number = only ?? 0; number <= (only ?? cases - 1); number++) {
      const upload = randomUpload(randomFrom(seed + number * 7_919), number)
      try {
        count(await check(app, upload))
      } catch (error) {
        const again = `--seed ${seed} --only ${number}`
        throw new Error(`${again}: ${upload.labels.join(', ')}`, { cause: error })
      }
      for (const label of upload.labels) count(label)
      if (number % 500 === 499) {
        await checkHealth(app, 1_000_000 + number)
        onProgress?.(number + 1)
      }
    }
    await checkHealth(app, 999_999_999)
    assert.deepEqual(app.troubles, [])
  } finally {
    await app.stop()
  }
  return counts
}

async function check(app: UploadApp, { upload, transfer, wantsLines }: UploadCase): Promise<string> {
  const { head, body, isWhole } = onTheWire(upload, transfer, wantsLines)
  const isHalf = transfer.kind === 'half' || transfer.kind === 'chunked-half' || transfer.kind === 'announced-longer'
  const received = await exchange(app.port, head, body, isHalf ? transfer : undefined)
  const arrived = transfer.kind === 'announced-shorter' ? upload.body.subarray(0, -transfer.byBytes) : upload.body
  await eventually('the buffer is empty', DEADLINE_MS, 1, async () => app.memory.usedBytes === 0 || undefined)
  const published = app.takePublished()

  const expected = isWhole ? expectedOf({ ...upload, body: arrived }) : undefined
  if (expected === undefined) {
    assert.deepEqual(published, [], 'half an upload publishes nothing')
    if (received === '') return 'no answer'
    const { slug } = checkProblem(received)
    assert.ok(['request-timeout', 'upload-too-large', 'unsupported-media-type'].includes(slug), slug)
    return slug
  }
  const kept = new Map<string, Buffer[]>()
  const wanted = new Map<string, Buffer[]>()
  const push = (map: Map<string, Buffer[]>, store: string, value: Buffer) =>
    map.set(store, [...(map.get(store) ?? []), value])
  for (const { key, value } of published) push(kept, String(key), value)
  for (const { identity, published } of expected.kind === 'items' ? expected.items : [])
    if (published !== undefined) push(wanted, identity!.storeId, published)
  // What is behind it is no HTTP: that breaks the connection, before it is read or after. The till sends it again.
  const isBroken = transfer.kind === 'announced-shorter' && received === ''
  if (isBroken && kept.size === 0) return 'no answer'
  assert.deepEqual(kept, wanted, 'exactly the accepted ones are published, byte for byte and in order')
  if (isBroken) return 'no answer'
  return checkAnswer(received, expected, wantsLines && upload.contentType !== 'application/json')
}

function checkAnswer(received: string, expected: Expected, asLines: boolean): string {
  if (expected.kind === 'problem') {
    const { slug } = checkProblem(received)
    assert.ok(expected.slugs.includes(slug), `${slug} instead of ${expected.slugs}`)
    return slug
  }
  const { statusCode, headers, body } = parseAnswer(received)
  const mediaType = asLines ? 'application/x-ndjson' : 'application/json'
  assert.equal(headers['content-type']?.split(';')[0], mediaType, body.slice(0, 300))
  const accepted = expected.items.filter(({ status }) => status === 201).length
  assert.equal(statusCode, accepted === expected.items.length ? 200 : 207)
  const answer = asLines ? ofLines(statusCode, body) : JSON.parse(body)
  if (!asLines) assertMatchesContract(openapi, 'POST', PATH, statusCode, mediaType, answer)
  assert.deepEqual(answer.summary, { accepted, rejected: expected.items.length - accepted, retry: 0 })
  assert.equal(headers['retry-after'], undefined)
  const told = answer.results as { index: number; status: number; identity?: object; receipt?: { identity: object } }[]
  assert.deepEqual(
    told.map(({ index, status, identity, receipt }) => ({ index, status, identity, receipt: receipt?.identity })),
    expected.items.map(({ status, identity }, index) => ({
      index,
      status,
      identity,
      receipt: status === 201 ? identity : undefined,
    })),
  )
  const offsets = new Map<string, unknown>()
  for (const { status, receipt } of answer.results.filter((item: { status: number }) => item.status === 201)) {
    const name = identityText(receipt.identity)
    assert.deepEqual(receipt, offsets.get(name) ?? receipt, `${status}: equal receipts for one record`)
    offsets.set(name, receipt)
  }
  return String(statusCode)
}

function ofLines(statusCode: number, body: string) {
  assert.ok(body.endsWith('\n'))
  const lines = body
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line))
  const schema = `#/paths/~1v1~1invoices~1batch/post/responses/${statusCode}/content/application~1x-ndjson/schema/contentSchema/items`
  for (const line of lines) assert.deepEqual(schemaErrors(openapi, schema, line), [])
  return { summary: lines.at(-1).summary, results: lines.slice(0, -1) }
}

function checkProblem(received: string): { slug: string } {
  const { statusCode, headers, body } = parseAnswer(received)
  const document = JSON.parse(body)
  assertMatchesContract(openapi, 'POST', PATH, statusCode, headers['content-type'], document)
  const slug = String(document.type).replace('/problems/', '')
  const media = at(
    openapi,
    'paths',
    PATH,
    'post',
    'responses',
    String(statusCode),
    'content',
    'application/problem+json',
  )
  assert.ok(Object.hasOwn(at(media, 'examples') ?? {}, slug), `${slug} is not announced`)
  assert.equal(headers['retry-after'] !== undefined, slug === 'request-timeout' || statusCode === 503)
  return { slug }
}

/** Still ready, and one more good upload is stored. */
async function checkHealth(app: UploadApp, number: number): Promise<void> {
  const ready = await exchange(app.port, message('GET /readyz'), [])
  assert.equal(parseAnswer(ready).statusCode, 200)
  for (let seed = 1; ; seed++) {
    const upload = randomUpload(randomFrom(seed), number)
    const expected = expectedOf(upload.upload)
    if (upload.transfer.kind !== 'whole' || expected.kind !== 'items') continue
    if (expected.items.every(({ status }) => status !== 201)) continue
    await check(app, upload)
    return
  }
}

interface OnTheWire {
  readonly head: string
  readonly body: readonly Buffer[]
  /** Whether a whole request arrives. */
  readonly isWhole: boolean
}

function onTheWire(
  { body, contentType, coding }: UploadCase['upload'],
  transfer: UploadCase['transfer'],
  asLines: boolean,
): OnTheWire {
  const headers = {
    'content-type': contentType,
    ...(coding === undefined ? {} : { 'content-encoding': coding }),
    ...(asLines ? { accept: 'application/x-ndjson' } : {}),
  }
  const announced = (bytes: number) => message(`POST ${PATH}`, { ...headers, 'content-length': bytes })
  const chunks = (bytes: Buffer, size: number) => {
    const parts: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size)
      parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    }
    return parts
  }
  const chunkedHead = message(`POST ${PATH}`, { ...headers, 'transfer-encoding': 'chunked' })
  switch (transfer.kind) {
    case 'whole':
      return { head: announced(body.length), body: [body], isWhole: true }
    case 'announced-shorter':
      return { head: announced(body.length - transfer.byBytes), body: [body], isWhole: true }
    case 'announced-longer':
      return { head: announced(body.length + transfer.byBytes), body: [body], isWhole: false }
    case 'half':
      return { head: announced(body.length), body: [body.subarray(0, transfer.sentBytes)], isWhole: false }
    case 'chunked':
      return {
        head: chunkedHead,
        body: [...chunks(body, transfer.chunkBytes), Buffer.from('0\r\n\r\n')],
        isWhole: true,
      }
    case 'chunked-half':
      return {
        head: chunkedHead,
        body: chunks(body.subarray(0, transfer.sentBytes), transfer.chunkBytes),
        isWhole: false,
      }
  }
}

/** Sends, closes its side where only half comes, and resolves with the first answer, or with '' when there is none. */
function exchange(port: number, head: string, body: readonly Buffer[], half?: UploadCase['transfer']): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    const timer = setTimeout(() => finish(new Error('no answer in time')), DEADLINE_MS)
    let received = ''
    const finish = (error?: Error) => {
      clearTimeout(timer)
      socket.destroy()
      if (error === undefined) resolve(Buffer.from(received, 'latin1').toString())
      else reject(error)
    }
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
      if (isComplete(received)) finish()
    })
    socket.on('error', () => {})
    socket.on('close', () => finish())
    const bytes = Buffer.concat([Buffer.from(head, 'latin1'), ...body])
    if (half === undefined) socket.write(bytes)
    else if (half.kind === 'half' && half.isReset) socket.write(bytes, () => socket.resetAndDestroy())
    else socket.end(bytes)
  })
}

function isComplete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return false
  const head = received.slice(0, end + 2)
  if (/\r\ntransfer-encoding: chunked\r\n/i.test(head)) return received.endsWith('\r\n0\r\n\r\n')
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
  return length !== undefined && received.length >= end + 4 + Number(length)
}
