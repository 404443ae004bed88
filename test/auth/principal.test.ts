import assert from 'node:assert/strict'
import { test } from 'node:test'
import { may, type Principal } from '../../src/auth/principal.ts'

const till = { scopes: new Set(['invoices:write']), stores: new Set(['S1']), terminals: new Set(['T1', 'T2']) } as const

test('a principal may do what its scope says, for its stores and terminals alone', () => {
  const who = till as Pick<Principal, 'scopes' | 'stores' | 'terminals'>
  assert.ok(may(who, 'invoices:write', { storeId: 'S1', terminalId: 'T2' }))
  assert.ok(!may(who, 'invoices:read', { storeId: 'S1', terminalId: 'T2' }))
  assert.ok(!may(who, 'invoices:write', { storeId: 'S2', terminalId: 'T2' }))
  assert.ok(!may(who, 'invoices:write', { storeId: 'S1', terminalId: 'T3' }))
  assert.ok(!may(who, 'invoices:write', { storeId: 's1', terminalId: 'T1' }), 'letter case counts')
  assert.ok(may({ ...who, stores: '*', terminals: '*' }, 'invoices:write', { storeId: 'S9', terminalId: 'T9' }))
})
