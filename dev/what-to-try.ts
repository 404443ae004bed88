import { fileURLToPath } from 'node:url'
import type { Config } from '../src/config-schema.ts'
import { isLoopback } from '../src/network-address.ts'
import { count } from '../src/tools/terminal/count.ts'

/** What `npm start` has started. */
export interface Started {
  /** Of the gateway. */
  readonly url: string
  /** Where it listens. */
  readonly host: string
  readonly auth: Config['AUTH']
  /** Of its operator's listener. */
  readonly adminUrl: string
  /** `host:port,host:port` */
  readonly brokers: string
  readonly topic: string
  /** Records in the topic from earlier starts. */
  readonly earlierRecords: number
  /** The folder where its records are kept, and whether it is the usual one; undefined for a cluster of KAFKA_BROKERS. */
  readonly kept: { readonly path: string; readonly isUsual: boolean } | undefined
}

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const USUAL_TOPIC = 'pos.invoices'

/** What is there, and lines to paste into a terminal. */
export function whatToTry({ url, adminUrl, host, auth, brokers, topic, earlierRecords, kept }: Started): string {
  const variables = `KAFKA_BROKERS=${brokers}${topic === USUAL_TOPIC ? '' : ` KAFKA_TOPIC=${topic}`}`
  const earlier =
    earlierRecords === 0
      ? 'is empty'
      : `has ${count(earlierRecords)} ${earlierRecords === 1 ? 'invoice' : 'invoices'} already`
  const token = auth === 'off' ? '' : ' -H "authorization: Bearer $TILLGATE_TOKEN"'
  return `
Tillgate is ready at ${url}
${whoMayWrite(auth, host)}
Kafka is at ${brokers}, and its topic ${topic} ${earlier}.

For another terminal:

  cd ${quoted(ROOT)}

Post an invoice (201 and a receipt; the same line again gets the same receipt, and makes no second record):

  curl -i ${url}/v1/invoices -H 'content-type: application/json'${token} --data-binary @openapi/examples/sale.json

Read the topic, and follow it until Ctrl-C:

  ${variables} npx tillgate tail --from beginning

The HTTP API for people: ${url}/docs
For its operator, the console, metrics and why it is not ready: ${adminUrl}
${ending(kept)}
`
}

function whoMayWrite(auth: Config['AUTH'], host: string): string {
  if (auth === 'required') return 'AUTH=required: tills need a token (docs/tokens.md).'
  const reach = isLoopback(host) ? 'Only this machine reaches it.' : 'Other machines reach it, too.'
  return `AUTH=off: whoever reaches it may write invoices for every store. ${reach}`
}

function ending(kept: Started['kept']): string {
  if (kept === undefined) return 'Ctrl-C stops the gateway; Kafka and the topic stay.'
  const fresh = `npm start -- --fresh${kept.isUsual ? '' : ` --data ${quoted(kept.path)}`}`
  return `Ctrl-C stops both. The invoices are kept in ${kept.path}; ${fresh} deletes them.`
}

/** As a shell's word. */
function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
