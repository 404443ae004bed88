import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, test } from 'node:test'
import { parse } from 'yaml'
import { DEDUP_OPTIONS } from '../../src/commands/dedup.ts'
import { readConfig, readGatewayConfig } from '../../src/config.ts'
import { neededMemoryBytes } from '../../src/config-memory.ts'
import { parseOptions } from '../../src/tools/terminal/options.ts'
import { documentedCommands } from '../docs/documented-commands.ts'
import { chartTools, type Manifest } from './chart.ts'

let chart: Awaited<ReturnType<typeof chartTools>>
let plain: Manifest[]
let full: Manifest[]

before(async () => {
  chart = await chartTools()
  plain = await chart.render('plain')
  full = await chart.render('full')
})

/** The only object of a kind, of the gateways or of dedup. */
function only(manifests: Manifest[], kind: string, part: 'gateway' | 'dedup' = 'gateway'): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && partOf(manifest) === part)
  assert.equal(found.length, 1, `one ${kind} of ${part}`)
  return found[0]
}

function partOf({ metadata }: Manifest): 'gateway' | 'dedup' {
  return metadata.labels['app.kubernetes.io/name'] === 'tillgate-dedup' ? 'dedup' : 'gateway'
}

const podOf = (manifests: Manifest[]) => only(manifests, 'Deployment').spec.template.spec
const containerOf = (manifests: Manifest[]) => podOf(manifests).containers[0]

/** The container's environment, secrets left out. */
const environmentOf = (manifests: Manifest[], container: Manifest = containerOf(manifests)): Record<string, string> =>
  Object.fromEntries(container.env.map(({ name, value = 'secret' }: Manifest) => [name, value]))

const dedupPodOf = (manifests: Manifest[]) => only(manifests, 'StatefulSet', 'dedup').spec.template.spec

test('Helm has nothing to object to, with few values or many', async () => {
  await chart.lint('plain')
  await chart.lint('full')
})

test('Kubernetes takes every object, and would refuse one that it does not know', async () => {
  await chart.validate(plain)
  // The Prometheus operator's own kinds are not part of Kubernetes.
  const ofKubernetes = full.filter(({ kind }) => kind !== 'ServiceMonitor' && kind !== 'PrometheusRule')
  await chart.validate(ofKubernetes)
  const misspelt = structuredClone(ofKubernetes)
  podOf(misspelt).terminationGracePeriod = 30
  await assert.rejects(
    chart.validate(misspelt),
    /unknown field.*terminationGracePeriod|terminationGracePeriod.*unknown field/,
  )
})

test('the default objects', () => {
  const kinds = plain.map(({ kind }) => kind).sort()
  const expected = ['Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']
  assert.deepEqual(kinds, [...expected, 'ServiceAccount'])
  assert.deepEqual([...new Set(plain.map(({ metadata }) => metadata.name))], ['pos'])
})

test('the command of docs/deploy.md gives the gateway its image and brokers, and nothing else is required', async () => {
  const [command = ''] = documentedCommands()
    .map(({ text }) => text)
    .filter((text) => text.startsWith('helm install'))
  const [install, ...settings] = command.split(' --set ')
  assert.equal(install, 'helm install pos deploy/helm/tillgate')
  const installed = await chart.render('default', ...settings)
  assert.match(containerOf(installed).image, /^registry\.example\/tillgate:/)
  assert.equal(readGatewayConfig(environmentOf(installed)).KAFKA_BROKERS, 'kafka:9092')
})

test('the gateway accepts the environment that it is given', () => {
  const config = readGatewayConfig(environmentOf(plain))
  assert.equal(config.KAFKA_BROKERS, 'kafka-0.kafka:9092,kafka-1.kafka:9092')
  assert.deepEqual([config.PORT, config.ADMIN_HOST, config.ADMIN_PORT], [8080, '0.0.0.0', 9464])
  const other = readGatewayConfig(environmentOf(full))
  assert.equal(other.BUFFER_MEMORY_BYTES, 2 ** 30, 'a large number is written out')
  assert.equal(other.KAFKA_TLS, true)
  assert.equal(other.KAFKA_SASL_USERNAME, 'tillgate')
})

