import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import openapi from '../../openapi/openapi.json' with { type: 'json' }
import { Problem, type ProblemSlug } from '../../src/errors.ts'
import { UnreadAnswers } from '../../src/http/unread-answers.ts'
import type { ItemAnswer, UploadRequest } from '../../src/ingest/upload.ts'
import { schemaErrors } from './contract.ts'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem, IDENTITY, JSON_HEADERS, listen, POST, RECEIPT, testApp, UPLOAD, untimed } from './test-app.ts'

const NDJSON = 'application/x-ndjson'
const LINES = { 'content-type': NDJSON }
const post = { method: 'POST', url: UPLOAD, headers: LINES, payload: '{}\n{}\n' } as const
const STORED: ItemAnswer = { kind: 'receipt', receipt: RECEIPT, isReplay: false }
const failed = (slug: ProblemSlug, retryAfterSeconds?: number): ItemAnswer => ({
  kind: 'problem',
  identity: IDENTITY,
  problem: new Problem(slug, 'In words.', retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
})
const answering = (...answers: ItemAnswer[]) => ({ ingestUpload: async () => answers })

suite('an upload', () => {
  test('is 200 when all of it is stored: a receipt for each, in order', async (t) => {
    const { app, contract, answers, memory } = await testApp(t, answering(STORED, STORED))
    const answer = await app.inject(post)
    assert.equal(answer.statusCode, 200)
    const summary = { accepted: 2, rejected: 0, retry: 0 }
    assert.deepEqual(contract('POST', UPLOAD, answer), {
      summary,
      results: [0, 1].map((index) => ({ index, identity: IDENTITY, status: 201, receipt: RECEIPT })),
    })
    assert.equal(answer.headers['retry-after'], undefined)
    const counts = { summary, replayed: 0, unknown: 0 }
    assert.deepEqual(answers.map(untimed), [{ kind: 'upload', route: 'upload', status: 200, ...counts }])
    assert.equal(memory.usedBytes, 0)
  })

  test('is 207 when mixed, and says when to come back where something is to be sent again', async (t) => {
    const mixed = [STORED, failed('invalid-invoice'), failed('quota-exceeded', 6.2), failed('not-attempted')]
    const { app, contract } = await testApp(t, answering(...mixed))
    const answer = await app.inject(post)
    assert.equal(answer.statusCode, 207)
    const { summary, results } = contract('POST', UPLOAD, answer)
    assert.deepEqual(summary, { accepted: 1, rejected: 1, retry: 2 })
    assert.deepEqual(
      (results as { index: number; status: number }[]).map(({ index, status }) => [index, status]),
      [0, 1, 2, 3].map((index) => [index, [201, 422, 429, 424][index]]),
    )
    assert.equal(answer.headers['retry-after'], '7')
  })

  test('is 207 without Retry-After when none of it will ever be taken', async (t) => {
    const { app, contract } = await testApp(t, answering(failed('invalid-invoice'), failed('malformed-json')))
    const answer = await app.inject(post)
    assert.equal(answer.statusCode, 207)
    assert.deepEqual(contract('POST', UPLOAD, answer).summary, { accepted: 0, rejected: 2, retry: 0 })
    assert.equal(answer.headers['retry-after'], undefined)
  })

  for (const slug of ['quota-exceeded', 'saturated', 'draining', 'kafka-unavailable', 'refused-by-kafka'] as const) {
    test(`is answered ${slug} as a whole when that is why nothing of it was sent`, async (t) => {
      const { app, contract, answers, memory } = await testApp(t, answering(failed(slug), failed('not-attempted')))
      const answer = await app.inject(post)
      const body = contract('POST', UPLOAD, answer)
      assertProblem(body, slug, answer.statusCode)
      assert.equal(body.outcome, 'rejected')
      assert.match(String(answer.headers['retry-after']), /^[1-3]$/)
      assert.deepEqual(answers.map(untimed), [
        { kind: 'problem', route: 'upload', status: answer.statusCode, slug, cause: undefined },
      ])
      assert.equal(memory.usedBytes, 0)
    })
  }

  test('is 207 when one of it may be in Kafka, even if nothing was acknowledged', async (t) => {
    const { app, contract } = await testApp(t, answering(failed('outcome-unknown'), failed('not-attempted')))
    const answer = await app.inject(post)
    assert.equal(answer.statusCode, 207)
    assert.deepEqual(contract('POST', UPLOAD, answer).summary, { accepted: 0, rejected: 0, retry: 2 })
    assert.match(String(answer.headers['retry-after']), /^[1-3]$/)
  })

  test('reaches ingest as the bytes that were sent, with its framing, coding and trace context', async (t) => {
    const requests: UploadRequest[] = []
    const { app } = await testApp(t, {
      ingestUpload: async (request) => {
        requests.push(request)
        return [STORED]
      },
    })
    const bytes = Buffer.from([0x1f, 0x8b, 0x00, 0xff])
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await app.inject({ ...post, headers: { ...LINES, 'content-encoding': 'GZIP', traceparent }, payload: bytes })
    await app.inject({ ...post, headers: { 'content-type': 'Application/JSON; charset="utf-8"' }, payload: bytes })
    assert.deepEqual(
      requests.map(({ framing, coding, traceparent }) => [framing, coding, traceparent]),
      [
        ['lines', 'gzip', traceparent],
        ['array', 'identity', undefined],
      ],
    )
    for (const { body } of requests) assert.deepEqual(Buffer.from(body), bytes)
  })
})

suite('an answer in lines', () => {
  const LINE =
    '#/paths/~1v1~1invoices~1batch/post/responses/207/content/application~1x-ndjson/schema/contentSchema/items'

  test('has an answer a line and the summary last, each as documented', async (t) => {
    const { app } = await testApp(t, answering(STORED, failed('not-attempted'), failed('malformed-json')))
    const answer = await app.inject({ ...post, headers: { ...LINES, accept: `text/html, ${NDJSON};q=0.9` } })
    assert.equal(answer.statusCode, 207)
    assert.match(String(answer.headers['content-type']), /^application\/x-ndjson/)
    assert.ok(answer.body.endsWith('\n'))
    const lines = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const line of lines) assert.deepEqual(schemaErrors(openapi, LINE, line), [])
    assert.deepEqual(
      lines.map(({ index }) => index),
      [0, 1, 2, undefined],
    )
    assert.deepEqual(lines.at(-1), { summary: { accepted: 1, rejected: 1, retry: 1 } })
  })

  for (const [what, headers] of [
    ['without Accept', LINES],
    ['where Accept names other types only', { ...LINES, accept: 'application/json, */*' }],
    ['where Accept rules it out', { ...LINES, accept: `${NDJSON};q=0, application/json` }],
    ['where Accept names both, as generated clients do', { ...LINES, accept: `application/json, ${NDJSON}` }],
    ['where Accept prefers JSON', { ...LINES, accept: `${NDJSON};q=0.8, application/json;q=0.9` }],
    ['for an array', { 'content-type': 'application/json', accept: NDJSON }],
  ] as const) {
    test(`is not given ${what}`, async (t) => {
      const { app, contract } = await testApp(t, answering(STORED))
      const answer = await app.inject({ ...post, headers })
      assert.match(String(answer.headers['content-type']), /^application\/json/)
      assert.ok('results' in contract('POST', UPLOAD, answer))
    })
  }
})

