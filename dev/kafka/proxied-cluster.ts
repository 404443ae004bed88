import { type KafkaCluster, type KafkaOptions, startKafka } from './cluster.ts'
import { freePorts } from './ports.ts'
import { startWireProxy, type WireProxy } from './wire-proxy.ts'

/** A cluster whose clients can be put behind a proxy for each broker. */
export interface ProxiedKafka {
  /** Its addresses and `createTopic` bypass the proxies, so that a test can prepare and read back. */
  cluster: KafkaCluster
  /** `proxies[id]` is in front of `cluster.brokers[id]`. */
  proxies: WireProxy[]
  /** Addresses of the proxies: a client that bootstraps here reaches every broker through its proxy. */
  bootstrap: string[]
  /** Closes the proxies and ends the cluster. */
  stop(): Promise<void>
}

export interface ProxiedKafkaOptions extends Omit<KafkaOptions, 'proxied'> {
  /** The host name that clients are given for a broker's proxy; default 127.0.0.1, where it listens. */
  host?: (brokerId: number) => string
}

/** Starts a cluster with a wire proxy in front of each broker, all of them forwarding at first. */
export async function startProxiedKafka(options: ProxiedKafkaOptions = {}): Promise<ProxiedKafka> {
  const { host = () => '127.0.0.1' } = options
  const ports = await freePorts(options.brokers ?? 1)
  const cluster = await startKafka({
    ...options,
    proxied: (brokerId) => ({ host: host(brokerId), port: ports[brokerId] as number }),
  })
  const proxies = await Promise.all(
    cluster.brokers.map((broker, id) => startWireProxy({ target: broker.proxiedTarget, listen: ports[id] as number })),
  ).catch(async (error) => {
    await cluster.stop()
    throw error
  })
  return {
    cluster,
    proxies,
    bootstrap: proxies.map((proxy, id) => `${host(id)}:${proxy.port}`),
    stop: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()))
      await cluster.stop()
    },
  }
}
