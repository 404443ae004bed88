import openapi from '../../openapi/openapi.json' with { type: 'json' }
import { assertMatchesContract } from '../http/contract.ts'
import { sampleInvoice } from '../invoice/generate.ts'

export const SCRAPE_TIMEOUT_MS = 10_000

/** One answer of a gateway, read to its end. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** The receipt or the problem document. */
  readonly document: Record<string, unknown> & { outcome?: string; type?: string; offset?: string; partition?: number }
}

export interface Sending {
  readonly method?: 'POST' | 'PUT'
  readonly path?: string
  readonly headers?: Record<string, string>
}

/**
 * Sends one invoice and resolves with the answer, which must be one that the OpenAPI document lists for the path.
 * Rejects when the connection breaks.
 */
export async function send(url: string, body: Buffer, options: Sending = {}): Promise<Answered> {
  const { method = 'POST', path = '/v1/invoices', headers = {} } = options
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(body),
  })
  const document = (await answer.json()) as Answered['document']
  if (/^\/v1\/(invoices|stores)/.test(path))
    checkContract(method, answer.status, answer.headers.get('content-type') ?? undefined, document)
  return { status: answer.status, headers: answer.headers, document }
}

/** The bytes of a valid invoice; every store has one terminal and one journal. */
export function invoiceBody(storeId: string, sequenceNumber: number, changes: Record<string, unknown> = {}): Buffer {
  const invoice = sampleInvoice({ storeId, terminalId: 'T1', journalId: 'J1', sequenceNumber })
  return Buffer.from(JSON.stringify({ ...invoice, ...changes }))
}

/** One store for each partition, partition by partition. */
export function storesByPartition(partitions: number, partitionOf: (storeId: string) => number): string[] {
  const stores: string[] = []
  for (let i = 0; stores.filter(Boolean).length < partitions; i++) stores[partitionOf(`S${i}`)] ??= `S${i}`
  return stores
}

/** The value of one metric at an operator's listener. Its labels, if any, are part of `name`. Rejects when there is no such metric. */
export async function scrape(adminUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) })).text()
  const line = text.split('\n').find((line) => line.startsWith(`${name} `))
  if (line === undefined) throw new Error(`no metric ${name}`)
  return Number(line.slice(name.length + 1))
}

const ROUTES = {
  POST: '/v1/invoices',
  PUT: '/v1/stores/{storeId}/terminals/{terminalId}/journals/{journalId}/invoices/{sequenceNumber}',
}

/** Asserts that an answer to an invoice is one that the OpenAPI document lists. */
export function checkContract(
  method: 'POST' | 'PUT',
  status: number,
  contentType: string | undefined,
  document: unknown,
): void {
  assertMatchesContract(openapi, method, ROUTES[method], status, contentType, document)
}