test('the kubelet waits until the gateway has stopped by itself, whatever the settings', () => {
  for (const manifests of [plain, full]) {
    const { SHUTDOWN_TIMEOUT_MS } = readGatewayConfig(environmentOf(manifests))
    const preStopSeconds = containerOf(manifests).lifecycle?.preStop.sleep.seconds ?? 0
    const lastResortSeconds = 2
    const spareSeconds =
      podOf(manifests).terminationGracePeriodSeconds - preStopSeconds - SHUTDOWN_TIMEOUT_MS / 1_000 - lastResortSeconds
    assert.ok(spareSeconds >= 3 && spareSeconds < 4, `${spareSeconds} s to spare`)
  }
  assert.equal(containerOf(plain).lifecycle.preStop.sleep.seconds, 2)
  assert.equal(containerOf(full).lifecycle, undefined)
})

test('a pod may do as little as possible', () => {
  for (const manifests of [plain, full]) {
    const pod = podOf(manifests)
    assert.equal(pod.automountServiceAccountToken, false)
    assert.equal(only(manifests, 'ServiceAccount').automountServiceAccountToken, false)
    assert.equal(pod.serviceAccountName, only(manifests, 'ServiceAccount').metadata.name)
    const { runAsNonRoot, seccompProfile } = pod.securityContext
    assert.deepEqual([runAsNonRoot, seccompProfile], [true, { type: 'RuntimeDefault' }])
    assert.deepEqual(containerOf(manifests).securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  }
})

test('a pod may take the memory that its buffer needs, or what is asked for', async () => {
  const unset = await chart.render('plain', 'config.BUFFER_MEMORY_BYTES=null', 'resources=null')
  for (const manifests of [plain, full, unset]) {
    const needed = neededMemoryBytes(readGatewayConfig(environmentOf(manifests)))
    assert.equal(containerOf(manifests).resources.limits.memory, `${needed / 2 ** 20}Mi`)
  }
  assert.deepEqual(containerOf(plain).resources.requests, { cpu: '1', memory: '512Mi' })
  const given = await chart.render('plain', 'resources.limits.memory=2Gi')
  assert.deepEqual(containerOf(given).resources.limits, { memory: '2Gi' })
})

test('alive is the process, ready is the gateway', () => {
  const { startupProbe, livenessProbe, readinessProbe } = containerOf(plain)
  assert.deepEqual(startupProbe.httpGet, { path: '/livez', port: 'admin' })
  assert.deepEqual(livenessProbe.httpGet, { path: '/livez', port: 'admin' })
  assert.deepEqual(readinessProbe.httpGet, { path: '/readyz', port: 'admin' })
  const { DRAIN_DELAY_MS } = readGatewayConfig(environmentOf(plain))
  const noticedAfterMs = 1_000 * readinessProbe.periodSeconds * readinessProbe.failureThreshold
  assert.ok(noticedAfterMs < DRAIN_DELAY_MS, 'a draining gateway serves until it is known to be one')
})

test('the password comes from a Secret', () => {
  const password = containerOf(full).env.find(({ name }: Manifest) => name === 'KAFKA_SASL_PASSWORD')
  assert.deepEqual(password.valueFrom, { secretKeyRef: { name: 'kafka-login', key: 'secret' } })
  assert.equal(password.value, undefined)
  assert.ok(!Object.keys(environmentOf(plain)).some((name) => name.startsWith('KAFKA_SASL')))
})

test('keys and revocations are folders of their own, which Kubernetes keeps up to date', () => {
  const mountsOf = (manifests: Manifest[]) =>
    containerOf(manifests).volumeMounts.map(({ name, mountPath }: Manifest) => [name, mountPath])
  assert.deepEqual(mountsOf(plain), [['keys', '/etc/tillgate/keys']])
  assert.deepEqual(podOf(plain).volumes, [{ name: 'keys', secret: { secretName: 'tillgate-keys' } }])
  assert.equal(environmentOf(plain).AUTH_JWKS_FILE, '/etc/tillgate/keys/jwks.json')
  assert.deepEqual(mountsOf(full).slice(0, 2), [
    ['keys', '/etc/tillgate/keys'],
    ['revocations', '/etc/tillgate/revocations'],
  ])
  assert.deepEqual(podOf(full).volumes.slice(0, 2), [
    { name: 'keys', configMap: { name: 'till-keys' } },
    { name: 'revocations', configMap: { name: 'till-revocations' } },
  ])
  assert.equal(environmentOf(full).AUTH_JWKS_FILE, '/etc/tillgate/keys/keys.json')
  assert.equal(environmentOf(full).AUTH_REVOCATIONS_FILE, '/etc/tillgate/revocations/revoked.json')
})

test('keys of an identity provider are let through the network; without tokens no keys are needed', async () => {
  const url = 'config.AUTH_JWKS_URL=https://id.example:8443/keys'
  const provided = await chart.render(
    'plain',
    'auth.jwks.secret=',
    url,
    'networkPolicy.keysTo[0].ipBlock.cidr=192.0.2.1/32',
  )
  const [, , keys] = only(provided, 'NetworkPolicy').spec.egress
  assert.deepEqual(keys, { ports: [{ port: 8443 }], to: [{ ipBlock: { cidr: '192.0.2.1/32' } }] })
  assert.equal(podOf(provided).volumes, undefined)
  const open = await chart.render('plain', 'auth.jwks.secret=', 'config.AUTH=off')
  assert.equal(readGatewayConfig(environmentOf(open)).AUTH, 'off')
})

test('HTTPS, client certificates and TLS and tokens for the brokers come from Secrets and ConfigMaps', async () => {
  const secured = await chart.render(
    'plain',
    ...['auth.jwks.secret=', 'tls.secret=gateway-tls', 'tls.clients=till-certificates'],
    ...['config.KAFKA_TLS=true', 'kafkaTls.secret=kafka-tls', 'kafkaTls.hasCertificate=true'],
    ...['sasl.mechanism=oauthbearer', 'sasl.username=tillgate', 'sasl.tokenUrl=https://id.example/token'],
    ...['sasl.passwordSecret.name=kafka-client', 'sasl.scope=kafka'],
  )
  const { volumeMounts } = containerOf(secured)
  const environment = environmentOf(secured)
  const folders: string[] = volumeMounts.map(({ mountPath }: Manifest) => mountPath)
  const files = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'))
  assert.deepEqual(files.map(([name]) => name).sort(), [
    'AUTH_CERTIFICATES_FILE',
    'KAFKA_OAUTH_CLIENT_SECRET_FILE',
    'KAFKA_TLS_CA_FILE',
    'KAFKA_TLS_CERT_FILE',
    'KAFKA_TLS_KEY_FILE',
    'TLS_CERT_FILE',
    'TLS_CLIENT_CA_FILE',
    'TLS_KEY_FILE',
  ])
  for (const [name, file] of files) assert.ok(folders.includes(String(file).replace(/\/[^/]+$/, '')), name)
  assert.equal(environment.KAFKA_OAUTH_CLIENT_ID, 'tillgate')
  assert.equal(environment.KAFKA_OAUTH_TOKEN_URL, 'https://id.example/token')
  assert.equal(environment.KAFKA_SASL_PASSWORD, undefined)
  assert.deepEqual(podOf(secured).volumes, [
    { name: 'tls', secret: { secretName: 'gateway-tls' } },
    { name: 'clients', configMap: { name: 'till-certificates' } },
    { name: 'kafka-tls', secret: { secretName: 'kafka-tls' } },
    { name: 'kafka-login', secret: { secretName: 'kafka-client' } },
  ])
  const [, , tokens] = only(secured, 'NetworkPolicy').spec.egress
  assert.deepEqual(tokens, { ports: [{ port: 443 }] })
})

test('the autoscaler or `replicas`, never both', () => {
  assert.equal(only(plain, 'Deployment').spec.replicas, undefined)
  assert.equal(only(plain, 'HorizontalPodAutoscaler').spec.scaleTargetRef.name, only(plain, 'Deployment').metadata.name)
  assert.equal(only(full, 'Deployment').spec.replicas, 3)
  assert.equal(full.filter(({ kind }) => kind === 'HorizontalPodAutoscaler').length, 0)
})

test('everything selects the pods', () => {
  const labels = only(full, 'Deployment').spec.template.metadata.labels
  const isSelected = (selector: Record<string, string>) =>
    assert.ok(
      Object.entries(selector).every(([name, value]) => labels[name] === value) && 'app.kubernetes.io/name' in selector,
    )
  const services = full.filter((manifest) => manifest.kind === 'Service' && partOf(manifest) === 'gateway')
  for (const service of services) isSelected(service.spec.selector)
  for (const kind of ['Deployment', 'PodDisruptionBudget']) isSelected(only(full, kind).spec.selector.matchLabels)
  isSelected(only(full, 'NetworkPolicy').spec.podSelector.matchLabels)
  for (const { labelSelector } of podOf(full).topologySpreadConstraints) isSelected(labelSelector.matchLabels)
})

test('the network lets tills and Prometheus in, and out to DNS and the ports of the brokers', () => {
  const { policyTypes, ingress, egress } = only(full, 'NetworkPolicy').spec
  assert.deepEqual(policyTypes, ['Ingress', 'Egress'])
  assert.deepEqual(
    ingress.map(({ ports }: Manifest) => ports),
    [[{ port: 'http' }], [{ port: 'admin' }]],
  )
  const namespace = (name: string) => [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }]
  assert.deepEqual(ingress[1].from, namespace('observability'))
  assert.deepEqual(only(plain, 'NetworkPolicy').spec.ingress[1].from, namespace('monitoring'))
  assert.deepEqual(egress[1].ports, [{ port: 9093 }, { port: 9094 }])
  assert.deepEqual(egress[1].to, [{ ipBlock: { cidr: '192.0.2.0/24' } }])
  assert.deepEqual(only(plain, 'NetworkPolicy').spec.egress[1], { ports: [{ port: 9092 }] })
})

