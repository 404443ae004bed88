import type { Internals } from './internals.ts'

/**
 * Bootstrap addresses: `[::1]:9092` is an IPv6 address and a port.
 *
 * Without it kafkajs cuts an address at its first colon, and looks for a host named `[`.
 */
export function readIpv6Bootstrap({ replaceModule }: Internals): void {
  replaceModule<CreatePoolBuilder>('cluster/connectionPoolBuilder', (create) => (options) => {
    const { brokers } = options
    const builder = create(options)
    let turn = 0
    return {
      build(destination) {
        if (destination?.host || !Array.isArray(brokers) || brokers.length === 0) return builder.build(destination)
        const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(brokers[turn++ % brokers.length]) ?? []
        return builder.build(host === undefined ? destination : { host, port: Number(port) })
      },
    }
  })
}

interface Destination {
  readonly host?: string
  readonly port?: number
}

type CreatePoolBuilder = (options: { brokers: unknown }) => {
  build(destination?: Destination): Promise<unknown>
}
