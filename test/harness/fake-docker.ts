/**
 * What `docker` does with the image of Kafka, as processes on this machine: the settings of the command line as
 * server.properties, volumes as folders. All of it is in the folder FAKE_DOCKER.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../../dev/kafka/folders.ts'
import { prepare, QUICK_JVM } from '../../dev/kafka/prepared.ts'
import { provideRuntime } from '../../dev/kafka/runtime.ts'

const folder = process.env.FAKE_DOCKER as string
const args = process.argv.slice(2)
const command = args[0] === 'image' || args[0] === 'volume' ? `${args[0]} ${args[1]}` : args[0]
const valuesOf = (flag: string) => args.flatMap((arg, i) => (args[i - 1] === flag ? [arg] : []))
const name = command === 'run' ? (valuesOf('--name')[0] as string) : (args.at(-1) as string)
const container = join(folder, 'containers', name)
const pulled = join(folder, 'pulled')
const pid = () => Number(readFileSync(join(container, 'pid'), 'utf8'))

async function untilEnded(): Promise<void> {
  while (isAlive(pid())) await sleep(20)
}

async function run(): Promise<void> {
  mkdirSync(container, { recursive: true })
  const [volume = ''] = valuesOf('--volume')
  const data = volume ? join(folder, 'volumes', volume.split(':')[0] as string) : join(container, 'data')
  const settings = valuesOf('--env').map((setting) => {
    const [variable = '', value = ''] = setting.split(/=(.*)/s)
    const property = variable.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.')
    return `${property}=${property === 'log.dirs' ? data : value.replaceAll('://:', '://127.0.0.1:')}\n`
  })
  const properties = join(container, 'server.properties')
  writeFileSync(properties, settings.join(''))
  const onProgress = () => {}
  const { java, jars } = await provideRuntime({ env: process.env, onProgress })
  const { javaFlags } = await prepare({ java, jars, jvmFlags: QUICK_JVM, onProgress })
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'fake-docker-cluster-id', '-c', properties]
  execFileSync(java.command, [...javaFlags, ...format, '--ignore-formatted'], { stdio: 'ignore' })
  const log = openSync(join(container, 'log'), 'a')
  const stdio = ['ignore', log, log] as const
  const broker = spawn(java.command, [...javaFlags, 'kafka.Kafka', properties], { stdio: [...stdio], detached: true })
  writeFileSync(join(container, 'pid'), String(broker.pid))
  console.log(name)
  process.exit(0)
}

if (command === 'image inspect' && !existsSync(pulled)) process.exit(1)
if (command === 'pull') writeFileSync(pulled, args.at(-1) as string)
if (command === 'run') await run()
if (command === 'wait') await untilEnded().then(() => console.log(137))
if (command === 'stop') process.kill(pid(), 'SIGTERM')
if (command === 'stop') await untilEnded()
if (command === 'logs') console.log(readFileSync(join(container, 'log'), 'utf8').split('\n').slice(-16).join('\n'))
if (command === 'volume rm') rmSync(join(folder, 'volumes', name), { recursive: true })
if (command === 'rm') {
  if (existsSync(container) && isAlive(pid())) process.kill(pid(), 'SIGKILL')
  rmSync(container, { recursive: true })
}
