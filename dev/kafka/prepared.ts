import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { OnProgress } from '../progress.ts'
import { BrokerControl } from './broker.ts'
import { KAFKA_FOLDER, KAFKA_VERSION, makeFolder } from './folders.ts'
import type { Java } from './java.ts'
import { startJvm } from './jvm.ts'
import { freePorts } from './ports.ts'
import { serverProperties } from './server-properties.ts'

/** What is prepared only once for one Kafka release and one Java, and used by every cluster. */
export interface Prepared {
  /** What `kafka-storage format` writes into every node's data folder beside its meta.properties. */
  checkpoint: string
  /** Everything that goes before the main class. */
  javaFlags: string[]
}

/** The JVM settings of an embedded broker. It starts in a second or two and takes some 10,000 records a second. */
export const QUICK_JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

interface PrepareOptions {
  java: Java
  jars: string[]
  jvmFlags: string[]
  onProgress: OnProgress
  /** Ends the preparation when it is aborted. */
  signal?: AbortSignal | undefined
}

/**
 * Prepares quick starts, once for each Kafka and Java version: the formatted metadata (saves a JVM of 1-2 s per node)
 * and an archive of the broker's loaded classes (halves the CPU time of a start). A JVM that does not accept the
 * archive ignores it.
 */
export async function prepare({ java, jars, jvmFlags, onProgress, signal }: PrepareOptions): Promise<Prepared> {
  const folder = join(KAFKA_FOLDER, `prepared-${KAFKA_VERSION}-java-${java.version}`)
  const runsJars = ['-cp', jars.join(delimiter), `-Dlog4j2.configurationFile=${LOG_SETTINGS}`, '-XX:-UsePerfData']
  if (!existsSync(folder)) {
    onProgress(`Preparing quick starts of Kafka on Java ${java.version}, once`)
    await makeFolder(folder, (partial) => fillPrepared(partial, java, runsJars, signal))
  }
  const archive = join(folder, CLASSES)
  const archived = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : []
  return { checkpoint: join(folder, CHECKPOINT), javaFlags: [...jvmFlags, ...archived, ...runsJars] }
}

async function fillPrepared(partial: string, java: Java, runsJars: string[], signal?: AbortSignal): Promise<void> {
  const folder = join(partial, 'trained')
  const data = join(folder, 'data')
  await mkdir(data, { recursive: true })
  const [direct, proxied, controller] = (await freePorts(3)) as [number, number, number]
  const proxiedTarget = { host: '127.0.0.1', port: proxied }
  const ports = { direct, proxied, controller }
  const node = { id: 0, ports, controllers: [ports], advertisedProxy: proxiedTarget, brokerConfig: {} }
  const properties = join(folder, 'server.properties')
  await writeFile(properties, serverProperties(node, [data]))

  const log = join(folder, 'format.log')
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'embedded-kafka-format', '-c', properties]
  const status = await (await startJvm(java.command, [...QUICK_JVM, ...runsJars, ...format], log)).exited
  signal?.throwIfAborted()
  if (status !== 0) throw new Error(`Kafka's storage tool ended with ${status}:\n${await readFile(log, 'utf8')}`)

  const archives = ['-XX:+IgnoreUnrecognizedVMOptions', `-XX:ArchiveClassesAtExit=${join(partial, CLASSES)}`]
  const broker = new BrokerControl({
    id: 0,
    folder,
    java: java.command,
    javaFlags: [...QUICK_JVM, ...archives, ...runsJars],
    direct: { host: '127.0.0.1', port: direct },
    proxiedTarget,
  })
  try {
    await broker.start(signal)
  } catch (error) {
    await broker.kill()
    throw error
  }
  await broker.stop()
  await rename(join(data, CHECKPOINT), join(partial, CHECKPOINT))
  await rm(folder, { recursive: true })
}

const LOG_SETTINGS = join(import.meta.dirname, 'log4j2.properties')
const CHECKPOINT = 'bootstrap.checkpoint'
const CLASSES = 'classes.jsa'