suite('refused before its body is read', () => {
  for (const contentType of ['text/plain', 'application/x-ndjson; charset=latin1', 'application/json-seq', '']) {
    test(`the media type ${JSON.stringify(contentType)}: 415 with Accept`, async (t) => {
      const { app, contract } = await testApp(t, { admitUpload: () => assert.fail('reserved') })
      const answer = await app.inject({ ...post, headers: { 'content-type': contentType } })
      assertProblem(contract('POST', UPLOAD, answer), 'unsupported-media-type', 415)
      assert.equal(answer.headers.accept, 'application/x-ndjson, application/json')
      assert.equal(answer.headers['accept-encoding'], undefined)
    })
  }

  for (const coding of ['br', 'deflate', 'gzip, gzip', 'x']) {
    test(`the content coding ${coding}: 415 with Accept-Encoding`, async (t) => {
      const { app, contract } = await testApp(t, { admitUpload: () => assert.fail('reserved') })
      const answer = await app.inject({ ...post, headers: { ...LINES, 'content-encoding': coding } })
      assertProblem(contract('POST', UPLOAD, answer), 'unsupported-media-type', 415)
      assert.equal(answer.headers['accept-encoding'], 'gzip, zstd, identity')
      assert.equal(answer.headers.accept, undefined)
    })
  }

  const limits = { maxUploadBytes: 1_000, maxCompressedBytes: 100 }
  for (const [what, headers, tooLong] of [
    ['plain', LINES, 1_001],
    ['compressed', { ...LINES, 'content-encoding': 'zstd' }, 101],
  ] as const) {
    test(`a ${what} body of too great a Content-Length: 413`, async (t) => {
      const { app, contract } = await testApp(t, answering(STORED), limits)
      const answer = await app.inject({ ...post, headers, payload: 'x'.repeat(tooLong) })
      assertProblem(contract('POST', UPLOAD, answer), 'upload-too-large', 413)
      assert.equal((await app.inject({ ...post, headers, payload: 'x'.repeat(tooLong - 1) })).statusCode, 200)
    })

    test(`a ${what} body in chunks: 413 once it is too long, and nothing stays reserved`, async (t) => {
      const { app, contract, memory } = await testApp(t, { ingestUpload: () => assert.fail('ingested') }, limits)
      const body = `${tooLong.toString(16)}\r\n${'x'.repeat(tooLong)}\r\n0\r\n\r\n`
      const raw = rawSocket(
        await listen(app),
        message(`POST ${UPLOAD}`, { ...headers, 'transfer-encoding': 'chunked' }, body),
      )
      t.after(() => raw.socket.destroy())
      const answer = parseAnswer(await raw.until('outcome'))
      assertProblem(contract('POST', UPLOAD, answer), 'upload-too-large', 413)
      assert.equal(memory.usedBytes, 0)
    })
  }

  test('no thread that would read it soon: 503 that says so, and nothing is reserved', async (t) => {
    const { app, contract } = await testApp(t, {
      hasReader: () => false,
      admitUpload: () => assert.fail('reserved'),
    })
    const body = contract('POST', UPLOAD, await app.inject(post))
    assertProblem(body, 'saturated', 503)
    assert.match(String(body.detail), /wait to be read/)
  })

  test('a large invoice that no thread would validate soon: 503; small ones, and those in chunks, are taken', async (t) => {
    const { app, contract, memory } = await testApp(t, { hasInvoiceReader: () => false })
    const send = (bytes: number) =>
      app.inject({ method: 'POST', url: POST, headers: JSON_HEADERS, payload: 'x'.repeat(bytes) })
    const body = contract('POST', POST, await send(8_193))
    assertProblem(body, 'saturated', 503)
    assert.match(String(body.detail), /large invoices wait/)
    assert.equal((await send(8_192)).statusCode, 201)
    const chunks = message(`POST ${POST}`, { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }, '2\r\n{}\r\n0\r\n\r\n')
    const raw = rawSocket(await listen(app), chunks)
    t.after(() => raw.socket.destroy())
    await raw.until('HTTP/1.1 201')
    assert.equal(memory.usedBytes, 0)
  })

  test('an upload that needs no thread is taken while the threads are busy', async (t) => {
    const { app } = await testApp(t, { ...answering(STORED), hasReader: () => false }, { inlineBytes: 1_000 })
    assert.equal((await app.inject(post)).statusCode, 200)
  })

  test('a full buffer: 503 with a jittered Retry-After', async (t) => {
    const { app, contract } = await testApp(t, { admitUpload: () => null })
    const waits = new Set<string>()
    for (let i = 0; i < 60; i++) {
      const answer = await app.inject(post)
      assertProblem(contract('POST', UPLOAD, answer), 'saturated', 503)
      waits.add(String(answer.headers['retry-after']))
    }
    assert.deepEqual([...waits].sort(), ['1', '2', '3'])
  })

  test('100 Continue is said to an upload that is admitted, and to no other', async (t) => {
    let isFull = false
    const { app, memory } = await testApp(t, {
      ...answering(STORED),
      admitUpload: () => (isFull ? null : memory.tryReserve(0)),
    })
    const port = await listen(app)
    const head = (headers: Record<string, string>) =>
      message(`POST ${UPLOAD}`, { ...LINES, 'content-length': 2, expect: '100-continue', ...headers })
    const admitted = rawSocket(port, head({}))
    t.after(() => admitted.socket.destroy())
    await admitted.until('HTTP/1.1 100 Continue')
    admitted.socket.write('{}')
    await admitted.until('HTTP/1.1 200 OK')
    isFull = true
    for (const [status, headers] of [
      [503, {}],
      [415, { 'content-encoding': 'br' }],
      [413, { 'content-length': '99999999' }],
    ] as const)
      assert.match(
        await rawSocket(port, head(headers)).closed,
        new RegExp(`^HTTP/1\\.1 ${status} [^]*connection: close`),
      )
  })
})

