import { readFile, writeFile } from 'node:fs/promises'
import { Arrivals } from '../src/admission/arrivals.ts'
import { Senders } from '../src/admission/senders.ts'
import { buildApp } from '../src/http/app.ts'
import { UnreadAnswers } from '../src/http/unread-answers.ts'

/**
 * Writes openapi/openapi.json from the routes' schemas. With `--check` nothing is written, and the exit code is 1 when
 * the file is not what the routes say.
 */
const file = new URL('openapi.json', import.meta.url)

const never = () => {
  throw new Error('the document is made without serving anything')
}

const arrivals = new Arrivals({ capacityBytes: 1, minBytesPerSecond: 1, graceMs: 1 })

const app = await buildApp(
  {
    ingest: never,
    ingestUpload: never,
    journalStateOf: never,
    isReady: never,
    isDraining: never,
    admit: never,
    authenticate: null,
    senders: new Senders({ maxConnections: 1, memoryBytes: 1, uploadMemoryBytes: 1, timeShare: 1 }),
    arrivals,
    liveLimit: { enter: never, refusal: never },
    hasReader: never,
    hasInvoiceReader: never,
    admitUpload: never,
    uploadArrivals: arrivals,
    unreadAnswers: new UnreadAnswers(never),
    onAnswer: never,
  },
  {
    maxInvoiceBytes: 1,
    maxUploadBytes: 1,
    maxCompressedBytes: 1,
    inlineBytes: 0,
    invoiceInlineBytes: 1,
    requestTimeoutMs: 1,
    keepAliveTimeoutMs: 1,
    logger: false,
  },
)
const text = `${JSON.stringify(app.swagger(), null, 2)}\n`
await app.close()

if (!process.argv.includes('--check')) {
  await writeFile(file, text)
} else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
  console.error('openapi/openapi.json is stale: run openapi/write-openapi.ts and commit what it writes')
  process.exitCode = 1
}
