import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** An alarm of deploy/prometheus/rules.yaml. */
export interface Alarm {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string }
}

interface Recorded {
  readonly record: string
  readonly expr: string
}

const deployed = (file: string) => readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8')

/** Every rule, in its order. */
export function rules(): (Alarm | Recorded)[] {
  const { groups } = parse(deployed('prometheus/rules.yaml')) as { groups: { rules: (Alarm | Recorded)[] }[] }
  return groups.flatMap((group) => group.rules)
}

export function alarms(): Alarm[] {
  return rules().filter((rule): rule is Alarm => 'alert' in rule)
}

/** Every query of the dashboard, with what Grafana puts in the place of its variables. */
export function dashboardQueries(): string[] {
  const { panels, annotations } = JSON.parse(deployed('grafana/tillgate.json')) as {
    panels: { targets?: { expr: string }[] }[]
    annotations: { list: { expr: string }[] }
  }
  const queries = [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list]
  return queries.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m').replace(/\$(?:job|instance)\b/g, '.*'))
}

/** A metric that an expression reads, and what its labels have to match. */
export interface Selector {
  readonly metric: string
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[]
}

/** The metrics of Tillgate and of Node that an expression reads; not what other rules have recorded. */
export function selectorsIn(expr: string): Selector[] {
  return [...expr.matchAll(/(?<![:\w])((?:tillgate|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, metric, labels]) => ({
      metric: metric as string,
      matchers: [...(labels ?? '').matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map((found) => {
        const [, label, operator, value] = found as unknown as [string, string, string, string]
        return { label, operator, value }
      }),
    }),
  )
}