test('without anybody named, the operator’s listener is closed to the network', async () => {
  const { ingress } = only(await chart.render('plain', 'networkPolicy.adminFrom=null'), 'NetworkPolicy').spec
  assert.deepEqual(ingress, [{ ports: [{ port: 'http' }] }])
})

test('metrics are not published with the invoices; a ServiceMonitor finds them', () => {
  assert.deepEqual(only(plain, 'Service').spec.ports, [{ name: 'http', port: 80, targetPort: 'http' }])
  const monitor = only(full, 'ServiceMonitor')
  const metrics = full.find((it) => it.kind === 'Service' && it.spec.clusterIP === 'None' && partOf(it) === 'gateway')
  const wanted = Object.entries(monitor.spec.selector.matchLabels)
  assert.ok(wanted.every(([name, value]) => metrics.metadata.labels[name] === value))
  const invoices = full.find(({ kind, spec }) => kind === 'Service' && spec.type === 'LoadBalancer')
  assert.ok(!wanted.every(([name, value]) => invoices.metadata.labels[name] === value))
  assert.deepEqual(monitor.spec.endpoints, [{ port: 'admin', interval: '15s' }])
  assert.equal(metrics.spec.ports[0].name, 'admin')
})

test('alarms and dashboard are those of this repository; runbooks are where the values say', async () => {
  const rule = only(full, 'PrometheusRule')
  const deployed = await readFile(new URL('../../deploy/prometheus/rules.yaml', import.meta.url), 'utf8')
  const prefixed = deployed.replaceAll('docs/operations.md#', 'https://wiki.example/tillgate/docs/operations.md#')
  assert.deepEqual(rule.spec, parse(prefixed))
  assert.equal(rule.metadata.labels.release, 'prometheus')
  const { metadata, data } = only(full, 'ConfigMap')
  const dashboard = await readFile(new URL('../../deploy/grafana/tillgate.json', import.meta.url), 'utf8')
  assert.deepEqual(JSON.parse(data['tillgate.json']), JSON.parse(dashboard))
  assert.equal(metadata.labels.grafana_dashboard, '1')
  assert.equal(metadata.annotations.grafana_folder, 'Tills')
})

