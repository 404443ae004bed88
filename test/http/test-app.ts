import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { Arrivals } from '../../src/admission/arrivals.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { Senders } from '../../src/admission/senders.ts'
import { type AppDeps, type AppOptions, buildApp } from '../../src/http/app.ts'
import { UnreadAnswers } from '../../src/http/unread-answers.ts'
import type { IngestRequest, StoredInvoice } from '../../src/ingest/invoice.ts'
import type { Receipt } from '../../src/invoice/receipt.ts'
import { assertMatchesContract } from './contract.ts'

export type Answer = Parameters<AppDeps['onAnswer']>[0]

export const IDENTITY = { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 42 }
export const POST = '/v1/invoices'
export const UPLOAD = '/v1/invoices/batch'
export const PUT = '/v1/stores/S1/terminals/T1/journals/J1/invoices/42'
export const PUT_PATTERN = '/v1/stores/{storeId}/terminals/{terminalId}/journals/{journalId}/invoices/{sequenceNumber}'
export const CURSOR_PATTERN = '/v1/stores/{storeId}/terminals/{terminalId}/journals/{journalId}'
export const CURSOR = '/v1/stores/S1/terminals/T1/journals/J1'

export const RECEIPT: Receipt = {
  invoiceId: '3c2b7e0e-4f4e-5b8e-9d2a-0a1b2c3d4e5f',
  identity: IDENTITY,
  topic: 'invoices',
  partition: 3,
  offset: '1234567890123',
  receivedAt: '2026-03-14T16:05:10.123Z',
}

/** An application around a fake `ingest`, with everything that was asked of its seams written down. */
export interface TestApp {
  app: FastifyInstance
  requests: IngestRequest[]
  answers: Answer[]
  memory: BufferMemory
  /** Asserts that an answer is one of the OpenAPI document; returns its body where that is JSON. */
  contract: (method: string, pattern: string, answer: InjectedAnswer) => Record<string, unknown>
}

/** An `ingest` may resolve with a receipt alone: that of an invoice that was stored just now. */
export type TestDeps = Partial<Omit<AppDeps, 'ingest'>> & {
  ingest?: (request: IngestRequest) => Promise<Receipt | StoredInvoice>
}

interface InjectedAnswer {
  statusCode: number
  headers: Record<string, unknown>
  body: string
}

export async function testApp(
  t: TestContext,
  deps: TestDeps = {},
  options: Partial<AppOptions> = {},
): Promise<TestApp> {
  const requests: IngestRequest[] = []
  const answers: Answer[] = []
  const memory = new BufferMemory(1024 * 1024)
  const { ingest = async () => RECEIPT, ingestUpload = async () => [] } = deps
  const app = await buildApp(
    {
      journalStateOf: () => ({ kind: 'new' }),
      isReady: () => true,
      isDraining: () => false,
      authenticate: null,
      admit: (announcedBytes) => (memory.hasRoom(announcedBytes) ? memory.tryReserve(0) : null),
      senders: UNBOUNDED,
      arrivals: arrivalsIn(memory),
      liveLimit: { refusal: () => null, enter: () => ({ kind: 'entered', leave: () => {} }) },
      hasReader: () => true,
      hasInvoiceReader: () => true,
      admitUpload: (announcedBytes) => (memory.hasRoom(announcedBytes) ? memory.tryReserve(0) : null),
      uploadArrivals: arrivalsIn(memory),
      unreadAnswers: new UnreadAnswers(() => {}),
      onAnswer: (answer) => void answers.push(answer),
      ...deps,
      ingest: async (request) => {
        requests.push(request)
        const stored = await ingest(request)
        return 'receipt' in stored ? stored : { receipt: stored, isReplay: false }
      },
      ingestUpload,
    },
    {
      maxInvoiceBytes: 64 * 1024,
      maxUploadBytes: 256 * 1024,
      maxCompressedBytes: 32 * 1024,
      inlineBytes: 0,
      invoiceInlineBytes: 8_192,
      requestTimeoutMs: 10_000,
      keepAliveTimeoutMs: 72_000,
      logger: false,
      ...options,
    },
  )
  t.after(() => {
    app.server.closeAllConnections()
    return app.close()
  })
  const openapi = app.swagger()
  const contract: TestApp['contract'] = (method, pattern, { statusCode, headers, body }) => {
    const contentType = headers['content-type'] as string | undefined
    assertMatchesContract(openapi, method, pattern, statusCode, contentType, body)
    return contentType?.includes('json') ? JSON.parse(body) : {}
  }
  return { app, requests, answers, memory, contract }
}

/**
 * A sender may take all that there is. One for all applications: it refuses nobody, and the room for 200,000 senders
 * takes longer to make than most cases.
 */
const UNBOUNDED = new Senders({
  maxConnections: Infinity,
  memoryBytes: Infinity,
  uploadMemoryBytes: Infinity,
  timeShare: 1,
})

/** Bodies that arrive at any speed. */
function arrivalsIn({ capacityBytes }: BufferMemory): Arrivals {
  return new Arrivals({ capacityBytes, minBytesPerSecond: 1, graceMs: 60_000 })
}

/** An answer without the time that it took. */
export function untimed({ durationMs: _, ...answer }: Answer): object {
  return answer
}

/** Listens on a free port of the loopback address and returns the port. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

/** The header fields of a well-formed invoice request. */
export const JSON_HEADERS = { 'content-type': 'application/json' }

/** Asserts the members that every problem document has. */
export function assertProblem(body: Record<string, unknown>, slug: string, status: number): void {
  assert.equal(body.type, `/problems/${slug}`)
  assert.equal(body.status, status)
}
