import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { listed, networkProblems, originProblems } from '../src/config-lists.ts'

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

test('origins are taken as browsers write them, and no pattern is one', () => {
  const origins = 'https://till.example, http://127.0.0.1:5173, https://[::1]:8443, capacitor://localhost'
  assert.deepEqual(originProblems('CORS_ORIGINS', origins), [])
  const wrong = [
    '*',
    'null',
    '',
    'till.example',
    'https://till.example/',
    'https://till.example:443',
    'https://*.example',
  ]
  for (const origin of [...wrong, 'https://Till.example', 'https://a@till.example', 'https://till.example/x'])
    assert.match(
      originProblems('CORS_ORIGINS', `https://a.example,${origin}`)[0] ?? '',
      /^entry 2 of CORS_ORIGINS/,
      origin,
    )
})
