import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import packageJson from '../../package.json' with { type: 'json' }
import { rawMarks } from './raw-marks.ts'
import { testApp } from './test-app.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

suite('/', () => {
  test('is a page for a browser, and each of its links leads somewhere', async (t) => {
    const { app, contract } = await testApp(t)
    const answer = await app.inject({ url: '/', headers: BROWSER })
    contract('GET', '/', answer)
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
    assert.deepEqual(rawMarks(answer.body), [])
    const links = [...answer.body.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => String(href))
    for (const needed of ['/openapi.json', '/asyncapi.json', '/invoice.schema.json', '/problems'])
      assert.ok(links.includes(needed), needed)
    assert.ok(!links.includes('/docs'))
    for (const link of links) assert.equal((await app.inject(link)).statusCode, 200, link)
  })

  for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
    test(`is JSON for a program that sends ${JSON.stringify(headers)}`, async (t) => {
      const { app, contract } = await testApp(t)
      const answer = await app.inject({ url: '/', headers })
      assert.equal(answer.headers.vary, 'accept')
      const { name, version, ...paths } = contract('GET', '/', answer)
      assert.deepEqual([name, version], ['Tillgate', packageJson.version])
      assert.deepEqual(Object.keys(paths), ['openapi', 'asyncapi', 'invoiceSchema', 'problems'])
      for (const path of Object.values(paths)) assert.equal((await app.inject(String(path))).statusCode, 200)
    })
  }

  test('leads to /docs where it is served', async (t) => {
    const { app, contract } = await testApp(t, {}, { docs: true })
    assert.match((await app.inject({ url: '/', headers: BROWSER })).body, /<a href="\/docs">/)
    assert.equal(contract('GET', '/', await app.inject('/')).docs, '/docs')
    assert.equal((await app.inject('/docs')).statusCode, 200)
  })
})
