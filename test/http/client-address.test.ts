import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fastify } from 'fastify'
import { clientAddress, trustIn } from '../../src/http/client-address.ts'

/** What the address of a client is, for a request from `remoteAddress` with this `X-Forwarded-For`. */
async function addressOf(proxies: string[], remoteAddress: string, forwarded?: string | string[]): Promise<string> {
  const app = fastify(trustIn(proxies))
  app.get('/', (request) => clientAddress(request))
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return (await app.inject({ url: '/', remoteAddress, headers })).body
}

suite('the address of a client', () => {
  test('is where its connection comes from, whatever it writes', async () => {
    assert.equal(await addressOf([], '192.0.2.1', '198.51.100.7'), '192.0.2.1')
    assert.equal(await addressOf(['10.0.0.0/8'], '192.0.2.1', '198.51.100.7'), '192.0.2.1')
  })

  test('is what a trusted proxy says', async () => {
    assert.equal(await addressOf(['10.0.0.0/8'], '10.1.2.3', '198.51.100.7'), '198.51.100.7')
    assert.equal(await addressOf(['10.1.2.3'], '::ffff:10.1.2.3', '198.51.100.7'), '198.51.100.7')
    assert.equal(await addressOf(['fd00::/8'], 'fd00::5', '198.51.100.7'), '198.51.100.7')
  })

  test('is the one that the proxy added, not those that the client wrote before it', async () => {
    assert.equal(await addressOf(['10.0.0.0/8'], '10.1.2.3', '203.0.113.9, 198.51.100.7'), '198.51.100.7')
    const twoProxies = '203.0.113.9, 198.51.100.7, 10.9.9.9'
    assert.equal(await addressOf(['10.0.0.0/8'], '10.1.2.3', twoProxies), '198.51.100.7')
  })

  test('is the proxy’s where it says nothing, or no address', async () => {
    assert.equal(await addressOf(['10.0.0.0/8'], '10.1.2.3'), '10.1.2.3')
    for (const text of ['unknown', '', '10.0.0', 'x'.repeat(100)])
      assert.equal(await addressOf(['10.0.0.0/8'], '10.1.2.3', text), '10.1.2.3', text)
  })

  test('has one form, and of IPv6 the network counts', async () => {
    for (const [remote, expected] of [
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['2001:db8:0:1:aaaa:bbbb:cccc:dddd', '2001:db8:0:1::/64'],
      ['2001:DB8:0:1::7', '2001:db8:0:1::/64'],
      ['2001:db8::7', '2001:db8:0:0::/64'],
      ['2001:db8::', '2001:db8:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ] as const)
      assert.equal(await addressOf([], remote), expected, remote)
  })
})
