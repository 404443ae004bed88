import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { testApp } from './test-app.ts'

async function loaded(t: Parameters<typeof testApp>[0]) {
  const { app } = await testApp(t, {}, { docs: true })
  const page = await app.inject('/docs')
  const urls = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url))
  const assets = await Promise.all(urls.map(async (url) => ({ url, answer: await app.inject(url) })))
  return { page, assets }
}

suite('/docs', () => {
  test('is on the port of the tills only where that is asked for', async (t) => {
    const { app } = await testApp(t)
    for (const path of ['/docs', '/docs/', '/docs/json', '/docs/static/index.html'])
      assert.equal((await app.inject(path)).statusCode, 404, path)
  })

  test('loads its scripts and styles from here, and nothing from anywhere else', async (t) => {
    const { page, assets } = await loaded(t)
    assert.equal(page.statusCode, 200)
    assert.doesNotMatch(String(page.headers['content-security-policy']), /https?:|\*/)
    assert.ok(assets.length >= 5)
    for (const { url, answer } of assets) {
      assert.match(url, /^\/docs\/static\//)
      assert.equal(answer.statusCode, 200, url)
    }
  })

  test('has nothing at paths that are no names of files', async (t) => {
    const { app } = await testApp(t, {}, { docs: true })
    for (const name of ['%00', '..%5c..%5cpackage.json', '%2e%2e%2fpackage.json', 'a'.repeat(5_000)]) {
      const answer = await app.inject(`/docs/static/${name}`)
      assert.equal(answer.statusCode, 404, name)
      assert.equal(answer.json().type, '/problems/not-found')
    }
  })

  test('has our name and our icon, and nobody else’s', async (t) => {
    const { page, assets } = await loaded(t)
    assert.match(page.body, /<title>Tillgate API<\/title>/)
    assert.deepEqual(
      assets.map(({ url }) => url).filter((url) => /favicon|logo|\.png/.test(url)),
      [],
    )
    const initializer = assets.find(({ url }) => url.endsWith('swagger-initializer.js'))?.answer.body
    assert.match(String(initializer), /"layout":"BaseLayout"/)
    const icon = assets.find(({ url }) => url.endsWith('icon.svg'))?.answer
    assert.match(String(icon?.headers['content-type']), /^image\/svg\+xml/)
  })

  test('shows and sends lines as they are, not as one quoted string', async (t) => {
    const { assets } = await loaded(t)
    const initializer = assets.find(({ url }) => url.endsWith('swagger-initializer.js'))?.answer.body
    const [plugin] = pluginsOf(String(initializer))
    const system = { fn: { getSampleSchema: () => 'quoted' } as Sampler }
    plugin?.().afterLoad.call(system)
    assert.equal(system.fn.getSampleSchema({}, 'application/x-ndjson', {}, '{}\n{}\n'), '{}\n{}\n')
    assert.equal(system.fn.getSampleSchema({}, 'application/json', {}, { a: 1 }), 'quoted')
  })
})

interface Sampler {
  getSampleSchema: (...parameters: unknown[]) => unknown
}

type Plugin = () => { afterLoad: (this: { fn: Sampler }) => void }

/** The plugins that a browser gives to Swagger UI when it runs the script of the page. */
function pluginsOf(script: string): Plugin[] {
  const configurations: { plugins: Plugin[] }[] = []
  const bundle = (configuration: { plugins: Plugin[] }) => {
    configurations.push(configuration)
    return { initOAuth: () => {} }
  }
  const window: { location: object; onload?: () => void } = { location: { href: 'http://gateway/docs' } }
  runInNewContext(script, {
    window,
    document: { createElement: () => ({}) },
    SwaggerUIBundle: Object.assign(bundle, { presets: {}, plugins: {} }),
    SwaggerUIStandalonePreset: {},
  })
  window.onload?.()
  return configurations.flatMap(({ plugins }) => [...plugins])
}
