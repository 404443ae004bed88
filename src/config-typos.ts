import { closest, distance } from 'fastest-levenshtein'

/** Kubernetes sets these for each service of a namespace, whatever the service is called. */
const OF_A_SERVICE = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/

/**
 * One sentence for each variable that looks like a mistyped one of `known`; it has no values. A variable that only
 * begins like ours is left alone: Kafka's own scripts (`KAFKA_OPTS`), Kubernetes and other programs have variables too.
 */
export function mistypedVariables(environment: NodeJS.ProcessEnv, known: readonly string[]): string[] {
  const problems: string[] = []
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value === '' || known.includes(name) || OF_A_SERVICE.test(name)) continue
    const meant = meantBy(name, known)
    if (meant !== undefined) problems.push(`${name} is not a variable of the gateway: did you mean ${meant}?`)
  }
  return problems
}

function meantBy(name: string, known: readonly string[]): string | undefined {
  const text = name.toUpperCase().replace(/^UPLOADS_/, 'UPLOAD_')
  const nearest = closest(text, known)
  if (distance(text, nearest) <= tolerance(text)) return nearest
  // One of ours may begin with these three or more words: KAFKA_SASL_USER is cut short.
  return /^(?:KAFKA|UPLOAD|QUOTA)_.+_/.test(text) ? known.find((ours) => ours.startsWith(text)) : undefined
}

/** How many letters may be wrong. Short names resemble too many others; few others begin with UPLOAD or QUOTA. */
function tolerance(text: string): number {
  if (text.length < 10) return -1
  if (/^(?:UPLOAD|QUOTA)_/.test(text) && text.length > 13) return 4
  return text.length > 12 ? 2 : 1
}