suite('an upload that cannot be read', () => {
  test('because it is empty: 400, as the document says', async (t) => {
    const { app, contract, memory } = await testApp(t, { ingestUpload: () => assert.fail('ingested') })
    const answer = await app.inject({ ...post, payload: '' })
    assertProblem(contract('POST', UPLOAD, answer), 'malformed-upload', 400)
    assert.equal(memory.usedBytes, 0)
  })

  for (const slug of ['malformed-upload', 'upload-too-large', 'too-costly', 'not-read'] as const) {
    test(`is ${slug} as a whole`, async (t) => {
      const { app, contract, memory } = await testApp(t, {
        ingestUpload: async () => {
          throw new Problem(slug, 'In words.')
        },
      })
      const answer = await app.inject(post)
      assertProblem(contract('POST', UPLOAD, answer), slug, answer.statusCode)
      assert.equal(answer.headers['retry-after'] !== undefined, slug === 'not-read')
      assert.equal(memory.usedBytes, 0)
    })
  }
})

suite('the reservation of an upload', () => {
  const whole = message(`POST ${UPLOAD}`, { ...LINES, 'content-length': 2 }, '{}')
  const until = (what: string, isSo: () => boolean) => eventually(what, 10_000, 5, async () => isSo() || undefined)

  test('is given back when its client is gone before the answer is made', async (t) => {
    const kafka = Promise.withResolvers<ItemAnswer[]>()
    const { app, memory, answers } = await testApp(t, { ingestUpload: () => kafka.promise })
    const raw = rawSocket(await listen(app), whole)
    const gone = new Promise((resolve) => app.server.once('connection', (socket) => socket.once('close', resolve)))
    await until('admitted', () => memory.usedBytes > 0)
    raw.socket.resetAndDestroy()
    await gone
    kafka.resolve([STORED])
    await until('answered', () => answers.length === 1)
    await until('given back', () => memory.usedBytes === 0)
  })

  test('is given back when its client only shut its sending side, and is gone when the answer comes', async (t) => {
    const kafka = Promise.withResolvers<ItemAnswer[]>()
    const { app, memory, answers } = await testApp(t, { ingestUpload: () => kafka.promise })
    const raw = rawSocket(await listen(app), whole)
    await until('admitted', () => memory.usedBytes > 0)
    raw.socket.destroy()
    await raw.closed
    kafka.resolve([STORED])
    await until('answered', () => answers.length === 1)
    await until('given back', () => memory.usedBytes === 0)
  })

  test('is given back as soon as the outcomes are known, whether the answer is read or not', async (t) => {
    const { app, memory, answers } = await testApp(t, answering(...Array<ItemAnswer>(60_000).fill(STORED)))
    const raw = rawSocket(await listen(app), whole)
    raw.socket.pause()
    await until('answered', () => answers.length === 1)
    assert.equal(memory.usedBytes, 0)
    raw.socket.resume()
    await raw.until('"summary":{"accepted":60000')
    raw.socket.destroy()
  })
})

