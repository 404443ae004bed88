import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freePorts } from '../../dev/kafka/ports.ts'
import { spawnCli } from '../harness/cli-process.ts'

const ONE_SECOND = ['--rate', '20', '--seconds', '1']
/** Where no invoice is stored anyway. */
const BRIEF = [...ONE_SECOND, '--drain-seconds', '0']
const NOT_READY = 'is not ready: its log and /readyz on its ADMIN_PORT say why'

/** A gateway that takes nothing. */
async function notReady(t: TestContext, host: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    const body = request.url === '/readyz' ? { ready: false } : { outcome: 'rejected' }
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '5' }).end(JSON.stringify(body))
  }).listen(0, host)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://[${host}]:${(server.address() as AddressInfo).port}`
}

async function run(t: TestContext, args: string[], env: NodeJS.ProcessEnv = {}) {
  const started = spawnCli(['simulate', ...args], env)
  t.after(() => started.end())
  const { code } = await started.exited
  return { code, stdout: started.stdout().toString(), stderr: started.stderr() }
}

test('when nothing was acknowledged no latencies are shown, and the gateway is asked why', async (t) => {
  const url = await notReady(t, '::1')
  const { code, stdout, stderr } = await run(t, ['--url', url, ...BRIEF])
  assert.deepEqual([code, stderr], [1, ''])
  assert.ok(stdout.endsWith(`No latencies: nothing was acknowledged. The gateway ${NOT_READY}\n`), stdout)
  assert.doesNotMatch(stdout, /^ +(?:latency|own lateness|p50|p99|max) /m)
  const json = JSON.parse((await run(t, ['--url', url, ...BRIEF, '--json'])).stdout)
  assert.equal(json.diagnosis, `the gateway ${NOT_READY}`)
  assert.equal(json.latencyMs, null)
})

test('a gateway that is not there is told in words', async (t) => {
  const [port] = (await freePorts(1)) as [number]
  const { code, stdout } = await run(t, ['--url', `http://127.0.0.1:${port}`, ...BRIEF])
  assert.equal(code, 1)
  assert.match(stdout, /answers +\d+ x no answer/)
  assert.match(stdout, new RegExp(`No answer: 127\\.0\\.0\\.1:${port}: nothing listens there`))
  assert.doesNotMatch(stdout, /\bE[A-Z]{4,}\d*\b/)
})

test('the token of the environment goes with every invoice; a gateway that wants another one is told', async (t) => {
  const server = createServer((request, response) => {
    request.resume()
    const isGood = request.headers.authorization === 'Bearer good'
    const body = isGood ? { invoiceId: 'i', partition: 0, offset: '0' } : { outcome: 'rejected', till: 'resend' }
    response.writeHead(isGood ? 201 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bad = await run(t, ['--url', url, ...BRIEF])
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /The gateway answers 401: --token-file or TILLGATE_TOKEN gives another token\n$/)
  const good = await run(t, ['--url', url, ...ONE_SECOND], { TILLGATE_TOKEN: 'good' })
  assert.equal(good.code, 0, good.stdout)
})

test('marks that cannot be read are said before the run begins', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-simulate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [html, marks] = [join(folder, 'run.html'), join(folder, 'none')]
  const url = await notReady(t, '::1')
  const { code, stderr } = await run(t, ['--url', url, ...BRIEF, '--html', html, '--marks', marks])
  assert.match(stderr, /--marks/)
  assert.equal(code, 2)
  assert.equal(existsSync(html), false)
})

test('a run that cannot begin leaves no page behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-simulate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const answers = ['--answers', join(folder, 'no-folder', 'answers.ndjson')]
  const url = await notReady(t, '::1')
  const { code, stderr } = await run(t, ['--url', url, ...BRIEF, '--html', join(folder, 'run.html'), ...answers])
  assert.match(stderr, /--answers/)
  assert.equal(code, 2)
  assert.deepEqual(readdirSync(folder), [])
})
