import { InvoiceSource } from './requests.ts'
import type { Subject } from './subjects.ts'

/** Rejects unless the subject takes an invoice and refuses one whose `storeId` is a number: or it does less work. */
export async function checkThatItValidates({ name, url }: Subject): Promise<void> {
  const right = new InvoiceSource('S0', 'T0', 3, 1).next().toString()
  const wrong = right.replace('"storeId":"S0"', '"storeId":0')
  const [ofRight, ofWrong] = [await statusOf(url, right), await statusOf(url, wrong)]
  if (ofRight >= 300 || ofWrong < 400 || right === wrong)
    throw new Error(`${name} answers ${ofRight} to an invoice, and ${ofWrong} to a wrong one`)
}

async function statusOf(url: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(30_000)
  const answer = await fetch(`${url}/v1/invoices`, { method: 'POST', headers, body, signal })
  await answer.arrayBuffer()
  return answer.status
}
