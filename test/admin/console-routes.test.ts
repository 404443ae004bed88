import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { consoleFiles } from '../../src/admin/console-files.ts'
import { startAdminListener } from '../../src/admin/listener.ts'
import { Console } from '../../src/console/console.ts'
import { fakeSources } from '../console/fake-sources.ts'
import { journalsOf, packed } from '../console/pack.ts'

const INVOICE = 'stores/A/terminals/T1/journals/J1/invoices'

async function start(t: TestContext, sources = fakeSources({ journals: journalsOf({ 'A/T1/J1': packed([[1, 5]]) }) })) {
  const shown = new Console(sources)
  const admin = await startAdminListener(
    {
      readiness: () => ({ ready: true, reasons: [] }),
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      openapi: null,
      console: shown,
    },
    ...[{ host: '127.0.0.1', port: 0, maxConnections: 100, logger: pino({ level: 'silent' }), names: ['ops.example'] }],
  )
  t.after(() => admin.stop())
  return { url: `${admin.url}/console`, stop: admin.stop }
}

/** The status of a GET with these header fields; `fetch` would set its own. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false }, (answer) => {
      answer.destroy()
      resolve(answer.statusCode)
    })
    asked.on('error', reject).end()
  })
}

test('the page and its files run nothing but files of this server', async (t) => {
  const { url } = await start(t)
  const answer = await fetch(url)
  const policy = String(answer.headers.get('content-security-policy'))
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';/)
  assert.doesNotMatch(policy, /unsafe/)
  const page = await answer.text()
  assert.doesNotMatch(page, /style=|<style|<script(?![^>]* src=)|https?:/)
  for (const [, path] of page.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g))
    assert.equal((await fetch(new URL(String(path), url))).status, 200, path)
  for (const { path } of consoleFiles()) {
    const file = await fetch(`${url}/${path}`)
    assert.equal(file.status, 200, path)
    assert.match(String(file.headers.get('content-type')), path.endsWith('.css') ? /^text\/css/ : /javascript/)
    assert.equal(file.headers.get('x-content-type-options'), 'nosniff')
  }
})

test('of the packages, only what the page loads is served, and of our sources only the page', async (t) => {
  const { url } = await start(t)
  for (const path of [
    'vendor/preact.mjs',
    'vendor/../console.ts',
    'vendor/..%2f..%2fpackage.json',
    'console.ts',
    'index.html',
  ])
    assert.equal((await fetch(`${url}/${path}`)).status, 404, path)
})

test('nothing can be sent', async (t) => {
  const { url } = await start(t)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    for (const path of ['', '/events', '/stores', `/${INVOICE}/1`])
      assert.equal((await fetch(url + path, { method })).status, 405, `${method} ${path}`)
})

test('a name that leads here by somebody else’s doing gets nothing', async (t) => {
  const { url } = await start(t)
  for (const path of ['', '/main.js', '/events', '/stores', `/${INVOICE}/1`]) {
    assert.equal(await statusOf(url + path, { host: 'evil.example' }), 421, path)
    assert.equal(await statusOf(url + path, { host: 'ops.example' }), 200, path)
  }
})

test('a page of another site takes no place of a viewer', async (t) => {
  const { url } = await start(t)
  assert.equal(await statusOf(`${url}/events`, { 'sec-fetch-site': 'cross-site' }), 403)
  assert.equal(await statusOf(`${url}/events`, { 'sec-fetch-site': 'same-origin' }), 200)
  assert.equal(await statusOf(url, { 'sec-fetch-site': 'cross-site' }), 200) // a link to the page
})

test('only a request that gets the events takes the place of a viewer', async (t) => {
  const { url } = await start(t)
  for (let n = 0; n < 20; n++) assert.equal((await fetch(`${url}/events`, { method: 'HEAD' })).status, 405)
  assert.equal(await statusOf(`${url}/events`, {}), 200)
})

test('so many may watch; their streams end when the listener stops', async (t) => {
  const { url, stop } = await start(t)
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/events`)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal((await fetch(`${url}/events`)).status, 503)
  const read = answers.map((answer) => answer.text())
  await stop()
  for (const text of await Promise.all(read)) assert.match(text, /^event: history\ndata: .*\n\nevent: snapshot\n/s)
})

test('searches are paged, and what is asked is checked', async (t) => {
  const { url } = await start(t)
  // biome-ignore lint/suspicious/noExplicitAny: it is what the test looks at
  const ask = async (path: string): Promise<[number, any]> => {
    const answer = await fetch(`${url}/${path}`)
    return [answer.status, await answer.json()]
  }
  assert.deepEqual((await ask('stores?q=A&limit=nonsense&after='))[1].entries.length, 1)
  assert.deepEqual(await ask('stores?q=a&q=b'), [200, { entries: [], next: null }])
  assert.deepEqual((await ask('stores/A'))[1].entries.length, 1)
  assert.equal((await ask(`${INVOICE}/1`))[1].found.state, 'stored')
  assert.equal((await ask(`${INVOICE}/0`))[0], 400)
  assert.equal((await ask(`${INVOICE}/1e3`))[0], 400)
})

test('where .journals is not followed, there is nothing to search', async (t) => {
  const { url } = await start(t, fakeSources({ journals: null }))
  assert.equal((await fetch(`${url}/stores`)).status, 404)
})
