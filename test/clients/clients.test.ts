import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { newKey, tokenOf } from '../auth/tokens.ts'
import { send } from '../harness/exchange.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { startTestGateway } from '../harness/run.ts'
import { copyOfExample, documentedLines, runLines } from './documented-lines.ts'

const ECOSYSTEMS = { TypeScript: 'typescript', Python: 'python', Java: 'java' }

let kafka: KafkaCluster
let keysFolder: string
let jwksFile: string
let token: string

before(async () => {
  const key = await newKey('k1')
  token = await tokenOf(key, { stores: '*', terminals: '*' })
  keysFolder = await mkdtemp(join(tmpdir(), 'tillgate-keys-'))
  jwksFile = join(keysFolder, 'jwks.json')
  await writeFile(jwksFile, JSON.stringify({ keys: [key.publicJwk] }))
  kafka = await startKafka()
})

after(async () => {
  await kafka?.stop()
  if (keysFolder !== undefined) await rm(keysFolder, { recursive: true })
})

suite('a generated client, by the lines of docs/clients.md', { concurrency: true }, () => {
  for (const [heading, name] of Object.entries(ECOSYSTEMS)) {
    test(`${heading}: type-checks, posts an invoice with a token, uploads others, reads a problem, and trusts nobody else`, async (t) => {
      const lines = await documentedLines(heading)
      const folder = await copyOfExample(name)
      const run = lines.slice(-1)
      const topic = `clients-${name}`
      const url = await startGateway(t, topic)
      const samples = await samplesOf(['sale', 'no-sale', 'skipped', 'cancelled'])
      const [sale] = samples as [Sample]

      await runLines(lines.slice(0, -1), folder, url, token)
      assert.equal(
        await runLines(run, folder, url, token),
        textOf([...samples.map(deleted), await quarantined(url, sale)]),
      )
      const records = await recordsOf(kafka.bootstrap, topic)
      assert.deepEqual(
        records.map(({ value }) => JSON.parse(String(value))),
        samples,
      )

      assert.equal(await runLines(run, folder, url, 'none'), textOf(['resend', 'resend', 'resend']))
      const elsewhere = await startProxyPage(t)
      assert.equal(await runLines(run, folder, elsewhere, token), textOf(['resend', 'resend', 'resend']))
    })
  }
})

interface Sample {
  sequenceNumber: number
  totals: { tendered: number }
}

async function samplesOf(names: readonly string[]): Promise<Sample[]> {
  const file = (name: string) => new URL(`../../openapi/examples/${name}.json`, import.meta.url)
  return await Promise.all(names.map(async (name) => JSON.parse(await readFile(file(name), 'utf8'))))
}

function deleted({ sequenceNumber }: Sample): string {
  return `delete ${sequenceNumber}`
}

/** What the program prints for the sale with a wrong sum, from what the gateway answers to it. */
async function quarantined(url: string, sale: Sample): Promise<string> {
  const { totals } = sale
  const broken = { ...sale, totals: { ...totals, tendered: totals.tendered + 1 } }
  const { status, document } = await send(url, Buffer.from(JSON.stringify(broken)), {
    headers: { authorization: `Bearer ${token}` },
  })
  const errors = document.errors as { pointer: string; code: string }[]
  assert.equal(status, 422)
  assert.ok(errors.length > 0)
  return [`quarantine ${document.type}`, ...errors.map(({ pointer, code }) => `  ${pointer} ${code}`)].join('\n')
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

async function startGateway(t: TestContext, topic: string): Promise<string> {
  await kafka.createTopic({ topic, partitions: 6 })
  const gateway = await startTestGateway(kafka.bootstrap, topic, { AUTH: 'required', AUTH_JWKS_FILE: jwksFile })
  t.after(() => gateway.stop())
  await gateway.ready
  return gateway.url
}

/** What answers everything with 404 and a page that is no JSON, as a proxy does. */
async function startProxyPage(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>'))
  })
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