test('dedup is a process for each share of the partitions, which knows its number', () => {
  const { replicas, podManagementPolicy, serviceName, selector } = only(full, 'StatefulSet', 'dedup').spec
  assert.deepEqual([replicas, podManagementPolicy], [4, 'Parallel'])
  assert.equal(serviceName, only(full, 'Service', 'dedup').metadata.name)
  const [container] = dedupPodOf(full).containers
  const index = container.env.find(({ name }: Manifest) => name === 'SHARD')
  assert.equal(index.valueFrom.fieldRef.fieldPath, "metadata.labels['apps.kubernetes.io/pod-index']")
  assert.deepEqual(container.args, ['dedup', '--shard', '$(SHARD)/4', '--idle-days', '7.5'])
  for (let shard = 0; shard < replicas; shard++) {
    const [command, ...args] = container.args.map((arg: string) => arg.replace('$(SHARD)', String(shard)))
    assert.equal(command, 'dedup')
    assert.deepEqual(parseOptions(args, DEDUP_OPTIONS).shard, { index: shard, count: 4 })
  }
  assert.ok(!plain.some((manifest) => partOf(manifest) === 'dedup'), 'only if it is wanted')
  assert.deepEqual(selector.matchLabels, only(full, 'NetworkPolicy', 'dedup').spec.podSelector.matchLabels)
  assert.deepEqual(selector.matchLabels, only(full, 'PodDisruptionBudget', 'dedup').spec.selector.matchLabels)
})

