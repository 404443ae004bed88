/** `npm start`: Kafka, the topic, a gateway on port 8080 and what to try. `npm start -- --help` says the rest. */
import { relative, resolve } from 'node:path'
import { listenProblem } from '../src/commands/listen-problem.ts'
import { readGatewayConfig } from '../src/config.ts'
import { type Config, ConfigSchema } from '../src/config-schema.ts'
import { type Gateway, startGateway } from '../src/gateway.ts'
import { closeLogger, createLogger } from '../src/observability/logger.ts'
import { LockedError } from '../src/tools/uploader/file-lock.ts'
import { LATE, within } from '../src/waiting.ts'
import { namedBrokers, runEmbeddedKafka, USUAL_KAFKA_PORT } from './embedded-kafka.ts'
import { claimKeptFolder, type KeptFolder } from './kafka/kept-folder.ts'
import { tryToListen } from './listen-on.ts'
import { type Run, runUntilStopped } from './run-until-stopped.ts'
import { parseStartArguments, START_FOLDER, START_HELP, type StartArguments } from './start-arguments.ts'
import { awaitProducerId, prepareTopic } from './start-topic.ts'
import { whatToTry } from './what-to-try.ts'

const READY_DEADLINE_MS = 60_000

runUntilStopped(async (run) => {
  const given = parseStartArguments(process.argv.slice(2), process.env)
  return given === undefined ? START_HELP : await start(run, given)
})

async function start(run: Run, given: StartArguments): Promise<string> {
  const named = namedBrokers(process.env)
  // Without keys there are no tokens, so nobody else may reach it.
  const hasKeys = process.env.AUTH_JWKS_FILE || process.env.AUTH_JWKS_URL
  const presets = { HOST: '127.0.0.1', DRAIN_DELAY_MS: '0', LOG_LEVEL: 'warn', ...(hasKeys ? {} : { AUTH: 'off' }) }
  const forTrying = { PUBLIC_DOCS: 'true', ADMIN_PORT: await usualAdminPort() }
  const variables = { ...presets, ...forTrying, ...process.env }
  // What is wrong with the variables, the folder or a port is said before Kafka starts.
  const usual = `127.0.0.1:${USUAL_KAFKA_PORT}`
  const preview = readGatewayConfig({ ...variables, KAFKA_BROKERS: named?.join() ?? usual })
  const folder = named === undefined ? await claimFolder(run, given) : undefined
  await checkPorts(preview)

  if (named !== undefined)
    run.say(`KAFKA_BROKERS is set, so the Kafka at ${named.join()} is used, and none is started.`)
  const brokers = named ?? (await runEmbeddedKafka(run, { folder, port: given.kafkaPort }))
  const config = { ...preview, KAFKA_BROKERS: brokers.join() }
  run.onProgress(`Preparing topic ${config.KAFKA_TOPIC}`)
  const earlierRecords = await prepareTopic(config)
  const { url, adminUrl } = await runGateway(run, config)
  const { KAFKA_BROKERS, KAFKA_TOPIC: topic } = config
  const isUsual = given.data === undefined
  const kept = folder && { path: isUsual ? relative(process.cwd(), folder.path) : folder.path, isUsual }
  const { HOST: host, AUTH: auth } = config
  return whatToTry({ url, adminUrl, host, auth, brokers: KAFKA_BROKERS, topic, earlierRecords, kept })
}

/** The folder of the data, for this run alone. */
async function claimFolder(run: Run, { data, fresh }: StartArguments): Promise<KeptFolder> {
  const path = data === undefined ? START_FOLDER : resolve(data)
  const folder = await claimKeptFolder(path, { fresh }).catch((error) => {
    if (!(error instanceof LockedError)) throw error
    const second = 'PORT=8081 npm start -- --data OTHER_FOLDER'
    throw new Error(`npm start runs here already: ${error.message}\nFor a second one beside it: ${second}`)
  })
  run.onStop(folder.release)
  if (fresh) run.say(folder.wasWiped ? `Deleted what earlier starts kept in ${path}` : `Nothing was kept in ${path}`)
  return folder
}

async function checkPorts(config: Config): Promise<void> {
  const { HOST, PORT, ADMIN_HOST, ADMIN_PORT } = config
  const addresses: [string, number][] = [
    [HOST, PORT],
    [ADMIN_HOST, ADMIN_PORT],
  ]
  for (const [host, port] of addresses)
    if (port !== 0) await tryToListen(host, port).catch((error) => inWords(error, config))
}

/** 9464, or any that is free: so a second one beside another needs no more than a PORT of its own. */
async function usualAdminPort(): Promise<string> {
  const { default: usual } = ConfigSchema.properties.ADMIN_PORT
  return await tryToListen('127.0.0.1', usual).then(
    () => String(usual),
    () => '0',
  )
}

/** Resolves to the gateway once it takes invoices. */
async function runGateway(run: Run, config: Config): Promise<Gateway> {
  run.onProgress('Connecting the gateway to Kafka')
  await awaitProducerId(config)
  const logger = createLogger(config.LOG_LEVEL)
  run.onStop(() => closeLogger(logger))
  const gateway = await startGateway(config, logger).catch((error) => inWords(error, config))
  run.onStop(gateway.stop, 'the gateway')
  if ((await within(READY_DEADLINE_MS, gateway.ready)) !== LATE) return gateway
  throw new Error(`the gateway is not ready after ${READY_DEADLINE_MS / 1_000} s: ${gateway.readiness().reasons}`)
}

function inWords(error: unknown, addresses: Config): never {
  const problem = listenProblem(error, addresses)
  throw problem === undefined ? error : new Error(problem, { cause: error })
}
