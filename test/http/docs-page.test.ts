import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { testApp } from './test-app.ts'

async function loaded(t: Parameters<typeof testApp>[0]) {
  const { app } = await testApp(t)
  const page = await app.inject('/docs')
  const urls = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url))
  const assets = await Promise.all(urls.map(async (url) => ({ url, answer: await app.inject(url) })))
  return { page, assets }
}

suite('/docs', () => {
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
})
