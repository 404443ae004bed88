import assert from 'node:assert/strict'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem, JSON_HEADERS, listen, POST, PUT, PUT_PATTERN, RECEIPT, testApp, untimed } from './test-app.ts'

const post = { method: 'POST', url: POST, headers: JSON_HEADERS, payload: '{}' } as const

const FULL = { kind: 'refused', retryAfterSeconds: 6.5 } as const

/** A limit that is never reached. */
const free = (leave: (isStored: boolean) => void) => ({
  refusal: () => null,
  enter: () => ({ kind: 'entered', leave }) as const,
})

/** Resolves when the head of the next request has been dealt with. */
const reached = (app: FastifyInstance) => once(app.server, 'request').then(() => new Promise(setImmediate))

/** Settled once everything that the sockets of the test still had to tell the server has been told. */
const loopTurns = async (isDone: () => boolean) => {
  while (!isDone()) await new Promise(setImmediate)
}

suite('admission, before the body is read', () => {
  test('reserves nothing for what is only announced, and what has arrived until the answer is made', async (t) => {
    const { app, memory, requests } = await testApp(t, {
      ingest: async (request) => {
        assert.equal(memory.usedBytes, 9)
        assert.equal(request.reservation.sizeBytes, 9)
        return RECEIPT
      },
    })
    const raw = rawSocket(await listen(app), message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 9 }))
    await reached(app)
    assert.equal(memory.usedBytes, 0)
    raw.socket.write('{"a":"b"}')
    await raw.until('receivedAt')
    assert.equal(requests.length, 1)
    assert.equal(memory.usedBytes, 0)
    raw.socket.destroy()
  })

  test('refuses at once a body that memory has no room for', async (t) => {
    const { app, memory, contract } = await testApp(t)
    const held = memory.tryReserve(memory.capacityBytes - 100)
    const answer = await app.inject({ ...post, payload: JSON.stringify('x'.repeat(200)) })
    assertProblem(contract('POST', POST, answer), 'saturated', 503)
    held?.release()
    assert.equal((await app.inject(post)).statusCode, 201)
  })

  test('takes a place among those under way, and gives it back with the word whether the invoice was stored', async (t) => {
    const left: boolean[] = []
    const { app } = await testApp(t, {
      liveLimit: free((isStored) => left.push(isStored)),
      ingest: async ({ body }) => {
        if (String(body) === '{"fails":1}') throw new Error('it fails')
        return RECEIPT
      },
    })
    await app.inject(post)
    await app.inject({ ...post, payload: '{"fails":1}' })
    assert.deepEqual(left, [true, false])
  })

  test('refuses when too many are under way, and reserves nothing', async (t) => {
    const { app, contract } = await testApp(t, {
      liveLimit: { refusal: () => FULL, enter: () => FULL },
      admit: () => assert.fail('reserved'),
    })
    const answer = await app.inject(post)
    assertProblem(contract('POST', POST, answer), 'saturated', 503)
    assert.equal(answer.headers['retry-after'], '7')
  })

  test('takes no place for header fields alone; a body that finds none when it is there is refused', async (t) => {
    let isFull = false
    const entered: boolean[] = []
    const { app, memory } = await testApp(t, {
      liveLimit: {
        refusal: () => null,
        enter: () => {
          entered.push(!isFull)
          return isFull ? FULL : { kind: 'entered', leave: () => {} }
        },
      },
    })
    const raw = rawSocket(await listen(app), message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }))
    await reached(app)
    assert.deepEqual(entered, [])
    isFull = true
    raw.socket.write('{}')
    assert.match(await raw.until('outcome'), /^HTTP\/1.1 503 .*retry-after: 7/is)
    assert.deepEqual(entered, [false])
    assert.equal(memory.usedBytes, 0)
    raw.socket.destroy()
  })

  test('a refused till reads its whole answer and keeps the connection; each refusal is told once', async (t) => {
    const { app, answers, contract } = await testApp(t, {
      liveLimit: { refusal: () => FULL, enter: () => FULL },
    })
    const body = JSON.stringify({ padding: 'x'.repeat(60_000) })
    const headers = { ...JSON_HEADERS, 'content-length': body.length }
    const port = await listen(app)
    for (const requestLine of ['POST /v1/invoices', `PUT ${PUT}`]) {
      const raw = rawSocket(port, message(requestLine, headers, body) + message('GET /livez'))
      const answer = parseAnswer(await raw.until('{"live":true}'))
      raw.socket.destroy()
      assertProblem(contract('POST', POST, answer), 'saturated', 503)
      const { date: _date, ...fields } = answer.headers
      assert.deepEqual(fields, {
        'content-type': 'application/problem+json; charset=utf-8',
        'content-length': String(answer.body.length),
        'retry-after': '7',
        'x-content-type-options': 'nosniff',
      })
    }
    assert.deepEqual(
      answers.map(untimed),
      ['post', 'put'].map((route) => ({
        kind: 'problem',
        route,
        status: 503,
        slug: 'saturated',
        cause: undefined,
        bound: 'live-invoices',
      })),
    )
  })

  test('keeps bytes that somebody else retained', async (t) => {
    const { app, memory } = await testApp(t, {
      ingest: async ({ reservation }) => {
        reservation.retain()
        return RECEIPT
      },
    })
    await app.inject(post)
    assert.equal(memory.usedBytes, 2)
  })

  test('a full buffer is 503 saturated at once, for every till at another time', async (t) => {
    const { app, requests, answers, contract } = await testApp(t, { admit: () => null })
    const waits = new Set<string>()
    for (let i = 0; i < 60; i++) {
      const answer = await app.inject(post)
      const body = contract('POST', POST, answer)
      assertProblem(body, 'saturated', 503)
      assert.equal(body.outcome, 'rejected')
      waits.add(String(answer.headers['retry-after']))
    }
    assert.deepEqual([...waits].sort(), ['1', '2', '3'])
    assert.equal(requests.length, 0)
    assert.deepEqual(untimed(answers[0]!), {
      kind: 'problem',
      route: 'post',
      status: 503,
      slug: 'saturated',
      cause: undefined,
      bound: 'memory',
    })
  })

  test('a draining instance takes no more invoices and reserves nothing', async (t) => {
    const { app, requests, contract } = await testApp(t, {
      isDraining: () => true,
      admit: () => assert.fail('reserved while draining'),
    })
    const answer = await app.inject({ ...post, method: 'PUT', url: PUT })
    assertProblem(contract('PUT', PUT_PATTERN, answer), 'draining', 503)
    assert.equal(answer.headers.connection, 'close')
    assert.ok(Number(answer.headers['retry-after']) >= 1)
    assert.equal(requests.length, 0)
  })

  test('an instance may drain and still take invoices until it is told to refuse', async (t) => {
    let refusing = false
    const { app } = await testApp(t, { isDraining: () => true, isRefusing: () => refusing })
    const taken = await app.inject(post)
    assert.equal(taken.statusCode, 201)
    assert.equal(taken.headers.connection, 'close')
    refusing = true
    assert.equal((await app.inject(post)).statusCode, 503)
  })

  test('a body that is announced as too long is 413, and nothing is reserved', async (t) => {
    const { app, requests, contract } = await testApp(
      t,
      { admit: () => assert.fail('reserved for a refused body') },
      { maxInvoiceBytes: 100 },
    )
    const answer = await app.inject({ ...post, payload: 'x'.repeat(101) })
    assertProblem(contract('POST', POST, answer), 'too-large', 413)
    assert.equal(answer.headers['retry-after'], undefined)
    assert.equal(requests.length, 0)
  })

  test('a chunked body is 413 once it is too long, and its reservation is given back', async (t) => {
    const { app, memory, requests, contract } = await testApp(t, {}, { maxInvoiceBytes: 100 })
    const chunk = `65\r\n${'x'.repeat(0x65)}\r\n`
    const raw = rawSocket(
      await listen(app),
      message('POST /v1/invoices', { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }, chunk),
    )
    const answer = parseAnswer(await raw.until('outcome'))
    assertProblem(contract('POST', POST, answer), 'too-large', 413)
    assert.equal(memory.usedBytes, 0)
    assert.equal(requests.length, 0)
    raw.socket.destroy()
  })

  test('a client that sends all of a too long body still reads its 413, and keeps the connection', async (t) => {
    const { app, contract } = await testApp(t, {}, { maxInvoiceBytes: 1_000 })
    const body = 'x'.repeat(4 * 1024 * 1024)
    const raw = rawSocket(
      await listen(app),
      message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': body.length }, body),
    )
    assertProblem(contract('POST', POST, parseAnswer(await raw.until('outcome'))), 'too-large', 413)
    raw.socket.write(message('GET /livez'))
    await raw.until('{"live":true}')
    raw.socket.destroy()
  })

  test('so does one that sends it in chunks', async (t) => {
    const { app, contract } = await testApp(t, {}, { maxInvoiceBytes: 1_000 })
    const headers = { ...JSON_HEADERS, 'transfer-encoding': 'chunked' }
    const chunks = `10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(50)
    const raw = rawSocket(await listen(app), message('POST /v1/invoices', headers, `${chunks}0\r\n\r\n`))
    assertProblem(contract('POST', POST, parseAnswer(await raw.until('outcome'))), 'too-large', 413)
    raw.socket.write(message('GET /livez'))
    await raw.until('{"live":true}')
    raw.socket.destroy()
  })

  test('a body that is longer than anybody wants to throw away costs its connection', async (t) => {
    const { app } = await testApp(t)
    const headers = { ...JSON_HEADERS, 'content-length': 1024 ** 4 }
    const raw = rawSocket(await listen(app), message('POST /v1/invoices', headers, '{'))
    assert.match(await raw.closed, /^HTTP\/1.1 413 .*connection: close/is)
  })
})

suite('a connection that breaks', () => {
  const half = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 100 }, '{"half":')

  test('in the middle of a body gives the reservation back and ingests nothing', async (t) => {
    const { app, memory, requests, answers } = await testApp(t)
    const raw = rawSocket(await listen(app), half)
    await loopTurns(() => memory.usedBytes > 0)
    raw.socket.destroy()
    await loopTurns(() => memory.usedBytes === 0)
    assert.equal(requests.length, 0)
    assert.deepEqual(
      answers.map((answer) => [answer.status, answer.kind === 'problem' && answer.slug]),
      [[408, 'request-timeout']],
    )
  })

  test('while Kafka has the invoice changes nothing for the invoice', async (t) => {
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    const { app, memory, requests, answers } = await testApp(t, { ingest: () => kafka.promise })
    const whole = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
    const raw = rawSocket(await listen(app), whole)
    await loopTurns(() => requests.length === 1)
    raw.socket.destroy()
    await once(raw.socket, 'close')
    kafka.resolve(RECEIPT)
    await loopTurns(() => answers.length === 1)
    assert.equal(answers[0]?.status, 201)
    assert.equal(memory.usedBytes, 0)
  })

  test('with several requests on it gives every reservation back', async (t) => {
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    const { app, memory, requests, answers } = await testApp(t, { ingest: () => kafka.promise })
    const whole = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
    const raw = rawSocket(await listen(app), whole + whole + half)
    await loopTurns(() => requests.length === 2 && memory.usedBytes > 4)
    raw.socket.destroy()
    await loopTurns(() => memory.usedBytes === 4)
    kafka.resolve(RECEIPT)
    await loopTurns(() => answers.length === 3)
    assert.equal(memory.usedBytes, 0)
  })
})

suite('Expect: 100-continue', () => {
  const expecting = (contentLength: number) =>
    message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': contentLength, expect: '100-continue' })

  test('an admitted client is asked for the body', async (t) => {
    const { app, requests } = await testApp(t)
    const raw = rawSocket(await listen(app), expecting(2))
    await raw.until('HTTP/1.1 100 Continue\r\n\r\n')
    assert.equal(requests.length, 0)
    raw.socket.write('{}')
    await raw.until('HTTP/1.1 201 Created')
    raw.socket.destroy()
  })

  test('one that is not admitted gets its answer instead, and the connection is closed', async (t) => {
    let full = true
    const { app, contract, memory } = await testApp(t, { admit: () => (full ? null : memory.tryReserve(0)) })
    const port = await listen(app)
    const saturated = parseAnswer(await rawSocket(port, expecting(2)).closed)
    assertProblem(contract('POST', POST, saturated), 'saturated', 503)
    assert.equal(saturated.headers.connection, 'close')

    full = false
    const tooLarge = parseAnswer(await rawSocket(port, expecting(1_000_000)).closed)
    assertProblem(contract('POST', POST, tooLarge), 'too-large', 413)
  })

  test('it is asked whatever else the client expects, and however that is written', async (t) => {
    const { app } = await testApp(t)
    const port = await listen(app)
    for (const expect of ['100-continue, x', 'x=1 ,100-Continue', ',100-CONTINUE,']) {
      const headers = { ...JSON_HEADERS, 'content-length': 2, expect }
      const raw = rawSocket(port, message('POST /v1/invoices', headers))
      await raw.until('HTTP/1.1 100 Continue\r\n\r\n')
      raw.socket.write('{}')
      await raw.until('HTTP/1.1 201 Created')
      raw.socket.destroy()
    }
  })

  test('a client of HTTP/1.0, which knows no interim answers, gets none', async (t) => {
    const { app } = await testApp(t)
    const head = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2, expect: '100-continue' }, '{}')
    const raw = rawSocket(await listen(app), head.replace('HTTP/1.1', 'HTTP/1.0'))
    assert.match(await raw.closed, /^HTTP\/1.1 201 Created/)
  })

  test('another expectation is ignored', async (t) => {
    const { app } = await testApp(t)
    const headers = { ...JSON_HEADERS, 'content-length': 2, expect: 'a-miracle' }
    const raw = rawSocket(await listen(app), message('POST /v1/invoices', headers, '{}'))
    assert.match(await raw.until('receivedAt'), /^HTTP\/1.1 201/)
    raw.socket.destroy()
  })
})