test('no gateway’s Service, budget or network rule takes a pod of dedup for a gateway', () => {
  const labels = only(full, 'StatefulSet', 'dedup').spec.template.metadata.labels
  const gateways = full.filter((manifest) => partOf(manifest) === 'gateway')
  const selectors = gateways
    .map(({ spec }) => spec?.selector?.matchLabels ?? spec?.podSelector?.matchLabels ?? spec?.selector)
    .filter((selector) => selector !== undefined)
  assert.ok(selectors.length >= 5)
  for (const selector of selectors)
    assert.ok(
      Object.entries(selector).some(([name, value]) => labels[name] !== value),
      JSON.stringify(selector),
    )
})

test('dedup reaches Kafka as the gateways do, may do as little, and stops by itself', async () => {
  const pod = dedupPodOf(full)
  const [container] = pod.containers
  const kafka = (environment: Record<string, string>) =>
    Object.entries(environment).filter(([name]) => name.startsWith('KAFKA_'))
  assert.deepEqual(kafka(environmentOf(full, container)), kafka(environmentOf(full)))
  const { ADMIN_HOST, ADMIN_PORT, SHUTDOWN_TIMEOUT_MS } = readConfig(environmentOf(full, container))
  assert.deepEqual([ADMIN_HOST, ADMIN_PORT], ['0.0.0.0', 9464])
  const spareSeconds = pod.terminationGracePeriodSeconds - SHUTDOWN_TIMEOUT_MS / 1_000 - 2
  assert.ok(spareSeconds >= 3 && spareSeconds < 4, `${spareSeconds} s to spare`)
  assert.deepEqual(pod.securityContext, podOf(full).securityContext)
  assert.deepEqual(container.securityContext, containerOf(full).securityContext)
  assert.equal(pod.automountServiceAccountToken, false)
  assert.deepEqual(container.startupProbe, containerOf(full).startupProbe)
  assert.deepEqual(container.livenessProbe, containerOf(full).livenessProbe)
  assert.deepEqual(container.readinessProbe, containerOf(full).readinessProbe)
  assert.deepEqual(container.resources, { limits: { memory: '2Gi' }, requests: { cpu: '250m', memory: '256Mi' } })
  const secured = await chart.render(
    'full',
    ...['kafkaTls.secret=kafka-tls', 'sasl.mechanism=oauthbearer', 'sasl.tokenUrl=https://id.example/token'],
  )
  const folders = ({ containers }: Manifest) => containers[0].volumeMounts.map(({ mountPath }: Manifest) => mountPath)
  for (const folder of ['/etc/tillgate/kafka-tls', '/etc/tillgate/kafka-login'])
    for (const other of [podOf(secured), dedupPodOf(secured)]) assert.ok(folders(other).includes(folder), folder)
  assert.deepEqual(only(secured, 'NetworkPolicy', 'dedup').spec.egress[2], { ports: [{ port: 443 }] })
})

