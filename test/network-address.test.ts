import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressText, isLoopback, parseAddress } from '../src/network-address.ts'

test('an address is read and written the same, an IPv6 one with brackets', () => {
  for (const [text, host, port] of [
    ['broker-1:9092', 'broker-1', 9092],
    ['127.0.0.1:1', '127.0.0.1', 1],
    ['[::1]:9092', '::1', 9092],
    ['[fe80::1%eth0]:65535', 'fe80::1%eth0', 65_535],
  ] as const) {
    assert.deepEqual(parseAddress(text), { host, port })
    assert.equal(addressText(host, port), text)
  }
})

test('without a port there is none', () => {
  for (const text of ['broker-1', 'broker-1:', '', '[::1]']) assert.ok(Number.isNaN(parseAddress(text).port), text)
})

test('loopback is what only this machine reaches', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1']) assert.ok(isLoopback(host), host)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.example.com', 'gateway']) assert.ok(!isLoopback(host), host)
})
