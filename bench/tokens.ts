/**
 * `npm run bench:tokens -- [--tokens 400000]`: what so many different tokens cost a gateway. How long it takes to verify
 * each for the first time, as after a start, and how long the event loop stands still meanwhile; how long a request takes
 * to find a token that is remembered, with and without revocations; and the memory of all of them. Takes about three
 * minutes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { createAuthenticator } from '../src/auth/authenticate.ts'
import { keysFromFile } from '../src/auth/key-set.ts'
import { NO_REVOCATIONS, type Revocations } from '../src/auth/revocations.ts'
import { createIssuer } from '../src/tools/token/issue.ts'
import { issueList } from '../src/tools/token/issue-list.ts'
import { keygen } from '../src/tools/token/keygen.ts'
import { collectGarbage } from '../test/harness/collect-garbage.ts'
import { machineLine, table } from './markdown.ts'

/** Requests with a token that is not known yet, at once. */
const AT_ONCE = 256
const TERMINALS_PER_STORE = 10
const LIST = 40_000

const { values } = parseArgs({ options: { tokens: { type: 'string', default: '400000' } } })
const count = Number(values.tokens)
const folder = await mkdtemp(join(tmpdir(), 'tillgate-bench-tokens-'))
const file = (name: string) => join(folder, name)
const rows: string[][] = []
const note = (...row: string[]) => {
  rows.push(row)
  console.error(row.join(': '))
}
const shared = { audience: 'tillgate', scopes: ['invoices:write'], days: 30 } as const
try {
  await keygen(file('key.json'), file('jwks.json'), 'k1')
  const lines = Array.from({ length: LIST }, (_, n) => `till-${n},S${Math.floor(n / TERMINALS_PER_STORE)},T${n}`)
  await writeFile(file('tills.csv'), `name,stores,terminals\n${lines.join('\n')}\n`)
  const issuing = performance.now()
  await issueList(file('key.json'), { from: file('tills.csv'), to: file('tokens.ndjson') }, shared)
  note(
    `issue --from: ${LIST.toLocaleString('en-US')} tokens`,
    `${((performance.now() - issuing) / 1_000).toFixed(1)} s`,
  )

  const issue = await createIssuer(file('key.json'))
  const fields: string[] = []
  while (fields.length < count) {
    const some = Array.from({ length: Math.min(1_000, count - fields.length) }, (_, i) => {
      const n = fields.length + i
      const stores = new Set([`S${Math.floor(n / TERMINALS_PER_STORE)}`])
      return issue({ ...shared, name: `till-${n}`, stores, terminals: new Set([`T${n}`]) })
    })
    for (const { token } of await Promise.all(some)) fields.push(Buffer.from(`Bearer ${token}`).toString('latin1'))
  }
  const keySet = await keysFromFile(file('jwks.json'), { onKeys() {}, onTrouble: console.error })
  await measure(fields, keySet)
  keySet.stop()
  console.log(`${await machineLine()}; ${count.toLocaleString('en-US')} tokens of ${fields[0]?.length} bytes.\n`)
  console.log(table(['', ''], rows))
} finally {
  await rm(folder, { recursive: true })
}

async function measure(fields: readonly string[], keySet: Awaited<ReturnType<typeof keysFromFile>>): Promise<void> {
  let revocations: Revocations = NO_REVOCATIONS
  const authenticator = createAuthenticator({
    keySet,
    revocations: () => revocations,
    ...{ audience: 'tillgate', issuer: undefined, maxTokens: count, onFirstUse() {} },
  })
  collectGarbage()
  const before = process.memoryUsage()
  note('first request of each', await verifyAll(authenticator, fields))
  collectGarbage()
  const after = process.memoryUsage()
  const bytes = (after.heapUsed - before.heapUsed) / authenticator.rememberedTokens
  note('memory of a remembered token', `${Math.round(bytes)} bytes of heap`)
  note('memory of all', `${Math.round((after.heapUsed - before.heapUsed) / 2 ** 20)} MiB`)

  note('a request with a remembered token', await findAll(authenticator, fields))
  const stores = new Map(Array.from({ length: LIST }, (_, n) => [`S${n}`, 1] as const))
  revocations = { ...NO_REVOCATIONS, tokens: new Set(fields.slice(0, LIST)), stores }
  note(`the same with ${LIST.toLocaleString('en-US')} revoked tokens and stores`, await findAll(authenticator, fields))
}

type Authenticator = ReturnType<typeof createAuthenticator>

/** Each of them once, so many at once. */
async function verifyAll({ authenticate }: Authenticator, fields: readonly string[]): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpuBefore = process.cpuUsage()
  const loopBefore = performance.eventLoopUtilization()
  let next = 0
  const send = async () => {
    while (next < fields.length) {
      const result = await authenticate(fields[next++], 'here')
      if (result.kind !== 'principal') throw new Error(result.failure)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send))
  const cpu = process.cpuUsage(cpuBefore)
  const { active } = performance.eventLoopUtilization(loopBefore)
  delay.disable()
  const each = (us: number) => `${(us / fields.length).toFixed(0)} us`
  const stood = (ns: number) => `${(ns / 1e6).toFixed(1)} ms`
  return `${each(active * 1_000)} of the event loop, ${each(cpu.user + cpu.system)} of processor time; the loop stood still ${stood(delay.percentile(99))} (p99), ${stood(delay.max)} at most`
}

/** Each of them once, in random order. */
async function findAll({ authenticate }: Authenticator, fields: readonly string[]): Promise<string> {
  const order = fields.map((_, n) => n)
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const swapped = order[i] as number
    order[i] = order[j] as number
    order[j] = swapped
  }
  const histogram = createHistogram()
  let ms = 0
  for (const n of order) {
    const startedAtMs = performance.now()
    const result = authenticate(fields[n], 'here')
    const tookMs = performance.now() - startedAtMs
    ms += tookMs
    histogram.record(Math.max(1, Math.round(tookMs * 1e6)))
    if (result instanceof Promise) throw new Error('it was forgotten')
  }
  return `${((1_000 * ms) / fields.length).toFixed(1)} us, p99 ${(histogram.percentile(99) / 1_000).toFixed(1)} us`
}