test('gateways follow what dedup remembers, and may take the memory for it', async () => {
  assert.equal(readGatewayConfig(environmentOf(full)).JOURNALS_TOPIC, 'pos.invoices.journals')
  assert.equal(readGatewayConfig(environmentOf(plain)).JOURNALS_TOPIC, undefined)
  const other = await chart.render(
    'full',
    'config.KAFKA_TOPIC=mirror',
    'config.JOURNALS_TOPIC=mirror.journals',
    'config.JOURNALS_MEMORY_BYTES=2097152',
  )
  const config = readGatewayConfig(environmentOf(other))
  assert.equal(config.JOURNALS_TOPIC, 'mirror.journals')
  for (const manifests of [full, other]) {
    const needed = neededMemoryBytes(readGatewayConfig(environmentOf(manifests)))
    assert.equal(containerOf(manifests).resources.limits.memory, `${needed / 2 ** 20}Mi`)
  }
})

test('nobody but Prometheus reaches dedup, which reaches nothing but Kafka', () => {
  const gateways = only(full, 'NetworkPolicy').spec
  const { policyTypes, ingress, egress } = only(full, 'NetworkPolicy', 'dedup').spec
  assert.deepEqual([policyTypes, ingress], [gateways.policyTypes, gateways.ingress.slice(1)])
  assert.deepEqual(egress, gateways.egress)
  const monitor = only(full, 'ServiceMonitor', 'dedup').spec
  const { labels } = only(full, 'Service', 'dedup').metadata
  for (const [name, value] of Object.entries(monitor.selector.matchLabels)) assert.equal(labels[name], value)
  assert.deepEqual(monitor.endpoints, only(full, 'ServiceMonitor').spec.endpoints)
})

test('refused before anything is installed: no brokers', async () => {
  await assert.rejects(chart.render('default'), /missing property 'KAFKA_BROKERS'/)
})

for (const [what, change, complaint] of [
  [
    'a variable that the gateway does not have',
    'config.KAFKA_TOPICS=x',
    /additional properties 'KAFKA_TOPICS' not allowed/,
  ],
  ['a number that is none', 'config.KAFKA_PARTITIONS=many', /KAFKA_PARTITIONS.*want integer/],
  [
    'no keys for tokens',
    'auth.jwks.secret=',
    /set auth\.jwks\.configMap, auth\.jwks\.secret or config\.AUTH_JWKS_URL; config\.AUTH=off takes/,
  ],
  ['keys from two places', 'auth.jwks.configMap=other', /set one of auth\.jwks\.configMap/],
  ['a login without a Secret', 'sasl.mechanism=plain', /passwordSecret\/name/],
  [
    'tokens for the brokers from nowhere',
    'sasl.mechanism=oauthbearer,sasl.username=a,sasl.passwordSecret.name=b',
    /sasl\/tokenUrl/,
  ],
  ['a delay as long as the whole shutdown', 'config.DRAIN_DELAY_MS=40000', /DRAIN_DELAY_MS must be less than/],
  [
    'more processes of dedup than partitions',
    'dedup.enabled=true,dedup.replicas=13',
    /dedup\.replicas must not be more than config\.KAFKA_PARTITIONS/,
  ],
  ['a value that the chart does not have', 'replicaCount=3', /additional properties 'replicaCount' not allowed/],
] as const) {
  test(`refused before anything is installed: ${what}`, async () => {
    await assert.rejects(chart.render('plain', change), complaint)
  })
}
