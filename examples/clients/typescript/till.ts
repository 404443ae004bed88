/**
 * `node till.ts URL FILE...`: posts the first invoice, uploads the others, and posts the first again with a wrong sum.
 * The variable TILLGATE_TOKEN holds the token for the gateway. Prints what a till does with each invoice: delete, quarantine or resend.
 */
import { readFile } from 'node:fs/promises'
import createClient from 'openapi-fetch'
import type { components, paths } from './tillgate.ts'

type Invoice = components['schemas']['Invoice']
type Receipt = components['schemas']['Receipt']
type Problem = components['schemas']['Problem']

// Not an argument: everybody on the machine can read those of a process.
const token = process.env.TILLGATE_TOKEN ?? 'none'
const [url = '', firstFile = '', ...otherFiles] = process.argv.slice(2)
// The media types that are read. An upload can be answered with NDJSON too, but only if it is asked for.
const client = createClient<paths, 'application/json' | 'application/problem+json'>({
  baseUrl: url,
  headers: { authorization: `Bearer ${token}` },
})

const first = await read(firstFile)
await post(first)

const journal = await Promise.all(otherFiles.map(read))
await upload(journal.map(lineOf).join(''))

first.totals.tendered += 1
await post(first)

async function read(file: string): Promise<Invoice> {
  return JSON.parse(await readFile(file, 'utf8'))
}

function lineOf(invoice: Invoice): string {
  return `${JSON.stringify(invoice)}\n`
}

async function post(invoice: Invoice): Promise<void> {
  try {
    const { data, error } = await client.POST('/v1/invoices', { body: invoice })
    settle(data, error)
  } catch {
    settle() // a proxy answered, or nobody
  }
}

async function upload(lines: string): Promise<void> {
  try {
    const { data, error } = await client.POST('/v1/invoices/batch', {
      body: lines,
      bodySerializer: (body) => body,
      headers: { 'content-type': 'application/x-ndjson' },
    })
    if (data === undefined) settle(data, error)
    else for (const { receipt, problem } of data.results) settle(receipt, problem)
  } catch {
    settle() // a proxy answered, or nobody
  }
}

/** The till's rule. Whatever is neither a receipt nor a problem that says quarantine is sent again. */
function settle(receipt?: Receipt, problem?: Problem): void {
  if (receipt?.invoiceId !== undefined) {
    console.log('delete', receipt.identity.sequenceNumber)
  } else if (problem?.till === 'quarantine') {
    console.log('quarantine', problem.type)
    for (const { pointer, code } of problem.errors ?? []) console.log(' ', pointer, code)
  } else {
    console.log('resend')
  }
}
