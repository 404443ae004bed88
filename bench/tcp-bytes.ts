import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

interface Bytes {
  readonly sent: number
  readonly received: number
}

/** What the TCP connections of this machine have carried so far, by process and connection. */
export type TcpBytes = ReadonlyMap<number, ReadonlyMap<string, Bytes>>

/** Asks the kernel, through iproute2's `ss`. Bytes of the streams, without the headers of TCP and below. */
export async function tcpBytes(): Promise<TcpBytes> {
  const { stdout } = await promisify(execFile)('ss', ['-HtniOp'], { maxBuffer: 2 ** 26 }).catch((error) => {
    throw error.code === 'ENOENT' ? new Error('ss is missing: install iproute2') : error
  })
  const all = new Map<number, Map<string, Bytes>>()
  for (const line of stdout.split('\n')) {
    const [, , , local, peer] = line.split(/\s+/)
    for (const [, pid] of line.matchAll(/pid=(\d+)/g)) {
      const count = (name: string) => Number(new RegExp(` ${name}:(\\d+)`).exec(line)?.[1] ?? 0)
      const connections = all.get(Number(pid)) ?? new Map<string, Bytes>()
      all.set(Number(pid), connections)
      connections.set(`${local} ${peer}`, { sent: count('bytes_sent'), received: count('bytes_received') })
    }
  }
  return all
}

/** What a process has sent and received in between, on connections that are still open. */
export function carried(pid: number, before: TcpBytes, after: TcpBytes): Bytes {
  let [sent, received] = [0, 0]
  for (const [connection, bytes] of after.get(pid) ?? []) {
    const earlier = before.get(pid)?.get(connection)
    sent += bytes.sent - (earlier?.sent ?? 0)
    received += bytes.received - (earlier?.received ?? 0)
  }
  return { sent, received }
}
