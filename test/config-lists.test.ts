import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { listed, networkProblems } from '../src/config-lists.ts'

test('a list is separated by commas, with spaces or without', () => {
  assert.deepEqual(listed('a,b , c'), ['a', 'b', 'c'])
  assert.deepEqual(listed(undefined), [])
})

test('networks that are taken are such that Fastify takes, and none is everybody', () => {
  const networks = '10.1.2.3, 10.0.0.0/8, 192.0.2.0/32,fd00::/8 , ::1, 2001:db8::/128, ::ffff:10.0.0.1'
  assert.deepEqual(networkProblems('TRUSTED_PROXIES', networks), [])
  fastify({ trustProxy: listed(networks) })
  const wrong = [
    '',
    '10.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0',
    'all',
    'fd00::/129',
    'a/b',
    '::1%lo',
    '1.2.3.4/',
  ]
  for (const network of wrong) {
    const [problem] = networkProblems('TRUSTED_PROXIES', `10.1.2.3,${network}`)
    assert.match(problem ?? '', /^entry 2 of TRUSTED_PROXIES must be an address or a network/, network)
  }
})
