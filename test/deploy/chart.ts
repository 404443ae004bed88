import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseAllDocuments, stringify } from 'yaml'
import { goTool } from './go-tool.ts'

const CHART = fileURLToPath(new URL('../../deploy/helm/tillgate/', import.meta.url))
/** The newest whose schemas kubectl-validate 0.0.4 has; for another it would ask the network. */
const KUBERNETES = '1.30'

const run = promisify(execFile)

// biome-ignore lint/suspicious/noExplicitAny: Kubernetes' own documents.
export type Manifest = any

/** Helm and kubectl-validate, the validation of an API server without the server, on the chart of this repository. */
export async function chartTools() {
  const helm = await goTool('helm', 'helm.sh/helm/v4/cmd/helm', 'v4.3.1')
  const validator = await goTool('kubectl-validate', 'sigs.k8s.io/kubectl-validate', 'v0.0.4')
  const values = (name: string) => (name === 'default' ? [] : ['--values', `${CHART}ci/${name}-values.yaml`])
  return {
    /** Rejects when `helm lint` has anything but advice to say. */
    lint: async (name: string) => {
      await run(helm, ['lint', '--strict', CHART, ...values(name)])
    },
    /**
     * What would be installed with `ci/<name>-values.yaml` (`default`: nothing) and `set` on top. Rejects with Helm's
     * complaint.
     */
    render: async (name: string, ...set: string[]): Promise<Manifest[]> => {
      const version = ['--kube-version', `${KUBERNETES}.0`]
      const changes = set.flatMap((change) => ['--set', change])
      const { stdout } = await run(helm, ['template', 'pos', CHART, ...version, ...values(name), ...changes])
      return parseAllDocuments(stdout, { strict: true }).map((document) => document.toJS())
    },
    /** Rejects when the API server of that version would refuse one of them or not know a field. */
    validate: async (manifests: readonly Manifest[]) => {
      const folder = await mkdtemp(join(tmpdir(), 'tillgate-chart-'))
      try {
        const file = join(folder, 'chart.yaml')
        await writeFile(file, manifests.map((manifest) => stringify(manifest)).join('---\n'))
        await run(validator, ['--version', KUBERNETES, file])
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  }
}
