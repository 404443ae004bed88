import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/**
 * Fastify's option that makes it read `X-Forwarded-For` of requests from these addresses and networks, and from nobody
 * else. Then `request.ip` is the last address of that field that is not one of them.
 */
export function trustIn(proxies: readonly string[]): { trustProxy?: string[] } {
  return proxies.length === 0 ? {} : { trustProxy: [...proxies] }
}

/**
 * Whose request it is, for bounds per sender: the address of the client, behind a trusted proxy the one that the proxy
 * names. IPv4 addresses have one form. Of an IPv6 address the network of 64 bits counts (`fd00:0:0:1::/64`), because a
 * client may choose the rest. Nothing that a client writes changes it, unless the client is itself a trusted proxy.
 */
export function clientAddress({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const address = isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ?? (address.includes(':') ? networkOf(address) : address)
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const behind = tail === '' ? [] : tail.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split(':')
    while (groups.length + behind.length < 8) groups.push('0')
    groups.push(...behind)
  }
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${prefix.join(':')}::/64`
}
