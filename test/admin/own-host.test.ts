import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOwnHost } from '../../src/admin/own-host.ts'

test('addresses, localhost, names without a dot and the operator’s own names may open the console', () => {
  const own = ['127.0.0.1:9464', '10.1.2.3', '[::1]:9464', '[fe80::1]', 'localhost:9464', 'LOCALHOST', 'a.localhost:1']
  for (const host of [...own, 'gateway:9464', 'Ops.Example.com:443', 'ops.example.com'])
    assert.ok(isOwnHost(host, ['ops.example.com']), host)
})

test('a name that somebody else may have made lead here may not', () => {
  for (const host of [
    'evil.example:9464',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'xops.example.com',
    '',
    ':1',
  ])
    assert.ok(!isOwnHost(host, ['ops.example.com']), host)
  assert.ok(!isOwnHost(undefined, []))
})