suite('a long answer', () => {
  const long = Array<ItemAnswer>(60_000).fill(STORED)
  const whole = (accept = 'application/json') =>
    message(`POST ${UPLOAD}`, { ...LINES, accept, connection: 'close', 'content-length': 2 }, '{}')
  const until = (what: string, isSo: () => boolean) => eventually(what, 10_000, 5, async () => isSo() || undefined)

  for (const accept of ['application/json', NDJSON])
    test(`is made while it is read, in ${accept}: what nobody takes is not made, and all of it arrives`, async (t) => {
      let made = 0
      const counted: ItemAnswer = {
        kind: 'receipt',
        isReplay: false,
        get receipt() {
          made++
          return RECEIPT
        },
      }
      const { app, answers } = await testApp(t, answering(...Array<ItemAnswer>(60_000).fill(counted)))
      const raw = rawSocket(await listen(app), whole(accept))
      raw.socket.pause()
      await until('answered', () => answers.length === 1)
      let before = -1
      await eventually('it waits for its reader', 10_000, 100, async () => {
        if (made === before) return true
        before = made
        return undefined
      })
      assert.ok(made < 40_000, `made ${made} of 60,000`)
      raw.socket.resume()
      const text = await raw.closed
      assert.ok(text.startsWith('HTTP/1.1 200 OK') && text.includes('Transfer-Encoding: chunked'))
      assert.equal(made, 60_000)
      assert.equal(text.match(/"status":201/g)?.length, 60_000)
    })

  test('that nobody reads is cut off, and others are not', async (t) => {
    let cutOff = 0
    const unreadAnswers = new UnreadAnswers(() => void cutOff++, { windowMs: 100 })
    const { app, answers } = await testApp(t, { ...answering(...long), unreadAnswers })
    const port = await listen(app)
    const [unread, read] = [rawSocket(port, whole()), rawSocket(port, whole())]
    unread.socket.pause()
    await until('answered', () => answers.length === 2)
    assert.ok(unreadAnswers.bytes > 60_000 * 100)
    assert.ok((await read.closed).endsWith(']}\r\n0\r\n\r\n'))
    await until('cut off', () => cutOff === 1)
    unread.socket.resume()
    await unread.closed
    await until('given back', () => unreadAnswers.bytes === 0)
  })

  test('that is short is not streamed', async (t) => {
    const { app } = await testApp(t, answering(...long.slice(0, 50)))
    const raw = rawSocket(await listen(app), whole())
    assert.match(await raw.closed, /content-length: \d+/)
  })
})
