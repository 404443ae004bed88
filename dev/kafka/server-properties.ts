import type { Address } from './metadata-request.ts'

/** Where one node listens; all on 127.0.0.1. */
export interface NodePorts extends BrokerPorts {
  controller: number
}

/** Where a node that is not a controller listens. */
export interface BrokerPorts {
  direct: number
  proxied: number
}

/** What distinguishes one node of one cluster. */
export interface NodeSettings {
  id: number
  ports: BrokerPorts
  /** The controllers by id. The node is one of them if its id is; otherwise it joins them as a broker only. */
  controllers: NodePorts[]
  /** The address the second listener gives to clients. */
  advertisedProxy: Address
  brokerConfig: Record<string, string>
}

/**
 * The server.properties of one broker, which usually is a controller too. Everything else is Kafka's default, so that
 * replication and retention behave as in production. `brokerConfig` overrides anything.
 */
export function serverProperties(settings: NodeSettings, logDirs: string[]): string {
  const { id, ports, controllers, advertisedProxy, brokerConfig } = settings
  const controller = controllers[id]
  const replicas = String(controllers.length)
  const minInSync = controllers.length > 1 ? '2' : '1'
  const lines: Record<string, string> = {
    'process.roles': controller ? 'broker,controller' : 'broker',
    'node.id': String(id),
    'controller.quorum.voters': controllers.map((node, index) => `${index}@127.0.0.1:${node.controller}`).join(','),
    listeners: [
      `DIRECT://127.0.0.1:${ports.direct}`,
      `PROXIED://127.0.0.1:${ports.proxied}`,
      ...(controller ? [`CONTROLLER://127.0.0.1:${controller.controller}`] : []),
    ].join(','),
    'advertised.listeners': `DIRECT://127.0.0.1:${ports.direct},PROXIED://${advertisedProxy.host}:${advertisedProxy.port}`,
    'listener.security.protocol.map': 'DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'DIRECT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logDirs.join(','),

    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
    'auto.create.topics.enable': 'false', // a topic that is missing must look missing

    // Quick to start and light on a small machine.
    'broker.heartbeat.interval.ms': '250', // a new broker is let in at its second heartbeat
    'broker.session.timeout.ms': '3000', // after this a killed broker's partitions move, and it may come back
    'controller.quorum.election.timeout.ms': '500',
    'controller.quorum.election.backoff.max.ms': '200',
    'replica.fetch.backoff.ms': '200',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.num.partitions': '3',
    'share.coordinator.state.topic.num.partitions': '3',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'log.cleaner.dedupe.buffer.size': '16777216',
    ...brokerConfig,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
