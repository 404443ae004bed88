import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { eventually } from '../dev/kafka/eventually.ts'
import { freePorts } from '../dev/kafka/ports.ts'
import { connectionsWithin, openFilesLimit } from '../src/open-files.ts'
import { CLI, DEADLINE_MS } from './harness/cli-process.ts'
import { message, rawSocket } from './http/raw-socket.ts'

test('tills take the connections that they are allowed, if so many files may be open', () => {
  const config = { MAX_CONNECTIONS: 1_000, ADMIN_MAX_CONNECTIONS: 100 }
  assert.equal(connectionsWithin(Number.POSITIVE_INFINITY, config), 1_000)
  assert.equal(connectionsWithin(1_356, config), 1_000)
  assert.equal(connectionsWithin(1_355, config), 999)
  assert.equal(connectionsWithin(100, config), 50, 'half of very few')
  assert.ok(openFilesLimit() > 0)
})

test('its operator is answered though the port of the tills has all connections that its open files allow', async (t) => {
  const [port, adminPort] = (await freePorts(2)) as [number, number]
  const child = spawn('sh', ['-c', 'ulimit -n 600; exec "$0" "$1" serve', process.execPath, CLI], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      KAFKA_BROKERS: '127.0.0.1:1',
      AUTH: 'off',
    },
    stdio: 'ignore',
  })
  const sockets: Socket[] = []
  const exited = new Promise((resolve) => child.once('exit', resolve))
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    child.kill('SIGKILL')
    await exited
  })
  // Each time over a new connection.
  const answerAt = async (port: number) => await rawSocket(port, message('GET /livez', { connection: 'close' })).closed
  await eventually('it listens', DEADLINE_MS, 50, async () => (await answerAt(port)) !== '' || undefined)
  for (let i = 0; i < 700; i++) sockets.push(connect(port, '127.0.0.1').on('error', () => {}))
  await eventually('some are refused', DEADLINE_MS, 20, async () => sockets.some(({ closed }) => closed) || undefined)
  assert.match(await answerAt(adminPort), /^HTTP\/1\.1 200 /)
})
