import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { type ListenAddresses, listenProblem } from '../../src/commands/listen-problem.ts'

/** Where a gateway listens, with what a test is about. */
const at = (addresses: Partial<ListenAddresses>): ListenAddresses => ({
  HOST: '0.0.0.0',
  PORT: 8080,
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: 9464,
  ...addresses,
})

async function refusalAt(host: string, port: number): Promise<unknown> {
  const [error] = await once(createServer().listen(port, host).on('listening', assert.fail), 'error')
  return error
}

test('a port that is in use is named with its address and variable', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  t.after(() => holder.close())
  const { port } = holder.address() as { port: number }
  const error = await refusalAt('127.0.0.1', port)
  const invoices = listenProblem(error, at({ HOST: '127.0.0.1', PORT: port }))
  assert.match(invoices ?? '', new RegExp(`^127\\.0\\.0\\.1:${port} is in use by another process: set PORT `))
  const admin = listenProblem(error, at({ HOST: '127.0.0.1', PORT: 1, ADMIN_PORT: port }))
  assert.match(admin ?? '', /set ADMIN_PORT \(or ADMIN_HOST\) /)
})

test('a program without tills has the operator’s port alone', () => {
  const error = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', syscall: 'listen', port: 9464 })
  const problem = listenProblem(error, { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: 9464 })
  assert.match(problem ?? '', /^127\.0\.0\.1:9464 is in use by another process: set ADMIN_PORT /)
})

test('a host that is not of this machine, or not to be found, is named', async () => {
  const foreign = listenProblem(await refusalAt('192.0.2.1', 0), at({ HOST: '192.0.2.1' }))
  assert.match(foreign ?? '', /^HOST is 192\.0\.2\.1, which is not an address of this machine/)
  const unknown = listenProblem(await refusalAt('nowhere.invalid', 0), at({ HOST: 'nowhere.invalid' }))
  assert.match(unknown ?? '', /^HOST is nowhere\.invalid, a name that cannot be resolved/)
  for (const ADMIN_HOST of ['192.0.2.1', 'nowhere.invalid']) {
    const admin = listenProblem(await refusalAt(ADMIN_HOST, 0), at({ PORT: 0, ADMIN_HOST, ADMIN_PORT: 0 }))
    assert.ok(admin?.startsWith(`ADMIN_HOST is ${ADMIN_HOST}, `), admin)
  }
})

test('a port that needs a right is named', () => {
  const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen', port: 80 })
  assert.match(listenProblem(error, at({ PORT: 80 })) ?? '', /^0\.0\.0\.0:80 is not allowed.* set PORT/)
})

test('an IPv6 address is written with brackets; what it lacks is said', () => {
  const refused = (code: string, HOST: string) => {
    const error = Object.assign(new Error(`listen ${code}`), { code, syscall: 'listen', port: 80 })
    return listenProblem(error, at({ HOST, PORT: 80 })) ?? ''
  }
  assert.match(refused('EADDRINUSE', '::1'), /^\[::1\]:80 is in use/)
  assert.match(refused('EAFNOSUPPORT', '::'), /^HOST is ::, but this machine has no IPv6: .*0\.0\.0\.0/)
  assert.match(refused('EINVAL', 'fe80::1'), /fe80::1%eth0$/)
})

test('any other refusal is in words, too', () => {
  const error = Object.assign(new Error('listen EMFILE'), { code: 'EMFILE', syscall: 'listen', port: 80 })
  assert.equal(
    listenProblem(error, at({ PORT: 80 })),
    '0.0.0.0:80 cannot be listened on: this process has too many open files (ulimit -n)',
  )
})

test('everything else is no problem of listening', () => {
  for (const error of [new Error('x'), 'x', undefined]) assert.equal(listenProblem(error, at({})), undefined)
})
