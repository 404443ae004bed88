import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BrokerControl } from '../../dev/kafka/broker.ts'
import { KAFKA_FOLDER, sweep, uniqueName } from '../../dev/kafka/folders.ts'
import { startJvm } from '../../dev/kafka/jvm.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { prepare, QUICK_JVM } from '../../dev/kafka/prepared.ts'
import { provideRuntime } from '../../dev/kafka/runtime.ts'

/** What `compose.yaml` says of a container, as far as a process can do it. */
export interface Container {
  readonly environment?: Record<string, string | number>
  readonly command?: string[]
}

/** The brokers of `compose.yaml` as processes on this machine, with the settings that stand there but the addresses. */
export interface ComposeCluster {
  readonly brokers: readonly BrokerControl[]
  /** A text of `compose.yaml` with the addresses that its names have here. */
  localise(text: string): string
  stop(): Promise<void>
}

/** Formats and starts the brokers as Kafka's image does: KAFKA_A_B is the property a.b, CLUSTER_ID formats the storage. */
export async function startComposeCluster(containers: Record<string, Container>): Promise<ComposeCluster> {
  await sweep()
  const { java, jars } = await provideRuntime({ env: process.env, onProgress: console.log })
  const { javaFlags } = await prepare({ java, jars, jvmFlags: QUICK_JVM, onProgress: console.log })
  const folder = join(KAFKA_FOLDER, uniqueName('run'))
  await mkdir(folder, { recursive: true })
  const run = async (mainClass: string, args: readonly string[]) =>
    await (await startJvm(java.command, [...javaFlags, mainClass, ...args], join(folder, `${mainClass}.log`))).exited

  const places = new Map<string, string>()
  for (const name of Object.keys(containers)) {
    const [client, controller] = (await freePorts(2)) as [number, number]
    places.set(`${name}:9092`, `127.0.0.1:${client}`).set(`${name}:9093`, `127.0.0.1:${controller}`)
  }
  const localise = (text: string) => [...places].reduce((all, [name, place]) => all.replaceAll(name, place), text)

  const brokers: BrokerControl[] = []
  const stop = async () => {
    await Promise.all(brokers.map((broker) => broker.kill()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (const [name, { environment = {} }] of Object.entries(containers)) {
      const brokerFolder = join(folder, name)
      await mkdir(brokerFolder)
      const lines = Object.entries(environment)
        .filter(([variable]) => variable.startsWith('KAFKA_'))
        .map(([variable, value]) => [variable.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), String(value)])
        .map(([property, value = '']) => {
          if (property === 'log.dirs') return `log.dirs=${join(brokerFolder, 'data')}`
          return `${property}=${localise(value.replaceAll('://:', `://${name}:`))}`
        })
      const properties = join(brokerFolder, 'server.properties')
      await writeFile(properties, lines.join('\n'))
      const status = await run('kafka.tools.StorageTool', [
        'format',
        '-t',
        `${environment.CLUSTER_ID}`,
        '-c',
        properties,
      ])
      if (status !== 0) throw new Error(`the storage of ${name} was not formatted: ${status}`)
      const direct = { host: '127.0.0.1', port: Number(localise(`${name}:9092`).split(':')[1]) }
      const id = Number(environment.KAFKA_NODE_ID)
      const process = { id, folder: brokerFolder, java: java.command, javaFlags, direct, proxiedTarget: direct }
      brokers.push(new BrokerControl(process))
    }
    await Promise.all(brokers.map((broker) => broker.launch()))
    const ids = brokers.map(({ id }) => id)
    await Promise.all(brokers.map((broker) => broker.serves(ids)))
  } catch (error) {
    await stop()
    throw error
  }
  return { brokers, localise, stop }
}
